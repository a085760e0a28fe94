"""What the columns of a table become: by their headings, by the last time, and by a person."""

from __future__ import annotations

from decimal import Decimal

import pytest

from climatebudget.core.findings import Cell, Finding, Level
from climatebudget.core.measure_import import questions
from climatebudget.core.measure_table import fields, key_of, proposed
from climatebudget.core.table import Row, Table
from climatebudget.core.text import Text
from tests.measure_tables import NAMES, draft, oslo, table

SIMPLE = """
    nr | klimatiltak | utslippssektor | 2027
    1  | Elbusser    | Veitrafikk     | 120
"""


@pytest.mark.parametrize(
    "heading, key",
    [
        ("Nr.", "number"),
        ("Tiltak nr", "number"),
        ("Klimatiltak", "name"),
        ("Tiltak", "name"),
        ("Measures and instruments", "name"),
        ("Utslippssektor", "place"),
        ("Emissions sector and source", "place"),
        ("Ansvarlig", "responsible"),
        ("Ansvarlig enhet", "department"),
        ("Ansvarleg stilling", "position"),
        ("responsible_star_is_reporting", "responsible"),
        ("2030", "effect-2030"),
        ("Utslippskutt 2030 (tonn CO₂e)", "effect-2030"),
        ("Measure impact 2025 [tonnes CO2e]", "effect-2025"),
        ("Drift 2027", "operating-2027"),
        ("Investering 2028, 1 000 kr", "investment-2028"),
    ],
)
def test_a_heading_is_known_in_the_languages_of_klimabudsjett(heading, key):
    assert key_of(heading) == key


@pytest.mark.parametrize(
    "heading",
    [
        "",
        "Annet",
        "Sektor",
        "Kutt 2030 i prosent",
        "Effekt 2030 (1000 tonn)",
        "Drift 2027 (mill. kr)",
        "Reduksjon fra 2024 til 2030",
        "Reduction 2030, kt",
        "Klimatiltak som kommunen har vedtatt i løpet av dette budsjettåret",
    ],
)
def test_a_heading_that_could_mean_something_else_is_not_guessed_at(heading):
    assert key_of(heading) == ""


def test_oslos_own_headings_are_all_known():
    assert proposed(oslo(), draft(), NAMES) == {
        "A": "place",
        "B": "group",
        "C": "number",
        "D": "name",
        "E": "responsible",
        "F": "effect-2023",
        "G": "effect-2030",
    }


def test_two_columns_never_become_the_same():
    found = table("""
        nr | tiltak   | klimatiltak | 2030 | effekt 2030
        1  | Elbusser | Elbusser    | 5    | 6
    """)
    assert list(proposed(found, draft(), NAMES).values()) == [
        *("number", "name", "", "effect-2030", "")
    ]


@pytest.mark.parametrize(
    "cell, key", [("Bymiljø", "department"), ("Veitrafikk", "place"), ("Noe annet", "")]
)
def test_sektor_is_of_the_municipality_or_of_the_emissions_as_its_cells_say(cell, key):
    budget = draft(departments=("Bymiljø",))
    found = table(f"klimatiltak | sektor\nElbusser | {cell}")
    assert proposed(found, budget, NAMES)["B"] == key


def test_the_last_mapping_goes_first_also_where_a_column_was_left_out():
    found = table(SIMPLE)
    last = {"klimatiltak": "change", "utslippssektor": "", "2027": "operating-2027"}
    assert proposed(found, draft(), NAMES, last) == {
        "A": "number",
        "B": "change",
        "C": "",
        "D": "operating-2027",
    }


def test_what_is_remembered_and_no_longer_a_field_is_proposed_anew():
    found = table(SIMPLE)
    assert proposed(found, draft(), NAMES, {"2027": "effect-1066"})["D"] == "effect-2027"


def test_a_mapping_is_remembered_by_headings_that_tell_their_column_apart():
    found = table("klimatiltak | kutt | kutt | \nElbusser | 1 | 2 | 3")
    assert found.remembered({"A": "name", "B": "change", "C": "", "D": "why"}) == {
        "klimatiltak": "name"
    }


def test_the_same_headings_in_the_same_columns_are_the_same_table():
    """How a heading is spaced and cased does not matter; its column does, as answers name it."""
    same = table("NR. | Klimatiltak | Utslippssektor: | 2027\n9 | Annet | | 7")
    moved = table("Klimatiltak | nr | utslippssektor | 2027\nElbusser | 1 | | 7")
    assert table(SIMPLE).signature == same.signature != moved.signature


def test_fields_have_the_years_of_the_budget_the_targets_and_the_headings():
    found = table("klimatiltak | effekt 2023\nElbusser | 5")
    years = [f.year for f in fields(draft(), found) if f.key.startswith("effect-")]
    assert years == [2023, 2027, 2028, 2029, 2030]


def test_each_field_stands_once_and_each_group_together():
    found = fields(draft(), oslo())
    keys, groups = [f.key for f in found], [f.group for f in found]
    assert len(set(keys)) == len(keys)
    assert len(set(groups)) == sum(a != b for a, b in zip([None, *groups], groups, strict=False))
    assert found[-1].label.shown() == "Investering 2030, 1 000 kr"


def test_a_table_comes_back_from_its_bytes_as_it_was():
    """Also a number with decimals, a text that looks like one, and a finding with its place."""
    finding = Finding("x", "«%(a)s»", {"a": Text("b")}, Level.INFO, Cell("Ark1", 3))
    rows = (Row(4, {"A": Decimal("17.20"), "B": "17.20", "C": "=1+1 <script> {{7*7}} ['x']"}),)
    found = table(SIMPLE, rows=rows, sheet="Ark1", sheets=("Ark1", "Ark2"), findings=(finding,))
    assert Table.from_bytes(found.to_bytes()) == found


def test_a_question_shows_what_was_answered_the_last_time_and_stays_a_question():
    asked = questions(oslo(), proposed(oslo(), draft(), NAMES), draft(), NAMES, {"mark-F": "."})
    chosen = {q.code: q.chosen for q in asked}
    assert (chosen["mark-F"], chosen["mark-G"]) == (".", "")


def test_an_answer_that_is_no_longer_a_choice_is_forgotten():
    mapping = proposed(oslo(), draft(), NAMES)
    asked = questions(oslo(), mapping, draft(), NAMES, {"department-reg": "Nedlagt enhet"})
    assert {q.chosen for q in asked} == {""}
