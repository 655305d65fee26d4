"""`tabbook` and `python -m tabbook`: the process around the command line."""

import os
import sys

INSTALL = 'pip install "git+https://github.com/d2l-local/mlp-course#subdirectory=tabbook"'


def main() -> int:
    """Run the command line; return its exit status."""
    try:
        # An interrupt while this imports is one too.
        from tabbook.cli import main as run

        status = run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted; the next run goes on from here", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Who reads the output has gone, as in `tabbook check 2>&1 | head -1`.
        _close_output()
        return 1
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("tabbook"):
            raise
        print(f"{error.name} is not installed, which tabbook needs: {INSTALL}", file=sys.stderr)
        return 1
    return status


def _close_output() -> None:
    """Send what is not written yet nowhere: at exit Python would try again, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


if __name__ == "__main__":
    raise SystemExit(main())
