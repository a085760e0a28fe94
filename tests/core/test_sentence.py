"""The top sentence has four answers, in bokmål and nynorsk."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from climatebudget.core import sentence
from climatebudget.core.budget import Budget, BudgetYear, Kind, Municipality, Stage, Version
from climatebudget.core.inventory import Inventory, Source
from climatebudget.core.measure import Basis, Measure, effect_in
from climatebudget.core.paths import ReferencePath, Target
from climatebudget.core.quantity import tonnes
from climatebudget.core.statement import statement
from climatebudget.translations import translator

ROAD = Source("veitrafikk/personbiler", "veitrafikk", "Personbiler", "Veitrafikk")
NBSP = "\u00a0"


def counted(number: int, cut: int | None) -> Measure:
    figures = {} if cut is None else {2030: Decimal(cut)}
    effects = (effect_in(ROAD.code, figures),)
    return Measure(f"m{number}", number, "Bytte ut biler", basis=Basis.ESTIMATED, effects=effects)


def words(number: int) -> Measure:
    return Measure(f"m{number}", number, "Gjøre det lettere å gå")


def small_town(*measures: Measure, path: int | None = 80_000, percent: int = 55) -> Budget:
    """100 000 t in 2009, 90 000 t in 2024, a target for 2030."""
    emissions = {(ROAD.code, 2009): Decimal(100_000), (ROAD.code, 2024): Decimal(90_000)}
    return Budget(
        Municipality("4014", "Kragerø"),
        BudgetYear(2027, Stage.REGISTRATION, 2030),
        Version("v", "utkast", Kind.DRAFT),
        inventory=Inventory("4014", (2009, 2024), emissions, {ROAD.code: ROAD}),
        targets=(Target(Decimal(percent), 2030, 2009),),
        path=ReferencePath({"": tonnes({2030: Decimal(path)})}) if path else None,
        measures=measures,
    )


def said(budget: Budget, language: str = "nb") -> str:
    translate = translator(language)
    sentences = sentence.top(budget, statement(budget))
    return " ".join(s.shown(translate) for s in sentences).replace(NBSP, " ")


def test_a_gap_is_said_in_percent_and_tonnes():
    town = small_town(counted(1, 18_000), counted(2, 3_400), counted(3, 0), words(4))
    assert said(town) == (
        "Med klimatiltakene i forslaget blir utslippene 41 prosent lavere i 2030 enn i 2009. Målet "
        "er 55 prosent. Det gjenstår å kutte 13 600 tonn. 1 av 4 klimatiltak er ikke tallfestet og "
        "ikke regnet med."
    )


def test_the_gap_in_nynorsk():
    town = small_town(counted(1, 18_000), counted(2, 3_400), counted(3, 0), words(4))
    assert said(town, "nn") == (
        "Med klimatiltaka i forslaget blir utsleppa 41 prosent lågare i 2030 enn i 2009. Målet er "
        "55 prosent. Det står att å kutte 13 600 tonn. 1 av 4 klimatiltak er ikkje talfesta og "
        "ikkje rekna med."
    )


def test_a_target_that_is_met_has_a_margin():
    assert said(small_town(counted(1, 36_600))) == (
        "Kommunen ligger an til å nå målet for 2030. Utslippene blir 57 prosent lavere enn i 2009. "
        "Målet er 55 prosent. Marginen er 1 600 tonn."
    )
    assert said(small_town(counted(1, 36_600)), "nn").startswith(
        "Kommunen ligg an til å nå målet for 2030. Utsleppa blir 57 prosent lågare enn i 2009."
    )


def test_more_than_half_unquantified_and_we_cannot_say():
    assert said(small_town(counted(1, 4_200), words(2), words(3))) == (
        "Vi kan ikke si om kommunen når målet for 2030. 2 av 3 klimatiltak er ikke tallfestet. "
        "Det andre kutter 4 200 tonn. Utslippene må ned 45 000 tonn fra 2024."
    )
    assert said(small_town(words(1)), "nn").startswith(
        "Vi kan ikkje seie om kommunen når målet for 2030."
    )


def test_exactly_half_unquantified_is_still_an_answer():
    assert said(small_town(counted(1, 4_200), words(2))).startswith("Med klimatiltakene")


def test_without_a_path_we_cannot_say():
    assert said(small_town(counted(1, 4_200), path=None)) == (
        "Vi kan ikke si om kommunen når målet for 2030. Klimabudsjettet har ingen referansebane. "
        "Klimatiltaket kutter 4 200 tonn. Utslippene må ned 45 000 tonn fra 2024."
    )


def test_an_effect_unknown_in_the_target_year_and_we_cannot_say():
    assert said(small_town(counted(1, None))).startswith(
        "Vi kan ikke si om kommunen når målet for 2030. Utslippskuttet i 2030 er ukjent."
    )


def test_a_missing_figure_makes_the_gap_a_ceiling():
    """One of two measures lacks 2030: at least so much is cut, at most so much remains."""
    assert said(small_town(counted(1, 20_000), counted(2, None))) == (
        "Med klimatiltakene i forslaget blir utslippene minst 40 prosent lavere i 2030 enn i 2009. "
        "Målet er 55 prosent. Det gjenstår å kutte høyst 15 000 tonn. 1 tallfestet klimatiltak "
        "mangler tall for året."
    )


def test_emissions_that_rise_are_not_called_lower():
    assert "20 prosent høyere i 2030 enn i 2009" in said(small_town(counted(1, 0), path=120_000))


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"inventory": None}, "Klimabudsjettet har ingen utslippstall ennå."),
        ({"targets": ()}, "Klimabudsjettet er tomt. Begynn med målet"),
        ({}, "Målet for 2030 er satt: 55 prosent lavere enn i 2009. Meld inn det første"),
        (
            {"targets": (Target(Decimal(55), 2030, 2010),)},
            "Statistikkutgaven har ikke tall for referanseåret 2010.",
        ),
    ],
)
def test_with_nothing_to_say_the_next_step_is_said(change, expected):
    assert said(replace(small_town(), **change)).startswith(expected)


def test_measures_without_a_target_ask_for_the_target():
    town = replace(small_town(counted(1, 10)), targets=())
    assert said(town) == "Ett klimatiltak er meldt inn. Sett et mål, så kan vi si om det er nok."
