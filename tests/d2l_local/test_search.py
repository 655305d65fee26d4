import contextlib
import inspect
import logging
import os
import signal
import socket
from pathlib import Path

import optuna
import pytest

from d2l_local.lab.search import ONE_THREAD, search


def parabola(trial):
    x = trial.suggest_float("x", -4, 4)
    return -((x - 1) ** 2)


def drawn(study):
    return [trial.params["x"] for trial in study.trials if trial.state.is_finished()]


def random_search(n_trials, **options):
    return search(parabola, n_trials, sampler=optuna.samplers.RandomSampler, **options)


def test_the_default_sampler_learns():
    study = search(parabola, 40)
    assert len(study.trials) == 40
    assert study.best_params["x"] == pytest.approx(1, abs=0.2)
    early, late = drawn(study)[:10], drawn(study)[-10:]
    assert sum(abs(x - 1) for x in late) < sum(abs(x - 1) for x in early)


def test_a_seed_gives_the_same_search_and_another_one_another():
    assert drawn(random_search(4)) == drawn(random_search(4))
    assert drawn(random_search(4)) != drawn(random_search(4, seed=1))
    assert len(set(drawn(random_search(4)))) == 4


@pytest.mark.parametrize("place", ["search.log", "sqlite:///search.db"])
def test_a_search_goes_on_where_it_was_interrupted(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def interrupted(trial):
        value = parabola(trial)
        if trial.number == 2:
            raise KeyboardInterrupt
        return value

    with pytest.raises(KeyboardInterrupt):
        search(interrupted, 5, storage=place, sampler=optuna.samplers.RandomSampler)
    study = random_search(5, storage=place)
    complete = [t for t in study.trials if t.state == optuna.trial.TrialState.COMPLETE]
    assert [t.number for t in complete] == [0, 1, 3, 4, 5]
    assert drawn(study) == drawn(random_search(6))
    assert len(random_search(5, storage=place).trials) == len(study.trials)


def test_trials_that_stopped_early_count(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tried = []

    def stopped(trial):
        tried.append(trial.number)
        raise optuna.TrialPruned

    for _ in range(2):
        assert len(search(stopped, 3, storage="search.log").trials) == 3
    assert tried == [0, 1, 2]


def test_every_face_searches_with_the_options_that_are_given(face):
    options = {"sampler": optuna.samplers.RandomSampler, "seed": 5, "direction": "minimize"}
    assert inspect.signature(face.d2l.search) == inspect.signature(search)
    study = face.d2l.search(parabola, 3, name="smallest", **options)
    assert study.study_name == "smallest"
    assert study.direction == optuna.study.StudyDirection.MINIMIZE
    assert drawn(study) == drawn(random_search(3, seed=5))


def test_studies_of_one_storage_are_told_apart_by_name(tmp_path):
    place = tmp_path / "search.log"
    random_search(2, storage=place, name="first")
    assert len(random_search(3, storage=place, name="second").trials) == 3
    assert len(random_search(2, storage=place, name="first").trials) == 2


def test_pruned_trials_count(tmp_path):
    def hopeless(trial):
        trial.report(trial.number, step=1)
        if trial.number and trial.should_prune():
            raise optuna.TrialPruned
        return -trial.number

    pruner = optuna.pruners.ThresholdPruner(upper=0.5)
    study = search(hopeless, 3, pruner=pruner)
    assert [t.state.name for t in study.trials] == ["COMPLETE", "PRUNED", "PRUNED"]


def test_several_workers_need_a_storage():
    with pytest.raises(ValueError, match=r"storage='search.log'"):
        search(parabola, 4, workers=2)


@pytest.mark.parametrize("workers", [0, -1])
def test_without_a_worker_there_is_no_search(workers, tmp_path):
    with pytest.raises(ValueError, match=f"workers={workers}, expected 1 or more"):
        search(parabola, 4, workers=workers, storage=tmp_path / "search.log")


def test_two_processes_draw_what_one_would_have_drawn(tmp_path):
    study = random_search(6, storage=tmp_path / "search.log", workers=2)
    assert sorted(drawn(study)) == sorted(drawn(random_search(6)))


def test_workers_in_another_folder_find_the_storage(tmp_path, monkeypatch):
    from distributed import Client

    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    with Client(**options, local_directory=tmp_path) as client:
        client.run(os.chdir, tmp_path / "elsewhere")
        assert len(random_search(2, storage="search.log", workers=client).trials) == 2
    assert (tmp_path / "search.log").exists()


def test_a_process_computes_with_one_thread(tmp_path, monkeypatch):
    def threads(trial):
        for name in ONE_THREAD:
            trial.set_user_attr(name, os.environ.get(name))
        return parabola(trial)

    for name in ONE_THREAD:
        monkeypatch.delenv(name, raising=False)
    study = search(threads, 2, storage=tmp_path / "search.log", workers=2)
    assert [trial.user_attrs for trial in study.trials] == [ONE_THREAD] * 2


def test_processes_come_and_go_without_a_word(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    random_search(2, storage=tmp_path / "search.log", workers=2)
    assert [r.getMessage() for r in caplog.records if r.name.startswith("distributed")] == []


def test_processes_do_not_mind_that_another_cluster_has_the_usual_port(tmp_path, recwarn):
    with socket.socket() as usual:
        with contextlib.suppress(OSError):  # Taken already: as good.
            usual.bind(("", 8787))
            usual.listen()
        random_search(2, storage=tmp_path / "search.log", workers=2)
    assert [str(each.message) for each in recwarn if "8787" in str(each.message)] == []


def test_a_cluster_loses_no_finished_trial_when_a_worker_is_killed(tmp_path):
    from distributed import Client

    killed = tmp_path / "killed"

    def fragile(trial):
        x = trial.suggest_float("x", -4, 4)
        if trial.number >= 2 and not Path(killed).exists():
            Path(killed).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with Client(**options, silence_logs=50, local_directory=tmp_path) as client:
        study = search(fragile, 6, storage=tmp_path / "search.log", workers=client)
    states = [trial.state.name for trial in study.trials]
    assert killed.exists()
    assert states.count("COMPLETE") >= 6
    assert states.count("RUNNING") == 1  # The trial that the worker was at.
    assert all(t.value == t.params["x"] for t in study.trials if t.state.name == "COMPLETE")
