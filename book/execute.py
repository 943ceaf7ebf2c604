"""Run one notebook from top to bottom and keep the result only if every cell succeeded.

python book/execute.py notebooks/two_stream.py book/_executed/two_stream.ipynb --profile book
"""

import argparse
import tempfile
from pathlib import Path

import jupytext
import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError
from traitlets.config import Config

from hoam.files import write_atomically
from hoam.results import PROFILES

#: Seconds of one cell, by run profile. Whole notebooks take some minutes and CI has an hour, but
#: `full` runs what takes longest anew.
LIMITS = {"quick": 900, "book": 900, "full": 4 * 3600}


def prepare(source: Path) -> nbformat.NotebookNode:
    """Return a py:percent file as a notebook, after a look at its `parameters` cell.

    Raises:
        ValueError: if no cell, or more than one, is tagged `parameters`.
    """
    notebook = jupytext.read(source)
    tagged = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(tagged) != 1:
        message = (
            f"Expected one cell tagged 'parameters' in {source.name}; got {len(tagged)}. "
            'Use `# %% tags=["parameters"]` above `profile = "book"`.'
        )
        raise ValueError(message)
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return notebook


def _as_given(source: str, injected: str) -> str:
    """Return the code of the parameters cell with the values that the injected cell gave."""
    given = {line.partition(" = ")[0]: line for line in injected.splitlines() if " = " in line}
    return "\n".join(given.get(line.partition(" = ")[0], line) for line in source.splitlines())


def publish(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return an executed notebook without times and paths.

    The cell tagged `parameters` shows the values of this run, and the injected cell is hidden.
    """
    notebook.metadata.pop("papermill", None)
    tagged = {tag: cell for cell in notebook.cells for tag in cell.metadata.get("tags", [])}
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
    if "injected-parameters" in tagged:
        shown, hidden = tagged["parameters"], tagged["injected-parameters"]
        shown.source = _as_given(shown.source, hidden.source)
        hidden.metadata["tags"] = ["injected-parameters", "remove-cell"]
    return notebook


def execute(source: Path, target: Path, *, profile: str, limit: int | None = None) -> None:
    """Run `source` with a run profile and write the executed notebook to `target`.

    The kernel is reached through a socket of its own in a private directory, not an open port.

    Args:
        source: the py:percent file.
        target: the executed notebook.
        profile: run profile.
        limit: seconds that one cell may take, those of the profile if not given.

    Raises:
        papermill.PapermillExecutionError: if a cell fails; `target` is then left as it was.
        TimeoutError: if a cell takes longer than the limit; likewise.
    """
    limit = LIMITS[profile] if limit is None else limit
    with tempfile.TemporaryDirectory() as directory:
        draft, result = Path(directory) / "draft.ipynb", Path(directory) / "result.ipynb"
        nbformat.write(prepare(source), draft)
        kernel = {"KernelManager": {"transport": "ipc", "ip": f"{directory}/kernel"}}
        try:
            papermill.execute_notebook(
                draft,
                result,
                parameters={"profile": profile},
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                execution_timeout=limit,
                config=Config(kernel),
            )
        except CellTimeoutError as error:
            message = (
                f"Expected every cell of {source.name} within {limit} s; got one that takes "
                "longer. Use python on the file to see where it stalls."
            )
            raise TimeoutError(message) from error
        executed = nbformat.read(result, as_version=4)
    text = nbformat.writes(publish(executed)) + "\n"
    write_atomically(target, text.encode())


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--profile", choices=PROFILES, default="book")
    chosen = parser.parse_args()
    execute(chosen.source, chosen.target, profile=chosen.profile)


if __name__ == "__main__":
    main()
