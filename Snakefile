# The one graph of the book:
#
#   checkpoints -> executed notebooks -> results -> number check -> pages
#
# Training is a separate target, `retrain`: a checkpoint is a source file, and its age never
# starts a training. `make` calls this file; see `make help`.

import functools
import subprocess
import sys
from pathlib import Path
from shlex import quote

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT / "book"))

import dependencies

PROFILE = config.get("profile", "book")
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.py"))
CACHE = ".cache"

# What a run sees of its surroundings: this environment's Python, one compilation cache, which keeps
# what compiles in a moment too, no choice of a plotting backend (notebooks draw inline), and no
# chatter of the compiler on the pages.
shell.prefix(
    f"export PATH={quote(str(Path(sys.executable).parent))}:$PATH PYTHONHASHSEED=0 "
    f"JAX_PLATFORMS=cpu JAX_COMPILATION_CACHE_DIR={quote(str(ROOT / CACHE / 'jax'))} "
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0 TF_CPP_MIN_LOG_LEVEL=2; unset MPLBACKEND; "
)


@functools.cache
def package():
    """The modules of the package, read once."""
    return dependencies.Package(ROOT)


@functools.cache  # Snakemake asks again after every job
def inputs_of(name):
    """The notebook, the modules it uses and the checkpoints it loads."""
    found = dependencies.inputs(ROOT / "notebooks" / f"{name}.py", ROOT, package())
    return found + ["tests/oracles.py"] * (name == "speed")


def notebook_inputs(wildcards):
    """What a notebook is run again after."""
    return inputs_of(wildcards.name)


@functools.cache  # asked for by every job of the matrix
def training_runs():
    """The names of the matrix, each with that of the run it goes on from, or nothing."""
    command = [sys.executable, "-m", "hoam.retrain", "--list"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {words[0]: words[1:] for words in map(str.split, listed.splitlines())}


def training_stamps(wildcards):
    """One stamp per training in the matrix, or for the one that was asked for."""
    names = [config["train"]] if config.get("train") else training_runs()
    return expand(f"{CACHE}/trained/{{name}}", name=names)


def trained_before(wildcards):
    """What a run goes on from comes first, unless the run alone was asked for."""
    before = [] if config.get("train") else training_runs()[wildcards.name]
    return expand(f"{CACHE}/trained/{{name}}", name=before)


def full_run_stamps(wildcards):
    """The trainings that must come first, in the profile that retrains everything."""
    return training_stamps(wildcards) if PROFILE == "full" else []


wildcard_constraints:
    name=r"[\w-]+",


rule book:
    input:
        f"{CACHE}/checked",
        "_build/html/index.html",
    default_target: True


rule results:
    input:
        expand("results/{name}.json", name=NOTEBOOKS),


rule execute:
    input:
        notebook_inputs,
        full_run_stamps,
        ["requirements.lock", "CITATION.cff"],  # slides name the version
    output:
        page="book/_executed/{name}.ipynb",
        numbers="results/{name}.json",
    params:
        profile=PROFILE,
    shell:
        "echo 'Running notebooks/{wildcards.name}.py'; "
        "python book/execute.py notebooks/{wildcards.name}.py {output.page}"
        " --profile {params.profile}"


# The longest first, so that no core is idle while the last of them runs.
use rule execute as execute_first with:
    wildcard_constraints:
        name="two_stream|comparison|comparison_plasmas|oscillator",
    priority: 2


use rule execute as execute_second with:
    wildcard_constraints:
        name="strong_landau|bump_on_tail|speed|training|histograms",
    priority: 1


ruleorder: execute_first > execute_second > execute


rule check:
    input:
        expand("results/{name}.json", name=NOTEBOOKS),
        sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("tests/reference/*.toml")),
        "hoam/check.py",
        "hoam/references.py",
    output:
        f"{CACHE}/checked",
    params:
        profile=PROFILE,
    shell:
        "python -m hoam.report --profile {params.profile} check && touch {output}"


# A failed build forgets its pages: Sphinx reports the warnings of a page only when it reads it. So does
# one that was killed, which the next build sees by the mark that it left. What else is in _build stays.
PAGES = "_build/html _build/.doctrees _build/jupyter_execute _build/.unfinished"


rule pages:
    input:
        expand("book/_executed/{name}.ipynb", name=NOTEBOOKS),
        expand("results/{name}.json", name=NOTEBOOKS),
        ["_config.yml", "_toc.yml", "pyproject.toml", "requirements.lock"],
        ["CITATION.cff", "CHANGELOG.md"],
        sorted(
            str(path.relative_to(ROOT))
            for pattern in (
                "book/*.*",
                "book/api/*",
                "book/_extensions/*.py",
                "book/_root/*.*",
                "book/_static/**/*.*",
                "book/_vendor/**/*.*",
                "hoam/**/*.py",
                "notebooks/*.py",
                "tests/reference/*.toml",
                "tests/seeded_faults.toml",
                "tests/*_record.toml",
                "tests/torchcfm.lock",
            )
            for path in ROOT.glob(pattern)
            if path.is_file()
        ),
    output:
        "_build/html/index.html",
    shell:
        "echo 'Building the pages'; "
        "test ! -e _build/.unfinished || rm -rf {PAGES}; mkdir -p _build; touch _build/.unfinished; "
        "jupyter-book build . -n -W --keep-going --quiet"
        " && test -f {output} && touch {output} && rm _build/.unfinished"
        " || {{ rm -rf {PAGES}; exit 1; }}"


# The stamps of an interrupted run are found again, so that it goes on where it was; those of a
# finished run are removed, so that the next `make retrain` trains again.
rule retrain:
    input:
        training_stamps,
    shell:
        "rm -f {input}"


rule train:
    input:
        trained_before,
    output:
        temp(f"{CACHE}/trained/{{name}}"),
    shell:
        "echo 'Training {wildcards.name}'; "
        "python -m hoam.retrain --config {wildcards.name} && touch {output}"


def study_stamps(wildcards):
    """One stamp per training of the studies that has no outcome yet."""
    command = [sys.executable, "-m", "benchmarks.studies", "--list"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return expand(f"{CACHE}/studied/{{name}}", name=listed.split())


rule studies:
    input:
        study_stamps,
    shell:
        "rm -f {input}"


rule study:
    output:
        temp(f"{CACHE}/studied/{{name}}"),
    shell:
        "echo 'Training {wildcards.name}'; "
        "python -m benchmarks.studies --config {wildcards.name} && touch {output}"
