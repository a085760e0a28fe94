"""«Forklar tallet»: every figure of the statement opens, and its parts make it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from climatebudget.core.boundary import Boundary, Facility, within
from climatebudget.core.explain import (
    Column,
    Explanation,
    Key,
    Scope,
    above,
    explain,
    is_figure,
    rests_on,
)
from climatebudget.core.findings import About
from climatebudget.core.inventory import Inventory
from climatebudget.core.measure import Basis, Measure, effect_in
from climatebudget.core.overlap import Member, OverlapGroup
from climatebudget.core.overlap import Rule as OverlapRule
from climatebudget.core.path_rule import Level, PathRule, Rule, by_rule
from climatebudget.core.paths import Allowance, ReferencePath, Start
from climatebudget.core.quantity import GRAM, tonnes
from climatebudget.core.statement import statement
from tests.tables import budget, history, measures, path

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
            "o1",
            "Bilreiser",
            OverlapRule.LARGEST,
            (Member("m1", CARS), Member("m2", CARS)),
            "Samme biler",
        ),
    ),
)
LEDGER = statement(TOWN)


def told(column: Column, year: int, **more) -> Explanation:
    found = explain(TOWN, LEDGER, Key(column, year, **more))
    assert found is not None
    return found


def test_the_gap_is_what_is_emitted_less_what_is_allowed():
    gap = told(Column.GAP, 2026)
    assert [p.opens.column for p in gap.parts] == [Column.AFTER, Column.ALLOWANCE]
    assert gap.figure == LEDGER.gap[2026]
    assert gap.made == gap.figure.value and gap.closes


def test_a_cut_names_each_measure_and_where_its_figure_stands():
    cut = told(Column.CUT, 2026)
    assert [p.what.shown() for p in cut.parts] == [
        "1 Innføre bomring",
        "2 Bygge sykkelveier",
        "3 Bygge en vei",
    ]
    assert [p.cites.shown() for p in cut.parts[:2]] == [
        "tabell 2.2, linje 1, 2026",
        "tabell 2.2, linje 2, 2026",
    ]
    assert cut.made == cut.figure.value == 150


def test_what_is_not_quantified_is_in_no_explanation_of_a_sum():
    assert "4" not in [p.about.key for p in told(Column.CUT, 2026).parts]


def test_a_measure_without_a_figure_stands_there_as_unknown():
    cut = told(Column.CUT, 2027)
    assert [p.figure.value for p in cut.parts] == [200, None, 0]
    assert [n.shown() for n in cut.notes] == [
        "1 klimatiltak som regnes med, mangler tall for året.",
        "1 klimatiltak er ikke med, fordi det ikke regnes med i noen sum.",
    ]
    assert cut.closing.shown() == "Delene som er kjent, blir til sammen tallet, på grammet."


def test_an_increase_opens_as_what_it_adds():
    assert [p.figure.value for p in told(Column.INCREASE, 2026).parts] == [20]


def test_overlap_shows_its_group_its_rule_and_its_members():
    overlap = told(Column.OVERLAP, 2026)
    assert [(p.sign, p.what.shown(), p.figure.value) for p in overlap.parts] == [
        ("+", "Bilreiser: bare det største regnes", -50),
        ("", "1 Innføre bomring", 100),
        ("", "2 Bygge sykkelveier", 50),
    ]
    assert overlap.made == overlap.figure.value == -50


def test_the_inventory_opens_to_sectors_sources_and_rows():
    whole = told(Column.INVENTORY, 2009)
    assert whole.made == whole.figure.value == Decimal("1750.5")
    sector = told(Column.INVENTORY, 2009, scope=Scope.SECTOR, name="veitrafikk")
    assert sector.made == sector.figure.value == Decimal("1500.5")
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


def test_a_cut_of_an_unknown_size_is_unknown_with_its_reason():
    after = replace(TOWN, path=path({2026: 980}))
    gap = explain(after, statement(after), Key(Column.GAP, 2030))
    assert gap is not None and gap.figure.value is None and gap.closes is None
    assert gap.closing.shown() == "Tallet er ukjent så lenge en del det trenger, er ukjent."


def test_a_figure_is_part_of_another_in_the_same_year():
    key = Key(Column.OVERLAP, 2026)
    outer = [k.column for k in above(TOWN, LEDGER, key)]
    assert outer == [Column.GAP, Column.AFTER, Column.EFFECT]
    source = Key(Column.INVENTORY, 2009, Scope.SOURCE, CARS)
    assert [k.scope for k in above(TOWN, LEDGER, source)] == [Scope.WHOLE, Scope.SECTOR]


def test_a_gap_rests_on_what_was_typed_all_the_way_down():
    found = {about for part in told(Column.GAP, 2026).parts for about in rests(part)}
    assert {a.kind for a in found} == {"measure", "overlap", "path", "target", "edition"}
    assert About("measure", "2", 2026) in found


def rests(part):
    return rests_on(TOWN, LEDGER, part)


def test_parts_that_do_not_make_the_figure_are_told_plainly():
    gap = told(Column.GAP, 2026)
    wrong = replace(gap, figure=replace(gap.figure, value=gap.figure.value + GRAM))
    assert wrong.closes is False and wrong.closing.strong
    assert "Forskjellen er −0,000001 tonn." in wrong.closing.shown()


def test_the_range_the_measures_give_is_told_with_the_effect():
    (one,) = measures("""
        nr | klimatiltak     | sektor | utslippskilde          | 2026
        1  | Innføre bomring | Vei    | veitrafikk/personbiler | 100
    """)
    wide = replace(
        one.effects[0], low=tonnes({2026: Decimal(80)}), high=tonnes({2026: Decimal(130)})
    )
    town = budget((replace(one, effects=(wide,)),))
    effect = explain(town, statement(town), Key(Column.EFFECT, 2026))
    cut = explain(town, statement(town), Key(Column.CUT, 2026))
    assert "på det laveste de oppgir: 80 tonn. Høyeste: 130." in effect.notes[0].shown()
    assert [d.shown() for d in cut.parts[0].details] == ["Oppgitt fra 80 til 130 tonn."]


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ({"low": tonnes({2026: Decimal(80)})}, "Oppgitt som minst 80 tonn."),
        ({"high": tonnes({2026: Decimal(130)})}, "Oppgitt som høyst 130 tonn."),
    ],
)
def test_one_end_of_a_range_is_told_alone(ends, says):
    own = replace(effect_in(CARS, {2026: Decimal(100)}), **ends)
    town = budget((Measure("m1", 1, "Bomring", basis=Basis.CALCULATED, effects=(own,)),))
    cut = explain(town, statement(town), Key(Column.CUT, 2026))
    assert [d.shown() for d in cut.parts[0].details] == [says]


@pytest.mark.parametrize(
    ("rule", "percent", "figure", "says"),
    [
        (OverlapRule.SHARE, Decimal(30), "-45", "30 prosent trekkes fra."),
        (OverlapRule.SEQUENCE, None, "-8.333333", "Det er 600 tonn å kutte i."),
        (OverlapRule.SUM, None, "0", "Hvert for seg 150 tonn, til sammen 150 tonn."),
    ],
)
def test_the_rule_of_an_overlap_is_told_in_its_figures(rule, percent, figure, says):
    (group,) = TOWN.overlaps
    town = replace(TOWN, overlaps=(replace(group, rule=rule, percent=percent),), path=None)
    overlap = explain(town, statement(town), Key(Column.OVERLAP, 2026))
    assert overlap.figure.value == Decimal(figure) and overlap.closes
    assert says in [d.shown() for d in overlap.parts[0].details]


def test_in_sequence_what_there_is_to_cut_in_may_be_unknown():
    (group,) = TOWN.overlaps
    town = replace(TOWN, overlaps=(replace(group, rule=OverlapRule.SEQUENCE),))
    overlap = explain(town, statement(town), Key(Column.OVERLAP, 2026))
    assert "så bare det største er sikkert" in overlap.parts[0].details[-1].shown()


def test_a_group_in_two_sectors_says_which():
    own = tuple(
        Measure(
            f"m{n}",
            n,
            "Varme",
            basis=Basis.CALCULATED,
            effects=(effect_in(CARS, {2026: 5}), effect_in("oppvarming/olje", {2026: 7})),
        )
        for n in (1, 2)
    )
    members = tuple(Member(m.id, e.code) for m in own for e in m.effects)
    town = budget(own, overlaps=(OverlapGroup("o", "Varme", OverlapRule.LARGEST, members),))
    overlap = explain(town, statement(town), Key(Column.OVERLAP, 2026))
    groups = [p.details[0].shown() for p in overlap.parts if p.sign]
    assert groups == ["Veitrafikk", "Oppvarming"] and overlap.closes


def test_what_is_outside_the_boundary_or_in_another_book_is_in_no_explanation():
    outside = Boundary({CARS: "Riksvei"})
    town = replace(TOWN, boundary=outside, inventory=within(TOWN.inventory, outside))
    ledger = statement(town)
    cut = explain(town, ledger, Key(Column.CUT, 2026))
    assert [p.what.shown() for p in cut.parts] == ["3 Bygge en vei"]
    assert cut.closes


AMOUNT = some.decimals(min_value=-1000, max_value=1000, places=6)
CUT = some.none() | AMOUNT
PLACES = (CARS, "oppvarming/olje")
OUTSIDE = (
    Boundary(),
    Boundary({"veitrafikk/tunge": "Riksvei"}, (Facility("Flis", CARS, tonnes(), "Vår del"),)),
)


def reference_paths(known: Inventory, figure: Decimal) -> list[ReferencePath | None]:
    """One of each kind: none, given at each level, and by each rule at each level."""
    ruled = [PathRule(rule, level, 2, Decimal("-1.5")) for rule in Rule for level in (*Level,)]
    return [
        None,
        path({2026: figure}),
        ReferencePath({"veitrafikk": tonnes({2026: figure}), "oppvarming": tonnes({2026: 1})}),
        ReferencePath({code: tonnes({2026: figure}) for code in known.sources}),
        *(ReferencePath(by_rule(r, known, 2030), rule=r) for r in ruled),
    ]


ALLOWANCES = some.builds(
    Allowance,
    stated=some.sampled_from([{}, {2026: Decimal("-33.333")}]),
    start=some.sampled_from(Start),
    whole_percent=some.booleans(),
)


@settings(max_examples=50)
@given(
    some.lists(some.tuples(CUT, CUT), max_size=5),
    some.sampled_from(OverlapRule),
    some.integers(0, 15),
    ALLOWANCES,
    some.sampled_from(OUTSIDE),
    AMOUNT,
)
def test_the_parts_make_the_figure_whatever_they_are(cuts, rule, nth, allowance, outside, size):
    """Every figure there is, of the whole and of each part, in every year of the statement."""
    its = tuple(
        Measure(
            f"m{n}",
            n,
            f"Klimatiltak {n}",
            department=f"Sektor {n % 2}",
            basis=Basis.CALCULATED,
            effects=tuple(
                effect_in(code, {2026: cut} if cut is not None else {})
                for code, cut in zip(PLACES, pair, strict=True)
            ),
        )
        for n, pair in enumerate(cuts)
    )
    group = OverlapGroup("o", "O", rule, tuple(Member(m.id, CARS) for m in its), "", Decimal(30))
    shares = tonnes(dict.fromkeys(history().years, abs(size)))
    boundary = replace(
        outside, facilities=tuple(replace(f, yearly=shares) for f in outside.facilities)
    )
    inside = within(history(), boundary)
    town = budget(
        its,
        overlaps=(group,),
        published=history(),
        inventory=inside,
        boundary=boundary,
        allowance=allowance,
        path=reference_paths(inside, abs(size))[nth],
    )
    ledger = statement(town)
    found = [e for key in keys(town, ledger) if (e := explain(town, ledger, key)) is not None]
    assert len(found) > 30
    for one in found:
        assert one.closes is not False, (one.key, one.closing.shown())
        one.closing.shown(), one.title.shown(), one.formula.shown()


def keys(town, ledger):
    years = [*town.inventory.years, 2026]
    codes = [*ledger.sectors, *town.inventory.sources]
    places = [(Scope.WHOLE, ""), *((Scope.SECTOR, c) for c in codes)]
    places += [(Scope.SOURCE, c) for c in codes] + [
        (Scope.DEPARTMENT, d) for d in ledger.departments
    ]
    every = [Key(c, y, *place) for c in Column for y in years for place in places]
    assert {is_figure(town, ledger, key) for key in every} == {True, False}
    return every
