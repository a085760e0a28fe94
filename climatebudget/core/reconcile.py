"""The reconciliation (avstemming): what adds up, and what to look at where it does not.

To add a check, write a function and list it in `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from climatebudget.core.budget import Budget
from climatebudget.core.checks.boundary import (
    facilities_have_their_figures,
    nothing_cuts_outside_the_boundary,
    the_boundary_leaves_something,
    the_path_is_inside_the_boundary,
)
from climatebudget.core.checks.limits import (
    large_sources_have_measures,
    no_cut_is_larger_than_its_source,
    no_source_goes_below_zero,
)
from climatebudget.core.checks.overlap import (
    in_sequence_needs_a_path,
    overlap_groups_hold,
    overlap_is_considered,
)
from climatebudget.core.checks.words import listed
from climatebudget.core.field import show_number
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.inventory import UNALLOCATED
from climatebudget.core.measure import InPath
from climatebudget.core.quantity import ZERO
from climatebudget.core.statement import Cut, Statement, at
from climatebudget.core.text import N_, Text

Check = Callable[[Budget, Statement], list[Finding]]
ONE_PERCENT = Decimal("0.01")


def reconcile(budget: Budget, statement: Statement) -> tuple[Finding, ...]:
    """Every check's findings, what stops first."""
    found = [finding for check in CHECKS for finding in check(budget, statement)]
    return tuple(sorted(found, key=lambda f: list(Level).index(f.level)))


def stops(findings: Iterable[Finding]) -> bool:
    return any(finding.stops for finding in findings)


def there_is_an_edition(budget: Budget, statement: Statement) -> list[Finding]:
    if budget.edition is not None:
        return []
    text = N_("Klimabudsjettet står ikke på noen statistikkutgave. Velg en under Rammer.")
    return [Finding("no-edition", text, level=Level.STOPS, where=About("edition"))]


def the_reference_year_is_known(budget: Budget, statement: Statement) -> list[Finding]:
    if budget.edition is None or budget.reference_year is None or budget.reference is not None:
        return []
    text = N_(
        "Statistikkutgaven %(edition)s har ikke tall for referanseåret %(year)s. Velg et "
        "annet referanseår eller en annen utgave."
    )
    values = {"edition": budget.edition.name, "year": budget.reference_year}
    return [Finding("no-reference-year", text, values, Level.STOPS, About("target"))]


def there_is_a_target(budget: Budget, statement: Statement) -> list[Finding]:
    if budget.targets:
        return []
    text = N_(
        "Klimabudsjettet har ikke noe mål. Sett et under Rammer, så kan gjenstående kutt regnes ut."
    )
    return [Finding("no-target", text, where=About("target"))]


@dataclass(frozen=True)
class Sum:
    """A check of one sum in one year, tonnes: what the parts make beside what they should make."""

    name: str
    year: int
    parts: Decimal
    whole: Decimal

    @property
    def difference(self) -> Decimal:
        return self.parts - self.whole


@dataclass(frozen=True)
class Sums:
    """All the sums checked; net and absolute apart, so that errors cannot cancel in silence."""

    checks: tuple[Sum, ...]

    @property
    def agreeing(self) -> int:
        return sum(not check.difference for check in self.checks)

    @property
    def net(self) -> Decimal:
        return sum((check.difference for check in self.checks), ZERO)

    @property
    def absolute(self) -> Decimal:
        return sum((abs(check.difference) for check in self.checks), ZERO)


def sums(budget: Budget, statement: Statement) -> Sums:
    """Every sum that can be held against another, for the years that are known."""
    inventory = [
        Sum(N_("Utslippssektorene = kommunen samlet"), year, _sector_sum(budget, year), whole)
        for year, whole in (budget.inventory.total.by_year.items() if budget.inventory else ())
    ]
    divided = [
        Sum(name, year, _net(cuts, year), whole)
        for name, cuts in _ways(statement).items()
        for year in statement.columns
        if (whole := statement.total.cut.net[year].value) is not None
    ]
    together = [
        Sum(
            N_("Sektorene i kommunen + overlapp = utslippskutt til sammen"),
            year,
            _net(statement.departments.values(), year) + (total.overlap[year].value or ZERO),
            whole,
        )
        for total in [statement.total]
        for year in statement.columns
        if (whole := total.effect[year].value) is not None and total.overlap[year].value
    ]
    stated = [
        Sum(N_("Klimatiltakene = summen kilden oppgir"), c.year, ours, c.tonnes)
        for c in budget.controls
        if (ours := at(statement.total.cut.net, c.year).value) is not None
    ]
    return Sums((*inventory, *divided, *together, *stated))


