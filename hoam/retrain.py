r"""The command that trains any model under `checkpoints/` again.

`--list` prints all names, and `--config two_stream-quiet-hoam_g-0` trains that one. A killed run
goes on where its last checkpoint was. A linear part (`..._ritz-0`) is put beside the network
that lies in the same folder.
"""

import argparse
import sys
from pathlib import Path

from hoam.matrix import configs
from hoam.model import load
from hoam.runs import Enriched


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
        print("\n".join(known))
        return 0
    if options.config not in known:
        parser.error(
            f"Expected the name of a training run; got {options.config!r}. "
            "Use one of those printed by --list."
        )
    config = known[options.config]
    target = options.output / f"{config.name}.safetensors"
    if isinstance(config, Enriched):
        model = config.run(load(options.output / f"{config.base.name}.safetensors"))
        model.save(target)
    else:
        state = Path(".cache") / "training" / target.name
        model = config.run(state)
        model.save(target)
        state.unlink()  # the model is complete; its training state is not needed again
    print(f"{target}: loss {model.record['history']['loss'][-1]:.4e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
