"""The table of verdicts shows, beside each median of a rule, what the best and worst seed have."""

import hoam_tables

NUMBERS = {
    ("fig-a", "hoam_g_l2_135"): 0.2,
    ("fig-a", "hoam_g_l2_best_135"): 0.1,
    ("fig-a", "hoam_g_l2_worst_135"): 0.3,
    ("fig-a", "am"): 1.0,
    ("fig-a", "am_worst"): 2.0,
    ("fig-b", "am_best"): 0.5,
}


def test_a_number_is_found_with_its_best_and_worst_seed():
    found = hoam_tables.spread("fig-a.am > 3 * fig-a.hoam_g_l2_135", NUMBERS)
    assert found == {"am": {"worst": 2.0}, "hoam_g_l2_135": {"best": 0.1, "worst": 0.3}}


def test_a_number_of_one_seed_a_constant_and_another_figures_number_have_none():
    assert hoam_tables.spread("fig-b.hoam_g_l2_135 < 0.3", NUMBERS) == {}
    assert hoam_tables.spread("fig-a.am_worst < 0.3", NUMBERS) == {}


def test_a_rule_is_followed_by_its_seeds():
    text = "".join(node.astext() for node in hoam_tables._seeds("fig-a.hoam_g_l2_135 < 1", NUMBERS))
    assert text == "; hoam_g_l2_135: best seed 0.1, worst seed 0.3"
