"""Every film of the book is small, moves, and has a still for paper."""

import ast
import json
import os
import re

import pytest
from PIL import Image
from small_book import build, page, write_sources

LARGEST = 1_000_000  # bytes


def calls(path, method):
    """Return the ids that a notebook gives to a method of its report."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
        and isinstance(node.args[0], ast.Constant)
    }


def test_a_notebook_that_saves_a_film_saves_its_still(root):
    films = {path.stem: calls(path, "animation") for path in (root / "notebooks").glob("*.py")}
    assert set().union(*films.values())
    for name, found in films.items():
        assert found <= calls(root / "notebooks" / f"{name}.py", "figure"), name


def test_films_are_small_and_move(root):
    entries = [
        (figure, entry["files"])
        for path in sorted((root / "results").glob("*.json"))
        for figure, entry in json.loads(path.read_text())["figures"].items()
        if f"{figure}.gif" in entry["files"]
    ]
    if not entries:
        assert "CI" not in os.environ, "Expected results of the notebooks. Use `make book`."
        pytest.skip("no notebook with a film ran")
    for figure, files in entries:
        film = root / "results" / "figures" / f"{figure}.gif"
        assert film.stat().st_size < LARGEST, figure
        with Image.open(film) as picture:
            assert picture.n_frames > 1, figure
        assert f"{figure}.png" in files, figure


def test_a_page_shows_the_still_of_a_film_and_holds_the_film_back(tmp_path):
    write_sources(tmp_path)
    run = tmp_path / "results" / "example.json"
    content = json.loads(run.read_text())
    content["figures"]["fig-a"]["files"] += ["fig-a.gif"]
    run.write_text(json.dumps(content))
    frames = [Image.new("L", (9, 9), grey) for grey in (0, 255)]
    film = tmp_path / "results" / "figures" / "fig-a.gif"
    frames[0].save(film, save_all=True, append_images=frames[1:])
    assert build(tmp_path, extensions=["hoam_book", "hoam_films"]) == ""
    (figure,) = re.findall(r"<figure.*?</figure>", page(tmp_path, "part/page"), re.DOTALL)
    held, shown = figure.split("</details>")
    (source,) = re.findall(r'src="([^"]+)" alt="A rising line\." loading="lazy"', held)
    assert (tmp_path / "out" / "part" / source).read_bytes() == film.read_bytes()
    (still,) = re.findall(r'<img alt="A rising line\." src="([^"]+)"', shown)
    assert (tmp_path / "out" / "part" / still).read_bytes() == film.with_suffix(".png").read_bytes()
