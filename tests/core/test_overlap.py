"""Overlap: what measures cut together, and that nothing is deducted twice or hidden."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from climatebudget.core.measure import Basis, InPath, Measure, effect_in
from climatebudget.core.overlap import Member, OverlapGroup, Rule, deducted, together
from climatebudget.core.quantity import GRAM, ZERO, Bound, Figure, tonnes
from climatebudget.core.statement import statement
from tests.tables import budget, history, measures, path

CARS, LORRIES = "veitrafikk/personbiler", "veitrafikk/tunge"
TOWN = measures("""
    nr | klimatiltak        | sektor | utslippskilde          | 2026 | 2027
    1  | Innføre bomring    | Vei    | veitrafikk/personbiler | 100  | 200
    2  | Bygge sykkelveier  | Plan   | veitrafikk/personbiler | 50   | 50
    3  | Bytte varmekjeler  | Bygg   | oppvarming/olje        | 10   | 10
""")


def group(rule: Rule, *members: tuple[str, str], percent: Decimal | None = None) -> OverlapGroup:
    members = members or (("m1", CARS), ("m2", CARS))
    return OverlapGroup("o1", "Bilreiser", rule, tuple(Member(*m) for m in members), "", percent)


def reckoned(rule: Rule, its=TOWN, *, members=(), percent=None, **changes):
    return statement(budget(its, overlaps=(group(rule, *members, percent=percent),), **changes))


def test_measures_that_are_found_not_to_overlap_are_added():
    total = reckoned(Rule.SUM).total
    assert (total.overlap[2026].value, total.effect[2026].value) == (0, 160)


def test_only_the_largest_counts():
    total = reckoned(Rule.LARGEST).total
    assert (total.overlap[2026].value, total.effect[2026].value) == (-50, 110)


def test_in_sequence_each_cuts_its_share_of_what_is_left_of_the_source():
    # 600 t are left of the cars: 1/6 of them, and then 1/12 of the rest.
    total = reckoned(Rule.SEQUENCE, path=None).total
    assert total.effect[2026].value == Decimal("151.666667")
    assert total.overlap[2026].value == Decimal("-8.333333")


def test_in_sequence_is_held_against_the_reference_path_of_the_source_itself():
    own = replace(path({2026: 1000}), figures={CARS: tonnes({2026: Decimal(400)})})
    total = reckoned(Rule.SEQUENCE, path=own).total
    assert total.overlap[2026].value == Decimal("-12.5")  # 100 · 50 / 400


def test_a_stated_share_is_taken_off_the_members_sum():
    total = reckoned(Rule.SHARE, percent=Decimal(20)).total
    assert (total.overlap[2026].value, total.effect[2026].value) == (-30, 130)


def test_where_the_source_has_no_path_the_largest_is_all_that_is_certain():
    total = reckoned(Rule.SEQUENCE, path=path({2026: 1000, 2027: 1000})).total
    assert (total.effect[2026].value, total.effect[2026].bound) == (110, Bound.AT_LEAST)
    assert total.after[2026].bound is Bound.AT_MOST


def test_each_measure_keeps_its_stand_alone_effect():
    alone, together = statement(budget(TOWN)), reckoned(Rule.LARGEST)
    assert {d: c.net for d, c in together.departments.items()} == {
        d: c.net for d, c in alone.departments.items()
    }
    assert together.total.cut == alone.total.cut


def test_the_deduction_stands_in_its_own_emission_sector_alone():
    s = reckoned(Rule.LARGEST)
    assert s.sectors["veitrafikk"].overlap[2026].value == -50
    assert s.sectors["oppvarming"].overlap[2026].value == 0


def test_a_figure_that_is_adjusted_already_is_not_deducted_again():
    adjusted = (replace(TOWN[0], adjusted=True), *TOWN[1:])
    assert reckoned(Rule.LARGEST, adjusted).total.overlap[2026].value == 0


def test_what_is_not_counted_takes_nothing_off():
    included = (replace(TOWN[0], in_path=InPath.INCLUDED), *TOWN[1:])
    assert reckoned(Rule.LARGEST, included).total.overlap[2026].value == 0


def test_an_increase_is_a_line_of_its_own_and_deepens_no_deduction():
    worse = (
        *TOWN,
        *measures("""
        nr | klimatiltak    | sektor | utslippskilde          | 2026
        4  | Bygge en vei   | Vei    | veitrafikk/personbiler | -30
    """),
    )
    members = (("m1", CARS), ("m2", CARS), ("m4", CARS))
    total = reckoned(Rule.LARGEST, worse, members=members).total
    assert total.cut.increase[2026].value == 30
    assert (total.overlap[2026].value, total.effect[2026].value) == (-50, 80)


def test_a_member_without_a_figure_leaves_a_floor():
    lacking = measures("""
        nr | klimatiltak     | sektor | utslippskilde          | 2026 | 2027
        1  | Innføre bomring | Vei    | veitrafikk/personbiler | 100  | 200
        2  | Bygge stier     | Plan   | veitrafikk/personbiler |      | 50
    """)
    effect = reckoned(Rule.LARGEST, lacking).total.effect[2026]
    assert (effect.value, effect.bound, effect.lacks) == (100, Bound.AT_LEAST, 1)


def test_a_year_where_no_member_has_a_figure_has_an_unknown_deduction():
    lacking = measures("""
        nr | klimatiltak      | sektor | utslippskilde          | 2026 | 2027
        1  | Innføre bomring  | Vei    | veitrafikk/personbiler |      | 200
        2  | Bygge stier      | Plan   | veitrafikk/personbiler |      | 50
        3  | Bytte kjeler     | Bygg   | oppvarming/olje        | 10   | 10
    """)
    s = reckoned(Rule.LARGEST, lacking)
    assert together(d for d in s.deductions if d.year == 2026) == Figure(None, 2)
    assert s.total.overlap[2026] == Figure(ZERO, 2, Bound.AT_MOST)
    assert s.total.overlap[2027] == Figure(Decimal(-50))


def test_two_groups_of_which_one_is_unknown_take_off_so_much_or_more():
    lacking = measures(
        """
        nr | klimatiltak      | sektor | utslippskilde          | 2026
        1  | Innføre bomring  | Vei    | veitrafikk/personbiler | 100
        2  | Bygge stier      | Plan   | veitrafikk/personbiler | 50
        3  | Lade lastebiler  | Vei    | veitrafikk/tunge       |
        4  | Flytte gods      | Vei    | veitrafikk/tunge       |
    """,
        basis=Basis.ESTIMATED,
    )
    empty = tuple(replace(m, effects=m.effects or (effect_in(LORRIES, {}),)) for m in lacking)
    freight = replace(group(Rule.LARGEST, ("m3", LORRIES), ("m4", LORRIES)), id="o2")
    s = statement(budget(empty, overlaps=(group(Rule.LARGEST), freight)))
    assert s.total.overlap[2026] == Figure(Decimal(-50), 2, Bound.AT_MOST)


def test_a_group_across_sources_is_held_against_their_sector():
    mixed = measures("""
        nr | klimatiltak  | sektor | utslippskilde          | 2026
        1  | Innføre bom  | Vei    | veitrafikk/personbiler | 100
        2  | Flytte gods  | Vei    | veitrafikk/tunge       | 50
    """)
    members = (("m1", CARS), ("m2", LORRIES))
    total = reckoned(Rule.SEQUENCE, mixed, members=members, path=None).total
    assert total.overlap[2026].value == -5  # 100 · 50 / (600 + 400)


def test_low_and_high_are_reckoned_like_the_figure_itself():
    wide = replace(
        TOWN[0].effects[0],
        low=tonnes({2026: Decimal(60)}),
        high=tonnes({2026: Decimal(140)}),
    )
    s = reckoned(Rule.LARGEST, (replace(TOWN[0], effects=(wide,)), *TOWN[1:]))
    assert [s.low[2026].value, s.total.effect[2026].value, s.high[2026].value] == [70, 110, 150]
    assert [s.low[2027].value, s.high[2027].value] == [210, 210]


def test_without_a_range_there_is_no_low_and_no_high():
    s = statement(budget(TOWN))
    assert (s.low, s.high) == ({}, {})


# ---- whatever the figures ------------------------------------------------------------------------

CUT = some.decimals(min_value=0, max_value=10**7, places=6)
CUTS = some.lists(CUT, min_size=1, max_size=6)
PERCENT = some.decimals(min_value=0, max_value=100, places=3)
RULE = some.sampled_from(list(Rule))


@given(RULE, CUTS, some.none() | CUT, PERCENT)
def test_a_deduction_is_never_above_zero_and_never_more_than_the_gross_effect(
    rule, cuts, left, percent
):
    value, _ = deducted(rule, cuts, left, percent)
    assert -sum(cuts, ZERO) <= value <= 0


@given(some.sampled_from([Rule.SUM, Rule.LARGEST, Rule.SEQUENCE]), CUTS, some.none() | CUT)
def test_together_they_cut_no_less_than_the_largest_of_them(rule, cuts, left):
    value, _ = deducted(rule, cuts, left, None)
    assert sum(cuts, ZERO) + value >= max(cuts) - GRAM


@given(RULE, CUTS, CUT, CUT, PERCENT)
def test_one_more_measure_never_makes_the_whole_cut_smaller(rule, cuts, more, left, percent):
    before, _ = deducted(rule, cuts, left, percent)
    after, _ = deducted(rule, [*cuts, more], left, percent)
    assert sum(cuts, more) + after >= sum(cuts, ZERO) + before - GRAM


@given(CUTS, CUT)
def test_in_sequence_the_order_does_not_matter(cuts, left):
    there = deducted(Rule.SEQUENCE, cuts, left, None)
    back = deducted(Rule.SEQUENCE, cuts[::-1], left, None)
    assert there == back


@given(RULE, some.lists(CUT, min_size=2, max_size=6), PERCENT)
def test_moving_a_measure_in_or_out_of_a_group_changes_no_stand_alone_effect(rule, cuts, percent):
    its = tuple(
        Measure(
            f"m{n}",
            n,
            f"Klimatiltak {n}",
            department=f"Sektor {n % 2}",
            basis=Basis.CALCULATED,
            code=CARS,
            effects=(effect_in(CARS, {2026: cut}),),
        )
        for n, cut in enumerate(cuts)
    )
    members = [(m.id, CARS) for m in its]
    one, other = (
        statement(
            budget(its, overlaps=(group(rule, *some_of, percent=percent),), inventory=history())
        )
        for some_of in (members, members[1:])
    )
    assert one.total.cut == other.total.cut
    assert one.departments == other.departments
    for s in (one, other):
        line = s.total
        assert line.effect[2026].value == line.cut.net[2026].value + line.overlap[2026].value
        assert sum(x.overlap[2026].value or 0 for x in s.sectors.values()) == (
            line.overlap[2026].value
        )


MAYBE = some.none() | some.decimals(min_value=-(10**6), max_value=10**7, places=6)


def cutting(cuts) -> tuple[Measure, ...]:
    """A measure for each cut; None is one that is counted and has no figure."""
    return tuple(
        Measure(
            f"m{n}",
            n,
            f"Klimatiltak {n}",
            basis=Basis.CALCULATED,
            code=CARS,
            effects=(effect_in(CARS, {} if cut is None else {2026: cut}),),
        )
        for n, cut in enumerate(cuts)
    )


@given(RULE, some.lists(MAYBE, min_size=2, max_size=6), PERCENT, some.data())
def test_a_measure_that_is_moved_between_groups_keeps_its_stand_alone_effect(
    rule, cuts, percent, data
):
    its = cutting(cuts)
    where = some.lists(some.sampled_from("ab"), min_size=len(its), max_size=len(its))
    told = []
    for placed in (data.draw(where), data.draw(where)):
        groups = tuple(
            replace(
                group(rule, *((m.id, CARS) for m, at in zip(its, placed, strict=True) if at == n)),
                id=n,
                percent=percent,
            )
            for n in "ab"
            if n in placed
        )
        told.append(statement(budget(its, overlaps=groups, inventory=history())))
    one, other = told
    assert one.total.cut == other.total.cut
    assert (one.departments, one.categories) == (other.departments, other.categories)


@given(RULE, some.lists(MAYBE, min_size=2, max_size=6), PERCENT)
def test_whatever_is_known_a_deduction_lies_between_zero_and_the_members_gross_cut(
    rule, cuts, percent
):
    members = [(f"m{n}", CARS) for n in range(len(cuts))]
    own = group(rule, *members, percent=percent)
    s = statement(budget(cutting(cuts), overlaps=(own,), inventory=history()))
    gross = s.total.cut.gross[2026].value or ZERO
    (deduction,) = [d for d in s.deductions if d.year == 2026]
    if deduction.figure.value is not None:
        assert -gross <= deduction.figure.value <= 0


@given(RULE, some.lists(MAYBE, min_size=2, max_size=6), PERCENT)
def test_what_is_unknown_never_becomes_zero(rule, cuts, percent):
    members = [(f"m{n}", CARS) for n in range(len(cuts))]
    own = group(rule, *members, percent=percent)
    alone = effect_in("oppvarming/olje", {2026: Decimal(1)})
    known = replace(cutting([Decimal(1)])[0], id="kjent", number=99, effects=(alone,))
    s = statement(budget((*cutting(cuts), known), overlaps=(own,), inventory=history()))
    (deduction,) = [d for d in s.deductions if d.year == 2026]
    assert (deduction.figure.value is None) == all(cut is None for cut in cuts)
    lacks = sum(cut is None for cut in cuts)
    overlap = s.total.overlap[2026]
    assert (deduction.figure.lacks, overlap.lacks) == (lacks, lacks)
    assert overlap.bound is not Bound.EXACT or not lacks


@pytest.mark.parametrize("rule", list(Rule))
def test_a_group_whose_measures_are_gone_takes_nothing_off(rule):
    s = reckoned(rule, members=(("borte", CARS),), percent=Decimal(50))
    assert s.total.overlap[2026].value == 0
