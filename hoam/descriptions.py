"""What a saved model says of its parts in JSON, and the parts made again from it."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from hoam import networks, samplers
from hoam.linear_part import Basis, LinearPart
from hoam.scaling import Scaling

_NETWORKS = {kind.__name__: kind for kind in (networks.CoLoRA, networks.FiLM, networks.MLP)}
_SAMPLERS = {kind.__name__: kind for kind in (samplers.FlowSampler, samplers.AnnealedLangevin)}


def describe(model: Any) -> dict[str, Any]:
    """Return all of a `hoam.Model` but its arrays, in types that JSON has."""
    sampler, linear = model.sampler, model.linear
    return {
        "network": type(model.network).__name__,
        "network_fields": _fields(model.network),
        "scaling": dataclasses.asdict(model.scaling),
        "epsilon": model.epsilon,
        "sampler": None
        if sampler is None
        else {"kind": type(sampler).__name__, "fields": dataclasses.asdict(sampler)},
        "linear": None
        if linear is None
        else {
            "basis": dataclasses.asdict(linear.basis),
            "shape": list(linear.coefficients.shape),
            "mus": list(linear.mus),
        },
        "record": model.record,
    }


def as_text(content: Any, indent: str = "") -> str:
    """Return JSON with an entry of an object to a line, and lists of numbers on one."""
    if not isinstance(content, dict) or not content:
        return json.dumps(content)
    inner = indent + " "
    entries = [f"{inner}{json.dumps(str(k))}: {as_text(v, inner)}" for k, v in content.items()]
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def restore(description: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the model described, without parameters; coefficients are a shape.

    Raises:
        KeyError, TypeError, ValueError: if an entry is missing or wrong. Files of networks that are
            rolled out may lack a sampler and a linear part.
    """
    sampler, linear = description.get("sampler"), description.get("linear")
    if not 0 <= float(description["epsilon"]) < float("inf"):
        raise ValueError(description["epsilon"])
    return {
        "network": _NETWORKS[description["network"]](**_tuples(description["network_fields"])),
        "scaling": Scaling(**_tuples(description["scaling"])),
        "epsilon": float(description["epsilon"]),
        "record": dict(description["record"]),
        "sampler": sampler and _SAMPLERS[sampler["kind"]](**sampler["fields"]),
        "linear": linear
        and LinearPart(
            Basis(**_tuples(linear["basis"])),
            jax.ShapeDtypeStruct(tuple(linear["shape"]), np.float32),
            tuple(linear["mus"]),
        ),
    }


def _tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    # JSON knows lists only; fields are hashable so that a network can be a static argument.
    return {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}


def _fields(network: networks.Network) -> dict[str, Any]:
    skip = ("parent", "name")  # Linen's own fields
    return {
        f.name: getattr(network, f.name) for f in dataclasses.fields(network) if f.name not in skip
    }
