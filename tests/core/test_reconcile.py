"""Each check has a case that fires and one that does not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from climatebudget.core import reconcile
from climatebudget.core.budget import Control
from climatebudget.core.checks import words
from climatebudget.core.findings import Finding, Level
from climatebudget.core.inventory import Inventory
from climatebudget.core.measure import InPath
from climatebudget.core.paths import Target
from climatebudget.core.statement import statement
from tests.tables import budget, edition, history, measures, path

YEARS = "2026 | 2027 | 2028 | 2029 | 2030"
GOOD = budget(
    measures(f"""
        nr | klimatiltak | sektor | utslippskilde          | {YEARS}
        1  | Bytte biler | Vei    | veitrafikk/personbiler | 10 | 20 | 30 | 40 | 50
        2  | Telle gods  | Vei    | veitrafikk/tunge       | 0  | 0  | 0  | 0  | 0
    """)
)


def codes(town) -> list[str]:
    return [f.code for f in reconcile.reconcile(town, statement(town))]


def found(town, code) -> Finding:
    return next(f for f in reconcile.reconcile(town, statement(town)) if f.code == code)


def test_a_budget_that_adds_up_has_no_findings():
    assert codes(GOOD) == []


def without_department(town):
    return replace(town, measures=tuple(replace(m, department="") for m in town.measures))


def in_the_path(town):
    inside = tuple(replace(m, in_path=InPath.INCLUDED) for m in town.measures)
    return replace(town, measures=inside, path=None)


LACKING = measures("""
    nr | klimatiltak | sektor | utslippskilde          | 2026 | 2030
    1  | Bytte biler | Vei    | veitrafikk/personbiler | 10   | 50
""")
GREEDY = measures(f"""
    nr | klimatiltak | sektor | utslippskilde   | {YEARS}
    1  | Bytte kjel  | Bygg   | oppvarming/olje | 0 | 0 | 0 | 0 | 21
""")
LOST = measures(f"""
    nr | klimatiltak | sektor | utslippskilde | {YEARS}
    1  | Spare       | Bygg   | ufordelt      | 1 | 2 | 3 | 4 | 5
""")
OIL = history("""
    utslippskilde          | 2009 | 2024
    veitrafikk/personbiler | 1000 | 600
    oppvarming/olje        | 250  | 20
""")
OPEN_SUM = Finding("stated-total", "Energiforsyning i 2013", where=None)


@pytest.mark.parametrize(
    "town, code, level",
    [
        (replace(GOOD, edition=None, inventory=None), "no-edition", Level.STOPS),
        (replace(GOOD, targets=()), "no-target", Level.EXPLAIN),
        (
            replace(GOOD, targets=(Target(Decimal(55), 2030, 2010),)),
            "no-reference-year",
            Level.STOPS,
        ),
        (
            replace(GOOD, controls=(Control(2030, Decimal(60), "tabell 2, rad 29"),)),
            "stated-sum",
            Level.EXPLAIN,
        ),
        (replace(GOOD, edition=edition(findings=(OPEN_SUM,))), "edition-totals", Level.EXPLAIN),
        (replace(GOOD, inventory=OIL, measures=GREEDY), "below-zero", Level.EXPLAIN),
        (replace(GOOD, measures=LACKING), "effects-missing", Level.EXPLAIN),
        (replace(GOOD, path=path({2026: 990, 2030: 900})), "path-missing", Level.EXPLAIN),
        (without_department(GOOD), "no-department", Level.EXPLAIN),
        (in_the_path(GOOD), "in-no-path", Level.EXPLAIN),
        (replace(GOOD, measures=LOST), "no-source", Level.EXPLAIN),
        (replace(GOOD, inventory=OIL), "sector-without-measures", Level.INFO),
    ],
)
def test_a_check_fires_when_it_should(town, code, level):
    assert found(town, code).level is level
    assert code not in codes(GOOD)


def test_the_source_of_the_measures_may_state_its_sums():
    agrees = replace(GOOD, controls=(Control(2030, Decimal(50), "rad 29"),))
    assert "stated-sum" not in codes(agrees)


def test_oslos_sum_row_is_a_thousand_tonnes_off():
    oslo = budget(
        measures("""
            nr | klimatiltak | sektor | utslippskilde       | 2023
            1  | Resten      | KLI    | veitrafikk/ufordelt | 75300
        """),
        year=2023,
        controls=(Control(2023, Decimal(74_300), "oslo_2023_measures.csv, rad 29, kolonne F"),),
    )
    assert found(oslo, "stated-sum").message.replace("\u00a0", " ") == (
        "Tabellen oppgir 74 300 tonn for 2023. Radene gir 75 300. Forskjellen er 1 000 tonn. "
        "Kilde: oslo_2023_measures.csv, rad 29, kolonne F."
    )


def test_measures_may_cut_all_there_is_but_no_more():
    to_the_last = replace(GREEDY[0], effects=(replace(GREEDY[0].effects[0], yearly=LIMIT),))
    assert "below-zero" not in codes(replace(GOOD, inventory=OIL, measures=(to_the_last,)))


LIMIT = replace(GREEDY[0].effects[0].yearly, by_year=dict.fromkeys(range(2026, 2031), Decimal(20)))


def test_what_stops_comes_first():
    town = replace(without_department(GOOD), edition=None, inventory=None)
    findings = reconcile.reconcile(town, statement(town))
    assert [f.stops for f in findings] == sorted((f.stops for f in findings), reverse=True)


def test_a_broken_total_stops(monkeypatch):
    """The engine's own sums are checked too: a cut that no sector holds is found."""
    ledger = statement(GOOD)
    broken = replace(ledger, sectors={})
    found = [f for f in reconcile.reconcile(GOOD, broken) if f.code == "sum-of-parts"]
    assert found and all(f.stops for f in found)


def test_a_broken_inventory_stops():
    class Leaking(Inventory):
        @property
        def sectors(self):
            return {code: line - line for code, line in super().sectors.items()}

    leaking = Leaking(**vars(history()))
    town = replace(GOOD, inventory=leaking)
    assert found(town, "inventory-sum").stops


def test_errors_do_not_cancel_in_silence():
    off = (Control(2026, Decimal(5), "a"), Control(2027, Decimal(25), "b"))
    sums = reconcile.sums(replace(GOOD, controls=off), statement(replace(GOOD, controls=off)))
    assert (sums.net, sums.absolute) == (0, 10)
    assert len(sums.checks) - sums.agreeing == 2


@pytest.mark.parametrize(
    "names, expected", [([1], "1"), ([1, 2], "1 og 2"), ([1, 2, 3], "1, 2 og 3")]
)
def test_a_list_in_words(names, expected):
    assert words.listed(names) == expected
