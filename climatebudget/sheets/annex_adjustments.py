"""What the annex says of the municipality's own adjustments: apart from what is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from climatebudget.core.adjustments import adjustment_of, without
from climatebudget.core.checks.adjustments import told
from climatebudget.core.field import show_exact
from climatebudget.core.quantity import ZERO
from climatebudget.sheets.annex_parts import Annex, source_name
from climatebudget.sheets.writer import HISTORY, TONNES, Style, Value, style

WIDTHS = (16, 14)
ADDED = TONNES | style(num_format="#,##0.######")


def added(annex: Annex, code: str = "") -> Mapping[int, Decimal]:
    """Tonnes added to the whole, a sector or a source, by year; only years with an adjustment."""
    inventory = annex.budget.inventory
    return adjustment_of(inventory, code) if inventory else {}


def labels(annex: Annex) -> list[str]:
    _ = annex.translate
    return [_("Utslipp før justering"), _("Kommunens justeringer")] if added(annex) else []


def cells(annex: Annex, year: int) -> list[tuple[Value, Style]]:
    """A year's emissions before the adjustments, and the adjustments; for a year that is known."""
    inventory = annex.budget.inventory
    if inventory is None or not added(annex):
        return []
    before = without(inventory).total[year]
    return [(before, HISTORY), (added(annex).get(year, ZERO), ADDED)]


def paragraphs(annex: Annex) -> Iterator[tuple[str, str]]:
    """That there are adjustments, and each with its reason and who approved it."""
    _ = annex.translate
    for sentence in told(annex.budget):
        yield _("Kommunens justeringer"), sentence.shown(_)
    text = _("%(tonnes)s tonn. Godkjent av: %(approved_by)s. Begrunnelse: %(reason)s")
    for one in annex.budget.adjusting:
        values = {"approved_by": one.approved_by, "reason": one.reason}
        tonnes = ("+" if one.tonnes > 0 else "") + show_exact(one.tonnes)
        yield f"{source_name(one.code, annex)}, {one.year}", text % {**values, "tonnes": tonnes}
