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
