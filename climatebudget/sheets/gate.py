"""The gate: what an uploaded workbook must be before any reader opens it.

A legal workbook of two kilobytes can end the process of any reader, so the bytes are looked at
first: streaming, without building a tree, holding about a megabyte. What passes is still read in a
limited child process (`child`), for nobody can list every trick.
"""

from __future__ import annotations

import posixpath
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from climatebudget.sheets.filled_rows import FilledRows, blank_strings
from climatebudget.sheets.refusals import Refused

MB = 2**20
MAX_FILE = 80 * MB  # the largest published workbook plus a third
MAX_MEMBERS = 1000
MAX_UNPACKED = 1500 * MB  # a million rows of twelve columns unpack to 410 MB
MAX_OTHER_PART = 64 * MB  # neither a sheet nor the shared strings
MAX_STRINGS = 400 * MB
MAX_RATIO = 60  # legitimate workbooks measured 6–12
RATIO_FROM = 4 * MB
MAX_SHEETS = 100
MAX_COLUMNS = 702  # up to ZZ
MAX_ROWS = 1_048_576
MAX_CELLS = 20_000_000
MAX_BOX = 60_000_000  # rows × columns: readers fill the whole box
MAX_MERGES = 5000
MAX_MERGE_AREA = 20_000
MAX_TEXT = 32_767
MAX_TAG = 8192
MAX_DEPTH = 5000
FAR_BELOW = 100_000  # rows skipped before a cell counts as stray
CHUNK = MB
OVERLAP = 40_000  # kept from one chunk to the next: more than MAX_TEXT and MAX_TAG

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\3\4"
TYPES, WORKBOOK, STRINGS = "[Content_Types].xml", "xl/workbook.xml", "xl/sharedstrings.xml"
STYLES = "xl/styles.xml"
REACHES_OUT = ("xl/externalLinks/", "xl/connections", "xl/queryTables/", "xl/webExtensions")
STORED, DEFLATED = 0, 8

SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
MACRO_PART = re.compile(r"vbaProject|macrosheet|dialogsheet|activeX|oleObject", re.IGNORECASE)
MACRO_TYPE = re.compile(rb"macroEnabled|macrosheet|dialogsheet", re.IGNORECASE)
DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<", b"\0\0")
ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
LONG_TAG = re.compile(rb"<[^>]{%d}" % MAX_TAG)
LONG_TEXT = re.compile(rb">[^<]{%d}" % (MAX_TEXT + 1))
OPENING = re.compile(rb"<[A-Za-z][^<>]*[^/<>]>|<[A-Za-z]>")

ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\s(?:[^<>]*\s)?r="(\d+)\"""")
ROW_END = re.compile(rb"</(?:\w+:)?row>")
CELL = re.compile(rb"<(?:\w+:)?c[ />]")
PREFIXED_CELL = re.compile(rb"<\w+:c[ />]")
LETTERS = re.compile(rb""" r="([A-Z]{2,8})""")
ODD_REFERENCE = re.compile(rb"""<(?:\w+:)?(?:c|row)\s(?:[^<>]*\s)?r(?:\s+=|=\s*'|=\s+)""")
MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s")
MERGE_RANGE = re.compile(rb"""<(?:\w+:)?mergeCell\s[^<>]*ref="([A-Z]+)(\d+):([A-Z]+)(\d+)\"""")
ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\b[^<>]*\bt\s*=\s*["']e["']""")
# A formula followed by no value. An empty text (t="str") is a value.
FORMULA_ALONE = re.compile(
    rb"""<(?:\w+:)?c\b(?![^<>]*\bt="str")[^<>]*>\s*"""
    rb"""<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"""
    rb"""(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
REL_TYPE = re.compile(rb"""\bType\s*=\s*["'][^"']*/([A-Za-z]+)["']""")
REL_TARGET = re.compile(rb"""\bTarget\s*=\s*["']([^"']*)["']""")
HARMLESS_OUTSIDE = (b"hyperlink", b"externalLinkPath")
# A number format that writes a unit behind the figure: 412 kt.
OTHER_UNIT = re.compile(
    rb"""<(?:\w+:)?numFmt\b(?=[^<>]*\bnumFmtId="(\d+)")[^<>]*"""
    rb"""\bformatCode="[^"<>]{0,200}(?:&quot;|\\)[^"<>]{0,20}?"""
    rb"""\b(?:kt|ktonn|kilotonn|mt|mill|kg|1\W?000)\b""",
    re.IGNORECASE,
)
CELL_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
CELL_FORMAT = re.compile(rb"""<(?:\w+:)?xf\b[^<>]*?\bnumFmtId="(\d+)\"""")
CELL_STYLE = re.compile(rb"""<(?:\w+:)?c\b[^<>]*?\bs="(\d+)\"""")
MOST_STYLES = 8 * MB  # a larger part is not looked into
DATE_1904 = re.compile(rb"""\bdate1904\s*=\s*["'](?:1|true)["']""")
STRICT = b"purl.oclc.org/ooxml"


@dataclass(frozen=True)
class Gate:
    """What a workbook that passed is like: warnings to show, and counts no reader would give."""

    warnings: tuple[str, ...]
    unpacked: int
    rows: int
    cells: int
    formulas_without_value: int
    error_cells: int
    filled_rows: Mapping[str, int]  # part → rows that surely have something in them


def check(path: Path) -> Gate:
    """Look the workbook through; raises `Refused` when no reader may open it."""
    _check_head(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _check_archive(archive)
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, EOFError) as error:
        raise Refused("E_ZIP_BROKEN", type(error).__name__) from error
    except NotImplementedError as error:
        raise Refused("E_ZIP_METHOD", str(error)) from error


def _check_head(path: Path) -> None:
    size = path.stat().st_size
    if size == 0:
        raise Refused("E_EMPTY")
    if size > MAX_FILE:
        raise Refused("E_TOO_BIG", str(size))
    with path.open("rb") as file:
        start = file.read(4 * MB)
    if start.startswith(OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in start
        raise Refused("E_ENCRYPTED" if encrypted else "E_LEGACY_XLS")
    if not start.startswith(ZIP):
        raise Refused("E_NOT_XLSX", start[:4].hex())


def _check_archive(archive: zipfile.ZipFile) -> Gate:
    members = archive.infolist()
    _check_members(members)
    types = _whole(archive, TYPES, missing="E_NOT_XLSX")
    _check_types(types, [member.filename for member in members])
    warnings: set[str] = set()
    units = _styles_with_other_units(archive, members)
    blank = _blank_strings(archive, members)
    sheets = [_scan(archive, member, units, blank) for member in members]
    for member in members:
        if member.filename.endswith(".rels"):
            warnings |= _check_relationships(member.filename, _whole(archive, member.filename))
    workbook = _whole(archive, WORKBOOK, missing="E_NOT_XLSX")
    if any(member.filename.startswith(REACHES_OUT) for member in members):
        warnings.add("W_EXTERNAL_LINK")
    if STRICT in workbook:
        warnings.add("W_STRICT_OOXML")
    if DATE_1904.search(workbook):
        warnings.add("W_DATE1904")
    if any(sheet.stray for sheet in sheets):
        warnings.add("W_STRAY_CELL")
    if any(sheet.other_unit for sheet in sheets):
        warnings.add("W_UNIT_SUSPECT")
    return Gate(
        warnings=tuple(sorted(warnings)),
        unpacked=sum(member.file_size for member in members),
        rows=sum(sheet.rows for sheet in sheets),
        cells=sum(sheet.cells for sheet in sheets),
        formulas_without_value=sum(sheet.formulas_without_value for sheet in sheets),
        error_cells=sum(sheet.error_cells for sheet in sheets),
        filled_rows={
            member.filename: sheet.filled
            for member, sheet in zip(members, sheets, strict=True)
            if SHEET.fullmatch(member.filename)
        },
    )


def _check_members(members: Sequence[zipfile.ZipInfo]) -> None:
    """The archive's directory: names, sizes and places, before anything is unpacked."""
    names = [member.filename for member in members]
    if len(members) > MAX_MEMBERS:
        raise Refused("E_ZIP_MEMBERS", str(len(members)))
    if "mimetype" in names:
        raise Refused("E_ODS")
    if len({name.lower() for name in names}) != len(names):
        raise Refused("E_ZIP_DUPLICATE")
    end = 0
    for member in sorted(members, key=lambda m: m.header_offset):
        _check_member(member)
        if member.header_offset < end:
            raise Refused("E_ZIP_OVERLAP", member.filename)
        end = member.header_offset + 30 + len(member.filename.encode()) + member.compress_size
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Refused("E_ZIP_RATIO", "in all")
    if sum(bool(SHEET.fullmatch(name)) for name in names) > MAX_SHEETS:
        raise Refused("E_TOO_MANY_SHEETS")


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    outside = name.startswith("/") or any(c in name for c in "\\:\0") or ".." in name.split("/")
    if outside or stat.S_ISLNK(member.external_attr >> 16):
        raise Refused("E_ZIP_NAME", name[:60])
    if member.flag_bits & 1:
        raise Refused("E_ENCRYPTED", name)
    if member.compress_type not in (STORED, DEFLATED):
        raise Refused("E_ZIP_METHOD", name)
    packed = max(member.compress_size, 1)
    if member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * packed:
        raise Refused("E_ZIP_RATIO", f"{name} {member.file_size // packed}:1")
    if member.file_size > _largest(name):
        raise Refused("E_ZIP_RATIO", name)


def _largest(name: str) -> int:
    if name.lower() == STRINGS:
        return MAX_STRINGS
    return MAX_UNPACKED if SHEET.fullmatch(name) else MAX_OTHER_PART


def _check_types(types: bytes, names: Sequence[str]) -> None:
    """It must say that it is a workbook, and one without macros."""
    if DTD.search(types):
        raise Refused("E_XML_DTD", TYPES)
    if MACRO_TYPE.search(types) or any(MACRO_PART.search(name) for name in names):
        raise Refused("E_MACRO")
    if b"sheet.main+xml" not in types:
        raise Refused("E_NOT_XLSX", "content type")


def _whole(archive: zipfile.ZipFile, name: str, missing: str = "E_ZIP_BROKEN") -> bytes:
    try:
        member = archive.getinfo(name)
    except KeyError:
        raise Refused(missing, name) from None
    return b"".join(_unpacked(archive, member))


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part in chunks of at most a megabyte; its stated size is a limit, not a promise."""
    size = checksum = 0
    for chunk in _inflated(archive, member):
        size += len(chunk)
        if size > member.file_size:
            raise Refused("E_ZIP_SIZE_LIE", member.filename)
        checksum = zlib.crc32(chunk, checksum)
        yield chunk
    if size != member.file_size:
        raise Refused("E_ZIP_SIZE_LIE", member.filename)
    if checksum != member.CRC:
        raise Refused("E_ZIP_BROKEN", member.filename)


def _inflated(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    packed = _packed(archive, member)
    if member.compress_type == STORED:
        yield from packed
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in packed:
        rest = piece
        while rest and not inflate.eof:
            yield inflate.decompress(rest, CHUNK)
            rest = inflate.unconsumed_tail
    yield inflate.flush()
    if not inflate.eof:
        raise Refused("E_ZIP_BROKEN", member.filename)


def _packed(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes as they lie in the file, behind its own header."""
    file = archive.fp
    if file is None:  # only when the archive has been closed
        raise Refused("E_ZIP_BROKEN", member.filename)
    file.seek(member.header_offset)
    header = file.read(30)
    if len(header) < 30 or not header.startswith(ZIP):
        raise Refused("E_ZIP_BROKEN", member.filename)
    name, extra = struct.unpack("<HH", header[26:30])
    at = member.header_offset + 30 + name + extra
    left = member.compress_size
    while left:
        file.seek(at)  # another part may have been read since the last piece
        piece = file.read(min(65536, left))
        if not piece:
            return
        at += len(piece)
        left -= len(piece)
        yield piece


@dataclass
class _Sheet:
    """What has been seen of one part; most of it is about worksheets."""

    rows: int = 0
    filled: int = 0
    cells: int = 0
    merges: int = 0
    last_row: int = 0
    widest: int = 1
    stray: bool = False
    other_unit: bool = False
    formulas_without_value: int = 0
    error_cells: int = 0


@dataclass
class _Nesting:
    """How deep a part is nested. Only extensions may nest freely, so counting begins there."""

    counts: bool = False
    opened: int = field(default=0)
    closed: int = field(default=0)

    def see(self, name: str, chunk: bytes, joined: bytes) -> None:
        self.counts = self.counts or b"<extLst" in joined
        if not self.counts:
            return
        self.opened += len(OPENING.findall(chunk))
        self.closed += chunk.count(b"</")
        if abs(self.opened - self.closed) > MAX_DEPTH:
            raise Refused("E_XML_DEPTH", name)


def _styles_with_other_units(
    archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]
) -> frozenset[bytes]:
    """The cell styles whose number format writes another unit than tonnes."""
    part = next((m for m in members if m.filename.lower() == STYLES), None)
    if part is None or part.file_size > MOST_STYLES:
        return frozenset()
    styles = b"".join(_unpacked(archive, part))
    formats = set(OTHER_UNIT.findall(styles))
    cells = CELL_FORMATS.search(styles) if formats else None
    used = CELL_FORMAT.findall(cells[0]) if cells else []
    return frozenset(b"%d" % n for n, number in enumerate(used) if number in formats)


def _blank_strings(
    archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]
) -> frozenset[bytes] | None:
    part = next((m for m in members if m.filename.lower() == STRINGS), None)
    return blank_strings(_unpacked(archive, part)) if part else frozenset()


