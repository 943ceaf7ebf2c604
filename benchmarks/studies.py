"""The trainings of the two studies, each under a name of its own: a job of the Snakefile each.

    python -m benchmarks.studies --list                                # what has no outcome yet
    python -m benchmarks.studies --config stability-hoam_g-16-0

A study keeps what its trainings came to and not their models (`benchmarks.outcomes`), so it goes on
with those that have no outcome.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from benchmarks import stability, time_to_accuracy


class Training(NamedTuple):
    """One training of a study.

    Attributes:
        known: whether its outcome is stored.
        run: trains, and stores the outcome.
    """

    known: bool
    run: Callable[[], None]


def trainings() -> dict[str, Training]:
    """Return all trainings by name."""
    found, stored = {}, stability.OUTCOMES.read()
    for run in stability.runs():
        words = [str(word) for word in run]
        known = ", ".join(words) in stored
        found["-".join(["stability", *words])] = Training(known, partial(stability.main, words))
    stored = time_to_accuracy.RECORDS.read()
    for run in time_to_accuracy.runs():
        words = [str(word) for word in run]
        name = "-".join(["time", *map(time_to_accuracy.slug, words)])
        known = stored.keys() >= {*time_to_accuracy.outcomes(*run).values()}
        found[name] = Training(known, partial(time_to_accuracy.main, words))
    return found


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; see the module."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print what has no outcome yet")
    parser.add_argument("--config", help="name of the training to run")
    options = parser.parse_args(arguments)
    known = trainings()
    if options.list:
        sys.stdout.writelines(f"{name}\n" for name, training in known.items() if not training.known)
    elif options.config in known:
        known[options.config].run()
    else:
        parser.error(
            f"Expected the name of a training; got {options.config!r}. "
            "Use one of those printed by --list, such as stability-hoam_g-16-0."
        )


if __name__ == "__main__":
    main()
