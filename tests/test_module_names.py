"""The folders of the tests are all on one path, so their modules need different names."""

from collections import Counter
from pathlib import Path


def test_no_two_modules_of_the_tests_have_the_same_name():
    here = Path(__file__).parent
    names = Counter(path.stem for path in [*here.glob("*.py"), *here.glob("*/*.py")])
    twice = {name for name, number in names.items() if number > 1}
    assert not twice - {"conftest"}  # pytest tells its own apart
