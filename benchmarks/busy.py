"""What a busy core costs PyTorch, and which settings of its thread pool help.

    python benchmarks/busy.py

Trains 784-256-10 from scratch, alone and beside a process that counts. Prints medians as multiples
of the time alone with nothing set. PyTorch's wheel for Linux brings GCC's OpenMP: a thread that has
to wait spins GOMP_SPINCOUNT times (300,000 unless set) before it sleeps; if PASSIVE, it sleeps.

On two cores (2026-11-29), alone and beside the other process: nothing set 1.0 and 3.9, 30,000 spins
1.1 and 12.2, PASSIVE 1.9 and 1.9, one thread 1.8 and 1.8. So nothing is set for kernels; whoever
cannot stop the other program sets OMP_NUM_THREADS=1.
"""

import os
import statistics
import subprocess
import sys

NAMES = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY", "OMP_NUM_THREADS")
SETTINGS = ("", "GOMP_SPINCOUNT=30000", "OMP_WAIT_POLICY=PASSIVE", "OMP_NUM_THREADS=1")
TRAINING = """
import time, torch
X, y = torch.rand(60_000, 784), torch.randint(10, (60_000,))
params = [0.01 * torch.randn(shape) for shape in ((784, 256), (256,), (256, 10), (10,))]
W1, b1, W2, b2 = (param.requires_grad_() for param in params)
start = time.perf_counter()
for rows in [batch for _ in range(3) for batch in torch.randperm(len(X)).split(256)]:
    scores = torch.relu(X[rows] @ W1 + b1) @ W2 + b2
    torch.nn.functional.cross_entropy(scores, y[rows]).backward()
    with torch.no_grad():
        for param in params:
            param -= 0.1 * param.grad
            param.grad.zero_()
print(time.perf_counter() - start)
"""


def seconds(setting: str, busy: bool) -> float:
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    environment.update([setting.split("=")] if setting else [])
    counting = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if busy else None
    try:
        return float(subprocess.check_output([sys.executable, "-c", TRAINING], env=environment))
    finally:
        if counting:
            counting.kill()


def main() -> None:
    cases = [(setting, busy) for setting in SETTINGS for busy in (False, True)]
    runs = [{case: seconds(*case) for case in cases} for _ in range(5)]
    times = {case: statistics.median(run[case] for run in runs) for case in cases}
    print(f"{'setting':<26}{'alone':>8}{'beside a busy process':>24}")
    for name in SETTINGS:
        ratios = [times[name, busy] / times["", False] for busy in (False, True)]
        print("{:<26}{:>8.2f}{:>24.2f}".format(name or "nothing set", *ratios))


if __name__ == "__main__":
    main()
