"""Run all benchmarks, each in a process of its own, with one device and with two.

`--record` keeps their numbers for the page on speed (`benchmarks/records/full_size.json`).
"""

import argparse
import os
import subprocess
import sys

from benchmarks import full_size
from benchmarks.measure import ROOT

BENCHMARKS = {
    "training": (1, 2),
    "inference": (2,),
    "full_model": (1,),
    "startup": (1,),
    "memory": (1,),
    "notebooks": (1,),
}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--record", action="store_true", help="keep the numbers for the book")
    options = parser.parse_args()
    for name, counts in BENCHMARKS.items():
        for devices in counts:
            surroundings = {**os.environ, "JAX_NUM_CPU_DEVICES": str(devices)}
            command = [sys.executable, "-m", f"benchmarks.{name}"]
            subprocess.run(command, cwd=ROOT, env=surroundings, check=True)
    if options.record:
        full_size.collect()


if __name__ == "__main__":
    main()
