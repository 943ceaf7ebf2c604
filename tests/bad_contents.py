"""Files that are spoilt, foreign or hostile, names that lead astray, and what is said of them."""

import json
import struct

import numpy as np
import translation
from bad_values import cases
from safetensors.numpy import load_file, save_file
from translation import train

import hoam
from hoam import check, checkpoints, references, report, results, verdicts
from hoam.checkpoints import CheckpointError

MODEL = translation.untrained()
REFERENCE = """notebook = "example"
profile = "book"
["fig-a".error]
value = 1.0
rtol = 0.1
kind = "claim"
source = "a closed form"
why = "seeds"
"""
RESULTS = b'{"figures": {"fig-a": {"numbers": {"error": 1.0}}}}'
PICKLE = b"\x80\x04\x95\n\0\0\0\0\0\0\0}\x94\x8c\x01a\x94K\x01s."  # {"a": 1}


def written(content):
    """Return a function that writes bytes as a model's file."""
    return lambda folder: (folder / "model.safetensors").write_bytes(content)


def bomb(size, header):
    """Return the bytes of a safetensors file with a header length and header of one's choice."""
    return struct.pack("<Q", size or len(header)) + header


def huge():
    """Return a header that promises an array of 4 TB behind it."""
    return b'{"a": {"dtype": "F32", "shape": [1000000000000], "data_offsets": [0, 4000000000000]}}'


def described(change):
    """Return a function that writes a model whose description is changed, without a checksum."""

    def given(folder):
        path = folder / "model.safetensors"
        MODEL.save(path)
        arrays, text = checkpoints.load_arrays(path, kind="model")
        text = change if isinstance(change, str) else json.dumps(change(text))
        header = {"format": checkpoints.FORMAT, "kind": "model", "description": text}
        save_file(arrays, path, metadata=header)
        path.with_suffix(".json").unlink()

    return given


def with_entry(where, value):
    """Return a change of one entry of a description, `where` a path of keys."""

    def change(description):
        *path, last = where
        place = description
        for key in path:
            place = place[key]
        place[last] = value
        return description

    return described(change)


def resealed(folder):
    path = folder / "model.safetensors"
    MODEL.save(path)
    header = {"format": checkpoints.FORMAT, "kind": "model", "checksum": "0", "description": "{}"}
    save_file(load_file(path), path, metadata=header)


def load(folder):
    return hoam.load(folder / "model.safetensors")


LINEAR = {"basis": {"periodic": [False]}, "shape": [10**6] * 3, "mus": [1.0]}
SAMPLER = {"kind": "FlowSampler", "fields": {"steps": 0}}
MODELS = {
    name: case
    for label, given, says in [
        ("a pickle in disguise", written(PICKLE), "unreadable"),
        ("a header of 4 EB", written(bomb(2**62, b"{}")), "unreadable"),
        ("an array of 4 TB", written(bomb(0, huge())), "unreadable"),
        ("a zip archive", written(b"PK\x03\x04" + bytes(100)), "unreadable"),
        ("a file of zeros", written(bytes(1000)), "unreadable"),
        ("a description nested too deeply", described("[" * 100_000), "JSON description"),
        ("a list for a description", described("[1]"), "JSON description"),
        ("another checksum", resealed, "checksum"),
        ("an unknown network", with_entry(["network"], "__import__"), "__import__"),
        ("a network of a million layers", with_entry(["network_fields", "depth"], 10**6), "10000"),
        ("a million neurons", with_entry(["network_fields", "width"], 10**6), "(1000000, 3)"),
        ("a width in words", with_entry(["network_fields", "width"], "a"), "'a'"),
        ("half a neuron", with_entry(["network_fields", "width"], 16.5), "16.5"),
        ("an unknown field", with_entry(["network_fields", "code"], 1), "code"),
        ("fields that are none", with_entry(["network_fields"], [1]), "wrong entry"),
        ("NaN for epsilon", with_entry(["epsilon"], float("nan")), "nan"),
        ("a scaling without coordinates", with_entry(["scaling", "low"], []), "low=()"),
        ("a scaling in words", with_entry(["scaling", "low"], "ab"), "wrong entry"),
        ("a scaling of no size", with_entry(["scaling", "size"], [0.0, 0.0]), "size=(0.0, 0.0)"),
        ("a record that is none", with_entry(["record"], [1]), "wrong entry"),
        ("a sampler without steps", with_entry(["sampler"], SAMPLER), "got 0"),
        ("a linear part of 4 EB", with_entry(["linear"], LINEAR), "['linear']"),
    ]
    for name, case in cases(
        "hoam.model.load", [(label, load, says)], error=CheckpointError, given=given
    ).items()
}


def state(description):
    def given(folder):
        path = folder / "training.safetensors"
        checkpoints.save_tree(path, {"a": np.zeros(2)}, kind="training", description=description)

    return given


STATES = {
    name: case
    for label, description in [("nothing", {}), ("a run in words", {"run": "mine", "step": 1})]
    for name, case in cases(
        "hoam.training_state.resume",
        [(label, lambda folder: train(folder / "training.safetensors"), "training state")],
        error=CheckpointError,
        given=state(description),
    ).items()
}


