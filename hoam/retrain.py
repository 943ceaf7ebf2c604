r"""The command that trains any model under `checkpoints/` again.

`--list` prints all names, each with that of the run it goes on from, if there is one;
`--config two_stream-quiet-hoam_g-0` trains that one. A killed run goes on where its last checkpoint
was; of two processes that train the same model the second refuses. A run that goes on from another
takes that one's model from the folder it writes to.
"""

import argparse
import sys
from pathlib import Path

from hoam.matrix import configs
from hoam.model import Model, load
from hoam.runs import Config, Enriched


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; see the module."""
    parser = argparse.ArgumentParser(prog="python -m hoam.retrain", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print all names")
    parser.add_argument("--config", help="name of the model to train")
    parser.add_argument(
        "--output", type=Path, default=Path("checkpoints"), help="folder to write to"
    )
    options = parser.parse_args(arguments)
    known = configs()
    if options.list:
        for name, config in known.items():
            print(name, *([config.base.name] if config.base else []))
        return 0
    if options.config not in known:
        parser.error(
            f"Expected the name of a training run; got {options.config!r}. "
            "Use one of those printed by --list."
        )
    config = known[options.config]
    target = options.output / f"{config.name}.safetensors"
    state = Path(".cache") / "training" / target.name
    beside = None
    try:
        if isinstance(config, Enriched):
            model = config.run(_trained(config.base, options.output))
            beside = options.output / f"{config.base.name}.safetensors"  # has the network
        else:
            start = _trained(config.base, options.output) if config.base else None
            model = config.run(state, start=start)
    except BlockingIOError as error:
        print(error, file=sys.stderr)
        return 1
    model.save(target, beside=beside)
    state.unlink(missing_ok=True)  # the model is complete; its training state is not needed again
    print(f"{target}: loss {model.record['history']['loss'][-1]:.4e}")
    return 0


def _trained(config: Config, folder: Path) -> Model:
    return load(folder / f"{config.name}.safetensors")


if __name__ == "__main__":
    sys.exit(main())
