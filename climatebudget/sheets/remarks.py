"""What a person should know about a file that was read: findings, and things to have seen."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from climatebudget.catalogue import areas as known_areas
from climatebudget.catalogue import areas_named, sector_names
from climatebudget.core.emissions import Emissions
from climatebudget.core.field import clean, show_number
from climatebudget.core.findings import Cell, Choice, Finding, Level, Question
from climatebudget.core.inventory import Emission, Stated, check_totals
from climatebudget.core.quantity import from_grams
from climatebudget.core.reading import MARK, OPEN
from climatebudget.core.text import N_, Text
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
        one = N_("Én celle til må rettes. De første er listet over.")
        many = N_("%(count)s celler til må rettes. De første er listet over.")
        text, values = _counted(len(found) - SHOWN, one, many)
        yield Finding("E_MORE", text, values, Level.STOPS, found[SHOWN].where)


def _counted(count: int, one: str, many: str) -> tuple[str, dict[str, str | int]]:
    """The sentence that fits the number, and the number as it is written out."""
    return one if count == 1 else many, {"count": show_number(count)}


# Totals


def stated(found: Found, areas: Resolved) -> tuple[Stated, ...]:
    """The file's own totals."""
    return tuple(_stated(found, total, areas) for total in found.table.sums)


def _stated(found: Found, total: Sum, areas: Resolved) -> Stated:
    exponent = total.tonnes.normalize().as_tuple().exponent
    step = Decimal(1).scaleb(min(-1, int(exponent)))
    sector = _sector_key(found, total.sector)
    return Stated(
        _area_of(found, total, areas), sector, total.year, total.tonnes, total.where, step
    )


def _area_of(found: Found, total: Sum, areas: Resolved) -> str:
    """The area's number; an unknown place has the sum of its own name."""
    if found.area_name is None:
        return areas.codes.get(total.place) or OPEN + "|".join(total.place)
    return next(iter(areas.codes.values()), "")


def _sector_key(found: Found, sector: str) -> str:
    """The sector's code; an unknown one keeps its name, so that its total can be checked too."""
    return (found.sector(sector) or OPEN + clean(sector)) if sector else ""


def sums(found: Found, areas: Resolved) -> list[Finding]:
    """Where rows and stated totals differ: it stops Miljødirektoratet's own workbooks.

    Reckoned by the sectors as the file names them, so that no answer to a question changes it.
    """
    if not found.table.sums and found.layout is not Layout.AREA_WORKBOOK:
        return []
    lines = found.table.lines
    keys = {sector: _sector_key(found, sector) for sector in {w.sector for w in lines.wordings}}
    unknown = {key: clean(sector) for sector, key in keys.items() if key.startswith(OPEN)}
    rows = [
        Emission(areas.codes[place], keys[sector], None, year, from_grams(grams), 0)
        for (place, (sector, year)), grams in lines.sums(lambda w: (w.sector, w.year)).items()
    ]
    totals = stated(found, areas)
    named = {**sector_names(), **unknown}
    differing = check_totals(rows, totals, named)
    if found.layout is not Layout.AREA_WORKBOOK:
        return differing
    stopping = [replace(f, level=Level.STOPS) for f in differing]
    stopping += _without_total(found.table, keys, totals, named)
    if stopping:
        stopping.append(Finding("E_TOTALS", UNCHANGED, level=Level.STOPS))
    return stopping