def file(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def spoilt(of, call, entries):
    """Return cases of a function that reads `example.toml`."""
    return {
        name: case
        for label, content, says in entries
        for name, case in cases(
            of, [(label, call, says)], given=file("example.toml", content)
        ).items()
    }


TABLES = {
    **spoilt(
        "hoam.references.read",
        lambda folder: references.read(folder / "example.toml"),
        [
            ("no TOML", b"= =", "Expected TOML"),
            ("no text", b"\xff\xfe\x00", "Expected TOML"),
            ("half a file", REFERENCE.encode()[:-20], "Expected TOML"),
            ("another notebook", b'notebook = "../x"\nprofile = "book"\n', "'../x'"),
            ("a stray number", REFERENCE.encode().replace(b'["fig', b'a = 1\n["fig'), "a = 1"),
        ],
    ),
    **spoilt(
        "hoam.verdicts.judge",
        lambda folder: verdicts.judge(folder / "example.toml", {}),
        [
            ("no TOML", b"[[", "Expected TOML"),
            ("a number for a claim", b"C1 = 3", "Expected a table C1"),
            ("a claim without rules", b'[C1]\ntext = "x"\n', "C1: Expected text"),
        ],
    ),
    **cases(
        "hoam.verdicts.judge_rule",
        [
            ("two", lambda f: verdicts.judge_rule("1 < 2 < 3", {}), "one comparison"),
            ("code", lambda f: verdicts.judge_rule("__import__('os') < 1", {}), "__import__"),
        ],
    ),
    **cases(
        "hoam.references.Reference",
        [
            ("nothing to compare with", lambda f: references.Reference("fig-a", "e"), "kind"),
            (
                "NaN",
                lambda f: references.Reference(
                    "fig-a", "e", value=float("nan"), atol=1, kind="claim", source="s", why="w"
                ),
                "finite numbers",
            ),
        ],
    ),
    **cases(
        "hoam.references.update",
        [
            (
                "without a reason",
                lambda folder: references.update(
                    folder / "example.toml", "fig-a", "error", number=1.0, reason=" "
                ),
                "reason ' '",
            )
        ],
        given=file("example.toml", REFERENCE.encode()),
    ),
    **cases(
        "hoam.references.update",
        [
            (
                "of no number",
                lambda folder: references.update(
                    folder / "example.toml", "fig-b", "error", number=1.0, reason="new"
                ),
                "fig-b.error",
            )
        ],
        given=file("example.toml", REFERENCE.encode()),
        error=KeyError,
    ),
    **cases(
        "hoam.check.check",
        [("no TOML", lambda folder: check.check(folder, folder), "Expected TOML")],
        given=file("example.toml", b"= ="),
    ),
    **spoilt(
        "hoam.results.read_toml",
        lambda folder: results.read_toml(folder / "example.toml"),
        [
            ("nothing", b"\x00", "Expected TOML"),
            ("endless nesting", b"a = " + b"[" * 10**5, "Expected TOML"),
            ("an endless number", b"a = " + b"9" * 5000, "Expected TOML"),
        ],
    ),
    **{
        name: case
        for label, content in [
            ("endless nesting", b"[" * 10**5),
            ("an endless number", b"9" * 5000),
            ("a number of 400 digits", RESULTS.replace(b"1.0", b"9" * 400)),
            ("a word for a number", RESULTS.replace(b"1.0", b'"many"')),
        ]
        for name, case in cases(
            "hoam.verdicts.recorded_numbers",
            [(label, verdicts.recorded_numbers, "Expected results")],
            given=file("a.json", content),
        ).items()
    },
    **cases(
        "hoam.results.project_root",
        [("none above", lambda folder: results.project_root(folder), "pyproject.toml")],
        error=FileNotFoundError,
    ),
}


def of_report(name):
    return lambda folder: report.Report(name, root=folder)


def record(figure, value):
    def call(folder):
        book = object.__new__(report.Report)  # its own first write is not what is looked at
        book.directory, book._figures = folder, {}
        book.record(figure, error=value)

    return call


REPORTS = {
    **cases(
        "hoam.report.Report",
        [
            (repr(name), of_report(name), f"got {name!r}")
            for name in ("../evil", "/evil", "", "a/b", "a\x00b", "..", "a\n")
        ],
    ),
    **cases(
        "hoam.report.Report.record",
        [
            (repr(figure), record(figure, 1.0), repr(figure))
            for figure in ("fig-../a", "fig-a\n", "Fig-a", "fig", "")
        ],
    ),
    **cases(
        "hoam.report.Report.record",
        [
            ("an array", record("fig-a", [1.0, 2.0]), "shape (2,)"),
            ("a word", record("fig-a", "small"), "<U5"),
            ("nothing", record("fig-a", None), "object"),
            ("a complex number", record("fig-a", 1j), "1j"),
        ],
        error=TypeError,
    ),
}
CASES = {**MODELS, **STATES, **TABLES, **REPORTS}