def _scan(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    units: frozenset[bytes],
    blank: frozenset[bytes] | None,
) -> _Sheet:
    """Unpack one part, which verifies its size and checksum, and look at it if it is XML."""
    sheet = _Sheet()
    name = member.filename
    chunks = _unpacked(archive, member)
    if not name.lower().endswith((".xml", ".rels", ".vml")):
        for _ in chunks:
            pass
        return sheet
    nesting, tail, is_sheet = _Nesting(), b"", bool(SHEET.fullmatch(name))
    filled = FilledRows(blank)
    for number, chunk in enumerate(chunks):
        if number == 0:
            _check_encoding(name, chunk)
        joined = tail + chunk
        _check_markup(name, joined, has_cells=is_sheet or name.lower() == STRINGS)
        nesting.see(name, chunk, joined)
        if is_sheet:
            # Cut behind a tag, so that none is counted twice or missed.
            cut = joined.rfind(b">") + 1
            _count(sheet, name, joined[:cut])
            filled.see(joined[:cut])
            if units and not units.isdisjoint(CELL_STYLE.findall(joined[:cut])):
                sheet.other_unit = True
            joined = joined[cut:]
        tail = joined[-OVERLAP:]
    sheet.filled = filled.count
    return sheet


def _check_encoding(name: str, start: bytes) -> None:
    start = start.removeprefix(b"\xef\xbb\xbf")
    stated = ENCODING.match(start)
    if start.startswith(UTF16) or (stated and stated[1].lower() not in (b"utf-8", b"us-ascii")):
        raise Refused("E_XML_ENCODING", name)