def _sector_sum(budget: Budget, year: int) -> Decimal:
    assert budget.inventory is not None
    return sum((s.by_year[year] for s in budget.inventory.sectors.values()), ZERO)


def _ways(statement: Statement) -> Mapping[str, list[Cut]]:
    """The same cuts divided three ways; each must make the total."""
    return {
        N_("Utslippssektorene = utslippskutt"): [s.cut for s in statement.sectors.values()],
        N_("Sektorene i kommunen = utslippskutt"): list(statement.departments.values()),
        N_("Klimakur-tiltak + uten kobling = utslippskutt"): list(statement.categories.values()),
    }


def the_parts_make_the_total(budget: Budget, statement: Statement) -> list[Finding]:
    """Emission sectors, departments and Klimakur-tiltak must each make the total."""
    return [
        Finding(
            "sum-of-parts",
            N_(
                "%(name)s stemmer ikke i %(year)s. Forskjellen er %(difference)s tonn. "
                "Meld fra til den som drifter programmet."
            ),
            {
                "name": Text(name),
                "year": year,
                "difference": show_number(difference, Decimal("0.1")),
            },
            Level.STOPS,
            About("version", year=year),
        )
        for name, cuts in _ways(statement).items()
        for year in statement.years
        if (difference := _net(cuts, year) - _net([statement.total.cut], year))
    ]


def _net(cuts: Iterable[Cut], year: int) -> Decimal:
    return sum((cut.net[year].value or ZERO for cut in cuts), ZERO)


def the_inventory_adds_up(budget: Budget, statement: Statement) -> list[Finding]:
    if budget.inventory is None:
        return []
    total, sectors = budget.inventory.total, budget.inventory.sectors.values()
    return [
        Finding(
            "inventory-sum",
            N_("Utslippssektorene gir ikke samlet utslipp i %(year)s."),
            {"year": year},
            Level.STOPS,
            About("edition", year=year),
        )
        for year in budget.inventory.years
        if sum((s.by_year[year] for s in sectors), ZERO) != total[year]
    ]


def stated_sums_agree(budget: Budget, statement: Statement) -> list[Finding]:
    """The measures' source states sums of its own: rows that do not make them are pointed out."""
    found = []
    for control in budget.controls:
        ours = statement.total.cut.net.get(control.year)
        if ours is None or ours.value is None or ours.value == control.tonnes:
            continue
        values = {
            "stated": show_number(control.tonnes),
            "year": control.year,
            "found": show_number(ours.value),
            "difference": show_number(abs(ours.value - control.tonnes)),
            "cites": control.cites,
        }
        text = N_(
            "Tabellen oppgir %(stated)s tonn for %(year)s. Radene gir %(found)s. Forskjellen "
            "er %(difference)s tonn. Kilde: %(cites)s."
        )
        found.append(Finding("stated-sum", text, values, where=About("version", year=control.year)))
    return found


def the_edition_closes(budget: Budget, statement: Statement) -> list[Finding]:
    """A file whose rows do not make its own totals was accepted; the budget says so."""
    if budget.edition is None:
        return []
    open_sums = [f for f in budget.edition.findings if f.code == "stated-total"]
    if not open_sums:
        return []
    text = N_(
        "Kildene i statistikkutgaven %(edition)s gir ikke filens egne summer %(count)s "
        "steder. Klimabudsjettet bruker kildene."
    )
    values = {"edition": budget.edition.name, "count": len(open_sums)}
    return [Finding("edition-totals", text, values, where=About("edition", budget.edition.slug))]


def no_sector_goes_below_zero(budget: Budget, statement: Statement) -> list[Finding]:
    """Measures cannot cut more than there is: the path if known, else the last inventory year."""
    found = []
    for code, line in statement.sectors.items():
        if budget.inventory is None or code == UNALLOCATED:
            continue
        last = line.inventory[budget.inventory.last_year] or ZERO
        for year in statement.years:
            cut = line.effect[year].value
            left = line.path[year] if line.path[year] is not None else last
            if cut is not None and left is not None and cut > left:
                found.append(_too_much(budget, code, year, cut, left))
    return found


def _too_much(budget: Budget, code: str, year: int, cut: Decimal, left: Decimal) -> Finding:
    text = N_(
        "Klimatiltakene i %(sector)s kutter %(cut)s tonn i %(year)s, men det er bare "
        "%(left)s tonn å kutte i. Kontroller tallene, og om klimatiltakene overlapper."
    )
    values = {
        "sector": sector_name(budget, code),
        "cut": show_number(cut),
        "year": year,
        "left": show_number(left),
    }
    return Finding("below-zero", text, values, where=About("source", code, year))


