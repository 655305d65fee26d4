import json

import pytest

from d2l_local.lab import results


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    return tmp_path


def test_each_face_has_those_of_its_framework(folder, face):
    path = results.path_of(face.name, "width")
    path.parent.mkdir()
    path.write_text(json.dumps({"runs": [{"width": 8}]}), encoding="utf-8")
    assert face.d2l.full_results("width") == [{"width": 8}]


def test_each_framework_has_its_own_results(folder):
    path = results.path_of("torch", "width")
    path.parent.mkdir()
    path.write_text(json.dumps({"runs": [{"width": 8}, {"width": 64}]}), encoding="utf-8")
    assert results.results_of("torch")("width") == [{"width": 8}, {"width": 64}]
    with pytest.raises(FileNotFoundError, match=r"no full results of 'width' for mxnet.*: none"):
        results.results_of("mxnet")("width")
    with pytest.raises(FileNotFoundError, match="there are: width"):
        results.results_of("torch")("depth")
