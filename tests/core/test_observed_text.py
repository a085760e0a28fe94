"""A year gone by in sentences: which way the difference goes, and what a new edition explains."""

from __future__ import annotations

from decimal import Decimal

import pytest

from climatebudget.core.observed import Observed, YearGone
from climatebudget.core.observed_text import lead
from climatebudget.core.quantity import Bound, Figure
from climatebudget.core.statement import statement
from tests.tables import budget, measures

TOWN = budget(
    measures("""
        nr | klimatiltak | sektor | utslippskilde          | 2026
        1  | Bytte biler | Vei    | veitrafikk/personbiler | 100
    """)
)


def told(planned: Figure, observed: int, recast: int) -> list[str]:
    """The sentences of a year: 600 tonnes in 2024 before the edition moved them."""
    whole = Observed(
        planned, Figure(Decimal(100)), Decimal(observed), Decimal(600), Decimal(600 + recast)
    )
    found = YearGone(2026, 2024, whole, {}, None)
    return [text.shown() for text in lead(found, TOWN, statement(TOWN))]


@pytest.mark.parametrize(
    ("observed", "recast", "says"),
    [
        (523, 5, "23 tonn mer enn ventet: 5 kommer av at statistikken er endret, 18 gjør det ikke"),
        (477, -5, "23 tonn mindre enn ventet: 5 kommer av at statistikken er endret, 18 gjør det"),
        (523, 0, "Det er 23 tonn mer enn ventet. Statistikken er ikke endret."),
        (477, 0, "Det er 23 tonn mindre enn ventet. Statistikken er ikke endret."),
        (523, 23, "23 tonn mer enn ventet. Hele forskjellen er endret statistikk."),
        (477, -23, "23 tonn mindre enn ventet. Hele forskjellen er endret statistikk."),
        (523, 40, "23 tonn mer enn ventet: endret statistikk løfter tallet 40 tonn, og resten "),
        (
            523,
            -7,
            "mer enn ventet: endret statistikk senker tallet 7 tonn, og resten løfter det 30",
        ),
        (477, 7, "mindre enn ventet: endret statistikk løfter tallet 7 tonn, og resten senker det"),
        (477, -40, "mindre enn ventet: endret statistikk senker tallet 40 tonn, og resten løfter"),
        (500, 9, "Det er som ventet: endret statistikk løfter tallet 9 tonn, og resten senker det"),
        (500, -9, "Det er som ventet: endret statistikk senker tallet 9 tonn, og resten løfter"),
        (500, 0, "Det er som ventet, og statistikken er ikke endret."),
    ],
)
def test_the_difference_says_which_way_it_goes_and_what_it_is_made_of(observed, recast, says):
    came, planned, difference = told(Figure(Decimal(500)), observed, recast)
    assert came == f"Utslippene i 2026 ble {observed} tonn."
    assert planned == "Klimabudsjettet ventet 500 tonn." and says in difference


@pytest.mark.parametrize(
    ("bound", "observed", "planned", "says"),
    [
        (Bound.AT_MOST, 523, "ventet høyst 500 tonn", "Det er minst 23 tonn mer enn ventet."),
        (Bound.AT_MOST, 477, "ventet høyst 500 tonn", "Vi kan ikke si om utslippene ble høyere"),
        (Bound.AT_LEAST, 477, "ventet minst 500 tonn", "Det er minst 23 tonn mindre enn ventet."),
        (Bound.OPEN, 523, "ventet rundt 500 tonn, men noen tall mangler", "Vi kan ikke si om"),
    ],
)
def test_a_plan_that_lacks_figures_promises_no_more_than_it_can(bound, observed, planned, says):
    _, expected, difference = told(Figure(Decimal(500), 1, bound), observed, 5)
    assert planned in expected and says in difference


def test_without_a_plan_the_change_is_told_all_the_same():
    _, why, change = told(Figure(None), 500, 20)
    assert why == "Hva klimabudsjettet ventet, er ukjent: utslippskuttene mangler for 2026."
    assert change == "Fra 2024 til 2026 gikk de ned 120 tonn, regnet i den nye utgaven."
