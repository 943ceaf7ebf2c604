"""What takes too long for every run of the tests: twenty kills of a training, and 10^5 steps.

python -m tests.endurance

Writes what came out to `tests/endurance_record.toml`; the page on the checks is rendered from it.
"""

import datetime
import json
import subprocess
import sys

import tomlkit

from benchmarks.measure import machine
from benchmarks.memory import training
from hoam.files import write_atomically
from hoam.results import versions
from tests.matrix_bounds import ROOT

RECORD = ROOT / "tests" / "endurance_record.toml"
KILLS, STEPS = 20, 10**5


def kills() -> dict:
    """Return what `tests.crashes` saw: steps after each kill, steps lost, and whether it held.

    Raises:
        RuntimeError: if it found anything wrong.
    """
    command = [sys.executable, "-m", "tests.crashes", "--kills", str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        message = f"Expected a training like the one left alone; got {done.stdout}{done.stderr}"
        raise RuntimeError(message)
    return json.loads(done.stdout)


def main() -> None:
    """Measure both and write the record."""
    killed, long = kills(), training(steps=STEPS, every=STEPS // 100)
    half = len(long["megabytes"]) // 2
    entry = {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "machine": machine(),
        "version": versions()["hoam"],
        "kills": killed,
        "memory": {
            "steps": STEPS,
            "megabytes_half_way": round(long["megabytes"][half], 1),
            "megabytes_at_the_end": round(long["megabytes"][-1], 1),
            "bytes_per_step": round(long["bytes_per_step"], 1),
        },
    }
    document = tomlkit.document()
    document.add(tomlkit.comment("Measured by `python -m tests.endurance`; not edited by hand."))
    document.update(entry)
    write_atomically(RECORD, tomlkit.dumps(document).encode())
    sys.stdout.write(tomlkit.dumps(document))


if __name__ == "__main__":
    main()
