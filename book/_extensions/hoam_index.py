"""The index of figures, a list that scripts can narrow, and the paper's figures beside ours."""

from collections.abc import Callable, Iterable
from html import escape

from docutils import nodes
from hoam_figures import FOLDER
from hoam_places import Place
from hoam_record import claim_link
from hoam_results import Results

from hoam.results import SLIDE

type Address = Callable[[str], str]  # of a page, as seen from the page at hand


class figure_index(nodes.General, nodes.Element):
    """Stands where the list of figures goes, until all pages are read."""


class paper_figures(nodes.General, nodes.Element):
    """Stands where the table of the paper's figures goes, until all pages are read."""


def _menu(name: str, label: str, choices: Iterable[tuple[str, str]]) -> str:
    options = "".join(
        f'<option value="{escape(value)}">{escape(words)}</option>' for value, words in choices
    )
    return (
        f'<label>{label} <select name="{name}"><option value="">all</option>{options}</select>'
        "</label>"
    )


def _form(results: Results) -> str:
    catalogue = results.catalogue
    claims = [(v.claim, f"{v.claim}: {v.verdict}") for v in results.verdicts]
    menus = [
        _menu("systems", "System", ((name, name) for name in catalogue.systems)),
        _menu("methods", "Method", ((name, name) for name in catalogue.methods)),
        _menu("claims", "Claim", claims),
    ]
    # Without a script the form stays hidden, and the list is complete.
    return (
        f'<form class="hoam-filter" hidden>{"".join(menus)}'
        '<button type="reset">Show all</button><p role="status"></p></form>'
    )


def _card(results: Results, place: Place, address: Address, base: str) -> str:
    subject = results.catalogue.subjects[place.figure]
    claims = [verdict.claim for verdict in results.claims_of(place.figure)]
    page = address(place.page)
    data = "".join(
        f' data-{name}="{escape("|".join(values))}"'
        for name, values in (
            ("systems", subject.systems),
            ("methods", subject.methods),
            ("claims", claims),
        )
    )
    passed = [check.passed for check in results.checks_of(place.figure)]
    facts = [", ".join(values) for values in (subject.systems, subject.methods, claims) if values]
    facts += [f"{', '.join(subject.paper)} of the paper"] if subject.paper else []
    count = f"record, {sum(passed)} of {len(passed)} numbers pass" if passed else "record"
    return (
        f'<li class="hoam-card"{data}><a href="{page}#{place.figure}">'
        f'<img src="{base}{FOLDER}/{place.figure}.thumbnail.png" alt="{escape(place.alt)}" '
        f'loading="lazy"/><strong>{place.label}: {escape(subject.title)}</strong></a>'
        f"<span>{escape(' · '.join(facts))}</span>"
        f"<details><summary>Caption</summary>{escape(place.caption)}</details>"
        f'<span><code>{place.figure}</code>, <a href="{page}#{place.record}">{count}</a>, '
        f'<a href="{base}{FOLDER}/{place.figure}{SLIDE}" download>slide</a></span>'
        "</li>"
    )


def index(results: Results, places: dict[str, Place], address: Address, base: str) -> str:
    """Return the index as HTML: a form that narrows it, and a card for every figure.

    Args:
        results: all results.
        places: where the figures stand, in order.
        address: gives the address of a page.
        base: relative path to the top of the output.
    """
    cards = [
        _card(results, place, address, base)
        for figure, place in places.items()
        if results.drawn(figure) and figure in results.catalogue.subjects
    ]
    return f'{_form(results)}<ul class="hoam-figures">{"".join(cards)}</ul>'


def _answer(results: Results, place: Place, address: Address) -> str:
    subject = results.catalogue.subjects[place.figure]
    page = address(place.page)
    panels = f"<br/><small>{escape(subject.panels)}</small>" if subject.panels else ""
    return (
        f'<li><a href="{page}#{place.figure}">{place.label}</a>: {escape(subject.words)} '
        f'(<a href="{page}#{place.record}">record</a>){panels}</li>'
    )


def answers(
    results: Results, places: dict[str, Place], address: Address, claims_page: str | None
) -> str:
    """Return the table of the paper's figures, each with ours and the claims they bear on."""
    rows = []
    for name, shows in results.catalogue.paper.items():
        figures = [figure for figure in results.catalogue.answers(name) if figure in places]
        verdicts = {v.claim: v for figure in figures for v in results.claims_of(figure)}
        ours = "".join(_answer(results, places[figure], address) for figure in figures)
        links = [claim_link(verdicts[claim], claims_page) for claim in sorted(verdicts)]
        rows.append(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(shows)}</td>'
            f"<td><ul>{ours}</ul></td><td>{'<br/>'.join(links)}</td></tr>"
        )
    headings = ("In the paper", "What it shows", "Here", "Claims")
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    return (
        '<div class="hoam-scroll"><table class="table hoam-paper"><thead><tr>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
