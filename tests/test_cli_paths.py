"""A reference path at the command line: asked first, shown, and stored only when told to."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from climatebudget import cli, db
from climatebudget.core.paths import ReferencePath
from climatebudget.db import read

DEMO = Path(__file__).parents[1] / "climatebudget" / "demo"
EDITION = DEMO / "sources" / "oslo_2009-2020_edition_2020-tall_english.csv"
PUBLISHED = DEMO / "sources" / "oslo_2023_statement_2030_published.csv"
OSLO = ("--kommune", "0301", "--year", "2023")
# Which row of the published statement is the path, and which are something else.
ROWS = (
    *("--answer", "place-historical emission cuts and baseline trajectory=utslipp-i-alt"),
    *("--answer", "place-adopted measures (incl. the baseline trajectory)=-"),
    *("--answer", "place-emission level (tonnes co2eq)=-"),
    *("--answer", "place-targets=-"),
    *("--answer", "place-difference between adopted measures and targets=-"),
)
Run = Callable[..., Result]


def command(*words: object) -> Result:
    return CliRunner().invoke(cli.main, list(map(str, words)))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Oslo's climate budget 2023 on its edition, to copy."""
    file = tmp_path_factory.mktemp("oslo") / "klima.sqlite3"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLIMATEBUDGET_DATABASE_URL", f"sqlite:///{file}")
        for words in (
            ("db", "upgrade"),
            ("inventory", "import", EDITION, "--kommune", "0301"),
            ("load", DEMO / "oslo-2023.json"),
        ):
            assert command(*words).exit_code == 0
    return file


@pytest.fixture
def database(template: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(template, tmp_path / 'klima.sqlite3')}"


@pytest.fixture
def run(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIMATEBUDGET_DATABASE_URL", database)
    return command


@pytest.fixture
def stored(database: str) -> Callable[[], ReferencePath | None]:
    def stored() -> ReferencePath | None:
        engine = db.connect(database)
        with db.session(engine, "prøve") as session:
            place = read.place(session, "0301", 2023, "utkast")
            assert place is not None
            found = read.budget(session, place).path
        engine.dispose()
        return found

    return stored


def words(result: Result) -> str:
    return " ".join(result.stdout.replace("\u00a0", " ").split())


def test_what_the_file_leaves_open_is_asked_and_nothing_is_stored(run, stored):
    before = stored()
    asked = run("path", "import", PUBLISHED, *OSLO, "--apply")
    assert asked.exit_code == 1 and asked.stdout == ""
    assert "Vi kjenner ikke «Targets», som har tallene -52%, -95%." in asked.stderr
    assert "--answer place-targets=…" in asked.stderr and "Ingenting er lagret." in asked.stderr
    assert stored() == before


def test_without_apply_the_path_is_only_shown(run, stored):
    """−28 % and −39 % of the 2009 emissions in the edition, beside the path in tonnes."""
    before = stored()
    shown = run("path", "import", PUBLISHED, *OSLO, *ROWS)
    assert shown.exit_code == 0, shown.output
    assert "lagret nå 1 037 300 884 650" in words(shown)
    assert "Tall for 2009 og 2020 er ikke lest inn." in words(shown)
    assert "Kjør igjen med --apply for å lagre." in shown.stdout
    assert stored() == before


def test_with_apply_it_is_stored_with_what_is_told_of_it(run, stored):
    told = ("--policy", "Vedtatt", "--cut-off", "2021-12-31", "--author", "Oslo")
    done = run("path", "import", PUBLISHED, *OSLO, *ROWS, *told, "--apply", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    path = stored()
    assert said["stored"] and said["unit"] == "prosent" and said["level"] == "kommunen samlet"
    assert said["path"]["figures"][""] == {
        str(year): f"{value:f}" for year, value in path.figures[""].by_year.items()
    }
    assert (path.policy, path.cut_off, path.author) == ("Vedtatt", date(2021, 12, 31), "Oslo")
    assert path.cites["", 2030].startswith(f"{PUBLISHED.name}, rad 2, kolonne E: −39 prosent")


def test_tonnes_are_stored_as_they_are_and_what_is_not_said_stands(run, stored, tmp_path):
    before = stored()
    file = tmp_path / "bane.csv"
    file.write_text(";2023;2030\nReferansebane;1037300;884650,5\n", encoding="utf-8")
    assert run("path", "import", file, *OSLO).exit_code == 1
    done = run("path", "import", file, *OSLO, "--unit", "tonnes", "--apply")
    assert done.exit_code == 0, done.output
    path = stored()
    assert path.figures[""].by_year == {2023: Decimal(1_037_300), 2030: Decimal("884650.5")}
    assert (path.policy, path.author) == (before.policy, before.author)


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        ("Tonn;2023\nReferansebane;-4\n", (), "kan ikke være under null"),
        ("Tonn;2023\nReferansebane;4\n", ("--unit", "percent"), "Filen sier at tallene er tonn"),
        ("Tonn;2023\nReferansebane;4\n", ("--unit", "kilo"), "«kilo» kjenner vi ikke"),
        ("Tonn;2023\nReferansebane;4\n", ("--author", "x" * 201), "Teksten er for lang"),
        ("Tonn;2023\nReferansebane;4\n", ("--cut-off", "i går"), "er ikke en dato"),
        ("Tonn;2023\nReferansebane;4\n", ("--answer", "unit"), "er ikke et svar"),
        ("Tonn;2023\nReferansebane;4\n", ("--sheet", "Ark9"), "Arket «Ark9» mangler"),
        ("hei\n", (), "ingen årstall"),
        ("", (), "Filen er tom"),
    ],
)
def test_what_cannot_be_used_is_a_sentence_and_exit_1(run, stored, tmp_path, text, more, says):
    before = stored()
    file = tmp_path / "bane.csv"
    file.write_text(text, encoding="utf-8")
    wrong = run("path", "import", file, *OSLO, *more, "--apply")
    assert wrong.exit_code == 1 and says in wrong.stderr, wrong.output
    assert stored() == before


def test_garbage_and_a_year_that_is_not_open_are_sentences(run):
    garbage = Path(__file__).parent / "data" / "corpus" / "s03_garbage.xlsx"
    wrong = run("path", "import", garbage, *OSLO)
    assert wrong.exit_code == 1 and "ikke en Excel-arbeidsbok" in wrong.stderr
    closed = run("path", "import", PUBLISHED, "--kommune", "0301", "--year", "1999", *ROWS)
    assert closed.exit_code == 1 and "Budsjettåret 1999 er ikke åpnet" in closed.stderr
