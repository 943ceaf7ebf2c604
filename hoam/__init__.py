"""Higher-order action matching: reduced models of populations, learned from samples.

See `fit`, `Population`, `Model.sample` and the modules `systems`, `quadrature`, `methods`,
`networks` and `metrics`.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what editors see; at run time, __getattr__ imports it
    from hoam import (
        calculus,
        checkpoints,
        dispersion,
        given_times,
        methods,
        metrics,
        minibatches,
        monitors,
        networks,
        noise,
        particle_mesh,
        plotting,
        quadrature,
        report,
        ritz,
        samplers,
        scaling,
        survey,
        systems,
    )
    from hoam.model import Model, load
    from hoam.population import Population
    from hoam.train import fit

__version__ = "0.1.0"

__all__ = [
    "Model",
    "Population",
    "calculus",
    "checkpoints",
    "dispersion",
    "fit",
    "given_times",
    "load",
    "methods",
    "metrics",
    "minibatches",
    "monitors",
    "networks",
    "noise",
    "particle_mesh",
    "plotting",
    "quadrature",
    "report",
    "ritz",
    "samplers",
    "scaling",
    "survey",
    "systems",
]
# Where the names are at home that are no modules.
_HOME = {
    "Model": "hoam.model",
    "Population": "hoam.population",
    "fit": "hoam.train",
    "load": "hoam.model",
}


def __getattr__(name: str) -> Any:
    # Names load on first use, so that `import hoam` costs nothing beyond what is needed.
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in __all__:
        return importlib.import_module(f"hoam.{name}")
    message = f"module 'hoam' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
