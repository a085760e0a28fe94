"""«Forklar tallet»: every figure of the statement opens, and its parts make it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from climatebudget.core.explain import Column, Explanation, Key, Scope, explain
from climatebudget.core.measure import Basis, Measure, effect_in
from climatebudget.core.overlap import Member, OverlapGroup, Rule
from climatebudget.core.quantity import ZERO
from climatebudget.core.statement import statement
from tests.tables import budget, history, measures

CARS = "veitrafikk/personbiler"
TOWN = budget(
    measures("""
        nr | klimatiltak       | sektor | utslippskilde          | 2026 | 2027
        1  | Innføre bomring   | Vei    | veitrafikk/personbiler | 100  | 200
        2  | Bygge sykkelveier | Plan   | veitrafikk/personbiler | 50   |
        3  | Bygge en vei      | Vei    | veitrafikk/tunge       | -20  | -20
        4  | Kutte matsvinn    | Skole  |                        |      |
    """),
    overlaps=(
        OverlapGroup(
            "o1", "Bilreiser", Rule.LARGEST, (Member("m1", CARS), Member("m2", CARS)), "Samme biler"
        ),
    ),
)
LEDGER = statement(TOWN)


def made(explanation: Explanation) -> Decimal:
    sign = {"+": 1, "−": -1, "": 0}
    return sum((sign[p.sign] * (p.figure.value or ZERO) for p in explanation.parts), ZERO)


def told(column: Column, year: int, **more) -> Explanation:
    found = explain(TOWN, LEDGER, Key(column, year, **more))
    assert found is not None
    return found


def test_the_gap_is_what_is_emitted_less_what_is_allowed():
    gap = told(Column.GAP, 2026)
    assert [p.opens.column for p in gap.parts] == [Column.AFTER, Column.ALLOWANCE]
    assert gap.figure == LEDGER.gap[2026]
    assert made(gap) == gap.figure.value


def test_a_cut_names_each_measure_and_where_its_figure_stands():
    cut = told(Column.CUT, 2026)
    assert [p.what.shown() for p in cut.parts] == [
        "1 Innføre bomring",
        "2 Bygge sykkelveier",
        "3 Bygge en vei",
    ]
    assert [p.cites for p in cut.parts[:2]] == [
        "tabell 2.2, linje 1, 2026",
        "tabell 2.2, linje 2, 2026",
    ]
    assert made(cut) == cut.figure.value == 150


def test_what_is_not_quantified_is_in_no_explanation_of_a_sum():
    assert "4" not in [p.about.key for p in told(Column.CUT, 2026).parts]


def test_a_measure_without_a_figure_stands_there_as_unknown():
    cut = told(Column.CUT, 2027)
    assert [p.figure.value for p in cut.parts] == [200, None, 0]
    assert [n.shown() for n in cut.notes] == [
        "1 klimatiltak som regnes med, mangler tall for året."
    ]


def test_an_increase_opens_as_what_it_adds():
    assert [p.figure.value for p in told(Column.INCREASE, 2026).parts] == [20]


def test_overlap_shows_its_group_its_rule_and_its_members():
    overlap = told(Column.OVERLAP, 2026)
    assert [(p.sign, p.what.shown(), p.figure.value) for p in overlap.parts] == [
        ("+", "Bilreiser: bare det største regnes", -50),
        ("", "1 Innføre bomring", 100),
        ("", "2 Bygge sykkelveier", 50),
    ]
    assert made(overlap) == overlap.figure.value == -50


def test_the_inventory_opens_to_sectors_sources_and_rows():
    whole = told(Column.INVENTORY, 2009)
    assert made(whole) == whole.figure.value == Decimal("1750.5")
    sector = told(Column.INVENTORY, 2009, scope=Scope.SECTOR, name="veitrafikk")
    assert made(sector) == sector.figure.value == Decimal("1500.5")
    source = told(Column.INVENTORY, 2009, scope=Scope.SOURCE, name=CARS)
    assert source.figure.value == Decimal("1000.5")


def test_a_departments_cut_is_its_own_measures():
    cut = told(Column.CUT, 2026, scope=Scope.DEPARTMENT, name="Plan")
    assert [p.what.shown() for p in cut.parts] == ["2 Bygge sykkelveier"]


@pytest.mark.parametrize(
    "key",
    [
        Key(Column.GAP, 1999),
        Key(Column.GAP, 2026, Scope.SECTOR, "veitrafikk"),
        Key(Column.CUT, 2026, Scope.SECTOR, "måneferder"),
        Key(Column.CUT, 2026, Scope.WHOLE, "veitrafikk"),
        Key(Column.CUT, 2026, Scope.DEPARTMENT, "Ingen"),
        Key(Column.GAP, 2026, Scope.SOURCE, CARS),
        Key(Column.INVENTORY, 2010),
        Key(Column.INVENTORY, 2009, Scope.SOURCE, "x"),
    ],
    ids=str,
)
def test_what_is_no_figure_has_no_explanation(key):
    assert explain(TOWN, LEDGER, key) is None


CUT = some.none() | some.decimals(min_value=-1000, max_value=1000, places=6)


@given(some.lists(some.tuples(CUT, CUT), max_size=6), some.sampled_from(list(Rule)))
def test_the_parts_make_the_figure_whatever_the_figures(cuts, rule):
    its = tuple(
        Measure(
            f"m{n}",
            n,
            f"Klimatiltak {n}",
            department=f"Sektor {n % 2}",
            basis=Basis.CALCULATED,
            effects=tuple(
                effect_in(code, {2026: cut} if cut is not None else {})
                for code, cut in zip((CARS, "oppvarming/olje"), pair, strict=True)
            ),
        )
        for n, pair in enumerate(cuts)
    )
    group = OverlapGroup("o", "O", rule, tuple(Member(m.id, CARS) for m in its), "", Decimal(30))
    town = budget(its, overlaps=(group,), inventory=history())
    ledger = statement(town)
    keys = [Key(column, 2026) for column in Column if column is not Column.INVENTORY]
    keys += [Key(Column.CUT, 2026, Scope.SECTOR, s) for s in ledger.sectors]
    keys += [Key(Column.OVERLAP, 2026, Scope.SECTOR, s) for s in ledger.sectors]
    keys += [Key(Column.CUT, 2026, Scope.DEPARTMENT, d) for d in ledger.departments]
    for key in keys:
        found = explain(town, ledger, key)
        assert found is not None, key
        if found.figure.value is not None and key.column is not Column.ALLOWANCE:
            assert made(found) == found.figure.value, key