def _check_markup(name: str, joined: bytes, has_cells: bool) -> None:
    if b"<!" in joined and DTD.search(joined):
        raise Refused("E_XML_DTD", name)
    if max(map(len, joined.split(b"<"))) < MAX_TAG:  # a tag and the text behind it
        return
    if LONG_TAG.search(joined):
        raise Refused("E_XML_SHAPE", name)
    if has_cells and LONG_TEXT.search(joined):
        raise Refused("E_CELL_LENGTH", name)


def _count(sheet: _Sheet, name: str, part: bytes) -> None:
    """Count what a reader would have to hold; refuse when it is more than one can."""
    if (b"r='" in part or b"r =" in part or b"r= " in part) and ODD_REFERENCE.search(part):
        raise Refused("E_XML_SHAPE", name)  # our counting would not see it; no real writer does so
    rows = _count_rows(sheet, part)
    cells = part.count(b"<c ") + part.count(b"<c>") + part.count(b"<c/>")
    if b":c" in part:
        cells += len(PREFIXED_CELL.findall(part))
    sheet.rows += rows
    sheet.cells += cells
    _check_width(sheet, part, all_referenced=part.count(b' r="') >= cells + rows)
    if sheet.cells > MAX_CELLS or sheet.last_row * sheet.widest > MAX_BOX:
        raise Refused("E_TOO_MANY_CELLS", f"{name} {sheet.last_row} × {sheet.widest}")
    _check_merges(sheet, name, part)
    if b"<f" in part or b":f" in part:
        sheet.formulas_without_value += len(FORMULA_ALONE.findall(part))
    if b't="e"' in part or b"t='e'" in part:
        sheet.error_cells += len(ERROR_CELL.findall(part))


