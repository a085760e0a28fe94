"""The waterfall from today to the target: each step leads from the level before it to the next."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from climatebudget.core.paths import Target
from climatebudget.core.statement import statement
from climatebudget.web import charts_waterfall as waterfall
from tests.tables import budget, measures, path

TWO = """
    nr | klimatiltak | sektor | utslippskilde          | 2026 | 2030
    1  | Elbusser    | Vei    | veitrafikk/personbiler | 50   | 300
    2  | Varmepumper | Bygg   | oppvarming/ufordelt    | 0    | 20
"""


def steps(own=TWO, **changes):
    found = budget(measures(own) if own else (), **changes)
    return waterfall.steps(found, statement(found), {"veitrafikk": "Veitrafikk"}, str)


def rows(found):
    return [(s.label, s.figure.value) for s in found]


def test_the_steps_lead_from_the_last_year_to_what_remains():
    """940 on the path, 320 cut, 55 percent less than 1 750.5: the margin is 167.725 tonnes."""
    assert rows(steps()) == [
        ("Utslipp i 2024", Decimal("1000")),
        ("Referansebanen", Decimal("-60")),
        ("Veitrafikk", Decimal("-300")),
        ("Ikke fordelt", Decimal("-20")),
        ("Etter klimatiltakene", Decimal("620")),
        ("Margin", Decimal("167.725")),
        ("Utslippsramme 2030", Decimal("787.725")),
    ]


def test_what_adds_emissions_is_a_step_up():
    labels = dict(
        rows(
            steps("""
            nr | klimatiltak | sektor | utslippskilde          | 2030
            1  | Elbusser    | Vei    | veitrafikk/personbiler | 300
            2  | Ny havn     | Havn   | oppvarming/ufordelt    | -20
        """)
        )
    )
    assert labels["Økte utslipp fra klimatiltak"] == 20
    assert labels["Etter klimatiltakene"] == 660


@pytest.mark.parametrize("narrow", [False, True])
def test_every_bar_begins_where_the_last_one_ended(narrow):
    drawn = waterfall.drawn(steps(), str, narrow)["steps"]
    for before, step in pairwise(drawn):
        if step["kind"] not in waterfall.LEVELS:
            assert before["run"] in (step["start"], step["end"])
    assert drawn[-2]["run"] == drawn[-1]["end"]


def test_a_cut_of_more_than_there_is_stops_at_zero():
    drawn = waterfall.drawn(
        steps("""
            nr | klimatiltak | sektor | utslippskilde          | 2030
            1  | I kilo      | Vei    | veitrafikk/personbiler | 300000
        """),
        str,
        False,
    )
    assert all(0 <= step["start"] <= step["end"] <= drawn["vmax"] for step in drawn["steps"])


def test_an_unknown_step_keeps_its_row_with_the_word_and_no_bar():
    found = steps("""
        nr | klimatiltak | sektor | utslippskilde          | 2030
        1  | Elbusser    | Vei    | veitrafikk/personbiler | 300
        2  | Sykkelveier | Vei    | veitrafikk/personbiler |
    """)
    unknown = next(s for s in found if s.label == "1 ikke tallfestet")
    drawn = waterfall.drawn(found, str, False)["steps"][found.index(unknown)]
    assert (drawn["kind"], drawn["text"], drawn["start"]) == ("unknown", "ukjent", drawn["end"])


def test_without_any_figure_what_comes_after_is_unknown_and_not_today():
    found = {
        s.label: s.text(str)
        for s in steps("""
        nr | klimatiltak | sektor | utslippskilde          | 2030
        1  | Sykkelveier | Vei    | veitrafikk/personbiler |
    """)
    }
    assert found["Etter klimatiltakene"] == "ukjent"
    assert not {"Margin", "Gjenstår å kutte"} & found.keys()


def test_what_lacks_a_part_says_at_least():
    found = steps("""
        nr | klimatiltak | sektor | utslippskilde          | 2029 | 2030
        1  | Elbusser    | Vei    | veitrafikk/personbiler | 20   | 300
        2  | Lastebiler  | Vei    | veitrafikk/tunge       | 20   |
    """)
    texts = {s.label: s.text(str) for s in found}
    assert texts["Veitrafikk"] == "minst −300"
    assert texts["Etter klimatiltakene"] == "høyst 640"


def test_without_target_path_or_inventory_the_rest_still_stands():
    assert [s.label for s in steps(path=None, targets=())][-1] == "Etter klimatiltakene"
    assert not [s for s in steps(path=None) if s.label == "Referansebanen"]
    assert steps("", inventory=None, path=None, targets=())[0].text(str) == "ukjent"


def test_it_leads_to_the_latest_target_year():
    later = budget(
        measures(TWO),
        path=path({2027: 900}),
        targets=(Target(Decimal(20), 2027, 2009), Target(Decimal(10), 2026, 2009)),
    )
    assert waterfall.target_year(later, statement(later)) == 2027
