"""«Veien til målet»: inventory, reference path, cut, allowance and gap, year by year, and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from climatebudget.core.field import show_number
from climatebudget.core.quantity import Figure, Yearly
from climatebudget.core.statement import at
from climatebudget.sheets import annex_adjustments
from climatebudget.sheets.annex_adjustments import added
from climatebudget.sheets.annex_measures import Sums
from climatebudget.sheets.annex_parts import Annex, opening
from climatebudget.sheets.writer import (
    BODY,
    BOLD,
    COUNT,
    HAIRLINE,
    HEAD,
    HISTORY,
    INK,
    PERCENT,
    PETROL,
    PLAIN,
    QUIET,
    QUIET_INK,
    RIGHT,
    SECTION,
    TONNES,
    YEAR,
    Page,
    Ref,
    Style,
    Value,
    live,
    style,
)

# The columns, from the left.
(
    YEARS,
    INVENTORY,
    PATH,
    CUT,
    OVERLAP,
    AFTER,
    CHANGE,
    ALLOWED_PERCENT,
    ALLOWED,
    GAP,
    POINTS,
    LACKS,
    BEFORE,
    ADJUSTMENT,
) = range(14)
WIDTHS = (7, 16, 14, 12, 9, 14, 11, 11, 14, 12, 13, 11)
POINT = TONNES | style(num_format="#,##0.0")
CHART_ROWS = 22


@dataclass(frozen=True)
class Places:
    """Where a year's figures stand: (column, year) → cell."""

    cells: Mapping[tuple[int, int], Ref]

    def get(self, column: int, year: int | None) -> Ref | None:
        return self.cells.get((column, year)) if year is not None else None


def write(page: Page, annex: Annex, sums: Sums) -> Places:
    _ = annex.translate
    row = opening(page, annex, _("Veien til målet"), note(annex)) - 1
    for column, label in enumerate(labels(annex)):
        page.put(row, column, label, HEAD | (RIGHT if column else Style()))
    page.steady(row + 1, 1)
    places = lines(page, row + 1, annex, sums)
    last = row + len(rows(annex))
    page.sheet.print_area(0, 0, draw(page, last + 2, annex, places), last_column(annex))
    return places


def widths(annex: Annex) -> tuple[int, ...]:
    return (*WIDTHS, *(annex_adjustments.WIDTHS if added(annex) else ()))


def last_column(annex: Annex) -> int:
    return len(widths(annex)) - 1


def note(annex: Annex) -> str:
    _ = annex.translate
    if annex.budget.inventory is None:
        return _("Tonn CO₂-ekvivalenter. Klimabudsjettet har ingen utslippstall ennå.")
    if not annex.statement.has_path:
        return _(
            "Tonn CO₂-ekvivalenter. Klimabudsjettet har ingen referansebane: siste år"
            " i utslippsregnskapet står i stedet."
        )
    if added(annex):
        return _(
            "Tonn CO₂-ekvivalenter. Utslippsregnskapet er de publiserte tallene og kommunens "
            "justeringer, som står hver for seg lengst til høyre."
        )
    return _("Tonn CO₂-ekvivalenter. År uten utslippsregnskap finnes ikke i statistikken.")


def labels(annex: Annex) -> list[str]:
    _ = annex.translate
    against = {"year": annex.budget.reference_year or _("referanseåret")}
    return [
        _("År"),
        _("Utslippsregnskap"),
        _("Referansebane") if annex.statement.has_path else _("Siste regnskap videreført"),
        _("Utslippskutt"),
        _("Overlapp"),
        _("Etter klimatiltakene"),
        _("Utslipp mot %(year)s") % against,
        _("Ramme mot %(year)s") % against,
        _("Utslippsramme"),
        _("Gjenstående kutt"),
        _("Gjenstående, prosentpoeng"),
        _("Klimatiltak uten tall"),
        *annex_adjustments.labels(annex),
    ]


def rows(annex: Annex) -> list[int]:
    inventory = annex.budget.inventory
    return sorted({*(inventory.years if inventory else ()), *annex.statement.years})


def lines(page: Page, first: int, annex: Annex, sums: Sums) -> Places:
    """One row a year: figures as they are, and what follows from them as live formulas."""
    years = rows(annex)
    reference_year = annex.budget.reference_year
    reference = None
    if annex.statement.reference is not None and reference_year in years:
        reference = page.ref(first + years.index(reference_year), INVENTORY, absolute=True)
    cells = {}
    for row, year in enumerate(years, start=first):
        page.put(row, YEARS, year, YEAR | (BOLD if year in annex.years else Style()))
        for column, (value, look) in line(page, row, year, annex, sums, reference).items():
            cells[column, year] = page.put(row, column, value, look)
    return Places(cells)


