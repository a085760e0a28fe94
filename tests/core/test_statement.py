"""The statement: Oslo 2023 to the tonne, and the rules that hold for every budget."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from climatebudget.core.budget import BudgetYear, Stage
from climatebudget.core.measure import (
    Basis,
    Book,
    Decision,
    Effect,
    InPath,
    Measure,
    effect_in,
)
from climatebudget.core.paths import Allowance, Start, Target
from climatebudget.core.quantity import GRAM, Bound, rounded, tonnes
from climatebudget.core.statement import statement
from tests.tables import budget, history, measures, path

OSLO_YEAR = BudgetYear(2023, Stage.PROPOSAL, 2030)
OSLO = budget(
    measures("""
        nr | klimatiltak                | sektor | utslippskilde            | 2023  | 2030
        2  | Fange karbon               | Celsio | energiforsyning/ufordelt | 0     | 164500
        22 | Kreve fossilfrie plasser   | PBE    | annen-mobil/ufordelt     | 17900 | 49000
        99 | Resten av tabellen         | KLI    | veitrafikk/ufordelt      | 57400 | 122850
        3  | Vedlikeholde gassanleggene | EBY    | avfall/ufordelt          |       |
    """),
    budget_year=OSLO_YEAR,
    inventory=history("""
        utslippskilde            | 2009      | 2020
        veitrafikk/ufordelt      | 733702.3  | 564570.8
        energiforsyning/ufordelt | 195816.8  | 266614.4
        annen-mobil/ufordelt     | 133696.5  | 134984.7
        avfall/ufordelt          | 379662.0  | 118062.1
    """),
    targets=(Target(Decimal(52), 2023, 2009), Target(Decimal(95), 2030, 2009)),
    path=path({2023: 1_037_300, 2030: 884_650}),
)


def shown(figure, step=10) -> Decimal | None:
    return None if figure.value is None else rounded(figure.value, step)


def test_oslo_2030_as_published():
    s = statement(OSLO)
    assert s.reference == Decimal("1442877.6")
    assert s.total.path[2030] == 884_650
    assert s.total.cut.net[2030].value == 336_350
    assert s.total.after[2030].value == 548_300
    assert rounded(s.change(s.total.after[2030].value)) == -62
    assert rounded(s.points(s.gap[2030].value)) == 33


def test_oslo_2023_as_published():
    s = statement(OSLO)
    assert s.total.cut.net[2023].value == 75_300
    assert s.total.after[2023].value == 962_000
    assert rounded(s.change(s.total.after[2023].value)) == -33
    assert rounded(s.points(s.gap[2023].value)) == 19


def test_oslo_2026_is_unknown():
    s = statement(OSLO)
    for figure in (s.total.cut.net[2026], s.total.after[2026], s.gap[2026]):
        assert figure.value is None
    assert s.total.path[2026] is None
    assert s.allowance[2026] is not None


def test_measures_without_figures_are_counted_beside_the_sum():
    counts = statement(OSLO).counts
    assert (counts.all, counts.counted, counts.unquantified) == (4, 3, 1)


def test_what_is_left_out_of_the_sum_is_counted_by_its_reason():
    one, two, three, four = measures("""
        nr | klimatiltak | sektor | utslippskilde          | 2026
        1  | Telle med   | Vei    | veitrafikk/personbiler | 10
        2  | I banen     | Vei    | veitrafikk/personbiler | 20
        3  | Uten vedtak | Vei    | veitrafikk/personbiler | 40
        4  | Uten tall   | Vei    | veitrafikk/personbiler |
    """)
    town = budget(
        (
            one,
            replace(two, in_path=InPath.PARTLY),
            replace(three, decision=Decision.IDENTIFIED),
            four,
        )
    )
    s = statement(town)
    assert s.total.cut.net[2026].value == 10
    counts = s.counts
    assert (counts.counted, counts.in_path, counts.undecided, counts.unquantified) == (1, 1, 1, 1)


def test_an_adopted_measure_counts_and_one_not_prioritised_does_not():
    (one,) = measures("""
        nr | klimatiltak | sektor | utslippskilde          | 2026
        1  | Bytte biler | Vei    | veitrafikk/personbiler | 10
    """)
    known = {
        decision: statement(budget((replace(one, decision=decision),))).total.cut.net[2026].value
        for decision in Decision
    }
    assert known == {
        Decision.PROPOSED: 10,
        Decision.ADOPTED: 10,
        Decision.NOT_PRIORITISED: None,
        Decision.IDENTIFIED: None,
    }


def test_a_missing_figure_makes_the_cut_a_floor_and_the_gap_a_ceiling():
    s = statement(
        budget(
            measures("""
                nr | klimatiltak | sektor | utslippskilde          | 2026 | 2027
                1  | Bytte biler | Vei    | veitrafikk/personbiler | 120  | 240
                2  | Fjernvarme  | Bygg   | oppvarming/olje        |      | 80
            """)
        )
    )
    assert (s.total.cut.net[2026].value, s.total.cut.net[2026].bound) == (120, Bound.AT_LEAST)
    assert (s.total.after[2026].bound, s.gap[2026].bound) == (Bound.AT_MOST, Bound.AT_MOST)
    assert (s.gap[2026].lacks, s.gap[2027].lacks) == (1, 0)
    assert s.total.cut.net[2027].bound is Bound.EXACT


def test_no_figure_at_all_in_a_year_is_unknown_and_not_zero():
    s = statement(OSLO)
    assert s.total.cut.net[2024].value is None
    assert s.total.cut.net[2024].lacks == 3


def test_a_zero_is_a_figure():
    s = statement(OSLO)
    assert s.sectors["energiforsyning"].cut.net[2023].value == 0


def test_a_missing_figure_that_may_be_negative_is_neither_floor_nor_ceiling():
    up = Measure(
        "u", 1, "Bygge vei", basis=Basis.ESTIMATED, effects=(effect_in("x/y", {2027: Decimal(-5)}),)
    )
    (down,) = measures("""
        nr | klimatiltak | sektor | utslippskilde          | 2026 | 2027
        2  | Bytte biler | Vei    | veitrafikk/personbiler | 120  | 240
    """)
    s = statement(budget((up, down)))
    assert s.total.cut.net[2026].bound is Bound.OPEN
    assert s.gap[2026].bound is Bound.OPEN
    assert s.total.cut.net[2027].value == 235


def test_an_increase_is_a_line_of_its_own():
    up = effect_in("veitrafikk/tunge", {2026: Decimal(-30)})
    down = effect_in("veitrafikk/personbiler", {2026: Decimal(100)})
    both = Measure("m", 1, "Flytte trafikk", basis=Basis.ESTIMATED, effects=(up, down))
    total = statement(budget((both,))).total
    assert total.cut.gross[2026].value == 100
    assert total.cut.increase[2026].value == 30
    assert total.cut.net[2026].value == 70
    assert total.after[2026].value == total.path[2026] - 70


def test_a_measure_in_two_sectors_is_in_both_and_once_in_the_total():
    two = Measure(
        "m",
        1,
        "Elektrifisere",
        basis=Basis.CALCULATED,
        effects=(
            effect_in("veitrafikk/tunge", {2026: Decimal(7)}),
            effect_in("oppvarming/olje", {2026: Decimal(5)}),
        ),
    )
    s = statement(budget((two,)))
    assert s.sectors["veitrafikk"].cut.net[2026].value == 7
    assert s.sectors["oppvarming"].cut.net[2026].value == 5
    assert s.total.cut.net[2026].value == 12
    assert s.counts.counted == s.total.cut.counted == 1


def test_a_range_of_a_cut_is_a_range_of_what_is_left():
    """1 000 on the path: 300 cut, at least 200 and at most 350; the other cut is certain."""
    one, other = measures("""
        nr | klimatiltak | sektor | utslippskilde          | 2029 | 2030
        1  | Elbusser    | Vei    | veitrafikk/personbiler | 100  | 300
        2  | Lastebiler  | Vei    | veitrafikk/tunge       | 50   | 50
    """)
    [effect] = one.effects
    low, high = tonnes({2030: Decimal(200)}), tonnes({2030: Decimal(350)})
    ranged = replace(one, effects=(replace(effect, low=low, high=high),))
    s = statement(budget((ranged, other), path=path({2029: 1000, 2030: 1000})))
    assert s.total.after[2030].value == 650
    assert s.span(2030) == (600, 750)
    assert s.span(2029) is None and s.span(2028) is None
    assert statement(budget((one, other))).span(2030) is None
    assert statement(budget((ranged, other), path=path({2029: 1000}))).span(2030) is None


def test_books_never_add_up():
    """A measure with only indirect effects is not in the statement of the direct book."""
    indirect = Effect("ufordelt", tonnes({2026: Decimal(900)}), Book.INDIRECT)
    away = Measure("m", 1, "Kjøpe brukt", basis=Basis.ESTIMATED, effects=(indirect,))
    s = statement(budget((away,)))
    assert s.counts.all == 0
    assert s.total.cut.net[2026].value is None


def test_a_path_for_the_whole_leaves_the_sectors_unknown():
    s = statement(OSLO)
    assert all(line.after[2030].value is None for line in s.sectors.values())


def test_without_a_path_the_last_inventory_year_stands_in_for_sectors_too():
    s = statement(replace(OSLO, path=None))
    assert not s.has_path
    assert s.total.path[2030] == Decimal("1084232.0")
    assert s.sectors["veitrafikk"].after[2030].value == Decimal("564570.8") - 122_850


def test_a_path_per_sector_makes_the_whole_where_all_parts_are_known():
    given_path = path({})
    parts = {
        "veitrafikk/ufordelt": tonnes({2026: Decimal(900), 2027: Decimal(800)}),
        "oppvarming/ufordelt": tonnes({2026: Decimal(100)}),
    }
    s = statement(budget(path=replace(given_path, figures=parts)))
    assert (s.total.path[2026], s.total.path[2027]) == (1000, None)
    assert s.sectors["veitrafikk"].path[2027] == 800


def test_an_allowance_stated_year_by_year_has_no_line():
    stated = {2023: Decimal(-52), 2026: Decimal(-73), 2030: Decimal(-95)}
    s = statement(replace(OSLO, allowance=Allowance(stated, start=Start.STATED)))
    assert rounded(s.allowance[2026]) == 389_577
    assert s.allowance[2025] is None


def test_a_year_restated_by_hand_leaves_the_rest_of_the_line():
    s = statement(replace(OSLO, allowance=Allowance({2026: Decimal(-73)})))
    assert rounded(s.allowance[2026]) == 389_577
    assert s.allowance[2023] == rounded(s.reference * Decimal("0.48"), GRAM)


def test_oslos_allowance_2020_to_2030_as_published():
    """Straight from the inventory of 2020 to the target of 2023; then Oslo states its steps."""
    steps = {2024: -56, 2025: -61, 2026: -73, 2027: -81, 2028: -86, 2029: -90}
    allowance = Allowance(
        {year: Decimal(percent) for year, percent in steps.items()},
        start=Start.LAST,
        whole_percent=True,
    )
    percent = statement(replace(OSLO, allowance=allowance)).allowance_percent
    assert percent == {2020: -25, 2021: -34, 2022: -43, 2023: -52, **steps, 2030: -95}


def test_the_line_from_the_last_inventory_year_begins_at_what_is_emitted():
    s = statement(replace(OSLO, allowance=Allowance(start=Start.LAST)))
    assert s.allowance[2020] == Decimal("1084232.0")
    assert s.allowance[2019] is None


def test_percentages_are_rounded_before_they_are_tonnes_only_when_asked():
    exact, whole = (
        statement(replace(OSLO, allowance=Allowance(whole_percent=asked))).allowance[2020]
        for asked in (False, True)
    )
    assert rounded(s_percent(exact)) == rounded(s_percent(whole)) == -41
    assert exact != whole == rounded(Decimal("1442877.6") * Decimal("0.59"), GRAM)


def s_percent(tonnes_):
    return (tonnes_ / Decimal("1442877.6") - 1) * 100


def test_without_a_target_there_is_no_gap():
    s = statement(replace(OSLO, targets=()))
    assert s.gap[2030].value is None
    assert s.total.after[2030].value == 548_300


def test_a_budget_without_anything_is_a_statement_of_unknowns():
    s = statement(budget(edition=None, inventory=None, targets=(), path=None))
    assert s.total.after[2026].value is None
    assert s.reference is None
    assert s.sectors == {}


# ---- whatever is registered, the sums close --------------------------------------------------

CODES = ["veitrafikk/personbiler", "veitrafikk/tunge", "oppvarming/olje", "ufordelt"]
FIGURES = some.dictionaries(
    some.integers(2025, 2030), some.integers(-(10**9), 10**12).map(lambda g: Decimal(g).scaleb(-6))
)
MEASURES = some.lists(
    some.builds(
        lambda codes, department, basis, in_path: (codes, department, basis, in_path),
        some.dictionaries(some.sampled_from(CODES), FIGURES, max_size=3),
        some.sampled_from(["Vei", "Bygg", ""]),
        some.sampled_from(Basis),
        some.sampled_from(InPath),
    ),
    max_size=6,
)


def registered(raw) -> tuple[Measure, ...]:
    return tuple(
        Measure(
            f"m{n}",
            n,
            "Kutte",
            department=department,
            basis=basis,
            in_path=in_path,
            effects=tuple(effect_in(code, figures) for code, figures in codes.items()),
        )
        for n, (codes, department, basis, in_path) in enumerate(raw, start=1)
    )


@given(MEASURES)
def test_sectors_and_departments_make_the_total_whatever_is_registered(raw):
    s = statement(budget(registered(raw)))
    for year in s.years:
        total = s.total.cut.net[year].value or 0
        for cuts in ([line.cut for line in s.sectors.values()], list(s.departments.values())):
            assert sum(cut.net[year].value or 0 for cut in cuts) == total


@given(MEASURES)
def test_path_minus_cut_is_what_is_left_whatever_is_registered(raw):
    s = statement(budget(registered(raw)))
    for year in s.years:
        after, cut = s.total.after[year], s.total.cut
        if after.value is None:
            assert cut.net[year].value is None or s.total.path[year] is None
        else:
            left = after.value + cut.gross[year].value - cut.increase[year].value
            assert left == s.total.path[year]


@given(MEASURES)
def test_the_order_of_the_measures_changes_nothing(raw):
    own = registered(raw)
    forth, back = statement(budget(own)), statement(budget(own[::-1]))
    assert forth.total == back.total
    assert forth.gap == back.gap


@given(MEASURES, some.integers(2025, 2030))
def test_one_more_unknown_figure_never_changes_what_is_known(raw, year):
    """Unknown never becomes zero: it only takes away the promise of a figure."""
    own = registered(raw)
    blank = Measure("x", 99, "Vet ikke ennå", basis=Basis.ESTIMATED, code="ufordelt")
    before, after = statement(budget(own)), statement(budget((*own, blank)))
    assert before.total.cut.net[year].value == after.total.cut.net[year].value
    assert after.total.cut.net[year].lacks == before.total.cut.net[year].lacks + 1


@pytest.mark.parametrize("percent, expected", [(0, 1750), (55, 787), (100, 0)])
def test_the_line_ends_at_the_target(percent, expected):
    s = statement(budget(targets=(Target(Decimal(percent), 2030, 2009),)))
    assert int(s.allowance[2030]) == expected
