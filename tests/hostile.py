"""Workbooks that no gate would let through: small to send, huge to read."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

GOOD = Path(__file__).parent / "data" / "corpus" / "a00_good.xlsx"
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
XML = b'<?xml version="1.0" encoding="UTF-8"?>'
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
AT_ONCE = 10_000


def tiny_rows(to: Path, count: int) -> Path:
    """A sheet with so many rows of one cell."""
    rows = (b"<row><c><v>1</v></c></row>" * AT_ONCE for _ in range(count // AT_ONCE))
    return _workbook(to, _sheet(rows), _strings([b"a"]))


def one_long_string(to: Path, megabytes: int, uses: int) -> Path:
    """A shared string of so many megabytes that so many cells refer to."""
    rows = (b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, uses + 1))
    return _workbook(to, _sheet(rows), _strings(b"a" * 2**20 for _ in range(megabytes)))


def _sheet(rows: Iterable[bytes]) -> Iterator[bytes]:
    yield XML + b"<worksheet " + MAIN + b"><sheetData>"
    yield from rows
    yield b"</sheetData></worksheet>"


def _strings(text: Iterable[bytes]) -> Iterator[bytes]:
    yield XML + b"<sst " + MAIN + b"><si><t>"
    yield from text
    yield b"</t></si></sst>"


def _workbook(to: Path, sheet: Iterable[bytes], strings: Iterable[bytes]) -> Path:
    """The good workbook with these two parts in place of its own."""
    parts = {SHEET: sheet, STRINGS: strings}
    with zipfile.ZipFile(GOOD) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            with new.open(name, "w") as part:
                for data in parts.get(name, [old.read(name)]):
                    part.write(data)
    return to