def line(
    page: Page, row: int, year: int, annex: Annex, sums: Sums, reference: Ref | None
) -> Mapping[int, tuple[Value, Style]]:
    statement, inventory = annex.statement, annex.budget.inventory
    ours = {column: page.ref(row, column) for column in range(ADJUSTMENT + 1)}
    history = inventory.total[year] if inventory else None
    percent = statement.allowance_percent.get(year)
    ahead = year in statement.years
    found: dict[int, tuple[Value, Style]] = {
        column: (None, BODY) for column in range(INVENTORY, last_column(annex) + 1)
    }
    if history is not None:
        found[INVENTORY] = history, HISTORY
        apart = annex_adjustments.cells(annex, year)
        found.update(zip((BEFORE, ADJUSTMENT), apart, strict=False))
        if apart:
            both = live("={}+{}", ours[BEFORE], ours[ADJUSTMENT], value=history)
            found[INVENTORY] = both, HISTORY
        found[CHANGE] = share(ours[INVENTORY], reference, history, annex), PERCENT
    if percent is not None:
        allowed = statement.allowance[year]
        found[ALLOWED_PERCENT] = percent / 100, PERCENT
        value = live("={}*(1+{})", reference, ours[ALLOWED_PERCENT], value=allowed)
        found[ALLOWED] = value, TONNES
    if not ahead:
        return found
    found.update(forecast(ours, year, annex, sums, reference))
    if percent is None:
        found[ALLOWED_PERCENT] = found[ALLOWED] = Figure(None), TONNES
    return found


def forecast(
    ours: Mapping[int, Ref], year: int, annex: Annex, sums: Sums, reference: Ref | None
) -> dict[int, tuple[Value, Style]]:
    statement, line = annex.statement, annex.statement.total
    cut, after, gap = at(line.cut.net, year), at(line.after, year), at(statement.gap, year)
    points = Figure(statement.points(gap.value), gap.lacks, gap.bound)
    overlap = at(line.overlap, year)
    if year in sums.overlap:
        taken: Value = live("={}", sums.overlap[year], value=overlap)
    else:
        taken = overlap
    found: dict[int, tuple[Value, Style]] = {
        PATH: (Figure(line.path[year]), TONNES),
        CUT: (live("={}", sums.total[year], value=cut) if year in sums.total else cut, TONNES),
        OVERLAP: (taken, TONNES),
        AFTER: (
            live("={}-{}-{}", ours[PATH], ours[CUT], ours[OVERLAP], value=after),
            TONNES | BOLD,
        ),
        GAP: (live("={}-{}", ours[AFTER], ours[ALLOWED], value=gap), TONNES | BOLD),
        POINTS: (live("={}/{}*100", ours[GAP], reference, value=points), POINT),
        LACKS: (cut.lacks + statement.counts.unquantified, COUNT | QUIET),
    }
    if year not in (annex.budget.inventory.years if annex.budget.inventory else ()):
        found[CHANGE] = share(ours[AFTER], reference, after.value, annex), PERCENT
    return found


def share(cell: Ref, reference: Ref | None, value: Decimal | None, annex: Annex) -> Value:
    change = annex.statement.change(value)
    return live("={}/{}-1", cell, reference, value=None if change is None else change / 100)


@dataclass(frozen=True)
class Series:
    """One line of the chart: the column it shows, the years it is known, and how it is drawn."""

    column: int
    name: str
    values: Yearly
    look: Mapping[str, Any]


def series(annex: Annex) -> list[Series]:
    _ = annex.translate
    inventory, line = annex.budget.inventory, annex.statement.total
    unit = line.path.unit
    known_after = {y: f.value for y, f in line.after.items() if f.value is not None}
    after = Yearly(unit, known_after)
    allowed = {y: v for y, v in annex.statement.allowance.by_year.items() if y in rows(annex)}
    path, allowance = labels(annex)[PATH], Yearly(unit, allowed)
    named = [
        Series(INVENTORY, _("Utslippsregnskapet"), line.inventory, drawn(INK, "circle", 4)),
        Series(PATH, path, line.path, drawn(QUIET_INK, "circle", 6, dotted=True)),
        Series(AFTER, _("Etter klimatiltakene"), after, drawn(PETROL, "square", 6, dotted=True)),
        Series(ALLOWED, _("Utslippsrammen"), allowance, drawn("#b3481a", "diamond", 5)),
    ]
    if inventory is None:
        named = named[1:]
    return [one for one in named if any(y in rows(annex) for y in one.values)]


def drawn(colour: str, mark: str, size: int, dotted: bool = False) -> Mapping[str, Any]:
    fill = "#ffffff" if dotted and mark == "circle" else colour
    return {
        "line": {"color": colour, "width": 1.75, "dash_type": "round_dot" if dotted else "solid"},
        "marker": {
            "type": mark,
            "size": size,
            "fill": {"color": fill},
            "border": {"color": colour},
        },
    }