def _count_rows(sheet: _Sheet, part: bytes) -> int:
    numbers = [int(digits[:12]) for digits in ROW_NUMBER.findall(part)]
    for number in numbers:
        if number > MAX_ROWS:
            raise Refused("E_CELL_REF", f"row {number}")
        if number <= sheet.last_row:
            raise Refused("E_CELL_ORDER", f"row {number} after {sheet.last_row}")
        sheet.stray = sheet.stray or number - sheet.last_row > FAR_BELOW
        sheet.last_row = number
    return len(numbers)


def _check_width(sheet: _Sheet, part: bytes, all_referenced: bool) -> None:
    columns = [_column(letters) for letters in set(LETTERS.findall(part))]
    if not all_referenced:  # a cell without reference stands where it stands in its row
        columns += [len(CELL.findall(row)) for row in ROW_END.split(part)]
    sheet.widest = max(sheet.widest, *columns) if columns else sheet.widest
    if sheet.widest > MAX_COLUMNS:
        raise Refused("E_TOO_MANY_COLS", str(sheet.widest))


def _check_merges(sheet: _Sheet, name: str, part: bytes) -> None:
    if b"mergeCell" not in part:
        return
    sheet.merges += len(MERGE.findall(part))
    if sheet.merges > MAX_MERGES:
        raise Refused("E_TOO_MANY_MERGES", name)
    for left, top, right, bottom in MERGE_RANGE.findall(part):
        width = _column(right) - _column(left) + 1
        if width * (int(bottom[:12]) - int(top[:12]) + 1) > MAX_MERGE_AREA:
            raise Refused("E_MERGE_SIZE", name)


def _column(letters: bytes) -> int:
    """A → 1, ZZ → 702."""
    number = 0
    for letter in letters[:8]:
        number = number * 26 + letter - 64
    return number


def _check_relationships(name: str, content: bytes) -> set[str]:
    """Every part must lie inside the file; links to the outside are noted and never followed."""
    warnings: set[str] = set()
    folder = posixpath.dirname(posixpath.dirname(name))
    for found in RELATIONSHIP.findall(content):
        kind, target = REL_TYPE.search(found), REL_TARGET.search(found)
        address = target[1] if target else b""
        if b"External" in found:
            if not kind or kind[1] not in HARMLESS_OUTSIDE:
                raise Refused("E_REL_TARGET", _shown(address))
            warnings.add("W_EXTERNAL_LINK")
        elif b"://" in address or _climbs_out(folder, address):
            raise Refused("E_REL_TARGET", _shown(address))
    return warnings


def _climbs_out(folder: str, target: bytes) -> bool:
    depth = len([part for part in folder.split("/") if part])
    return target.split(b"/").count(b"..") > depth


def _shown(address: bytes) -> str:
    return address[:60].decode("latin-1")