def sector_names(budget: Budget) -> Mapping[str, str]:
    """Emission sectors as the edition names them, by code."""
    sources = budget.inventory.sources.values() if budget.inventory else ()
    return {s.sector: s.sector_name for s in sources}


def sector_name(budget: Budget, code: str) -> str:
    return sector_names(budget).get(code, code)


def counted_measures_have_figures(budget: Budget, statement: Statement) -> list[Finding]:
    counted = [m for m in budget.measures if m.counted]
    lacking = [y for y in statement.columns if any(m.effect(y) is None for m in counted)]
    if not lacking:
        return []
    unknown = [y for y in lacking if statement.total.cut.net[y].value is None]
    count = sum(any(m.effect(y) is None for y in lacking) for m in counted)
    values = {"count": count, "all": len(counted), "years": listed(lacking)}
    text = N_("%(count)s av %(all)s tallfestede klimatiltak mangler utslippskutt for %(years)s.")
    if unknown == lacking:
        text = N_(
            "%(count)s av %(all)s tallfestede klimatiltak mangler utslippskutt for %(years)s."
            " Gjenstående kutt er ukjent i disse årene."
        )
    return [Finding("effects-missing", text, values, where=About("measure"))]


def the_path_covers_the_plan(budget: Budget, statement: Statement) -> list[Finding]:
    missing = [y for y in statement.columns if statement.total.path[y] is None]
    if budget.path is None or not missing:
        return []
    text = N_(
        "Referansebanen mangler tall for %(years)s. Utslippene etter klimatiltakene er "
        "ukjent i disse årene."
    )
    return [Finding("path-missing", text, {"years": listed(missing)}, where=About("path"))]


def somebody_is_responsible(budget: Budget, statement: Statement) -> list[Finding]:
    without = [m.number for m in budget.measures if not m.department]
    if not without:
        return []
    text = N_("Klimatiltak %(numbers)s har ingen ansvarlig sektor.")
    return [
        Finding(
            "no-department",
            text,
            {"numbers": listed(without)},
            where=About("measure", str(without[0])),
        )
    ]


def in_the_path_needs_a_path(budget: Budget, statement: Statement) -> list[Finding]:
    inside = [m.number for m in budget.measures if m.in_path is not InPath.ADDITIONAL]
    if budget.path is not None or not inside:
        return []
    text = N_(
        "Klimatiltak %(numbers)s er ført som med i referansebanen, men klimabudsjettet "
        "har ingen referansebane."
    )
    return [
        Finding(
            "in-no-path", text, {"numbers": listed(inside)}, where=About("measure", str(inside[0]))
        )
    ]


def sectors_without_measures(budget: Budget, statement: Statement) -> list[Finding]:
    """Sectors with at least a hundredth of the emissions and nothing registered."""
    inventory = budget.inventory
    if inventory is None or not budget.measures:
        return []
    whole = inventory.total[inventory.last_year] or ZERO
    return [
        Finding(
            "sector-without-measures",
            N_("%(sector)s slapp ut %(tonnes)s tonn i %(year)s og har ingen klimatiltak."),
            {
                "sector": sector_name(budget, code),
                "tonnes": show_number(last),
                "year": inventory.last_year,
            },
            Level.INFO,
            About("source", code, inventory.last_year),
        )
        for code, line in statement.sectors.items()
        if not line.cut.measures
        and (last := line.inventory[inventory.last_year] or ZERO) > whole * ONE_PERCENT
    ]


def measures_without_a_place(budget: Budget, statement: Statement) -> list[Finding]:
    lost = [m.number for m in budget.measures if m.counted and m.code == UNALLOCATED]
    if not lost:
        return []
    text = N_("Klimatiltak %(numbers)s er tallfestet uten utslippskilde. Velg hvor kuttet skjer.")
    return [
        Finding("no-source", text, {"numbers": listed(lost)}, where=About("measure", str(lost[0])))
    ]


CHECKS: list[Check] = [
    there_is_an_edition,
    there_is_a_target,
    the_reference_year_is_known,
    the_inventory_adds_up,
    the_parts_make_the_total,
    stated_sums_agree,
    the_edition_closes,
    no_sector_goes_below_zero,
    no_source_goes_below_zero,
    no_cut_is_larger_than_its_source,
    overlap_is_considered,
    overlap_groups_hold,
    in_sequence_needs_a_path,
    the_boundary_leaves_something,
    nothing_cuts_outside_the_boundary,
    the_path_is_inside_the_boundary,
    facilities_have_their_figures,
    counted_measures_have_figures,
    the_path_covers_the_plan,
    somebody_is_responsible,
    in_the_path_needs_a_path,
    measures_without_a_place,
    sectors_without_measures,
    large_sources_have_measures,
]
