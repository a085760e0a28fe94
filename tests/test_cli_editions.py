"""Editions at the command line: what changed between two, and files out of the installation."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from climatebudget import cli
from climatebudget.cli import edition_files
from climatebudget.cli.fetching import NotFetched

DATA = Path(__file__).parent / "data" / "inventory"
BEFORE, AFTER = (DATA / f"telemark_2024-tall_seen_2026-02-0{day}.csv" for day in (2, 3))
NBSP = "\u00a0"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in an empty folder, with Porsgrunn and its edition before and after correction."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIMATEBUDGET_DATABASE_URL", f"sqlite:///{tmp_path / 'klima.sqlite3'}")

    def command(*words: object) -> Result:
        return CliRunner().invoke(cli.main, list(map(str, words)))

    assert command("db", "upgrade").exit_code == 0
    return command


@pytest.fixture
def corrected(run: Run) -> Run:
    for name, file in (("Først", BEFORE), ("Rettet", AFTER)):
        read = run("inventory", "import", file, "--name", name)
        assert read.exit_code == 0, read.output
    assert run("municipality", "add", "4001").exit_code == 0
    return run


def test_what_is_read_in_is_told_year_by_year(run):
    """Miljødirektoratet's workbook states its sums, and closes; the extract states none."""
    book = DATA / "oslo_2009-2024.xlsx"
    told = run("inventory", "import", book, "--kommune", "0301").stdout.splitlines()
    head = next(line for line in told if line.startswith("Tonn CO₂e"))
    assert head.split()[-3:] == ["Filens", "sum", "Forskjell"]
    [last] = [line for line in told if line.startswith("2024 ")]
    year, read, stated, difference = last.replace(NBSP, "").split()
    assert (year, difference) == ("2024", "0,0") and read == stated
    said = json.loads(run("inventory", "import", BEFORE, "--json").stdout)
    assert {s["stated"] for s in said["sums"]} == {None}
    assert {s["year"] for s in said["sums"]} == set(said["years"])
    again = json.loads(run("inventory", "import", BEFORE, "--json").stdout)
    assert again["sums"] is None and not again["new"]


def test_porsgrunns_correction_is_one_cell(corrected):
    told = corrected("inventory", "diff", "forst", "rettet", "--kommune", "4001").stdout
    assert "Porsgrunn (4001): forst (ukjent) → rettet (ukjent)" in told
    assert f"1 tall er endret. Netto −249{NBSP}212,8 tonn, uten fortegn 249{NBSP}212,8" in told
    [cell] = [line for line in told.splitlines() if " 2024  2" in line]
    assert f"2{NBSP}093{NBSP}022,8  1{NBSP}843{NBSP}810,0" in cell


def test_json_has_the_exact_figures(corrected):
    words = "inventory", "diff", "forst", "rettet", "--kommune", "4001", "--json"
    said = json.loads(corrected(*words).stdout)
    assert said["net"] == "-249212.750000" and said["absolute"] == "249212.750000"
    assert [c["change"] for c in said["cells"]] == ["-249212.750000"]
    assert said["by_sector"][0]["key"] == "industri-olje-og-gass"
    assert said["budgets"] == []


def test_without_a_municipality_every_one_is_told(corrected):
    said = json.loads(corrected("inventory", "diff", "forst", "rettet", "--json").stdout)
    assert said["years"] == [2009, 2024, 2024] and len(said["areas"]) == 17
    assert said["areas"][0]["area"] == "4001"
    assert {Decimal(a["points"]) for a in said["areas"][1:]} == {Decimal(0)}
    told = corrected("inventory", "diff", "forst", "rettet", "--since", "2016").stdout
    assert told.splitlines()[2].startswith("4001    Porsgrunn")
    assert "2016–2024, før" in told


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("forst", "finnes-ikke"), "Utgaven «finnes-ikke» finnes ikke."),
        (("forst", "rettet", "--kommune", "0301"), "«Først» har ikke tall for kommune 0301."),
        (("forst", "rettet", "--since", "2010"), "Utgavene har ikke 2010 felles."),
    ],
)
def test_what_cannot_be_compared_is_a_sentence(corrected, words, says):
    found = corrected("inventory", "diff", *words)
    assert found.exit_code == 1 and says in found.stderr


def test_an_edition_is_written_and_read_again(corrected, tmp_path):
    """The same rows are the edition we have, whatever file they come in."""
    for suffix in ("csv", "xlsx"):
        out = corrected("inventory", "export", "rettet", "--out", f"ut.{suffix}")
        assert out.exit_code == 0, out.output
        again = corrected("inventory", "import", f"ut.{suffix}")
        assert "«Rettet» finnes fra før, ingenting er endret." in again.stdout
    own = corrected("inventory", "export", "rettet", "--kommune", "4001", "--out", "egen.csv")
    assert own.exit_code == 0
    rows = (tmp_path / "egen.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert rows and all(row.startswith("4001;Porsgrunn;") for row in rows)
    for words in (("--out", "ut.ods"), ("--kommune", "0301", "--out", "ut.csv")):
        refused = corrected("inventory", "export", "rettet", *words)
        assert refused.exit_code == 1 and refused.stderr


def test_the_original_file_comes_out_as_it_came_in(corrected, tmp_path):
    out = corrected("inventory", "file", "rettet", "--out", "original.csv")
    assert out.exit_code == 0, out.output
    assert (tmp_path / "original.csv").read_bytes() == AFTER.read_bytes()
    assert sha256(AFTER.read_bytes()).hexdigest() in out.stdout


def test_a_fetched_file_meets_the_same_checks_as_any_other(run, monkeypatch):
    """The address is opened elsewhere and tested there; what it gives is read like a file."""

    def fetched(url: str, folder: Path, **how: object) -> Path:
        file = folder / "utslipp.csv"
        file.write_bytes(AFTER.read_bytes() if url.endswith("/god.csv") else b"ikke en tabell")
        return file

    monkeypatch.setattr(edition_files, "fetch", fetched)
    read = run("inventory", "fetch", "https://example.org/god.csv", "--name", "Hentet")
    assert read.exit_code == 0 and "«Hentet» er lest inn som hentet" in read.stdout
    again = run("inventory", "fetch", "https://example.org/god.csv")
    assert "finnes fra før, ingenting er endret." in again.stdout
    bad = run("inventory", "fetch", "https://example.org/darlig.csv")
    assert bad.exit_code == 1 and bad.stderr and "Traceback" not in bad.output


def test_what_cannot_be_fetched_is_a_sentence_and_stores_nothing(run, monkeypatch):
    refused = run("inventory", "fetch", "http://example.org/a.xlsx")
    assert refused.exit_code == 1 and "https://" in refused.stderr

    def broken(*words: object, **how: object) -> Path:
        raise NotFetched("Det tok for lang tid å hente filen.")

    monkeypatch.setattr(edition_files, "fetch", broken)
    refused = run("inventory", "fetch", "https://example.org/a.xlsx")
    assert refused.stderr == "Det tok for lang tid å hente filen. Ingenting er lagret.\n"
    assert run("inventory", "list").stdout == "Ingen statistikkutgaver ennå.\n"
