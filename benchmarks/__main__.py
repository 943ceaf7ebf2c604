"""Run all benchmarks, each in a process of its own, with one device and with two."""

import os
import subprocess
import sys

from benchmarks.measure import ROOT

BENCHMARKS = {
    "training": (1, 2),
    "inference": (1, 2),
    "full_model": (1,),
    "startup": (1,),
    "memory": (1,),
}


def main() -> None:
    """Run the command line."""
    for name, counts in BENCHMARKS.items():
        for devices in counts:
            surroundings = {**os.environ, "JAX_NUM_CPU_DEVICES": str(devices)}
            command = [sys.executable, "-m", f"benchmarks.{name}"]
            subprocess.run(command, cwd=ROOT, env=surroundings, check=True)


if __name__ == "__main__":
    main()
