"""Files of the size Miljødirektoratet publishes: 357 municipalities × 13 years × 100 rows."""

from __future__ import annotations

import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from python_calamine import CalamineWorkbook

from climatebudget import catalogue

OSLO = Path(__file__).parents[1] / "data" / "inventory" / "oslo_2009-2024.xlsx"
YEARS = (2009, 2011, 2013, 2015, *range(2016, 2025))
PAIRS = 100  # of source and gas
SHEETS = 10  # the rows, and the sectors with most of them
FILES = ("alle_kommuner.xlsx", "alle_kommuner.csv", "L01.xlsx")
DETAILS = "Oversikt - detaljert"
TONNES = "Utslipp (tonn CO2-ekvivalenter)"
HEADINGS = (
    *("Fylke", "Kommunenummer", "Kommune", "År", "Sektor", "Utslippskilde", "Klimagass"),
    TONNES,
)

Row = tuple[str, str, str, int, str, str, str, float]

CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/>
<Override PartName="/xl/sharedStrings.xml" ContentType="{main}.sharedStrings+xml"/>
{sheets}</Types>"""
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def pairs() -> list[tuple[str, str, str]]:
    """Sector, source and gas as published: those of Oslo's workbook."""
    rows = CalamineWorkbook.from_path(OSLO).get_sheet_by_name(DETAILS).iter_rows()
    next(rows)
    return list(dict.fromkeys((r[1], r[2], r[3]) for r in rows))[:PAIRS]  # type: ignore[misc]


def rows(areas: int = 357, seed: int = 4) -> list[Row]:
    """Figures with all their digits, a third of them zero, in no order."""
    chance = Random(seed)
    places = [a for a in catalogue.areas().values() if a.is_municipality][:areas]
    names = pairs()
    found = [
        (
            catalogue.areas()[place.county].name,
            place.number,
            place.name,
            year,
            *pair,
            0.0 if chance.random() < 1 / 3 else round(chance.expovariate(1 / 400), 9),
        )
        for place in places
        for year in YEARS
        for pair in names
    ]
    chance.shuffle(found)
    return found


def write_csv(path: Path, found: Iterable[Row]) -> None:
    """Semicolons, a byte order mark and decimal commas, as Excel writes it in Norway."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(";".join(HEADINGS) + "\r\n")
        for *words, tonnes in found:
            line = ['"' + str(word).strip() + '"' for word in words]
            file.write(";".join((*line, str(tonnes).replace(".", ","))) + "\r\n")


def write_million(path: Path, count: int = 1_000_000) -> None:
    """A plain sheet with a million rows, and six columns more than it needs."""
    plain = ("kommunenr", "kommune", "sektor", "ar", "gass", "utslipp_tonn")
    headings = (*plain, *(f"merknad {n}" for n in range(1, 7)))
    areas = [a for a in catalogue.areas().values() if a.is_municipality]
    found = (
        (
            *(areas[n % 357].number, areas[n % 357].name, "Veitrafikk", YEARS[n % 13], "CO2"),
            n / 7,
            *(f"tekst {(n + more) % 1000}" for more in range(6)),
        )
        for n in range(count)
    )
    _write(path, {"Data": chain([headings], found)})


def write_workbook(path: Path, found: list[Row]) -> None:
    """«Oversikt - detaljert» and a sheet for each sector, which repeat it."""
    count = Counter(row[4] for row in found)
    sectors = [name for name, _ in count.most_common()]
    sheets = {DETAILS: [HEADINGS, *found]}
    for name in sectors[: SHEETS - 1]:
        sheets[name] = [HEADINGS, *(row for row in found if row[4] == name)]
    _write(path, sheets)


def _write(path: Path, sheets: Mapping[str, Iterable[tuple[object, ...]]]) -> None:
    strings: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        for number, found in enumerate(sheets.values(), start=1):
            with book.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as part:
                for text in _sheet(found, strings):
                    part.write(text.encode())
        book.writestr("xl/sharedStrings.xml", _strings(strings))
        for part_name, text in _frame(list(sheets)):
            book.writestr(part_name, text)


def _sheet(found: Iterable[tuple[object, ...]], strings: dict[str, int]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{SPREADSHEET}"><sheetData>'
    letters = "ABCDEFGHIJKL"
    for at, row in enumerate(found, start=1):
        cells = "".join(
            f'<c r="{letter}{at}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
            if isinstance(value, str)
            else f'<c r="{letter}{at}"><v>{value!r}</v></c>'
            for letter, value in zip(letters, row, strict=False)
        )
        yield f'<row r="{at}">{cells}</row>'
    yield "</sheetData></worksheet>"


def _strings(strings: dict[str, int]) -> str:
    items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    return f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{SPREADSHEET}">{items}</sst>'


def _frame(names: list[str]) -> Iterator[tuple[str, str]]:
    """The parts that say what is in the workbook."""
    numbers = range(1, len(names) + 1)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{MAIN}.worksheet+xml"/>'
        for n in numbers
    )
    yield "[Content_Types].xml", CONTENT_TYPES.format(main=MAIN, sheets=parts)
    yield "_rels/.rels", _relationships([("officeDocument", "xl/workbook.xml")])
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, names, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    yield (
        "xl/_rels/workbook.xml.rels",
        _relationships([*targets, ("sharedStrings", "sharedStrings.xml")]),
    )


def _relationships(targets: Iterable[tuple[str, str]]) -> str:
    found = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{found}</Relationships>'


if __name__ == "__main__":
    where = [Path(sys.argv[1], name) for name in FILES]
    made = rows()
    write_workbook(where[0], made)
    write_csv(where[1], made)
    write_million(where[2])
