"""What a person should know about a file that was read: findings, and things to have seen."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from climatebudget.catalogue import areas as known_areas
from climatebudget.catalogue import areas_named, sector_names
from climatebudget.core.field import clean
from climatebudget.core.findings import Cell, Finding, Level, Question
from climatebudget.core.inventory import Emission, Stated, check_totals
from climatebudget.core.reading import OPEN
from climatebudget.core.text import N_
from climatebudget.sheets.grids import Book, joined
from climatebudget.sheets.layouts import INFO, Found, Layout
from climatebudget.sheets.names import Resolved, accept, area_label
from climatebudget.sheets.refusals import UNCHANGED
from climatebudget.sheets.tables import NEITHER, Column, Spelling, Sum, Table

NOT_PUBLISHED = (2010, 2012, 2014)
FIRST_YEAR = 2009
ESTIMATE = "sjofart/estimat-sjofart"
SHOWN = 20  # problems listed one by one; the rest are counted
NAMED = 10  # names or rows listed in one sentence

GATE_WARNINGS = {
    "W_STRAY_CELL": N_(
        "Arket har en celle langt nedenfor tabellen. Sjekk at ingen rader mangler i tallene under."
    ),
    "W_EXTERNAL_LINK": N_(
        "Arbeidsboken har lenker til andre filer eller nettsteder. Vi følger dem ikke og lagrer "
        "dem ikke."
    ),
    "W_DATE1904": N_("Arbeidsboken regner datoer fra 1904. Det påvirker ikke utslippene."),
}


def from_gate(warnings: Sequence[str]) -> list[Finding]:
    known = [code for code in warnings if code in GATE_WARNINGS]
    return [Finding(code, GATE_WARNINGS[code], level=Level.INFO) for code in known]


def problems(found: Sequence[Finding]) -> Iterator[Finding]:
    """The first problems one by one, the rest as a count."""
    yield from found[:SHOWN]
    if len(found) > SHOWN:
        text = N_("%(count)s celler til må rettes. De første er listet over.")
        values = {"count": len(found) - SHOWN}
        yield Finding("E_MORE", text, values, Level.STOPS, found[SHOWN].where)


# Totals


def stated(found: Found, area: str) -> tuple[Stated, ...]:
    """The file's own totals; only files for one area have any."""
    return tuple(_stated(found, total, area) for total in found.table.sums)


def _stated(found: Found, total: Sum, area: str) -> Stated:
    exponent = total.tonnes.normalize().as_tuple().exponent
    step = Decimal(1).scaleb(min(-1, int(exponent)))
    sector = _sector_key(found, total.sector)
    return Stated(area, sector, total.year, total.tonnes, total.where, step)


def _sector_key(found: Found, sector: str) -> str:
    """The sector's code; an unknown one keeps its name, so that its total can be checked too."""
    return (found.sector(sector) or OPEN + clean(sector)) if sector else ""


def sums(found: Found) -> list[Finding]:
    """Where rows and stated totals differ: it stops Miljødirektoratet's own workbooks.

    Reckoned by the sectors as the file names them, so that no answer to a question changes it.
    """
    lines = found.table.lines
    keys = {sector: _sector_key(found, sector) for sector in {line.sector for line in lines}}
    unknown = {key: clean(sector) for sector, key in keys.items() if key.startswith(OPEN)}
    rows = [Emission("", keys[x.sector], None, x.year, x.tonnes, x.row) for x in lines]
    totals = stated(found, "")
    named = {**sector_names(), **unknown}
    differing = check_totals(rows, totals, named)
    if found.layout is not Layout.AREA_WORKBOOK:
        return differing
    stopping = [replace(f, level=Level.STOPS) for f in differing]
    stopping += _without_total(found.table, rows, totals, named)
    if stopping:
        stopping.append(Finding("E_TOTALS", UNCHANGED, level=Level.STOPS))
    return stopping


def _without_total(
    table: Table, rows: Iterable[Emission], totals: Iterable[Stated], named: Mapping[str, str]
) -> list[Finding]:
    """Sectors and years that have rows but no total to close against."""
    have = {(total.sector, total.year) for total in totals}
    first: dict[tuple[str, int], int] = {}
    for row in rows:
        first.setdefault((row.code, row.year), row.row)
    return [
        Finding(
            "stated-total-missing",
            N_("Arket «Oversikt» har ingen sum for %(sector)s i %(year)s, men filen har rader."),
            {"sector": named[sector], "year": year},
            Level.STOPS,
            table.cell(row, Column.SECTOR),
        )
        for (sector, year), row in first.items()
        if (sector, year) not in have
    ]


# Areas