def draw(page: Page, row: int, annex: Annex, places: Places) -> int:
    """The chart and, outside what is printed, the points it is drawn from; the last row printed."""
    _ = annex.translate
    page.put(row, 0, _("Utslipp i tonn CO₂-ekvivalenter per år"), SECTION)
    lines = series(annex)
    if not lines:
        page.put(row + 1, 0, _("Det er ingen tall å tegne ennå."), PLAIN)
        return row + 1
    caption = _("Prikkede linjer går mellom år vi kjenner. Ukjente år har ikke noe punkt.")
    page.put(row + 1, 0, caption, PLAIN | QUIET)
    chart = page.book.workbook.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
    data = row + CHART_ROWS + 2
    page.put(data, 0, _("Punktene i figuren (skrives ikke ut)"), PLAIN | QUIET)
    for at_column, one in enumerate(lines):
        add(page, chart, data + 1, 2 * at_column, one, annex, places)
    shape(chart, rows(annex), annex)
    options = {"description": description(annex), "object_position": 1, "x_offset": 2}
    page.sheet.insert_chart(row + 2, 0, chart, options)
    return row + CHART_ROWS


def add(
    page: Page, chart: Any, row: int, column: int, one: Series, annex: Annex, places: Places
) -> None:
    """Only known years become points: a chart would draw the word «ukjent» as zero."""
    quiet = PLAIN | QUIET
    page.put(row, column, annex.translate("År"), quiet)
    page.put(row, column + 1, one.name, quiet)
    points = [(y, v, one.column) for y, v in sorted(one.values.by_year.items())]
    if one.column in (PATH, AFTER) and annex.budget.inventory and annex.budget.inventory.years:
        last = annex.budget.inventory.last_year
        if points[0][0] > last:  # the line begins where the inventory ends
            points.insert(0, (last, known_total(annex, last), INVENTORY))
    points = [(y, v, source) for y, v, source in points if places.get(source, y)]
    for at_row, (year, value, source) in enumerate(points, start=row + 1):
        page.put(at_row, column, year, quiet | style(num_format="0", align="left"))
        copied = live("={}", places.get(source, year), value=value)
        page.put(at_row, column + 1, copied, quiet | style(num_format="#,##0"))
    first, last_row = row + 1, row + len(points)
    chart.add_series(
        {
            "name": one.name,
            "categories": [page.title, first, column, last_row, column],
            "values": [page.title, first, column + 1, last_row, column + 1],
            **one.look,
        }
    )


def known_total(annex: Annex, year: int) -> Decimal:
    assert annex.budget.inventory is not None
    return annex.budget.inventory.total[year] or Decimal(0)


def shape(chart: Any, years: list[int], annex: Annex) -> None:
    font = {"name": "Calibri", "size": 9, "color": QUIET_INK}
    none = {"none": True}
    chart.set_title(none)
    chart.set_legend({"position": "bottom", "font": {**font, "color": INK}})
    step = max(1, -(-(years[-1] - years[0]) // 24))
    chart.set_x_axis(
        {
            "min": years[0],
            "max": years[-1],
            "major_unit": step,
            "num_format": "0",
            "num_font": font,
            "major_gridlines": {"visible": False},
            "line": {"color": HAIRLINE},
        }
    )
    chart.set_y_axis(
        {
            "min": 0,
            "num_format": "#,##0",
            "num_font": font,
            "major_gridlines": {"visible": True, "line": {"color": HAIRLINE, "width": 0.5}},
            "line": none,
        }
    )
    chart.set_chartarea({"border": none})
    chart.set_size({"width": 990, "height": 400})


def description(annex: Annex) -> str:
    """The chart in words, for those who do not see it."""
    _ = annex.translate
    statement, year = annex.statement, annex.last_year
    parts = [_("Linjer for utslippene år for år.")]
    inventory = annex.budget.inventory
    if inventory:
        parts += [
            _("Utslippene var %(tonnes)s tonn i %(year)s.")
            % {"tonnes": show_number(known_total(annex, y)), "year": y}
            for y in dict.fromkeys((inventory.years[0], inventory.last_year))
        ]
    ahead = [
        (_("Referansebanen er %(tonnes)s tonn i %(year)s."), statement.total.path[year]),
        (
            _("Etter klimatiltakene er utslippene %(tonnes)s tonn i %(year)s."),
            at(statement.total.after, year).value,
        ),
        (_("Utslippsrammen er %(tonnes)s tonn i %(year)s."), statement.allowance[year]),
    ]
    for text, value in ahead:
        tonnes = _("ukjent antall") if value is None else show_number(value, 10)
        parts.append(text % {"tonnes": tonnes, "year": year})
    return " ".join(parts)
