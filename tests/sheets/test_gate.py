"""The gate: refuses what could harm a reader, lets through what people really send."""

from __future__ import annotations

import json
import random
import re
import zipfile
from pathlib import Path

import pytest

from climatebudget.sheets import gate
from climatebudget.sheets.refusals import TEXTS, Refused

DATA = Path(__file__).parents[1] / "data"
CORPUS = DATA / "corpus"
GOOD = CORPUS / "a00_good.xlsx"


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as refused:
        gate.check(path)
    return refused.value.code


def rewritten(path: Path, member: str, change, to: Path) -> Path:
    """A copy of the workbook with one of its parts changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == member else content)
    return to


SHEET = "xl/worksheets/sheet1.xml"


def test_a_real_workbook_passes_and_is_counted():
    found = gate.check(DATA / "inventory" / "oslo_2009-2024.xlsx")
    assert (found.warnings, found.rows, found.cells) == ((), 2839, 12567)
    assert (found.formulas_without_value, found.error_cells) == (0, 0)


def test_formulas_without_value_and_errors_are_counted_where_readers_see_blanks():
    assert gate.check(CORPUS / "d04_formula_no_cache.xlsx").formulas_without_value == 2
    assert gate.check(CORPUS / "d06_error_cells.xlsx").error_cells == 8


def test_a_formula_that_gives_an_empty_text_has_a_value(tmp_path: Path):
    cell = b'<c r="G2" t="str"><f>IF(1=2,"x","")</f><v></v></c></row>'
    book = rewritten(
        GOOD, SHEET, lambda xml: xml.replace(b"</row>", cell, 1), tmp_path / "book.xlsx"
    )
    assert gate.check(book).formulas_without_value == 0


def test_a_formula_as_openpyxl_writes_it_has_no_value(tmp_path: Path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    book.save(tmp_path / "book.xlsx")
    assert gate.check(tmp_path / "book.xlsx").formulas_without_value == 1


def test_text_that_looks_like_a_reference_is_only_text(tmp_path: Path):
    """«faktor = 2» in a cell must not be taken for an oddly written reference."""
    book = rewritten(
        CORPUS / "a01_good_inline.xlsx",
        SHEET,
        lambda xml: xml.replace(b"Veitrafikk", b"faktor = 2, r='1'", 1),
        tmp_path / "book.xlsx",
    )
    assert gate.check(book).cells == 24


def test_rows_that_go_backwards_are_refused(tmp_path: Path):
    book = rewritten(
        GOOD, SHEET, lambda xml: xml.replace(b'row r="3"', b'row r="2"'), tmp_path / "book.xlsx"
    )
    assert refusal(book) == "E_CELL_ORDER"


def test_another_encoding_than_utf8_is_refused(tmp_path: Path):
    book = rewritten(GOOD, SHEET, lambda xml: xml.decode().encode("utf-16"), tmp_path / "book.xlsx")
    assert refusal(book) == "E_XML_ENCODING"


def test_two_parts_of_one_name_are_refused(tmp_path: Path):
    book = rewritten(GOOD, SHEET, lambda xml: xml, tmp_path / "book.xlsx")
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr(SHEET.upper(), "<worksheet/>")
    assert refusal(book) == "E_ZIP_DUPLICATE"


def test_a_part_that_is_larger_than_it_says_is_refused(tmp_path: Path):
    book = tmp_path / "book.xlsx"
    rewritten(GOOD, SHEET, lambda xml: xml, book)
    with zipfile.ZipFile(book) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    book.write_bytes(book.read_bytes().replace(size, (10).to_bytes(4, "little")))
    assert refusal(book) == "E_ZIP_SIZE_LIE"


def test_a_bomb_is_refused_by_what_its_directory_says(tmp_path: Path):
    book = tmp_path / "bomb.xlsx"
    rewritten(GOOD, SHEET, lambda xml: xml + b" " * (80 * 2**20), book)
    assert refusal(book) == "E_ZIP_RATIO"


def test_whatever_happens_to_its_bytes_a_workbook_passes_or_is_refused(tmp_path: Path):
    """Never another exception: 400 damaged copies of a good workbook."""
    chance, whole, damaged = random.Random(2030), GOOD.read_bytes(), tmp_path / "damaged.xlsx"
    for _ in range(400):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            content[chance.randrange(4, len(content))] = chance.randrange(256)
        length = chance.choice([len(content), chance.randrange(40, len(content))])
        damaged.write_bytes(content[:length])
        try:
            gate.check(damaged)
        except Refused as refused:
            assert refused.code in TEXTS


def test_every_refusal_says_what_is_wrong_and_what_to_do():
    """Two sentences or more, without exclamation marks and without blaming the file."""
    for code in TEXTS:
        message = Refused(code, "5").message
        assert len(re.findall(r"[.?](?: |$)", message)) >= 2, message
        assert not re.search(
            r"!(?!/)|ugyldig|%\(", message.replace("#DIV/0!", "").replace("#REF!", "")
        )


def test_every_code_of_the_gate_has_its_sentence():
    program = Path(gate.__file__).parent
    used = {
        code
        for file in ("gate", "grids", "tables", "english", "layouts", "inventories", "child")
        for code in re.findall(
            r'(?:Refused\(\s*|missing=)"(E_\w+)"', (program / f"{file}.py").read_text()
        )
    }
    assert used and used <= TEXTS.keys()


def test_the_manifest_knows_no_code_without_sentence_among_those_refused_here():
    manifest = json.loads((CORPUS / "manifest.json").read_text())
    gate_codes = {
        c for m in manifest if m["id"][0] == "s" for c in m["code"].split("|") if c[:1] == "E"
    }
    assert gate_codes - TEXTS.keys() == {"E_NUMBER"}  # that one is a finding with its own sentence
