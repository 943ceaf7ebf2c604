"""The list of figures for programs, held to its schema and to the pages."""

import json

import jsonschema


def check_list(built):
    """Hold `figures.json` to its schema, and each path and address in it to the built pages."""
    content = json.loads((built / "figures.json").read_text())
    schema = json.loads((built / content["schema"]).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(content, schema, cls=jsonschema.Draft202012Validator)
    known = {figure["id"] for figure in content["figures"]}
    assert len(known) == len(content["figures"]) > 0
    for entry in content["paper"]:
        assert set(entry["figures"]) <= known, entry
    pages = {}
    for figure in content["figures"]:
        slides = [file["path"] for file in figure["files"] if file["kind"] == "slide"]
        assert slides == [f"_figures/{figure['id']}-slide.png"]
        assert figure["parameters"], figure["id"]
        assert figure["numbers"], figure["id"]
        (data,) = [file for file in figure["files"] if file["kind"] == "data"]
        record = json.loads((built / "_figures" / f"{figure['id']}.json").read_text())
        assert record["units"] == data["units"]
        for file in figure["files"]:
            assert (built / file["path"]).stat().st_size > 0, file
        for address in (figure["page"], figure["record"], figure["source"]["page"]):
            page, _, anchor = address.partition("#")
            text = pages.setdefault(page, (built / page).read_text())
            assert f'id="{anchor}"' in text, address
        for claim in figure["claims"]:
            (entry,) = [entry for entry in content["claims"] if entry["id"] == claim]
            assert figure["id"] in entry["figures"]
        lines = (built / figure["source"]["page"].partition(".html")[0]).with_suffix(".py")
        first = lines.read_text().splitlines()[figure["source"]["first_line"] - 1]
        assert f'"name": "{figure["id"]}"' in first
    return content
