"""Tables with the years across: one row gives a figure for each year."""

from __future__ import annotations

from typing import Any

from climatebudget.catalogue import normalised
from climatebudget.core.field import Ambiguous, Unreadable, decimal_mark, is_missing
from climatebudget.core.findings import Cell
from climatebudget.core.quantity import grams
from climatebudget.core.reading import Skipped
from climatebudget.sheets.grids import Grid, Row, filled, label, written
from climatebudget.sheets.lines import Place, Wording
from climatebudget.sheets.long import merged_names, total_of
from climatebudget.sheets.tables import (
    NAMES_AREA,
    NEITHER,
    NO_NUMBER,
    SUBTOTAL,
    WAITS,
    Column,
    Header,
    Sum,
    Table,
    lacks,
    read_tonnes,
    stop,
)

FIGURE = ""  # what a cell that says its figure gives, where another gives its reason


def read_wide(grid: Grid, header: Header, mark: str | None = None) -> Table:
    """A table with the years across; ``mark`` is the decimal mark a person has chosen."""
    table = Table(grid, header)
    mark = mark or decimal_mark(row[i] for row in grid.rows for i in header.years if i < len(row))
    merged = merged_names(grid, header)
    for at, row in enumerate(grid.rows, start=1):
        if not table.begin(at, not any(map(filled, row))):
            continue
        for index, name in merged.get(at, {}).items():
            if not filled(row[index]):
                row = [*row[:index], name, *row[index + 1 :]]
                table.filled_in.see(grid.cell(at, index))
        _read_row(table, at, row, mark)
    table.skipped.sort(key=lambda skipped: skipped.row)
    return table


def _read_row(table: Table, at: int, row: Row, mark: str | None) -> None:
    """One row: figures and sums, or why it gives none."""
    grid, header = table.grid, table.header
    cells = {year: row[i] if i < len(row) else None for i, year in header.years.items()}
    if not any(map(filled, cells.values())):
        table.skipped.append(Skipped(at, NEITHER))
        return
    name = {c: row[i] if i < len(row) else None for c, i in header.columns.items()}
    for wanted in ({Column.SECTOR, Column.SOURCE}, NAMES_AREA):
        having = wanted & name.keys()
        if having and not any(label(name[column]) for column in having):
            column = min(having, key=lambda c: header.columns[c])
            table.refuse(at, lacks(column, grid.cell(at, header.columns[column])))
            return
    place = written(name.get(Column.NUMBER)), written(name.get(Column.AREA))
    gas = normalised(label(name.get(Column.GAS))).upper()
    words = written(name.get(Column.SECTOR)), written(name.get(Column.SOURCE)), gas
    gave = {
        _read_cell(table, grid.cell(at, i), cells[year], place, Wording(*words, year), mark)
        for i, year in header.years.items()
    }
    if FIGURE not in gave:
        table.skipped.append(
            Skipped(at, next(r for r in (SUBTOTAL, WAITS, NO_NUMBER) if r in gave))
        )


def _read_cell(
    table: Table, where: Cell, value: Any, place: Place, wording: Wording, mark: str | None
) -> str:
    """What the cell gave: a figure, or the reason why not."""
    if is_missing(value):
        table.missing.see(where)
        return NO_NUMBER
    try:
        tonnes = read_tonnes(value, mark)
    except Ambiguous:
        table.ambiguous.see(where)
        return WAITS
    except Unreadable as error:
        table.problems.append(stop("E_NUMBER", error.said, where))
        return NO_NUMBER
    total = total_of(wording)
    if total is not None:
        table.sums.append(Sum(total, wording.year, tonnes, where, place))
        return SUBTOTAL
    table.add(where.row, place, wording, grams(tonnes), where)
    table.text_numbers += bool(where.sheet) and isinstance(value, str)
    return FIGURE
