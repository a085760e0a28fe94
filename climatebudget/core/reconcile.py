"""The reconciliation (avstemming): what adds up, and what to look at where it does not.

To add a check, write a function and list it in `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from climatebudget.core.budget import Budget
from climatebudget.core.checks.adjustments import (
    adjustments_are_in_years_of_the_edition,
    adjustments_lie_on_the_edition,
    no_adjustment_goes_below_zero,
)
from climatebudget.core.checks.boundary import (
    facilities_have_their_figures,
    nothing_cuts_outside_the_boundary,
    the_boundary_leaves_something,
    the_path_is_inside_the_boundary,
)
from climatebudget.core.checks.completeness import (
    counted_measures_have_figures,
    figures_have_a_method,
    measures_without_a_place,
    registrations_are_complete,
    somebody_is_responsible,
)
from climatebudget.core.checks.coverage import large_sources_have_measures, sectors_without_measures
from climatebudget.core.checks.frame import (
    in_the_path_needs_a_path,
    the_edition_is_of_the_book,
    the_path_covers_the_plan,
    the_reference_year_is_known,
    there_is_a_target,
    there_is_an_edition,
)
from climatebudget.core.checks.limits import (
    no_place_loses_nearly_all,
    no_sector_goes_below_zero,
    no_source_goes_below_zero,
)
from climatebudget.core.checks.magnitude import (
    figures_stay_in_one_unit,
    no_cut_is_larger_than_all_there_is,
    no_cut_is_larger_than_its_source,
)
from climatebudget.core.checks.money import (
    amounts_are_in_thousands,
    amounts_have_financing,
    savings_are_operating,
    what_is_adopted_is_financed,
    what_is_budgeted_has_amounts,
    what_others_pay_has_no_amounts,
)
from climatebudget.core.checks.national import categories_are_known
from climatebudget.core.checks.overlap import (
    in_sequence_needs_a_path,
    no_overlap_is_deducted_twice,
    overlap_groups_hold,
    overlap_is_considered,
)
from climatebudget.core.checks.sums import (
    stated_sums_agree,
    the_edition_closes,
    the_inventory_adds_up,
    the_parts_make_the_total,
)
from climatebudget.core.checks.words import sector_name, sector_names
from climatebudget.core.findings import Finding, Level
from climatebudget.core.measure import Decision
from climatebudget.core.statement import Statement

__all__ = ["CHECKS", "reconcile", "sector_name", "sector_names", "stops"]

Check = Callable[[Budget, Statement], list[Finding]]


def reconcile(budget: Budget, statement: Statement) -> tuple[Finding, ...]:
    """Every check's findings, what stops first.

    A measure that was not prioritised is in no sum and is internal: nothing is asked of it.
    """
    kept = tuple(m for m in budget.measures if m.decision is not Decision.NOT_PRIORITISED)
    asked = replace(budget, measures=kept)
    found = [finding for check in CHECKS for finding in check(asked, statement)]
    return tuple(sorted(found, key=lambda f: list(Level).index(f.level)))


def stops(findings: Iterable[Finding]) -> bool:
    return any(finding.stops for finding in findings)


CHECKS: list[Check] = [
    there_is_an_edition,
    the_edition_is_of_the_book,
    there_is_a_target,
    the_reference_year_is_known,
    the_inventory_adds_up,
    the_parts_make_the_total,
    stated_sums_agree,
    the_edition_closes,
    no_sector_goes_below_zero,
    no_source_goes_below_zero,
    no_place_loses_nearly_all,
    no_cut_is_larger_than_all_there_is,
    no_cut_is_larger_than_its_source,
    figures_stay_in_one_unit,
    overlap_is_considered,
    overlap_groups_hold,
    no_overlap_is_deducted_twice,
    in_sequence_needs_a_path,
    no_adjustment_goes_below_zero,
    adjustments_lie_on_the_edition,
    adjustments_are_in_years_of_the_edition,
    the_boundary_leaves_something,
    nothing_cuts_outside_the_boundary,
    the_path_is_inside_the_boundary,
    facilities_have_their_figures,
    counted_measures_have_figures,
    figures_have_a_method,
    the_path_covers_the_plan,
    somebody_is_responsible,
    in_the_path_needs_a_path,
    measures_without_a_place,
    what_is_budgeted_has_amounts,
    amounts_have_financing,
    what_others_pay_has_no_amounts,
    what_is_adopted_is_financed,
    savings_are_operating,
    amounts_are_in_thousands,
    sectors_without_measures,
    large_sources_have_measures,
    categories_are_known,
    registrations_are_complete,
]
