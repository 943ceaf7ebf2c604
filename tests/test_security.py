"""Safe to run and to publish: no pickle, no evaluated text, no network, no secrets."""

import ast
import hashlib
import re
import subprocess

import pytest

#: Calls and imports that run what a file or a text says, or reach for the network.
CALLS = {"eval", "exec", "compile", "__import__", "system", "popen"}
MODULES = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
NETWORK = {"socket", "urllib", "http", "requests", "ftplib", "smtplib", "aiohttp", "httpx"}
SECRETS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "cloud key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "token": r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|pypi-AgE|npm_|hf_|sk-)[\w-]{16,}",
    "web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.",
    "password in an address": r"://[^/\s:@{}$]+:[^/\s:@{}$]+@",
    "assigned secret": r"(?i)\b(?:password|secret|api_?key|token)\s*[=:]\s*['\"][^'\"]{8}",
}
#: Those of a form that nothing else has: no code of others and no number matches them.
PLAIN = ("private key", "cloud key", "token", "web token")


@pytest.fixture(scope="module")
def sources(root):
    """Files that git has or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return [root / line for line in done.stdout.splitlines() if (root / line).is_file()]


def trees(sources, *folders):
    """Yield path and syntax tree of the Python files in some folders."""
    for path in sources:
        if path.suffix == ".py" and set(folders) & set(path.parts):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls(tree):
    """Yield the names that are called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            yield getattr(function, "id", getattr(function, "attr", "")), node


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0]


def secrets(text, kinds):
    """Return which kinds of secrets stand in a text."""
    return [kind for kind in kinds if re.search(SECRETS[kind], text)]


def test_nothing_evaluates_text_or_starts_a_shell(sources):
    found = []
    for path, tree in trees(sources, "hoam", "notebooks", "benchmarks", "book"):
        for name, node in calls(tree):
            method = isinstance(node.func, ast.Attribute)
            # `re.compile` and the like are methods of modules; the built-in is a plain name.
            harmless = method and name in ("compile", "eval")
            harmless |= ast.unparse(node.func) == "platform.system"  # the name of the system
            if name in CALLS and not harmless:
                found.append(f"{path.name}: {name}")
            shell = [
                k for k in node.keywords if k.arg == "shell" and ast.unparse(k.value) != "False"
            ]
            found += [f"{path.name}: shell" for _ in shell]
    assert found == []


def test_no_pickle_is_read_or_written(sources):
    found = []
    for path, tree in trees(sources, "hoam", "notebooks", "benchmarks", "book"):
        found += [f"{path.name}: {name}" for name in imported(tree) if name in MODULES]
        for name, node in calls(tree):
            given = {k.arg: ast.unparse(k.value) for k in node.keywords}
            if given.get("allow_pickle") == "True" or (
                name == "load" and "yaml" in ast.unparse(node)
            ):
                found.append(f"{path.name}: {ast.unparse(node)}")
    assert found == []


def test_package_and_notebooks_import_nothing_that_reaches_for_the_network(sources):
    found = [
        f"{path.name}: {name}"
        for path, tree in trees(sources, "hoam", "notebooks", "benchmarks")
        for name in imported(tree)
        if name in NETWORK
    ]
    assert found == []


def test_no_file_holds_a_secret(sources):
    found = []
    for path in sources:
        foreign = path.name == "test_security.py" or "_vendor" in path.parts
        text = path.read_bytes().decode(errors="replace")
        found += [f"{path.name}: {what}" for what in secrets(text, PLAIN if foreign else SECRETS)]
    assert found == []


def test_no_commit_holds_a_secret(root):
    command = ["git", "log", "--all", "-p", "-U0", "--no-color", "--no-ext-diff", "--format=%h%n%B"]
    done = subprocess.run(command, cwd=root, capture_output=True, check=True)
    text = done.stdout.decode(errors="replace")
    assert "diff --git" in text
    assert secrets(text, PLAIN) == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("private key", "-----BEGIN " + "RSA PRIVATE KEY-----"),
        ("cloud key", "AKIA" + "ABCDEFGHIJKLMNOP"),
        ("token", "ghp_" + 24 * "a"),
        ("web token", ".".join(["eyJ" + 12 * "a"] * 2) + ".a"),
        ("password in an address", "https://me:" + "secret@example.com"),
        ("assigned secret", 'api_key = "' + 12 * "x" + '"'),
    ],
)
def test_the_scan_would_see_one(what, text):
    assert secrets(text, SECRETS) == [what]


def test_what_others_wrote_is_as_it_was(root):
    path = root / "book" / "_vendor" / "mathjax" / "tex-chtml-full.js"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == MATHJAX


def test_workflows_name_actions_by_their_commit_and_tests_may_only_read(root):
    for path in (root / ".github" / "workflows").glob("*.yml"):
        used = re.findall(r"uses: (\S+)", path.read_text())
        assert [name for name in used if not re.search("@[0-9a-f]{40}$", name)] == [], path.name
    rights = re.search(r"^permissions:\n((?:  .*\n)+)", (path.parent / "ci.yml").read_text(), re.M)
    assert rights[1] == "  contents: read\n"


MATHJAX = "91b005503c5d1f0958bf4d73ada1a3be33596b2c4ab5da22277f1b0d3149b5a4"
