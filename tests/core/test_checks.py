"""Checks of overlap, boundary and size: each fires where it should, and not where it should not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from climatebudget.core import reconcile
from climatebudget.core.boundary import Boundary, Facility, within
from climatebudget.core.findings import Level
from climatebudget.core.measure import Financing
from climatebudget.core.overlap import Member, OverlapGroup, Rule
from climatebudget.core.overlap_groups import extendable, open_places, suggested
from climatebudget.core.quantity import tonnes
from climatebudget.core.statement import statement
from tests.tables import budget, history, measures, path

CARS, LORRIES, OIL = "veitrafikk/personbiler", "veitrafikk/tunge", "oppvarming/olje"
YEARS = "2026 | 2027 | 2028 | 2029 | 2030"
WHOLE = {
    "change": "Færre kjører bil.",
    "position": "seksjonsleder",
    "start": 2026,
    "full": 2030,
    "method": "Trafikktelling.",
    "financing": Financing.WITHIN_FRAME,
    "indicator": "Passeringer",
}
TWO = measures(
    f"""
    nr | klimatiltak       | sektor | utslippskilde          | {YEARS}
    1  | Innføre bomring   | Vei    | veitrafikk/personbiler | 10 | 20 | 30 | 40 | 50
    2  | Bygge sykkelveier | Plan   | veitrafikk/personbiler | 1  | 2  | 3  | 4  | 5
    3  | Flytte gods       | Vei    | veitrafikk/tunge       | 1  | 2  | 3  | 4  | 5
""",
    **WHOLE,
)
ALONE = measures(
    f"""
    nr | klimatiltak     | sektor | utslippskilde          | {YEARS}
    1  | Innføre bomring | Vei    | veitrafikk/personbiler | 10 | 20 | 30 | 40 | 601
    3  | Flytte gods     | Vei    | veitrafikk/tunge       | 1  | 2  | 3  | 4  | 5
""",
    **WHOLE,
)
MANY = measures(
    f"""
    nr | klimatiltak       | sektor | utslippskilde          | {YEARS}
    1  | Innføre bomring   | Vei    | veitrafikk/personbiler | 10 | 20 | 30 | 40 | 400
    2  | Bygge sykkelveier | Plan   | veitrafikk/personbiler | 10 | 20 | 30 | 40 | 400
    3  | Flytte gods       | Vei    | veitrafikk/tunge       | 1  | 2  | 3  | 4  | 5
