from hoam_access import name_summaries, plain_citations

ITEM = (
    '<li><a class="current" href="#">{title}</a><details{state}><summary><span '
    'role="presentation"></span></summary><ul></ul></details></li>'
)


def test_each_button_that_unfolds_a_chapter_names_it():
    plain = ITEM.format(title="Rerun and change", state=' open="open"')
    html = name_summaries(plain + ITEM.format(title="The package", state=""))
    assert html.count("<summary") == 2
    assert '<summary aria-label="Pages of Rerun and change">' in html
    assert '<summary aria-label="Pages of The package">' in html
    assert html.replace(' aria-label="Pages of Rerun and change"', "").startswith(plain)


def test_a_title_cannot_leave_its_attribute():
    html = name_summaries(ITEM.format(title="The &quot;bump&quot;", state=""))
    assert 'aria-label="Pages of The &quot;bump&quot;"' in html


def test_other_summaries_stay_as_they_are():
    html = "<details><summary>Record</summary></details>"
    assert name_summaries(html) == html


def test_a_bibliography_is_no_list_of_what_is_not_an_item():
    entry = '<div class="citation" role="doc-biblioentry"><a href="#x">x</a></div>'
    html = f'<ul role="list"></ul><div role="list" class="citation-list">{entry}</div>'
    plain = plain_citations(html)
    assert plain == html.replace('<div role="list" ', "<div ")