def _without_total(
    table: Table, keys: Mapping[str, str], totals: Iterable[Stated], named: Mapping[str, str]
) -> list[Finding]:
    """Sectors and years that have rows but no total to close against."""
    have = {(total.sector, total.year) for total in totals}
    first = table.spellings(lambda w: (keys[w.sector], w.year), Column.SECTOR)
    return [
        Finding(
            "stated-total-missing",
            N_("Arket «Oversikt» har ingen sum for %(sector)s i %(year)s, men filen har rader."),
            {"sector": named[sector], "year": year},
            Level.STOPS,
            spelling.first,
        )
        for (sector, year), spelling in first.items()
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

# For one name, and for more; «cells» is a sentence of its own, CELLS.
LINE_BREAKS = (
    N_("Én utslippskilde i «%(sector)s» slutter med linjeskift. Vi har fjernet det. %(cells)s"),
    N_(
        "%(count)s utslippskilder i «%(sector)s» slutter med linjeskift. Vi har fjernet det. "
        "%(cells)s"
    ),
)
SPACES = (
    N_("Én utslippskilde i «%(sector)s» har mellomrom for mye. Vi har fjernet det. %(cells)s"),
    N_(
        "%(count)s utslippskilder i «%(sector)s» har mellomrom for mye. Vi har fjernet det. "
        "%(cells)s"
    ),
)
NAMES = (
    N_(
        "Ett navn i kolonnen for %(column)s har mellomrom eller linjeskift for mye. "
        "Vi har fjernet det. %(cells)s"
    ),
    N_(
        "%(count)s navn i kolonnen for %(column)s har mellomrom eller linjeskift for mye. "
        "Vi har fjernet det. %(cells)s"
    ),
)
CELLS = (
    N_("Det gjelder én celle: %(names)s."),
    N_("Det gjelder %(count)s celler: %(names)s."),
)


def mended(table: Table) -> Iterator[Finding]:
    """Stray space and unseen characters that were left out of names."""
    by_sector: dict[str, dict[str, Spelling]] = defaultdict(dict)
    pairs = table.spellings(lambda w: (w.sector, w.source), Column.SOURCE)
    for (sector, source), spelling in pairs.items():
        by_sector[clean(sector)][source] = spelling
    for sector, names in by_sector.items():
        breaks = all(raw.endswith("\n") for raw in _stray(names))
        yield from _mended(names, LINE_BREAKS if breaks else SPACES, {"sector": sector})
    for column, names in (
        (Column.SECTOR, table.spellings(lambda w: w.sector, Column.SECTOR)),
        (Column.NUMBER, table.places(lambda place: place[0], Column.NUMBER)),
        (Column.AREA, table.places(lambda place: place[1], Column.AREA)),
    ):
        yield from _mended(names, NAMES, {"column": Text(column.value)})
    yield from _controls(table)


def _stray(names: Mapping[str, Spelling]) -> dict[str, Spelling]:
    return {raw: s for raw, s in names.items() if raw != clean(raw) and not _has_controls(raw)}


def _mended(
    names: Mapping[str, Spelling], texts: tuple[str, str], values: Mapping[str, str | Text]
) -> Iterator[Finding]:
    stray = _stray(names)
    if stray:
        listed = [f"{clean(raw)} ({_place(s.first)})" for raw, s in list(stray.items())[:NAMED]]
        text, count = _counted(len(stray), *texts)
        cells, of_cells = _counted(sum(s.count for s in stray.values()), *CELLS)
        yield Finding(
            "W_TRIMMED",
            text,
            {**values, **count, "cells": Text(cells, {**of_cells, "names": ", ".join(listed)})},
            Level.MENDED,
            next(iter(stray.values())).first,
        )


def _place(cell: Cell | None) -> str:
    """The cell without its sheet, which the finding itself names."""
    return str(replace(cell, sheet="")) if cell else ""


def _controls(table: Table) -> Iterator[Finding]:
    odd = {name: s for name, s in _names(table).items() if _has_controls(name)}
    if odd:
        yield Finding(
            "W_CONTROL_CHARS",
            *_counted(
                table.lines.count(odd.__contains__),
                N_("Navn med tegn som ikke vises, i én rad. Vi har fjernet tegnene."),
                N_("Navn med tegn som ikke vises, i %(count)s rader. Vi har fjernet tegnene."),
            ),
            Level.MENDED,
            table.grid.cell(min(odd.values()), 0),
        )


def _names(table: Table) -> dict[str, int]:
    """Every name in the rows, and the first row it stands in."""
    found: dict[str, int] = {}
    lines = table.lines
    for names in (
        lines.spelled(lambda w: w.sector),
        lines.spelled(lambda w: w.source),
        lines.placed(lambda place: place[0]),
        lines.placed(lambda place: place[1]),
    ):
        for name, spelled in names.items():
            found[name] = min(found.get(name, spelled.row), spelled.row)
    return found


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


def facts(found: Found, emissions: Emissions, sources: Resolved, today: date) -> Iterator[Finding]:
    table = found.table
    yield from _years(table, emissions.years, today)
    yield from _repeated(table, emissions)
    yield from _estimated(table, emissions, sources)
    unread = [s.row for s in table.skipped if s.reason == NEITHER or s.row < table.header.row]
    if unread:
        text, count = _counted(
            len(unread),
            N_("Én rad over eller under tabellen er ikke lest: rad %(rows)s."),
            N_(
                "Rader over eller under tabellen er ikke lest, i alt %(count)s. Blant dem %(rows)s."
            ),
        )
        yield Finding(
            "W_ROWS_SKIPPED",
            text,
            {**count, "rows": listed(unread[:NAMED])},
            Level.INFO,
            table.grid.cell(unread[0], 0),
        )
    if table.text_numbers:
        text = N_("Tall som er lagret som tekst, i alt %(count)s. Vi har lest dem som tall.")
        yield Finding(
            "W_TEXT_NUMBER", text, {"count": show_number(table.text_numbers)}, Level.MENDED
        )
    yield Finding(
        "gwp-unknown",
        N_("Filen sier ikke hvilke GWP-verdier den bruker. De blir stående som ukjent."),
        level=Level.INFO,
        where=Cell(INFO, 1) if found.layout is Layout.AREA_WORKBOOK else None,
    )


def _estimated(table: Table, emissions: Emissions, sources: Resolved) -> Iterator[Finding]:
    years = {kind.year for kind, (_, g) in emissions.sums.items() if kind.code == ESTIMATE and g}
    if years:
        rows = table.lines.spelled(lambda w: (sources.codes[w.sector, w.source], w.year))
        first = min(rows[ESTIMATE, year].row for year in years)
        yield Finding(
            "estimated-shipping",
            N_("«*Estimat sjøfart» har utslipp i %(years)s. Da er sjøfarten anslått, ikke målt."),
            {"years": listed(years)},
            Level.INFO,
            table.cell(first, Column.SOURCE),
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


def _repeated(table: Table, emissions: Emissions) -> Iterator[Finding]:
    """Rows that nothing tells apart; without a column for gas that is to be expected."""
    if emissions.repeated:
        has_gas = Column.GAS in table.header.columns
        yield Finding(
            "repeated-rows",
            N_("%(count)s rader har samme område, kilde, klimagass og år. De legges sammen.")
            if has_gas
            else N_(
                "%(count)s rader har samme område, kilde og år. De legges sammen: filen har ingen "
                "kolonne for klimagass."
            ),
            {"count": show_number(emissions.repeated)},
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
    if "W_UNIT_SUSPECT" in warnings:
        yield accept(
            "W_UNIT_SUSPECT",
            N_(
                "Celler i arbeidsboken vises med en annen enhet enn tonn, for eksempel kt. Vi "
                "leser tallene som tonn. Er det riktig?"
            ),
        )
    yield from _headings(table)
    if table.dates.count:
        yield accept(
            "W_DATE_AMBIGUOUS",
            *_counted(
                table.dates.count,
                N_("Kolonnen for år har datoer i én rad. Vi leser bare året. Er det riktig?"),
                N_(
                    "Kolonnen for år har datoer i %(count)s rader. Vi leser bare året. "
                    "Er det riktig?"
                ),
            ),
            table.dates.first,
        )
    if table.missing.count:
        yield accept(
            "W_MISSING_MARK",
            N_("Celler uten tall: %(count)s. De blir ukjent, ikke null. Er det riktig?"),
            {"count": show_number(table.missing.count)},
            table.missing.first,
        )
    if table.negative.count:
        yield accept(
            "W_NEGATIVE",
            N_("Negative tall: %(count)s. Utslipp er sjelden under null. Er tallene riktige?"),
            {"count": show_number(table.negative.count)},
            table.negative.first,
        )
    yield from _garbled(table)


def _headings(table: Table) -> Iterator[Question]:
    """A table with headings in several rows, merged cells, or no division into sectors."""
    columns = table.header.columns
    undivided = not {Column.SECTOR, Column.SOURCE} & columns.keys()
    if not (table.header.composed or table.filled_in.count or undivided):
        return
    yield accept(
        "W_MULTI_HEADER",
        N_(
            "Tabellen har sammenslåtte celler eller overskrifter i flere rader. Navn er hentet "
            "fra sammenslåtte celler i %(count)s celler. Stemmer tallene under?"
        )
        if not undivided
        else N_(
            "Tabellen har ingen utslippssektor, så alle tallene blir stående som ufordelt. Navn "
            "er hentet fra sammenslåtte celler i %(count)s celler. Stemmer tallene under?"
        ),
        {"count": show_number(table.filled_in.count)},
        table.filled_in.first or table.cell(table.header.row),
    )


def decimal_mark(table: Table) -> Iterator[Question]:
    """Asked once for the column: what its point or comma means."""
    if table.ambiguous.count:
        yield Question(
            MARK,
            N_(
                "Tall som kan bety to ting: %(count)s. Er komma eller punktum desimaltegnet i "
                "kolonnen?"
            ),
            (
                Choice(",", N_("Komma: 1.250 er tusen to hundre og femti")),
                Choice(".", N_("Punktum: 1.250 er én og en kvart")),
            ),
            {"count": show_number(table.ambiguous.count)},
            table.ambiguous.first,
        )


def _garbled(table: Table) -> Iterator[Question]:
    names = _names(table)
    garbled = [name for name in names if _is_garbled(name)]
    if garbled:
        yield accept(
            "W_MOJIBAKE",
            N_("Navn med ødelagte bokstaver: %(names)s. Vil du lese inn filen likevel?"),
            {"names": joined(garbled[:NAMED])},
            table.grid.cell(names[garbled[0]], 0),
        )
