"""«Forklar tallet» for the lines a budget is held against: the reference path and the allowance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from climatebudget.core.explain import Column, Explanation, Key, Scope, explain
from climatebudget.core.path_rule import Level, PathRule, Rule, by_rule
from climatebudget.core.paths import Allowance, ReferencePath, Start, Target
from climatebudget.core.quantity import tonnes
from climatebudget.core.statement import statement
from tests.tables import budget, history, path

CARS, LORRIES = "veitrafikk/personbiler", "veitrafikk/tunge"


def told(key: Key, **changes) -> Explanation:
    town = budget(**changes)
    found = explain(town, statement(town), key)
    assert found is not None
    return found


def parts(explanation: Explanation) -> list[tuple[str, str, Decimal | None]]:
    return [(p.sign, p.what.shown(), p.figure and p.figure.value) for p in explanation.parts]


def notes(explanation: Explanation) -> list[str]:
    return [note.shown() for note in explanation.notes]


# ---- the reference path ------------------------------------------------------------------------


def test_a_given_path_says_where_it_stands_and_what_is_in_it():
    given = path(
        {2026: 980},
        policy="Vedtatt politikk",
        author="Konsulenten",
        cut_off=date(2025, 6, 30),
        cites={("", 2026): "rapport, tabell 2"},
    )
    found = told(Key(Column.PATH, 2026), path=given)
    assert parts(found) == [("", "Oslo", 980)]
    assert found.parts[0].cites.shown() == "rapport, tabell 2"
    assert found.closes is None
    assert found.closing.shown() == "Tallet er ført inn. Det er ikke regnet ut av andre tall."
    assert notes(found) == [
        "Utarbeidet av Konsulenten.",
        "Politikk i banen: Vedtatt politikk",
        "Politikken er vedtatt til og med 30.6.2025.",
    ]


def test_a_path_given_per_source_opens_by_sector_and_source():
    per_source = ReferencePath(
        {CARS: tonnes({2026: 590}), LORRIES: tonnes({2026: 390}), "oppvarming/olje": tonnes()}
    )
    whole = told(Key(Column.PATH, 2026), path=per_source)
    assert parts(whole) == [("+", "Veitrafikk", 980), ("+", "Oppvarming", None)]
    assert whole.figure.value is None
    sector = told(whole.parts[0].opens, path=per_source)
    assert parts(sector) == [
        ("+", "Personbiler, Veitrafikk", 590),
        ("+", "Tunge, Veitrafikk", 390),
    ]
    assert sector.closes and sector.figure.value == 980
    source = told(sector.parts[1].opens, path=per_source)
    assert source.title.shown() == "Referansebane i 2026, Tunge, Veitrafikk"
    assert source.figure.value == 390


def test_a_path_for_the_whole_leaves_the_sectors_unknown():
    found = told(Key(Column.PATH, 2026, Scope.SECTOR, "veitrafikk"))
    assert found.figure.value is None
    assert "gitt for kommunen samlet" in found.formula.shown()


def test_a_path_without_the_place_says_so():
    of_heating = ReferencePath({"oppvarming": tonnes({2026: 5})})
    found = told(Key(Column.PATH, 2026, Scope.SECTOR, "veitrafikk"), path=of_heating)
    assert found.formula.shown() == "Referansebanen har ingen tall her."


def test_without_a_path_the_last_inventory_year_stands_in():
    found = told(Key(Column.PATH, 2026), path=None)
    assert parts(found) == [("+", "Utslipp i 2024", 1000)]
    assert found.closes and found.parts[0].opens == Key(Column.INVENTORY, 2024)
    nothing = told(Key(Column.PATH, 2026), path=None, inventory=None, edition=None)
    assert nothing.figure.value is None
    assert nothing.formula.shown() == (
        "Klimabudsjettet har verken referansebane eller utslippstall."
    )


@pytest.mark.parametrize(
    ("rule", "looks_at", "says"),
    [
        (PathRule(Rule.HELD), [2024], "Utslippet i 2024 gjelder for alle årene etter."),
        (
            PathRule(Rule.MEAN, years=2),
            [2022, 2024],
            "2\u00a0170,25 tonn til sammen, delt på 2 år.",
        ),
        (
            PathRule(Rule.TREND, years=2),
            [2022, 2024],
            "Midt i årene (2\u00a0023) går linjen gjennom gjennomsnittet, 1\u00a0085,125 tonn. "
            "Den endrer seg med −85,125 tonn i året.",
        ),
        (
            PathRule(Rule.PERCENT, percent=Decimal("-2.5")),
            [2024],
            "−2,5 prosent i året i 2 år fra 2024.",
        ),
    ],
)
def test_a_rule_is_told_with_the_years_it_looks_at_and_reckoned_anew(rule, looks_at, says):
    ruled = ReferencePath(by_rule(rule, history(), 2030), rule=rule)
    found = told(Key(Column.PATH, 2026), path=ruled)
    *years, own = found.parts
    assert [p.opens.year for p in years] == looks_at
    assert own.what.shown() == "Regelen banen er regnet ut med"
    assert own.about.kind == "path"
    assert says in notes(found)
    assert found.closes and found.closing.shown().startswith("Regnet ut på nytt")


def test_a_rule_per_source_looks_at_the_source():
    rule = PathRule(Rule.HELD, Level.SOURCE)
    ruled = ReferencePath(by_rule(rule, history(), 2030), rule=rule)
    found = told(Key(Column.PATH, 2026, Scope.SOURCE, CARS), path=ruled)
    assert parts(found)[0] == ("", "Utslipp i 2024", 600)
    assert found.parts[0].opens == Key(Column.INVENTORY, 2024, Scope.SOURCE, CARS)
    empty = told(Key(Column.PATH, 2026, Scope.SOURCE, "oppvarming/olje"), path=ruled)
    assert notes(empty)[-1] == "Banen går aldri under null."


def test_figures_that_a_rule_no_longer_gives_are_told():
    """A frozen path keeps its figures; the derivation says if they are not what the rule gives."""
    rule = PathRule(Rule.HELD)
    found = told(Key(Column.PATH, 2026), path=path({2026: 980}, rule=rule))
    assert found.closes is False
    assert "Forskjellen er 20 tonn." in found.closing.shown()


# ---- the allowance -----------------------------------------------------------------------------

TWO = (
    Target(Decimal(30), 2026, 2009, "Bystyret 2024/9", "sak, side 4"),
    Target(Decimal(55), 2030, 2009, "Bystyret 2025/17"),
)


def test_the_allowance_is_a_straight_line_step_by_step():
    found = told(Key(Column.ALLOWANCE, 2027), targets=TWO)
    assert parts(found) == [
        ("+", "Utslipp i referanseåret 2009", Decimal("1750.5")),
        ("+", "−36,25 prosent av utslippene i 2009", Decimal("-634.55625")),
        ("", "Mål for 2026", None),
        ("", "Mål for 2030", None),
    ]
    assert found.parts[2].percent == -30 and found.parts[2].cites.shown() == "sak, side 4"
    assert [d.shown() for d in found.parts[3].details] == ["Bystyret 2025/17"]
    assert found.formula.shown() == "63,75 prosent av utslippene i 2009."
    assert notes(found) == [
        "Rett linje fra −30 prosent i 2026 til −55 prosent i 2030.",
        "2027 er 1 av 4 år ut på linjen. Det gir −36,25 prosent.",
    ]
    assert found.closes and found.figure.value == Decimal("1115.94375")


def test_a_percentage_without_end_is_shown_with_four_decimals():
    found = told(Key(Column.ALLOWANCE, 2026))
    assert found.formula.shown() == "55,4762 prosent av utslippene i 2009."
    assert notes(found)[-1] == ("Prosenten er vist med fire desimaler, og regnet uten avrunding.")
    assert found.closes


def test_in_a_target_year_the_line_is_at_the_target():
    found = told(Key(Column.ALLOWANCE, 2030))
    assert notes(found) == ["Rett linje fra 0 prosent i 2009 til −55 prosent i 2030."]
    assert [p.what.shown() for p in found.parts[2:]] == ["Mål for 2030"]


def test_the_line_may_begin_in_the_last_inventory_year():
    found = told(Key(Column.ALLOWANCE, 2027), allowance=Allowance(start=Start.LAST))
    assert found.parts[2].what.shown() == "Siste år i utslippsregnskapet, 2024"
    assert found.parts[2].opens == Key(Column.INVENTORY, 2024)
    assert "2027 er 3 av 6 år ut på linjen." in notes(found)[1]


def test_a_stated_year_tells_its_reason_and_what_the_line_would_give():
    stated = Allowance(
        {2027: Decimal(-40)}, {2027: "vedtak, side 2"}, reasons={2027: "Bystyret vil raskere fram"}
    )
    found = told(Key(Column.ALLOWANCE, 2027), allowance=stated, targets=TWO)
    own = found.parts[2]
    assert (own.what.shown(), own.percent) == ("Oppgitt for 2027", -40)
    assert own.cites.shown() == "vedtak, side 2"
    assert [d.shown() for d in own.details] == ["Bystyret vil raskere fram"]
    assert notes(found) == [
        "Prosenten for 2027 er oppgitt for hånd.",
        "Den rette linjen ville gitt −36,25 prosent.",
    ]
    assert found.closes


def test_year_by_year_there_is_no_line_to_compare_with():
    stated = Allowance({2027: Decimal(-40)}, start=Start.STATED)
    found = told(Key(Column.ALLOWANCE, 2027), allowance=stated)
    assert notes(found) == ["Prosenten for 2027 er oppgitt for hånd."]


def test_a_percentage_that_is_rounded_first_says_so():
    found = told(Key(Column.ALLOWANCE, 2026), allowance=Allowance(whole_percent=True))
    assert found.formula.shown() == "55 prosent av utslippene i 2009."
    assert "Prosenten er rundet av før den er regnet om til tonn." in notes(found)
    assert found.closes


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"targets": ()}, "har ikke noe mål"),
        ({"inventory": history("utslippskilde | 2024\nveitrafikk/biler | 5")}, "referanseåret"),
        ({"allowance": Allowance(start=Start.STATED)}, "ingen linje mot et mål"),
    ],
)
def test_an_unknown_allowance_says_why(changes, why):
    found = told(Key(Column.ALLOWANCE, 2026), **changes)
    assert found.figure.value is None and found.parts == ()
    assert why in found.formula.shown()
