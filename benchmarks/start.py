"""What a face costs over its framework: seconds to import, and memory for Fashion-MNIST.

    python benchmarks/start.py [torch] [tensorflow] [mxnet] [jax]

Each line is the median of several fresh processes, those with the face and those with the framework
alone in turn.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

RUNS = 7
FRAMEWORK = {
    "torch": "import torch",
    "tensorflow": "import os; os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'; import tensorflow",
    # MXNet cannot be imported without what the face puts back; this is that, without the face.
    "mxnet": "import d2l_local, runpy; compat = d2l_local.__path__[0] + '/mxnet/compat.py'; "
    "runpy.run_path(compat)['import_mxnet']()",
    "jax": "import jax, flax.nnx, optax",
}
IMPORT = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
MEMORY = """
import resource
{}
def megabytes(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = megabytes()
data = d2l.FashionMNIST(batch_size=256)
for _ in range(2):
    for batch in data.train_dataloader(): pass
    for batch in data.val_dataloader(): pass
print(megabytes() - before)
"""


def run(code: str) -> float:
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return float(process.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frameworks", nargs="*", metavar="FRAMEWORK", help=", ".join(FRAMEWORK))
    frameworks = parser.parse_args().frameworks or FRAMEWORK
    print(f"{'framework':<12}{'alone, s':>10}{'face, s':>10}{'more, s':>10}{'data, MB':>10}")
    for framework in frameworks:
        face = f"from d2l_local import {framework} as d2l"
        times = [
            (run(IMPORT.format(FRAMEWORK[framework])), run(IMPORT.format(face)))
            for _ in range(RUNS)
        ]
        alone, with_face = (statistics.median(column) for column in zip(*times, strict=True))
        memory = run(MEMORY.format(face))
        print(
            f"{framework:<12}{alone:>10.2f}{with_face:>10.2f}{with_face - alone:>10.2f}"
            f"{memory:>10.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
