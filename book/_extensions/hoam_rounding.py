"""How far the numbers of the book moved with other instructions, and what follows for them."""

from pathlib import Path

from hoam import references
from hoam.results import read_toml

RECORD = "tests/rounding_record.toml"


def rounding_text(root: Path) -> str:
    """Return what the record and the references say, as a paragraph in Markdown."""
    entry = read_toml(root / RECORD)
    distances = {
        (notebook, name): distance
        for notebook, found in entry["distances"].items()
        for name, distance in found.items()
    }
    judges = {
        (notebook, f"{judge.figure}.{judge.name}"): judge
        for notebook in entry["distances"]
        for judge in references.read(root / "tests" / "reference" / f"{notebook}.toml")[1].values()
        if judge.value is not None
    }
    counts = {of: sum(j.of == of for j in judges.values()) for of in references.SPREADS}
    machines = " and ".join(sorted(set(entry["machines"].values())))
    moved = [key for key, distance in distances.items() if distance > 0]
    margins = {key: judges[key].margin for key in moved if key in judges and judges[key].margin}
    (notebook, name), share = max(
        ((key, distances[key] / margin) for key, margin in margins.items()),
        key=lambda pair: pair[1],
    )
    return (
        f"**{len(moved)} of {len(distances)} numbers with a value moved** ({entry['date']}, "
        f"version {entry['versions']['hoam']}, {machines}), `{notebook}: {name}` by the "
        f"most of its tolerance, {share:.2f}. The tolerances of {counts['machines']} numbers are "
        f"derived from it, those of {counts['seeds']} from seeds and of {counts['draws']} from "
        "draws, three standard deviations each; what is left is exact, 0, or allowed a hundredth "
        "of its value at most.\n"
    )
