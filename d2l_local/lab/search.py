"""Searches for hyperparameters with Optuna: on one core, on all cores, or on a cluster."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import optuna
    from distributed import Client

Objective = Callable[["optuna.Trial"], float]
# Thread pools that would fight if each of several processes took all cores.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
        "NPROC",  # of XLA, which compiles for JAX
    ),
    "1",
)


def search(
    objective: Objective,
    n_trials: int,
    *,
    storage: str | Path | None = None,
    name: str = "search",
    workers: int | Client = 1,
    direction: str = "maximize",
    sampler: Callable[..., optuna.samplers.BaseSampler] | None = None,
    pruner: optuna.pruners.BasePruner | None = None,
    seed: int = 0,
) -> optuna.Study:
    """Try hyperparameters until `n_trials` trials are finished, and return the study.

    Trials that an earlier call finished under the same `name` in the same `storage` count: an
    interrupted search goes on where it stopped, and another process that makes the same call joins
    in. A worker that is lost loses the trial that it was at; another takes its place. What a trial
    draws depends on `seed` and the trial's number alone, and on what the sampler has learned.

    Args:
        objective: takes a trial, asks it for hyperparameters and returns their score.
        n_trials: number of trials that are to be complete or pruned in the end; workers that
            start their last trials at the same time can make a few more.
        storage: file of a journal, which processes on one machine or one file system can share
            (a relative path starts where this call is made, for workers elsewhere, too); or the
            URL of a database, such as `sqlite:///search.db`; None keeps the study in memory.
        name: of the study in the storage.
        workers: number of processes on this machine, each with one thread; 1 is this process.
            Or the `distributed.Client` of a Dask cluster.
        direction: "maximize" or "minimize".
        sampler: a class of `optuna.samplers`, or another function that takes a `seed` and returns
            a sampler; `TPESampler` if None.
        pruner: decides which trials stop early; if None, none do.
        seed: of the sampler.

    Raises:
        ModuleNotFoundError: if Optuna, or Dask for more than one worker, is not installed.
        ValueError: if there is no worker, or several and no storage that they could share.

    Source: Akiba et al., "Optuna: A next-generation hyperparameter optimization framework", 2019,
    arXiv:1907.10902.
    """
    optuna = _optuna()
    if isinstance(workers, int) and workers < 1:
        raise ValueError(f"workers={workers}, expected 1 or more processes, or a Dask client")
    if workers != 1 and storage is None:
        raise ValueError(
            "several workers need a storage that they share: "
            "storage='search.log', a file, or the URL of a database"
        )
    place = optuna.storages.InMemoryStorage() if storage is None else _place(storage)
    trial = _Trial(objective, n_trials, place, name, sampler, pruner, seed)
    study = optuna.create_study(
        storage=_opened(place), study_name=name, direction=direction, load_if_exists=True
    )
    missing = range(n_trials - _finished(study))
    if not isinstance(workers, int):
        workers.gather(workers.map(trial, missing, pure=False))
    elif workers == 1:
        for number in missing:
            trial(number)
    else:
        with _processes(workers) as client:
            client.gather(client.map(trial, missing, pure=False))
    return optuna.load_study(storage=_opened(place), study_name=name)


@dataclass(frozen=True)
class _Trial:
    """One trial of a study, wherever it is run; `storage` is what `search` got, or in memory."""

    objective: Objective
    n_trials: int
    storage: Any
    name: str
    sampler: Callable[..., Any] | None
    pruner: Any
    seed: int

    def __call__(self, _number: int) -> None:
        optuna = _optuna()
        make = self.sampler or optuna.samplers.TPESampler
        study = optuna.load_study(
            storage=_opened(self.storage),
            study_name=self.name,
            sampler=_seeded_by_trial(make, self.seed),
            pruner=self.pruner or optuna.pruners.NopPruner(),
        )
        if _finished(study) < self.n_trials:
            study.optimize(self.objective, n_trials=1)


def _seeded_by_trial(make: Callable[..., Any], seed: int) -> Any:
    """Return a sampler that starts anew for each trial, with a seed made of `seed` and its number.

    Otherwise all workers would draw the same, and a resumed search what it has drawn already.
    """
    import numpy as np
    import optuna

    class SeededByTrial(optuna.samplers.BaseSampler):
        def __init__(self) -> None:
            self.inner = make(seed=seed)

        def before_trial(self, study: Any, trial: Any) -> None:
            state = np.random.SeedSequence([seed, trial.number]).generate_state(1)
            self.inner = make(seed=int(state[0]))
            self.inner.before_trial(study, trial)

        def infer_relative_search_space(self, study: Any, trial: Any) -> Any:
            return self.inner.infer_relative_search_space(study, trial)

        def sample_relative(self, study: Any, trial: Any, search_space: Any) -> Any:
            return self.inner.sample_relative(study, trial, search_space)

        def sample_independent(
            self, study: Any, trial: Any, param_name: str, param_distribution: Any
        ) -> Any:
            return self.inner.sample_independent(study, trial, param_name, param_distribution)

        def after_trial(self, study: Any, trial: Any, state: Any, values: Any) -> None:
            self.inner.after_trial(study, trial, state, values)

    return SeededByTrial()


def _place(storage: str | Path) -> str:
    """Return a URL as it is, and a path such that workers in another folder find it, too."""
    return str(storage) if "://" in str(storage) else str(Path(storage).absolute())


def _opened(storage: Any) -> Any:
    """Return what Optuna keeps a study in: a database by its URL, or the journal in a file."""
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    if not isinstance(storage, str) or "://" in storage:
        return storage
    return JournalStorage(JournalFileBackend(storage))


def _finished(study: Any) -> int:
    return sum(trial.state.name in ("COMPLETE", "PRUNED") for trial in study.get_trials(False))


def _processes(number: int) -> Client:
    """Return the client of a cluster of processes on this machine; it closes with the client."""
    import dask
    from distributed import Client

    # A process that ends slowly is none of the user's business, and what goes wrong is raised.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    environment = {**ONE_THREAD, "DASK_LOGGING__DISTRIBUTED": "critical"}
    with dask.config.set({"distributed.nanny.pre-spawn-environ": environment}):
        # Any free port: on the usual one, a second cluster on this machine prints a warning.
        return Client(n_workers=number, threads_per_worker=1, dashboard_address=":0")


def _optuna() -> Any:
    try:
        import optuna
    except ModuleNotFoundError as error:
        message = (
            "a search needs the packages optuna and distributed: pip install optuna distributed"
        )
        raise ModuleNotFoundError(message, name=error.name) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)  # What it warns of is raised, too.
    return optuna
