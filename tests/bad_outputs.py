"""Files that are not as they were written, bad arguments of commands, and what is said of them."""

import json

import numpy as np
from bad_contents import PICKLE
from bad_values import GOOD, MUS, NAN, TIMES, cases, of_one
from filelock import FileLock
from translation import train

from hoam import (
    checkpoints,
    commands,
    files,
    formats,
    output,
    readers,
    references,
    results,
    settings,
    training_state,
    verdicts,
)
from hoam.checkpoints import CheckpointError


def written(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def results_cases(name, content):
    """Return cases of what reads a results file, of one that is spoilt."""
    functions = [
        (results.read_results, lambda folder: results.read_results(folder / "one.json")),
        (verdicts.recorded_numbers, verdicts.recorded_numbers),
    ]
    return {
        key: case
        for function, call in functions
        for key, case in cases(
            f"{function.__module__}.{function.__name__}",
            [(name, call, "make book")],
            given=written("one.json", content),
        ).items()
    }


#: Results files that are none, as bytes.
SPOILT = {
    "nothing": b"",
    "half a file": b'{"figures": {"fig-a": {"numb',
    "no text": b"\xff\xfe\x00",
    "a pickle": PICKLE,
    "nested too deeply": b"[" * 100_000,
    "a list": b"[]",
    "a number": b"1",
    "no figures": b'{"notebook": "one"}',
    "figures in a list": b'{"figures": []}',
    "a figure without numbers": b'{"figures": {"fig-a": {}}}',
    "a word for a number": b'{"figures": {"fig-a": {"numbers": {"x": "small"}}}}',
    "nothing for a number": b'{"figures": {"fig-a": {"numbers": {"x": null}}}}',
    "a vast number": b'{"figures": {"fig-a": {"numbers": {"x": 1' + b"0" * 400 + b"}}}}",
}
RESULTS = cases(
    "hoam.results.recorded",
    [
        (name, lambda folder, text=SPOILT[name]: results.recorded(json.loads(text)), "make book")
        for name in ("a list", "no figures", "a vast number")
    ],
)
for label, spoilt in SPOILT.items():
    RESULTS |= results_cases(label, spoilt)
EXPECTED = references.Reference(
    "fig-a", "x", value=1.0, rtol=0.1, kind="exact", source="a theorem", why="rounding"
)
RESULTS |= cases(
    "hoam.references.Reference.accepts",
    of_one(EXPECTED.accepts, "small", None, 1j, [1.0]),
    error=TypeError,
)


def state(folder):
    """Write the state of a training that has just begun."""
    description = {"run": {}, "step": 1, "elapsed": 0.0, "history": {}}
    path = folder / "training.safetensors"
    checkpoints.save_tree(path, {"a": np.zeros(2)}, kind="training", description=description)
    return path


def flipped(share):
    """Return a function that writes a training state with one flipped bit, at a share of it."""

    def given(folder):
        path = state(folder)
        content = bytearray(path.read_bytes())
        content[int(share * (len(content) - 1))] ^= 1
        path.write_bytes(content)

    return given


STATES = {
    name: case
    for share in (0.0, 0.3, 0.6, 1.0)
    for name, case in cases(
        "hoam.training_state.resume",
        [(f"a flipped bit at {share}", lambda f: train(f / "training.safetensors"), "intact copy")],
        given=flipped(share),
        error=CheckpointError,
    ).items()
} | {
    **cases(
        "hoam.training_state.require_finite",
        [
            (
                "NaN",
                lambda folder: training_state.require_finite(
                    np.asarray([1.0, NAN]), {}, first=7, checkpoint=None, cause=str
                ),
                "nan at step 8",
            )
        ],
        error=FloatingPointError,
    ),
    **cases(
        "hoam.checkpoints.load_arrays",
        [
            (
                "another kind",
                lambda f: checkpoints.load_arrays(f / "training.safetensors", kind="model"),
                "a training one",
            )
        ],
        given=state,
        error=CheckpointError,
    ),
    **cases(
        "hoam.checkpoints.fill_tree",
        [
            (
                name,
                lambda f, arrays=arrays: checkpoints.fill_tree(
                    {"a": np.zeros(2)}, arrays, path="x"
                ),
                says,
            )
            for name, arrays, says in [
                ("other names", {"['b']": np.zeros(2)}, "differences at"),
                ("another shape", {"['a']": np.zeros(3)}, "(3,)"),
                ("another type", {"['a']": np.zeros(2, int)}, "int64"),
            ]
        ],
        error=CheckpointError,
    ),
}
LOADERS = (
    readers.load_npz,
    readers.load_csv,
    readers.load_parquet,
    readers.load_netcdf,
    readers.load_zarr,
)
LOCKS = []


def hold(folder):
    """Hold a file as another process would, until the tests end."""
    LOCKS.append(FileLock(folder / ".a.lock"))
    LOCKS[-1].acquire()


FILES = {
    **{
        name: case
        for load in LOADERS
        for name, case in cases(
            f"{load.__module__}.{load.__name__}",
            [("a pickle", lambda folder, load=load: load(folder / "a"), "Use an intact")],
            given=written("a", PICKLE),
        ).items()
    },
    **cases(
        "hoam.formats.package",
        [("none", lambda folder: formats.package("no_such_package", folder), "no_such_package")],
        error=ModuleNotFoundError,
    ),
    **cases(
        "hoam.files.held",
        [("by another", lambda folder: files.held(folder / "a").__enter__(), "alone")],
        given=hold,
        error=BlockingIOError,
    ),
    **cases(
        "hoam.output.refuse_existing",
        [("one", lambda f: output.refuse_existing([f / "a"], force=False), "--force")],
        given=written("a", b""),
        error=FileExistsError,
    ),
    **cases("hoam.settings.Network", of_one(lambda v: settings.Network(kind=v), "mpl")),
    **cases("hoam.settings.Training", of_one(lambda v: settings.Training(method=v), "am")),
}


def samples(folder):
    np.savez(folder / "data.npz", samples=GOOD, times=TIMES, mus=MUS)


COMMANDS = {
    **cases(
        "hoam.commands.check",
        [
            ("two values", lambda f: commands.check(f / "data.npz", mu=(1.0, 2.0)), "got 2"),
            ("NaN", lambda f: commands.check(f / "data.npz", mu=(NAN,)), "nan"),
        ],
        given=samples,
    ),
    **cases(
        "hoam.commands.fit",
        [("a name", lambda f: commands.fit(f / "data.npz", out=f / "model.json"), "model.json")],
        given=samples,
    ),
    **cases(
        "hoam.commands.sample",
        [
            (
                "no model",
                lambda f: commands.sample((), start=f / "data.npz", times=(0.0, 1.0)),
                "got 0",
            )
        ],
        given=samples,
    ),
}
CASES = {**RESULTS, **STATES, **FILES, **COMMANDS}