def area(found: Found, resolved: Resolved, chosen: str | None) -> Iterator[Finding]:
    """How the area's name was understood, and whether it is the one that was chosen."""
    numbers = sorted({n for n in resolved.codes.values() if not n.startswith(OPEN)})
    shown = [area_label(known_areas()[n]) for n in numbers]
    if chosen and numbers and chosen not in numbers:
        yield Finding(
            "area-mismatch",
            N_(
                "Filen har ikke tall for %(chosen)s, som du valgte. Den gjelder %(found)s. "
                "Velg riktig kommune eller riktig fil."
            ),
            {"chosen": area_label(known_areas()[chosen]), "found": "; ".join(shown[:NAMED])},
            Level.STOPS,
            found.area_at,
        )
    elif found.area_name and shown:
        known = areas_named(found.area_name)
        yield Finding(
            "area-name",
            N_("Filen gjelder «%(name)s». Vi leser det som %(area)s.")
            if known
            else N_("Filen gjelder «%(name)s», et navn vi ikke kjenner. Du har valgt %(area)s."),
            {"name": found.area_name, "area": shown[0]},
            Level.INFO if known else Level.EXPLAIN,
            found.area_at,
        )


# Names that were put right while reading

LINE_BREAKS = N_(
    "%(count)s utslippskilder i «%(sector)s» slutter med linjeskift. Vi har fjernet det. "
    "Det gjelder %(cells)s celler: %(names)s."
)
SPACES = N_(
    "%(count)s utslippskilder i «%(sector)s» har mellomrom for mye. Vi har fjernet det. "
    "Det gjelder %(cells)s celler: %(names)s."
)
NAMES = N_(
    "%(count)s navn i kolonnen for %(column)s har mellomrom eller linjeskift for mye. "
    "Vi har fjernet det. Det gjelder %(cells)s celler: %(names)s."
)


def mended(table: Table) -> Iterator[Finding]:
    """Stray space and unseen characters that were left out of names."""
    by_sector: dict[str, dict[str, Spelling]] = defaultdict(dict)
    pairs = table.spellings(lambda line: (line.sector, line.source), Column.SOURCE)
    for (sector, source), spelling in pairs.items():
        by_sector[clean(sector)][source] = spelling
    for sector, names in by_sector.items():
        breaks = all(raw.endswith("\n") for raw in _stray(names))
        yield from _mended(names, LINE_BREAKS if breaks else SPACES, {"sector": sector})
    for column, names in (
        (Column.SECTOR, table.spellings(lambda line: line.sector, Column.SECTOR)),
        (Column.NUMBER, table.spellings(lambda line: line.area[0], Column.NUMBER)),
        (Column.AREA, table.spellings(lambda line: line.area[1], Column.AREA)),
    ):
        yield from _mended(names, NAMES, {"column": column.value})
    yield from _controls(table)


def _stray(names: Mapping[str, Spelling]) -> dict[str, Spelling]:
    return {raw: s for raw, s in names.items() if raw != clean(raw) and not _has_controls(raw)}


def _mended(
    names: Mapping[str, Spelling], text: str, values: Mapping[str, str]
) -> Iterator[Finding]:
    stray = _stray(names)
    if stray:
        listed = [f"{clean(raw)} ({_place(s.first)})" for raw, s in list(stray.items())[:NAMED]]
        yield Finding(
            "W_TRIMMED",
            text,
            {
                **values,
                "count": len(stray),
                "cells": sum(s.count for s in stray.values()),
                "names": ", ".join(listed),
            },
            Level.MENDED,
            next(iter(stray.values())).first,
        )


def _place(cell: Cell | None) -> str:
    """The cell without its sheet, which the finding itself names."""
    return str(replace(cell, sheet="")) if cell else ""


def _controls(table: Table) -> Iterator[Finding]:
    odd = {name for x in table.lines for name in (*x.area, x.sector, x.source)}
    odd = {name for name in odd if _has_controls(name)}
    rows = [x.row for x in table.lines if odd.intersection((*x.area, x.sector, x.source))]
    if rows:
        yield Finding(
            "W_CONTROL_CHARS",
            N_("Navn med tegn som ikke vises, i %(count)s rader. Vi har fjernet tegnene."),
            {"count": len(rows)},
            Level.MENDED,
            table.grid.cell(rows[0], 0),
        )


