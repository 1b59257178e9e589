"""Run the notebooks and write them with their outputs to build/notebooks/: `make notebooks`.

    python notebooks/execute.py [--set LIBRARY=../library VIDEO=dQw4w9WgXcQ]

Without `--set`, digests of the sample are made first. The committed notebooks have no outputs. Values given with
`--set` are inserted as a cell after the one that is tagged "parameters".
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
ROOT = HERE.parent


def execute(path: Path, **parameters: str | int) -> nbformat.NotebookNode:
    """Run all cells of a notebook in its folder and return the notebook with its outputs; the file is not changed.

    Raises `nbclient.exceptions.CellExecutionError` with the cell and its traceback.
    """
    notebook = nbformat.read(path, as_version=4)
    if parameters:
        given = nbformat.v4.new_code_cell("\n".join(f"{name} = {value!r}" for name, value in parameters.items()))
        tagged = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ()))
        notebook.cells.insert(tagged + 1, given)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(HERE)}})
    client.execute()
    return notebook


def main() -> None:
    """Execute all notebooks in this folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", dest="values")
    parameters = dict(value.split("=", 1) for value in parser.parse_args().values)
    if not parameters:
        subprocess.run([sys.executable, "-m", "summarizer", "run", "sample", "-c", "configs/sample.toml"], cwd=ROOT)
    out = ROOT / "build" / "notebooks"
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(HERE.glob("*.ipynb")):
        nbformat.write(execute(path, **parameters), out / path.name)
        print(out / path.name)


if __name__ == "__main__":
    main()
