"""An entry of the list that no longer applies is named."""

import pytest
from listed import OutOfDateError, read_list


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (["order", "absent", "b", "…"], "stands 0 times"),
        (["order", "int", "str", "…"], "stands 3 times"),
        (["order", "return a", "return (", "…"], "never closed"),
        (["order", "-> int", "-> str", "…"], "means the same"),
        (["colour", "return a", "return b", "…"], "no category 'colour'"),
        (["order", "return a"], "missing 2 required"),
    ],
)
def test_an_entry_that_does_not_apply_is_named_with_its_fault(entry, fault, tmp_path):
    (tmp_path / "maths.py").write_text("def larger(a: int, b: int) -> int:\n    return a\n")
    (tmp_path / "room.toml").write_text(f"maths = [{entry}]\n", encoding="utf-8")
    with pytest.raises(OutOfDateError, match=fault) as caught:
        read_list(tmp_path, tmp_path)
    assert "room.toml, maths" in str(caught.value)
    assert entry[1] in str(caught.value)
