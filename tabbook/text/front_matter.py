"""What a chapter says of itself at its top, in YAML between two lines of `---`."""

import json
import re
from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

import yaml

_KEY = re.compile(r"[\w-]+:(?:\s|$)")


class FrontMatter(NamedTuple):
    """The settings, how many lines they take, and what is no YAML in them, with its line from 0."""

    settings: dict[str, Any]
    length: int
    fault: tuple[int, str] | None = None


def read_front_matter(lines: Sequence[str]) -> FrontMatter:
    """Read the front matter of a text, which is empty where there is none.

    Values that JSON does not have, such as dates, become text. What is no YAML is left out, too.
    """
    rules = (n for n, line in enumerate(lines) if line.rstrip() in ("---", "..."))
    ends = list(islice(rules, 2))
    if len(ends) < 2 or ends[0] > 0 or not _KEY.match("\n".join(lines[1 : ends[1]]).lstrip()):
        return FrontMatter({}, 0)  # nothing, or text between two rules
    try:
        settings = yaml.safe_load("\n".join(lines[: ends[1]]))
        settings = json.loads(json.dumps(settings, default=str, skipkeys=True))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        return FrontMatter({}, ends[1] + 1, (line, str(error.problem)))
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        return FrontMatter({}, ends[1] + 1, (0, str(error)))
    return FrontMatter(settings if isinstance(settings, dict) else {}, ends[1] + 1)
