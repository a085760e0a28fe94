"""A generated budget: so many measures × ten years, on an inventory of fifty sources."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from climatebudget import catalogue
from climatebudget.core.budget import Budget, BudgetYear, Kind, Municipality, Stage, Version
from climatebudget.core.inventory import Inventory
from climatebudget.core.measure import Basis, Category, Measure, effect_in
from climatebudget.core.paths import ReferencePath, Target
from climatebudget.core.quantity import tonnes

YEARS = range(2027, 2037)
DEPARTMENTS = tuple(f"Sektor {n}" for n in range(1, 18))
HISTORY = (2009, 2011, 2013, 2015, *range(2016, 2025))
SOURCES = {
    code: source
    for code, source in list(catalogue.sources().items())
    if not code.endswith("ufordelt")
}
FIFTY = dict(list(SOURCES.items())[:50])


def measures(count: int, seed: int = 1) -> tuple[Measure, ...]:
    chance, codes = Random(seed), list(FIFTY)
    return tuple(_measure(number, chance, codes) for number in range(1, count + 1))


def _measure(number: int, chance: Random, codes: list[str]) -> Measure:
    code = chance.choice(codes)
    figures = {year: Decimal(chance.randrange(10**8)).scaleb(-6) for year in YEARS}
    return Measure(
        f"m{number}",
        number,
        f"Bytte ut kjøretøy og maskiner, nummer {number}",
        change="Fossilt drivstoff blir erstattet av strøm. " * 3,
        department=chance.choice(DEPARTMENTS),
        position="Avdelingsleder",
        basis=Basis.CALCULATED,
        code=code,
        effects=(effect_in(code, figures, {y: f"beregning {number}, rad {y}" for y in YEARS}),),
        method="Kjørelengde ganger utslippsfaktor.",
        category=Category("klimakur2030", f"T{number % 13 + 1:02}"),
    )


def inventory(area: str = "0301") -> Inventory:
    chance = Random(2)
    cells = {
        (code, year): Decimal(chance.randrange(10**11)).scaleb(-6)
        for code in FIFTY
        for year in HISTORY
    }
    return Inventory(area, HISTORY, cells, FIFTY)


def budget(count: int) -> Budget:
    path = {year: Decimal(2_000_000 - 1000 * (year - 2027)) for year in YEARS}
    return Budget(
        Municipality("0301", "Oslo"),
        BudgetYear(2027, Stage.PROPOSAL, YEARS[-1]),
        Version("v1", "utkast", Kind.DRAFT),
        inventory=inventory(),
        targets=(Target(Decimal(80), YEARS[-1], 2009),),
        path=ReferencePath({"": tonnes(path)}),
        departments=DEPARTMENTS,
        measures=measures(count),
    )