def _has_controls(text: str) -> bool:
    """Whether the text holds characters nobody sees, line breaks apart."""
    text = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
    return any(unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\n\t\r" for c in text)


def _is_garbled(text: str) -> bool:
    """Whether it reads as UTF-8 that was once taken for Windows-1252: «TromsÃ¸»."""
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


# What the file lacks or does that its reader should know


def facts(found: Found, emissions: Sequence[Emission], today: date) -> Iterator[Finding]:
    table = found.table
    yield from _years(table, sorted({e.year for e in emissions}), today)
    yield from _repeated(table, emissions)
    estimated = [e for e in emissions if e.code == ESTIMATE and e.tonnes]
    if estimated:
        yield Finding(
            "estimated-shipping",
            N_("«*Estimat sjøfart» har utslipp i %(years)s. Da er sjøfarten anslått, ikke målt."),
            {"years": listed({e.year for e in estimated})},
            Level.INFO,
            table.cell(estimated[0].row, Column.SOURCE),
        )
    unread = [s.row for s in table.skipped if s.reason == NEITHER or s.row < table.header.row]
    if unread:
        yield Finding(
            "W_ROWS_SKIPPED",
            N_(
                "Rader over eller under tabellen er ikke lest, i alt %(count)s. Blant dem %(rows)s."
            ),
            {"count": len(unread), "rows": listed(unread[:NAMED])},
            Level.INFO,
            table.grid.cell(unread[0], 0),
        )
    if table.text_numbers:
        text = N_("Tall som er lagret som tekst, i alt %(count)s. Vi har lest dem som tall.")
        yield Finding("W_TEXT_NUMBER", text, {"count": table.text_numbers}, Level.MENDED)
    yield Finding(
        "gwp-unknown",
        N_("Filen sier ikke hvilke GWP-verdier den bruker. De blir stående som ukjent."),
        level=Level.INFO,
        where=Cell(INFO, 1) if found.layout is Layout.AREA_WORKBOOK else None,
    )


def _years(table: Table, years: Sequence[int], today: date) -> Iterator[Finding]:
    """Years that the statistics do not have, and years the file lacks."""
    where = table.cell(table.header.row, Column.YEAR)
    odd = [y for y in years if y in NOT_PUBLISHED or not FIRST_YEAR <= y < today.year]
    if odd:
        text = N_("Filen har tall for %(years)s, som statistikken ikke dekker. Sjekk årstallet.")
        yield Finding("W_YEAR", text, {"years": listed(odd)}, Level.EXPLAIN, where)
    absent = set(range(years[0], years[-1] + 1)) - set(years) if years else set()
    never = absent.intersection(NOT_PUBLISHED)
    if never:
        text = N_("Årene %(years)s finnes ikke i statistikken. De blir ukjent, ikke null.")
        yield Finding("years-never", text, {"years": listed(never)}, Level.INFO, where)
    if absent - never:
        text = N_("Filen har ikke tall for %(years)s. Det blir ukjent, ikke null.")
        yield Finding(
            "years-missing", text, {"years": listed(absent - never)}, Level.EXPLAIN, where
        )


def _repeated(table: Table, emissions: Sequence[Emission]) -> Iterator[Finding]:
    """Rows that nothing tells apart; without a column for gas that is to be expected."""
    rows = Counter((e.area, e.code, e.gas, e.year) for e in emissions)
    repeated = sum(count for count in rows.values() if count > 1)
    if repeated:
        has_gas = Column.GAS in table.header.columns
        yield Finding(
            "repeated-rows",
            N_("%(count)s rader har samme område, kilde, klimagass og år. De legges sammen.")
            if has_gas
            else N_(
                "%(count)s rader har samme område, kilde og år. De legges sammen: filen har ingen "
                "kolonne for klimagass."
            ),
            {"count": repeated},
            Level.EXPLAIN if has_gas else Level.INFO,
        )


def listed(numbers: Iterable[int]) -> str:
    """2010, 2012 og 2014"""
    *first, last = [str(number) for number in sorted(numbers)]
    return f"{', '.join(first)} og {last}" if first else last


# What a person must have seen


def to_accept(book: Book, table: Table, warnings: Sequence[str]) -> Iterator[Question]:
    if "W_STRICT_OOXML" in warnings:
        yield accept(
            "W_STRICT_OOXML",
            N_(
                "Filen er lagret som «Streng Open XML», som ikke alle programmer leser likt. "
                "Stemmer tallene under med det du ser i Excel?"
            ),
        )
    if book.hidden:
        yield accept(
            "W_HIDDEN",
            N_("Arbeidsboken har skjulte ark: %(hidden)s. Vi har lest %(read)s. Er det riktig?"),
            {"hidden": joined(book.hidden), "read": joined([table.grid.name])},
        )
    if table.missing:
        yield accept(
            "W_MISSING_MARK",
            N_("Celler uten tall: %(count)s. De blir ukjent, ikke null. Er det riktig?"),
            {"count": len(table.missing)},
            table.missing[0],
        )
    negative = [line for line in table.lines if line.tonnes < 0]
    if negative:
        yield accept(
            "W_NEGATIVE",
            N_("Negative tall: %(count)s. Utslipp er sjelden under null. Er tallene riktige?"),
            {"count": len(negative)},
            table.cell(negative[0].row, Column.TONNES),
        )
    yield from _garbled(table)


def _garbled(table: Table) -> Iterator[Question]:
    names = {name: x.row for x in table.lines for name in (*x.area, x.sector, x.source)}
    garbled = [name for name in names if _is_garbled(name)]
    if garbled:
        yield accept(
            "W_MOJIBAKE",
            N_("Navn med ødelagte bokstaver: %(names)s. Vil du lese inn filen likevel?"),
            {"names": joined(garbled[:NAMED])},
            table.grid.cell(names[garbled[0]], 0),
        )
