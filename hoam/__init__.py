"""Higher-order action matching: reduced models of populations, learned from samples.

See `fit`, `Population`, `Model.sample` and the modules `systems`, `quadrature`, `methods`,
`networks` and `metrics`.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Model": "hoam.model",
    "Population": "hoam.population",
    "fit": "hoam.train",
    "load": "hoam.model",
}
_MODULES = (
    "calculus",
    "checkpoints",
    "dispersion",
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
)
__all__ = [*_HOME, *_MODULES]


def __getattr__(name: str) -> Any:
    # Names load on first use, so that `import hoam` costs nothing beyond what is needed.
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"hoam.{name}")
    message = f"module 'hoam' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
