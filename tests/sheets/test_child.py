"""The limited child process: what gets past the gate cannot take the parent with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from climatebudget.sheets import child
from climatebudget.sheets.child import Request, read_in_child, read_inventory
from climatebudget.sheets.refusals import Refused
from tests import hostile

DATA = Path(__file__).parents[1] / "data"
CORPUS = DATA / "corpus"
GOOD = CORPUS / "a00_good.xlsx"


@pytest.mark.parametrize("name", ["s52_far_cell", "s52b_far_cell_ZZ", "s54_beyond_limits"])
def test_a_workbook_that_ends_its_reader_is_an_ordinary_refusal(name: str):
    """With the gate left out. Without the child this test would not come back."""
    with pytest.raises(Refused) as refused:
        read_in_child(Request(str(CORPUS / f"{name}.xlsx"), f"{name}.xlsx"))
    assert refused.value.code == "E_PARSER_LIMIT"
    assert "ingenting er lagret" in refused.value.message
    assert read_inventory(GOOD, GOOD.name).rows == 3


def refused_without_the_gate(file: Path) -> Refused:
    with pytest.raises(Refused) as refused:
        read_in_child(Request(str(file), file.name))
    return refused.value


@pytest.mark.parametrize("kind", ["rows", "string"])
def test_a_small_file_that_is_huge_to_read_ends_in_a_sentence(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """With the gate left out, and a child that may use less; as long as it is, in the soak."""
    monkeypatch.setattr(child, "PROGRAM", "tests.tight_child")
    file = tmp_path / "book.xlsx"
    if kind == "rows":
        hostile.tiny_rows(file, 5_000_000)
    else:
        hostile.one_long_string(file, megabytes=40, uses=100)
    assert file.stat().st_size < 2_000_000
    refused = refused_without_the_gate(file)
    assert refused.code == "E_PARSER_LIMIT"
    assert "Lesingen er stanset, og ingenting er lagret." in refused.message
    assert read_in_child(Request(str(GOOD), GOOD.name))


@pytest.mark.soak
def test_twenty_million_rows_end_in_a_sentence(tmp_path: Path):
    """What the child has may be enough to hold them, and then there is no table in them."""
    refused = refused_without_the_gate(hostile.tiny_rows(tmp_path / "book.xlsx", 20_000_000))
    assert refused.code in ("E_PARSER_LIMIT", "E_LAYOUT")
    assert refused.message


@pytest.mark.soak
def test_half_a_gigabyte_of_text_in_a_thousand_cells_ends_in_a_sentence(tmp_path: Path):
    file = hostile.one_long_string(tmp_path / "book.xlsx", megabytes=500, uses=1000)
    assert refused_without_the_gate(file).code == "E_PARSER_LIMIT"


def test_a_child_that_never_answers_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(child, "PROGRAM", "tests.hanging_child")
    monkeypatch.setattr(child, "WALL_SECONDS", 1)
    assert refused_without_the_gate(GOOD).code == "E_PARSER_LIMIT"


def test_the_child_lives_within_its_limits():
    program = (
        "import os, resource; from climatebudget.sheets import child; child.limit_ourselves();"
        "print([resource.getrlimit(kind)[0] for kind in child.LIMITS], os.nice(0))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert shown.stdout.decode().startswith("[2500000000, 180, 2000000000, 64, 0]")
    assert int(shown.stdout.split()[-1]) >= child.NICE


def test_too_much_memory_is_refused():
    program = (
        "import sys; from climatebudget.sheets import child; child.limit_ourselves()\n"
        "try: b'x' * 3_000_000_000\nexcept MemoryError: sys.exit(child.OUT_OF_MEMORY)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert child._died(ended).code == "E_PARSER_LIMIT"


def test_the_child_gets_no_secret(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLIMATEBUDGET_SECRET_KEY", "hemmelig")
    assert "hemmelig" not in "".join(child._environment().values())
    assert os.environ["CLIMATEBUDGET_SECRET_KEY"] == "hemmelig"


def test_a_mistake_of_ours_is_told_to_the_operator_and_not_shown(caplog: pytest.LogCaptureFixture):
    with pytest.raises(Refused) as refused:
        read_in_child(Request("/finnes/ikke.xlsx", "ikke.csv"))
    assert refused.value.code == "E_READER"
    assert "FileNotFoundError" in caplog.text


def test_a_refusal_of_the_child_is_the_refusal_of_the_parent():
    with pytest.raises(Refused) as refused:
        read_inventory(CORPUS / "d19_duplicate_header.xlsx", "d19.xlsx")
    assert (refused.value.code, refused.value.detail) == ("E_COLUMN_DUPLICATE", "utslipp i tonn")


def test_the_reader_does_not_load_pandas():
    program = (
        "import sys; from pathlib import Path; from climatebudget.sheets.inventories import read;"
        f"read(Path({str(GOOD)!r}), 'a.xlsx'); print('pandas' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert shown.stdout.strip() == b"False"
