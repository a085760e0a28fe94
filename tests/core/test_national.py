"""Against Klimakur 2030 and Klimatiltak i Norge: each report over its own years, never mixed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from climatebudget.core.budget import BudgetYear, Stage
from climatebudget.core.measure import Category, Decision, InPath
from climatebudget.core.national import (
    KLIMAKUR,
    KLIMATILTAK,
    Coverage,
    NationalMeasure,
    against,
    coverage,
    emitted,
    unanswered,
    uncoupled,
    unknown,
)
from climatebudget.core.quantity import Bound, Figure
from tests.tables import budget, history, measures

CARS = NationalMeasure(
    KLIMAKUR,
    "T05",
    "Bare elbiler",
    "Vei",
    Decimal(2540),
    "500-1500",
    "",
    ("veitrafikk/personbiler",),
)
RAIL = NationalMeasure(KLIMAKUR, "AT03", "Jernbane", "Annet", Decimal(230), "<500", "")
ROAD = NationalMeasure(
    KLIMAKUR, "T13", "Biodrivstoff", "Vei", Decimal(2550), ">1500", "", ("veitrafikk/ufordelt",)
)
LATER = NationalMeasure(KLIMATILTAK, "T05", "Bil til buss", "Vei", Decimal(100), "0", "")

ONE, TWO = measures("""
    nr | klimatiltak    | sektor | utslippskilde          | 2027 | 2028 | 2029 | 2030
    1  | Bygge ladere   | Vei    | veitrafikk/personbiler | 10   | 20   | 30   | 40
    2  | Bytte biler    | Bygg   | veitrafikk/personbiler | 1    | 2    |      | 4
""")
YEAR = BudgetYear(2027, Stage.REGISTRATION, 2035)


def town(*its, **changes):
    own = tuple(replace(m, category=Category(KLIMAKUR, "T05")) for m in its)
    return budget(own, budget_year=YEAR, **changes)


def test_four_plan_years_are_held_against_four_of_the_ten():
    (answer,) = against([CARS], town(ONE))
    assert answer.years == (2027, 2028, 2029, 2030)
    assert answer.cut == Figure(Decimal(100))


def test_the_year_2035_is_never_mixed_with_a_sum():
    (answer,) = against([LATER], town(ONE))
    assert answer.years == (2035,)
    assert answer.measures == ()  # the same code in another report is another measure


def test_a_missing_year_makes_the_sum_a_floor():
    (answer,) = against([CARS], town(ONE, TWO))
    assert answer.cut == Figure(Decimal(107), 1, Bound.AT_LEAST)


def test_what_is_in_the_path_is_named_but_not_summed():
    (answer,) = against([CARS], town(replace(ONE, in_path=InPath.INCLUDED)))
    assert ([m.number for m in answer.measures], answer.cut.value) == ([1], None)


def test_what_nobody_answers_is_where_something_is_emitted():
    answers = against([CARS, RAIL, ROAD], town())
    assert [(a.national.code, a.emitted, a.unanswered) for a in answers] == [
        ("T05", 600, True),
        ("AT03", None, False),
        ("T13", 1000, True),
    ]


def test_no_municipal_source_is_not_nothing_emitted():
    assert emitted(history(), ()) is None
    assert emitted(history(), ("sjofart/cruise",)) == 0


def test_the_proportional_share_needs_the_country():
    country = history("""
        utslippskilde          | 2009   | 2024
        veitrafikk/personbiler | 100000 | 60000
    """)
    assert against([CARS], town(ONE))[0].share is None
    assert against([CARS], town(ONE), country)[0].share == 25_400  # a hundredth of 2 540 kt


def test_what_was_not_prioritised_answers_nothing():
    """It is internal, and gone when the version is lagt fram."""
    (answer,) = against([CARS], town(replace(ONE, decision=Decision.NOT_PRIORITISED)))
    assert answer.measures == () and answer.unanswered


def test_how_much_of_what_could_be_answered_is_answered():
    """Passenger cars are answered; railways too, but they are no source of the statistics."""
    by_rail = replace(TWO, category=Category(KLIMAKUR, "AT03"))
    own = (replace(ONE, category=Category(KLIMAKUR, "T05")), by_rail)
    answers = against([CARS, RAIL, ROAD], budget(own, budget_year=YEAR))
    assert coverage(answers) == Coverage(emitting=2, answered=1, elsewhere=1)


def test_the_most_emissions_that_nobody_answers_come_first():
    answers = against([CARS, RAIL, ROAD], town())
    assert [a.national.code for a in unanswered(answers)] == ["T13", "T05"]


def test_a_measure_about_one_plant_is_of_its_municipality_alone():
    """The capture of carbon in Bergen is nothing for Oslo to answer, and gives it no share."""
    plant = replace(CARS, code="E02", area="4601")
    (elsewhere,) = against([plant], town(), history())
    assert (elsewhere.places, elsewhere.emitted, elsewhere.unanswered) == ((), None, False)
    (own,) = against([replace(plant, area="0301")], town(), history())
    assert (own.emitted, own.share) == (600, None)


def test_what_is_coupled_to_nothing_or_to_what_nobody_knows():
    other = replace(TWO, category=Category(KLIMAKUR, "T99"))
    own = budget((ONE, other), budget_year=YEAR)
    assert uncoupled(own) == (ONE,)
    assert unknown(own, {Category(KLIMAKUR, "T05")}) == (other,)


def test_a_reason_is_said_in_both_languages():
    told = replace(CARS, reasons=("på bokmål", "på nynorsk"))
    assert (told.reason("nb"), told.reason("nn")) == ("på bokmål", "på nynorsk")
