"""Say which files a notebook depends on, from its imports and the names that it uses.

`import hoam` loads modules on first use, so the import statement alone says nothing: an attribute
such as `hoam.metrics.electric_energy` or `hoam.fit` does. A package's `__init__` is read as a
table of names, and only the names in use are followed; every other module counts with all that it
imports. A name that cannot be resolved counts as a use of the whole package, which is never wrong.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGE = "hoam"


def _is_main_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree, leaving out what runs only as a command."""
    for child in ast.iter_child_nodes(node):
        if not _is_main_block(child):
            yield child
            yield from _walk(child)


def _dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a chain of attributes on a name, and nothing for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


class Package:
    """The modules of the package below `root`, by dotted name."""

    def __init__(self, root: Path) -> None:
        self.files: dict[str, Path] = {}
        for path in sorted((root / PACKAGE).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            self.files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
        self._trees = {name: ast.parse(path.read_text()) for name, path in self.files.items()}
        self._used: dict[str, set[str]] = {}

    def is_package(self, module: str) -> bool:
        """Return whether `module` is a package, whose `__init__` is a table of names."""
        return self.files[module].name == "__init__.py"

    def exports(self, package: str) -> dict[str, str]:
        """Return the names that a package hands on, each with its dotted origin."""
        names: dict[str, str] = {}
        for node in _walk(self._trees[package]):
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                for key, value in pairs:
                    if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                        origin = str(value.value).removeprefix(".")
                        inside = origin.startswith(PACKAGE)
                        module = origin if inside else f"{package}.{origin}"
                        names[str(key.value)] = f"{module}.{key.value}"
            elif isinstance(node, ast.ImportFrom):
                origin = self.origin(package, node)
                names |= {a.asname or a.name: f"{origin}.{a.name}" for a in node.names}
        return names

    def origin(self, module: str, node: ast.ImportFrom) -> str:
        """Return the absolute dotted name that `from X import ...` in `module` speaks of."""
        if not node.level:
            return node.module or ""
        base = module if self.is_package(module) else module.rpartition(".")[0]
        for _ in range(node.level - 1):
            base = base.rpartition(".")[0]
        return f"{base}.{node.module}" if node.module else base

    def resolve(self, name: str, seen: frozenset[str] = frozenset()) -> set[str]:
        """Return the modules that a dotted name such as `hoam.systems.TwoStream` needs."""
        module = name
        while module not in self.files:
            module = module.rpartition(".")[0]
        needed = {m for m in self.files if f"{module}.".startswith(f"{m}.")}
        if module == name or not self.is_package(module):
            return needed
        attribute = name[len(module) + 1 :].split(".")[0]
        origin = self.exports(module).get(attribute)
        if origin == module or origin in seen:
            return needed
        if origin is None:
            return needed if attribute.startswith("__") else set(self.files)
        if not origin.startswith(PACKAGE):
            return needed
        return needed | self.resolve(origin, seen | {name})

    def uses(self, tree: ast.AST, module: str = "") -> set[str]:
        """Return the modules that the names used in a syntax tree need."""
        found: set[str] = set()
        bound: dict[str, str] = {}
        for node in _walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.split(".")[0] == PACKAGE:
                        bound[alias.asname or PACKAGE] = alias.name if alias.asname else PACKAGE
                        found |= self.resolve(alias.name)
            elif isinstance(node, ast.ImportFrom):
                origin = self.origin(module, node) if module else node.module or ""
                if origin.split(".")[0] == PACKAGE:
                    for alias in node.names:
                        bound[alias.asname or alias.name] = f"{origin}.{alias.name}"
                        found |= self.resolve(f"{origin}.{alias.name}")
        for node in _walk(tree):
            first, _, rest = _dotted(node).partition(".")
            if rest and first in bound:
                found |= self.resolve(f"{bound[first]}.{rest}")
        return found

    def needed(self, tree: ast.AST) -> set[str]:
        """Return all modules that a syntax tree needs, those of its modules included."""
        done: set[str] = set()
        waiting = self.uses(tree)
        while waiting:
            module = waiting.pop()
            done.add(module)
            if not self.is_package(module):
                if module not in self._used:  # one module is needed by many notebooks
                    self._used[module] = self.uses(self._trees[module], module)
                waiting |= self._used[module] - done
        return done


def _benchmarks(tree: ast.AST, root: Path) -> dict[Path, ast.AST]:
    """Return the modules of `benchmarks` that a syntax tree imports, and those that they import."""
    found: dict[Path, ast.AST] = {}
    waiting = [tree]
    while waiting:
        for node in _walk(waiting.pop()):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                path = root.joinpath(*name.split(".")).with_suffix(".py")
                if name.startswith("benchmarks.") and path.is_file() and path not in found:
                    found[path] = ast.parse(path.read_text())
                    waiting.append(found[path])
    return found


def _texts(trees: Iterable[ast.AST]) -> set[str]:
    nodes = (node for tree in trees for node in _walk(tree))
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def inputs(notebook: Path, root: Path, package: Package | None = None) -> list[str]:
    """Return the files that a notebook reads, relative to `root`: itself, modules, checkpoints.

    Modules of `benchmarks` count with all that they use, and with the records of past runs where
    they read some. A checkpoint counts where its name starts with that of the notebook, as
    `two_stream-...`, or where a text in the notebook or in those modules holds that start.

    Args:
        notebook: a py:percent file.
        root: the repository.
        package: what was read of the package there; it is read if not given.
    """
    tree = ast.parse(notebook.read_text())
    package, benchmarks = package or Package(root), _benchmarks(tree, root)
    trees = [tree, *benchmarks.values()]
    names = {name for each in trees for name in package.needed(each)}
    modules = [*benchmarks, *(package.files[name] for name in names)]
    if any(path.stem == "outcomes" for path in benchmarks):
        modules += (root / "benchmarks" / "records").glob("*.json")
    texts = _texts(trees)
    checkpoints = []
    for path in (root / "checkpoints").glob("*-*"):
        family = path.name.split("-")[0]
        if path.suffix in (".json", ".safetensors") and (
            family == notebook.stem or any(f"{family}-" in text for text in texts)
        ):
            checkpoints.append(path)
    return sorted(str(path.relative_to(root)) for path in (notebook, *modules, *checkpoints))