""",
    **WHOLE,
)
BOTH = Member("m1", CARS), Member("m2", CARS)


def group(rule=Rule.SUM, members=BOTH, reason="Ulike reiser", **more) -> OverlapGroup:
    return OverlapGroup("o1", "Bilreiser", rule, tuple(members), reason, **more)


HELD = budget(TWO, overlaps=(group(),))


def codes(town) -> list[str]:
    return [f.code for f in reconcile.reconcile(town, statement(town))]


def found(town, code):
    return next(f for f in reconcile.reconcile(town, statement(town)) if f.code == code)


def bounded(boundary: Boundary, **changes):
    inside = within(history(), boundary)
    town = replace(HELD, published=history(), inventory=inside, boundary=boundary)
    return replace(town, **changes)


def airport(*years: int) -> Facility:
    return Facility("Flyplassen", OIL, tonnes(dict.fromkeys(years, Decimal(5))), "Eierandel")


def test_a_budget_where_overlap_is_considered_has_no_findings():
    assert codes(HELD) == []


@pytest.mark.parametrize(
    "town, code, level",
    [
        (replace(HELD, overlaps=()), "overlap-open", Level.EXPLAIN),
        (replace(HELD, overlaps=(group(members=BOTH[:1]),)), "overlap-alone", Level.EXPLAIN),
        (
            replace(HELD, overlaps=(group(members=(*BOTH, Member("m3", OIL))),), measures=(
                *TWO[:2], replace(TWO[2], effects=(replace(TWO[2].effects[0], code=OIL),)),
            )),
            "overlap-sectors",
            Level.EXPLAIN,
        ),
        (replace(HELD, overlaps=(group(reason=""),)), "overlap-reason", Level.INFO),
        (replace(HELD, overlaps=(group(Rule.SEQUENCE),)), "overlap-no-path", Level.EXPLAIN),
        (replace(HELD, measures=ALONE, overlaps=()), "larger-than-source", Level.EXPLAIN),
        (replace(HELD, measures=MANY), "source-below-zero", Level.EXPLAIN),
        (
            replace(HELD, measures=TWO[:2]),
            "source-without-measures",
            Level.INFO,
        ),
        (
            bounded(Boundary({LORRIES: "Riksvei"})),
            "outside-boundary",
            Level.EXPLAIN,
        ),
        (
            bounded(
                Boundary({LORRIES: "Riksvei"}),
                path=replace(path({}), figures={LORRIES: tonnes({2026: Decimal(1)})}),
            ),
            "path-outside",
            Level.STOPS,
        ),
        (
            bounded(
                Boundary(
                    {"veitrafikk/ufordelt": "Ikke vårt", "oppvarming/ufordelt": "Ikke vårt"}
                )
            ),
            "boundary-empty",
            Level.STOPS,
        ),
        (bounded(Boundary(facilities=(airport(2009, 2024),))), "facility-years", Level.EXPLAIN),
        (bounded(Boundary(facilities=(airport(2022, 2024),))), "facility-years", Level.STOPS),
    ],
)  # fmt: skip
def test_a_check_fires_when_it_should(town, code, level):
    assert found(town, code).level is level
    assert code not in codes(HELD)


def test_overlap_that_is_adjusted_in_the_source_needs_no_group():
    adjusted = (replace(TWO[0], adjusted=True), *TWO[1:])
    assert "overlap-open" not in codes(replace(HELD, measures=adjusted, overlaps=()))


def test_a_third_measure_in_the_source_opens_the_question_again():
    third = measures(f"""
        nr | klimatiltak  | sektor | utslippskilde          | {YEARS}
        4  | Bygge ladere | Vei    | veitrafikk/personbiler | 1 | 1 | 1 | 1 | 1
    """)
    assert "overlap-open" in codes(replace(HELD, measures=(*TWO, *third)))


def test_a_pair_that_two_groups_deduct_is_told():
    other = replace(group(Rule.LARGEST), id="o9", name="Reiser")
    town = replace(HELD, overlaps=(group(Rule.LARGEST), other))
    assert codes(town) == ["overlap-twice"]
    assert "Klimatiltak 1 og 2 står sammen både i overlappgruppen «Reiser» og i «Bilreiser»." in (
        found(town, "overlap-twice").message
    )


def test_one_measure_may_overlap_with_different_ones_in_two_groups():
    third = measures(
        f"""
        nr | klimatiltak  | sektor | utslippskilde          | {YEARS}
        4  | Bygge ladere | Vei    | veitrafikk/personbiler | 1 | 1 | 1 | 1 | 1
    """,
        **WHOLE,
    )
    pairs = (("m1", "m2"), ("m1", "m4"), ("m2", "m4"))
    groups = tuple(
        replace(group(members=tuple(Member(m, CARS) for m in pair)), id=f"o{n}", name=f"Par {n}")
        for n, pair in enumerate(pairs)
    )
    assert codes(replace(HELD, measures=(*TWO, *third), overlaps=groups)) == []


def test_a_measure_does_not_overlap_with_itself():
    places = (*TWO[0].effects, *TWO[2].effects)
    twice = replace(TWO[0], effects=places)
    own = group(members=(Member("m1", CARS), Member("m1", LORRIES)))
    town = replace(HELD, measures=(twice, *TWO[1:]), overlaps=(own,))
    assert "overlap-alone" in codes(town)


def test_cuts_outside_the_boundary_are_in_no_sum_and_overlap_with_nothing():
    outside = bounded(Boundary({CARS: "Innbyggernes biler"}), overlaps=())
    assert "overlap-open" in codes(replace(HELD, overlaps=()))
    assert "overlap-open" not in codes(outside)


def test_a_new_group_is_suggested_such_that_no_pair_comes_in_two():
    third = measures(f"""
        nr | klimatiltak  | sektor | utslippskilde          | {YEARS}
        4  | Bygge ladere | Vei    | veitrafikk/personbiler | 1 | 1 | 1 | 1 | 1
    """)
    town = replace(HELD, measures=(*TWO, *third))
    (place,) = open_places(town)
    assert [m.number for m in place.measures] == [1, 2, 4]
    assert suggested(place, town) == (Member("m1", CARS), Member("m4", CARS))
    assert extendable(place, town) == HELD.overlaps
    town = replace(town, overlaps=())
    (place,) = open_places(town)
    assert (suggested(place, town), extendable(place, town)) == (place.members, ())


def test_overlap_that_is_deducted_brings_a_source_back_above_zero():
    largest = replace(HELD, measures=MANY, overlaps=(group(Rule.LARGEST),))
    assert "source-below-zero" not in codes(largest)


def test_a_cut_outside_the_boundary_is_in_no_sum():
    inside = statement(bounded(Boundary({LORRIES: "Riksvei"})))
    assert inside.total.cut.net[2030].value == 55
    assert inside.counts.counted == 2


def test_a_boundary_moves_the_reference_year_and_the_target_in_tonnes():
    town = bounded(Boundary({LORRIES: "Riksvei"}))
    assert statement(town).reference == Decimal("1250.5")
    assert statement(town).allowance[2030] == Decimal("562.725")


def test_kilograms_typed_as_tonnes_are_asked_about():
    message = found(replace(HELD, measures=ALONE, overlaps=()), "larger-than-source").message
    assert message == (
        "Klimatiltak 1 kutter 601 tonn i 2030, men utslippskilden slapp ut 600 tonn i 2024. "
        "Kontroller at tallet er i tonn og ikke i kilo."
    )
