"""The command line: a municipality from an empty database to a version that is found tampered."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from climatebudget import cli, db
from climatebudget.cli.running import secret_key
from climatebudget.core.reconcile import reconcile
from climatebudget.core.statement import statement
from climatebudget.db import read, write

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "climatebudget" / "demo"
ENGLISH = str(DEMO / "sources" / "oslo_2009-2020_edition_2020-tall_english.csv")
WORKBOOK = str(DEMO / "sources" / "oslo_2009-2024.xlsx")
OSLO_2023 = ("--kommune", "0301", "--year", "2023")

Run = Callable[..., Result]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "klima.sqlite3"


@pytest.fixture
def run(tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A command in an empty folder, with a database of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIMATEBUDGET_DATABASE_URL", f"sqlite:///{database}")

    def command(*words: str, keys: str | None = None) -> Result:
        return CliRunner().invoke(cli.main, list(words), input=keys)

    yield command


@pytest.fixture
def oslo(run: Run) -> Run:
    """Oslo's climate budget 2023, loaded on its edition."""
    assert run("db", "upgrade").exit_code == 0
    assert run("inventory", "import", ENGLISH, "--kommune", "0301").exit_code == 0
    loaded = run("load", str(DEMO / "oslo-2023.json"))
    assert loaded.exit_code == 0, loaded.output
    return run


def rows(database: Path, table: str) -> int:
    with sqlite3.connect(database) as connection:
        found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    return found


def test_from_an_empty_database_to_a_tampered_one(run: Run, database: Path, tmp_path: Path):
    """The whole walk; each step says in Norwegian what it did."""
    assert run("db", "current").stdout == "tom\n"
    assert "Databasen er klar" in run("db", "upgrade").stdout
    assert "Oslo (0301) er lagt til" in run("municipality", "add", "0301").stdout

    question = run("inventory", "import", ENGLISH)
    assert question.exit_code == 1 and question.stdout == ""
    assert "Hvilken kommune er det?" in question.stderr
    assert "0301 Oslo" in question.stderr and "--answer area:=" in question.stderr
    assert rows(database, "edition") == 0

    answered = run("inventory", "import", ENGLISH, "--answer", "area:=0301")
    assert answered.exit_code == 0
    assert "«2020-tall» er lest inn som 2020-tall: 369 rader." in answered.stdout
    again = run("inventory", "import", ENGLISH, "--answer", "area:=0301")
    assert again.exit_code == 0
    assert again.stdout == "«2020-tall» finnes fra før, ingenting er endret.\n"

    assert "2023: 27 klimatiltak." in run("load", str(DEMO / "oslo-2023.json")).stdout
    stated = json.loads(run("statement", *OSLO_2023, "--json").stdout)
    assert stated["statement"]["total"]["after"]["2030"]["value"] == "548300.000000"
    assert "Tabellen oppgir 74\u00a0300 tonn for 2023" in run("reconcile", *OSLO_2023).stdout
    assert run("annex", *OSLO_2023, "--out", "vedlegg.xlsx").exit_code == 0
    assert "Klimatiltak per sektor" in load_workbook(tmp_path / "vedlegg.xlsx").sheetnames

    frozen = run("freeze", *OSLO_2023, "--kind", "vedtatt", "--decision", "Bystyret, sak 1/22")
    assert frozen.stdout.startswith("«vedtatt» er låst, sha256 ")
    head = frozen.stdout.split()[-1]
    assert run("present", *OSLO_2023, "--version", "vedtatt").exit_code == 0
    for words in (("verify",), ("verify", "--head", head)):
        assert run(*words).stdout == "Alle kontrollsummer stemmer.\n"

    tamper(database)
    found = run("verify")
    assert found.exit_code == 1 and found.stdout == ""
    assert "vedtatt" in found.stderr


def tamper(database: Path) -> None:
    """As somebody with the file and no respect for its triggers would."""
    connection = sqlite3.connect(database)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute(
        "UPDATE measure SET name = 'Noe annet' WHERE number = 4"
        " AND version_id = (SELECT id FROM version WHERE slug = 'vedtatt')"
    )
    connection.commit()
    connection.close()


# ---- what is printed -----------------------------------------------------------------------------


def test_numbers_are_norwegian_and_the_unknown_is_said(oslo: Run):
    lines = oslo("statement", *OSLO_2023).stdout.splitlines()
    assert lines[0] == "Klimabudsjett 2023, Oslo: utkast (INTERNT UTKAST), 2020-tall"
    remains = next(line for line in lines if line.startswith("Gjenstår  "))
    nbsp = "\u00a0"
    assert remains.split("  ")[0] == "Gjenstår"
    cells = [cell.strip(" ") for cell in remains.split("  ") if cell.strip()]
    assert cells[1:] == [f"269{nbsp}420", "ukjent", "ukjent", "ukjent", f"476{nbsp}160"]


def test_json_is_exact_and_unknown_is_null(oslo: Run):
    stated = json.loads(oslo("statement", *OSLO_2023, "--json").stdout)
    assert stated["statement"]["gap"]["2026"] == {"value": None, "lacks": 17, "bound": ""}
    assert stated["statement"]["gap"]["2030"]["value"] == "476156.120000"
    found = json.loads(oslo("reconcile", *OSLO_2023, "--json").stdout)["findings"]
    assert {"stated-sum", "edition-totals"} <= {finding["code"] for finding in found}
    shown = json.loads(oslo("inventory", "show", "2020-tall", "--kommune", "0301", "--json").stdout)
    assert shown["inventory"]["total"]["2020"] == "1084232.100000"
    assert [e["slug"] for e in json.loads(oslo("inventory", "list", "--json").stdout)] == [
        "2020-tall"
    ]


def test_what_is_accepted_is_told_with_reason_and_role(oslo: Run, database: Path):
    """For people after what waits; for programs beside the finding."""
    engine = db.connect(f"sqlite:///{database}")
    with db.session(engine, actor="prøve", writes=True) as session:
        place = read.place(session, "0301", 2023, "utkast")
        assert place
        budget = read.budget(session, place)
        found = reconcile(budget, statement(budget))
        [stated] = [f for f in found if f.code == "stated-sum"]
        at = datetime(2026, 11, 23, 9, tzinfo=UTC)
        write.accept(session, place, stated, "Trykkfeil i kilden.", "klimarådgiver", at)
        session.commit()
    engine.dispose()
    told = oslo("reconcile", *OSLO_2023)
    assert told.exit_code == 0
    *_, finding, answer = told.stdout.splitlines()
    assert finding.startswith("- Bør forklares: Tabellen oppgir 74\u00a0300 tonn for 2023.")
    assert answer == "  Godtatt av klimarådgiver 23.11.2026 kl. 10.00: Trykkfeil i kilden."
    listed = json.loads(oslo("reconcile", *OSLO_2023, "--json").stdout)["findings"]
    reasons = {f["code"]: f["accepted"] and f["accepted"]["reason"] for f in listed}
    assert reasons["stated-sum"] == "Trykkfeil i kilden."
    assert reasons["edition-totals"] is None


def test_an_edition_is_listed_and_shown(oslo: Run):
    assert "2020-tall" in oslo("inventory", "list").stdout
    assert (
        "1\u00a0084\u00a0232" in oslo("inventory", "show", "2020-tall", "--kommune", "0301").stdout
    )
    told = oslo("inventory", "show", "2020-tall").stdout
    assert "3\u00a0984,9 tonn" in told
    assert re.search(r"^2020 +1\u00a0084\u00a0232,1$", told, re.MULTILINE)


def test_an_edition_has_its_sums_per_year_and_emission_sector(oslo: Run):
    """Nine sector-years of Oslo's table differ from its own sums; those stand first."""
    sums = json.loads(oslo("inventory", "show", "2020-tall", "--json").stdout)["sums"]
    assert [s["sector"] for s in sums if s["difference"]] == [s["sector"] for s in sums[:9]]
    assert set(sums[0]) == {"sector", "year", "read", "stated", "difference"}
    assert len({s["year"] for s in sums}) == 9


def test_an_exported_file_is_loaded_again(oslo: Run, tmp_path: Path):
    """Into the same draft, where it changes nothing, and into an empty installation."""
    assert oslo("export", "--kommune", "0301", "--out", "oslo.json").exit_code == 0
    before = oslo("statement", *OSLO_2023, "--json").stdout
    assert oslo("load", "oslo.json").exit_code == 0
    assert oslo("statement", *OSLO_2023, "--json").stdout == before
    oslo("export", "--kommune", "0301", "--year", "2023", "--out", "igjen.json")
    assert (tmp_path / "igjen.json").read_text() == (tmp_path / "oslo.json").read_text()


def test_a_load_never_removes_a_measure_in_silence(oslo: Run, tmp_path: Path):
    raw = json.loads((DEMO / "oslo-2023.json").read_text(encoding="utf-8"))
    del raw["budget_years"][0]["measures"][3:5]
    (tmp_path / "mindre.json").write_text(json.dumps(raw), encoding="utf-8")
    refused = oslo("load", "mindre.json")
    assert refused.exit_code == 1
    assert "klimatiltak som ikke står i filen (nr. 4, 5)" in refused.stderr


# ---- people --------------------------------------------------------------------------------------

PASSWORD = "et langt nok passord"


def test_a_user_gets_a_password_that_is_never_shown(oslo: Run, database: Path):
    words = ("user", "add", "kari@oslo.example", "--kommune", "0301", "--role", "klimarådgiver")
    added = oslo(*words, keys=f"{PASSWORD}\n{PASSWORD}\n")
    assert added.exit_code == 0 and PASSWORD not in added.output
    another = ("user", "add", "kari@oslo.example", "--kommune", "0301", "--role", "økonomi")
    assert "har fått rollen" in oslo(*another).stdout
    assert (rows(database, "person"), rows(database, "membership")) == (1, 2)


def test_a_password_may_come_from_a_file(oslo: Run, tmp_path: Path, database: Path):
    (tmp_path / "passord").write_text(PASSWORD + "\n", encoding="utf-8")
    added = oslo("user", "add", "drift@oslo.example", "--operator", "--password-file", "passord")
    assert added.exit_code == 0, added.output
    assert rows(database, "person") == 1


@pytest.mark.parametrize("keys", ["kort\nkort\n", f"{PASSWORD}\nnoe annet enn det\n", ""])
def test_an_unfit_password_adds_nobody(oslo: Run, database: Path, keys: str):
    refused = oslo("user", "add", "kari@oslo.example", "--operator", keys=keys)
    assert refused.exit_code == 1
    assert rows(database, "person") == 0


# ---- bad input: one sentence, exit 1, nothing stored ---------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("statement --kommune 301 --year 2023", "«301» er ikke et kommunenummer"),
        ("statement --kommune 0301 --year 23", "«23» er ikke et årstall"),
        ("statement --kommune 0301", "Oppgi --year"),
        ("statement --kommune 1103 --year 2023", "Kommune 1103 er ikke her"),
        ("statement --kommune 0301 --year 2024", "Budsjettåret 2024 er ikke åpnet"),
        ("statement --kommune 0301 --year 2023 --version vedtatt", "Versjonen «vedtatt» finnes"),
        ("freeze --kommune 0301 --year 2023 --kind utkast", "forslag, innstilling, vedtatt"),
        (
            "present --kommune 0301 --year 2023 --version utkast",
            "Bare en låst versjon kan legges fram",
        ),
        ("inventory import borte.xlsx", "Filen borte.xlsx finnes ikke"),
        ("inventory show 1999-tall", "Utgaven «1999-tall» finnes ikke"),
        ("inventory show 2020-tall --kommune 4014", "har ikke tall for kommune 4014"),
        ("load borte.json", "Filen borte.json finnes ikke"),
        ("annex --kommune 0301 --year 2023 --out ingen/mappe.xlsx", "mappen finnes ikke"),
        ("export --kommune 1103 --out x.json", "Kommune 1103 er ikke her"),
        ("municipality add 0301", "Kommunenummer 0301 er i bruk"),
        ("municipality add 9999", "Ingen kommune har nummeret 9999"),
        ("municipality add 1103 --language en", "Skriv et av disse: nb, nn"),
        ("year open --kommune 0301 --year 2023 --horizon 2030", "er åpnet fra før"),
        ("year open --kommune 0301 --year 2024 --horizon 2023", "kan ikke være før"),
        ("user add kari --operator", "er ikke en e-postadresse"),
        ("user add kari@oslo.example --role økonomi", "både --kommune og --role"),
        ("user add kari@oslo.example --kommune 0301 --role sjef", "økonomi, økonomirådgiver"),
        ("verify --head 1:abc", ""),
        ("run --port 99999", "er ikke en port"),
        ("tryll", "Se «climatebudget --help»"),
        ("statement --fort", "Valget --fort finnes ikke"),
    ],
)
def test_bad_input_is_one_sentence(oslo: Run, database: Path, words: str, sentence: str):
    before = rows(database, "record")
    refused = oslo(*words.split())
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert sentence in refused.stderr and "Traceback" not in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert rows(database, "record") == before


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("uten likhetstegn", "er ikke et svar"),
        ("name:x=y", "Filen har ikke spørsmålet «name:x»"),
        ("area:=9999", "Hvilken kommune er det?"),
    ],
)
def test_an_answer_that_fits_no_question_stores_nothing(
    run: Run, database: Path, answer: str, sentence: str
):
    run("db", "upgrade")
    refused = run("inventory", "import", ENGLISH, "--answer", answer)
    assert refused.exit_code == 1 and sentence in refused.stderr
    assert rows(database, "edition") == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "er ikke JSON"),
        (b"\xff\xfe\x00", "er ikke JSON"),
        (b'{"format": "noe annet"}', "«climatebudget/1»"),
        (
            b'{"format": "climatebudget/1", "municipality": {"number": "4014", "name": "K"},'
            b'"budget_years": [{"year": 2027, "horizon": 2030, "edition": "1999-tall"}]}',
            "«1999-tall» finnes ikke",
        ),
    ],
)
def test_a_file_that_cannot_be_loaded_stores_nothing(
    run: Run, database: Path, tmp_path: Path, content: bytes, sentence: str
):
    run("db", "upgrade")
    (tmp_path / "fil.json").write_bytes(content)
    refused = run("load", "fil.json")
    assert refused.exit_code == 1 and sentence in refused.stderr
    assert rows(database, "municipality") == 0


def test_a_database_that_is_not_ready_says_what_to_run(run: Run):
    refused = run("statement", *OSLO_2023)
    assert refused.exit_code == 1
    assert refused.stderr == "Databasen er ikke klar. Kjør «climatebudget db upgrade».\n"


def test_what_stops_keeps_a_version_from_being_frozen(run: Run, database: Path):
    """A budget year without an edition."""
    run("db", "upgrade")
    run("municipality", "add", "4014")
    run("year", "open", "--kommune", "4014", "--year", "2027", "--horizon", "2030")
    refused = run("freeze", "--kommune", "4014", "--year", "2027", "--kind", "forslag")
    assert refused.exit_code == 1 and "Ingenting er låst." in refused.stderr
    assert rows(database, "version") == 1


def test_the_language_of_a_municipality_is_changed(oslo: Run, tmp_path: Path):
    """The pages and the annex follow; the command line stays bokmål."""
    changed = oslo("municipality", "set", "0301", "--language", "nn")
    assert changed.stdout == "Sidene og vedleggene for kommune 0301 er nå på nynorsk.\n"
    assert oslo("annex", *OSLO_2023, "--out", str(tmp_path / "annex.xlsx")).exit_code == 0
    assert "Vegen til målet" in load_workbook(tmp_path / "annex.xlsx").sheetnames
    assert "Utslippsramme" in oslo("statement", *OSLO_2023).stdout
    assert oslo("municipality", "set", "4014", "--language", "nn").exit_code == 1


# ---- backup --------------------------------------------------------------------------------------


def test_a_backup_is_made_checked_and_restored(oslo: Run, database: Path, tmp_path: Path):
    made = oslo("backup", "kopi.zip")
    assert made.exit_code == 0 and "kopi.zip er skrevet og kontrollert: " in made.stdout
    assert "kopi.zip er hel. Kopiert " in oslo("backup", "--check", "kopi.zip").stdout
    before = rows(database, "record")

    elsewhere = oslo("restore", "kopi.zip", "--to", "ny/klima.sqlite3")
    assert elsewhere.exit_code == 0, elsewhere.output
    assert rows(tmp_path / "ny" / "klima.sqlite3", "measure") == 27

    assert oslo("municipality", "add", "4014").exit_code == 0
    replaced = oslo("restore", "kopi.zip", "--replace")
    assert replaced.exit_code == 0 and "Den gamle databasen ligger i " in replaced.stdout
    assert rows(database, "record") == before
    assert oslo("verify").stdout == "Alle kontrollsummer stemmer.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("backup kopi.zip", "Filen kopi.zip kan ikke brukes: den finnes fra før."),
        ("backup ingen/mappe.zip", "mappen finnes ikke"),
        ("backup --check halv.zip", "Sikkerhetskopien er ødelagt eller bare delvis kopiert."),
        ("backup --check borte.zip", "Filen borte.zip kan ikke brukes"),
        ("restore halv.zip --to ny.sqlite3", "Sikkerhetskopien er ødelagt"),
        ("restore kopi.zip", "finnes fra før. Oppgi en ny fil med --to, eller bruk --replace."),
        ("restore kopi.zip --to postgresql://h/x", "kan ikke legges inn i postgresql"),
    ],
)
def test_what_is_wrong_with_a_backup_is_one_sentence(
    oslo: Run, database: Path, tmp_path: Path, words: str, sentence: str
):
    assert oslo("backup", "kopi.zip").exit_code == 0
    (tmp_path / "halv.zip").write_bytes((tmp_path / "kopi.zip").read_bytes()[:5000])
    before, copy = rows(database, "record"), (tmp_path / "kopi.zip").read_bytes()
    refused = oslo(*words.split())
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert sentence in refused.stderr and len(refused.stderr.splitlines()) == 1
    assert rows(database, "record") == before
    assert (tmp_path / "kopi.zip").read_bytes() == copy
    assert not (tmp_path / "ny.sqlite3").exists()


def test_a_changed_version_is_told_by_the_backup_too(oslo: Run, database: Path):
    frozen = oslo("freeze", *OSLO_2023, "--kind", "vedtatt", "--decision", "Bystyret, sak 1/22")
    assert frozen.exit_code == 0
    tamper(database)
    made = oslo("backup", "kopi.zip")
    assert made.exit_code == 1 and "Databasen var ikke som den ble lagret" in made.stderr
    assert "vedtatt" in oslo("backup", "--check", "kopi.zip").stderr


def test_a_short_secret_key_is_refused(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLIMATEBUDGET_SECRET_KEY", "kort")
    refused = run("run")
    assert refused.exit_code == 1 and "minst 32 tegn" in refused.stderr
    monkeypatch.delenv("CLIMATEBUDGET_SECRET_KEY")
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "secret_key").write_text("kort")
    assert run("run").exit_code == 1


def test_a_secret_key_is_made_once_for_its_owner_only(run: Run, tmp_path: Path):
    key = secret_key()
    assert secret_key() == key and len(key) >= 32
    assert (tmp_path / "instance" / "secret_key").stat().st_mode & 0o777 == 0o600


# ---- help ----------------------------------------------------------------------------------------


def commands(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", list(commands(cli.main)), ids=" ".join)
def test_every_command_answers_help(run: Run, path: tuple[str, ...]):
    """In Norwegian, without a database."""
    helped = run(*path, "--help")
    assert helped.exit_code == 0
    assert helped.stdout.startswith("Bruk: ") and "Show this" not in helped.stdout


# ---- measures from a table ----------------------------------------------------------------------

TABLE = str(DEMO / "sources" / "oslo_2023_measures.csv")
MARKS = ("--answer", "mark-F=.", "--answer", "mark-G=.")


@pytest.fixture
def empty(run: Run) -> Run:
    for words in (("db", "upgrade"), ("municipality", "add", "0301")):
        assert run(*words).exit_code == 0
    assert run("year", "open", *OSLO_2023, "--horizon", "2030").exit_code == 0
    return run


def test_a_table_of_measures_asks_first_and_stores_nothing(empty: Run, database: Path):
    asked = empty("measures", "import", TABLE, *OSLO_2023, "--apply")
    assert asked.exit_code == 1
    assert "--answer mark-F=." in asked.stderr and "--answer department-reg=+" in asked.stderr
    assert rows(database, "measure") == 0


def test_without_apply_a_table_is_only_shown(empty: Run, database: Path):
    shown = empty("measures", "import", TABLE, *OSLO_2023, *MARKS, "--new-departments")
    assert shown.exit_code == 0, shown.output
    assert "Kjør igjen med --apply" in shown.stdout
    assert rows(database, "measure") == 0


def test_oslos_own_table_is_imported_as_it_stands(empty: Run, database: Path):
    words = ("measures", "import", TABLE, *OSLO_2023, *MARKS, "--new-departments")
    stored = empty(*words, "--apply")
    assert stored.exit_code == 0, stored.output
    assert rows(database, "measure") == 27
    said = " ".join(stored.stdout.replace("\u00a0", " ").split())
    assert "75 300" in said and "74 300" in said and "336 350" in said
    again = json.loads(empty(*words, "--json").stdout)
    assert (again["added"], again["changed"], again["gone"]) == ([], [], [])
    assert len(again["untouched"]) == 27


def test_a_column_that_is_not_there_is_a_sentence(empty: Run, database: Path):
    wrong = empty("measures", "import", TABLE, *OSLO_2023, "--map", "Q=name")
    assert wrong.exit_code == 1 and "«Q=name» er ikke en kolonne" in wrong.stderr


@pytest.mark.parametrize("field", ["tull", "effect-tull", "Name", "effect-2190"])
def test_a_field_that_is_not_there_is_refused_with_those_there_are(
    empty: Run, database: Path, field: str
):
    words = ("measures", "import", TABLE, *OSLO_2023, "--map", f"A={field}", "--apply")
    wrong = empty(*words)
    assert wrong.exit_code == 1 and f"feltet «{field}» finnes ikke" in wrong.stderr
    assert "Velg blant: number, name, change" in wrong.stderr and "effect-2030" in wrong.stderr
    assert rows(database, "measure") == 0


def test_the_help_names_the_fields_a_column_may_become(run: Run):
    said = " ".join(run("measures", "import", "--help").stdout.split())
    for field in ("number", "name", "target_value", "financing", "effect-ÅR", "operating-ÅR"):
        assert field in said


OF_OSLO = ("inventory", "import", WORKBOOK)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--kommune", "1507"), "Kommunen er blitt 1508 Ålesund og 1580 Haram."),
        (("--kommune", "9999"), "«9999» er ikke et område."),
        (("--kommune", "4001"), "Filen har ikke tall for 4001 Porsgrunn, som du valgte."),
        (("--kommune", "0301", "--owner", "4014"), "4014, som skulle eie utgaven."),
    ],
)
def test_a_file_of_another_area_is_not_taken_for_one_of_this(
    oslo: Run, database: Path, words: tuple[str, ...], says: str
):
    assert oslo("municipality", "add", "4014").exit_code == 0
    before = rows(database, "edition")
    refused = oslo(*OF_OSLO, *words)
    assert refused.exit_code == 1 and says in refused.stderr
    assert rows(database, "edition") == before
    known = oslo("inventory", "import", ENGLISH, "--kommune", "4014")
    assert known.exit_code == 1 and "har ikke tall for 4014" in known.stderr


def test_a_county_may_be_named(oslo: Run, database: Path, tmp_path: Path):
    plain = tmp_path / "telemark.csv"
    plain.write_text(
        "År;Sektor;Utslippskilde;Klimagass;Utslipp (tonn CO2-ekvivalenter)\n"
        "2022;Veitrafikk;Personbiler;CO2;1000,5\n2023;Veitrafikk;Personbiler;CO2;900\n",
        encoding="utf-8-sig",
    )
    done = oslo("inventory", "import", str(plain), "--kommune", "40")
    assert done.exit_code == 0, done.stderr
    assert '"40"' in oslo("inventory", "show", "2023-tall", "--json").stdout


def test_a_question_can_be_answered_as_it_is_printed_and_read_by_a_program(empty: Run):
    asked = empty("measures", "import", TABLE, *OSLO_2023)
    assert "--answer 'department-hafslund oslo celsio/kon=+'" in asked.stderr
    answer = empty("measures", "import", TABLE, *OSLO_2023, "--json")
    assert answer.exit_code == 1
    said = json.loads(answer.stdout)
    assert said["stored"] is False
    assert all(q["code"] and q["choices"] and q["message"] for q in said["questions"])


def test_editions_without_a_common_municipality_cannot_be_compared(oslo: Run):
    telemark = str(DEMO / "sources" / "telemark_2024-tall_seen_2026-02-03.csv")
    assert oslo("inventory", "import", telemark).exit_code == 0
    refused = oslo("inventory", "diff", "2020-tall", "2024-tall")
    assert refused.exit_code == 1 and "ingen kommune felles" in refused.stderr


def test_what_is_written_and_read_is_of_its_kind(oslo: Run, tmp_path: Path):
    refused = oslo("annex", *OSLO_2023, "--out", "vedlegg.csv")
    assert refused.exit_code == 1 and "La navnet slutte på .xlsx." in refused.stderr
    folder = oslo("inventory", "import", str(tmp_path))
    assert folder.exit_code == 1 and "er en mappe" in folder.stderr


# ---- against the national reports ----------------------------------------------------------------


def test_the_measures_are_held_against_a_national_report(oslo: Run, database: Path):
    """Oslo's own table couples nothing; one is coupled here, behind the program's back."""
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE measure SET category_report='klimakur2030', category_code='T06' WHERE number=5"
        )
    connection.close()
    told = oslo("national", *OSLO_2023)
    assert told.exit_code == 0, told.output
    assert "Besvart: 1 av 47 som kommunen har utslipp for, og 0 andre." in told.stdout
    assert "Kuttene gjelder 5 av 10 år." in told.stdout
    assert "5: merutgift er ikke oppgitt" in told.stdout
    assert "T01 Nullvekstmål for personbiltransporten" in told.stdout
    assert "Ukjent kode: ingen" in told.stdout

    found = json.loads(oslo("national", *OSLO_2023, "--json", "--life", "20").stdout)
    (answer,) = (a for a in found["answers"] if a["measures"])
    assert answer["national"]["code"] == "T06" and answer["measures"][0]["number"] == 5
    assert answer["years"] == [2023, 2024, 2025, 2026, 2030]
    assert found["terms"] == {"life": 20, "rate": "4"} and len(found["uncoupled"]) == 26

    later = json.loads(oslo("national", *OSLO_2023, "--report", "klimatiltak2025", "--json").stdout)
    assert len(later["answers"]) == 77 and not any(a["years"] for a in later["answers"])


@pytest.mark.parametrize(
    "words, sentence",
    [
        (("--report", "klimakur2020"), "«klimakur2020» kjenner vi ikke."),
        (("--life", "0"), "«0» kan ikke være en levetid. Skriv hele år fra 1 til 100."),
        (("--rate", "21"), "Renten er 21 prosent. Skriv et tall fra 0 til 20."),
        (("--rate", "lav"), "«lav» er ikke et tall."),
    ],
)
def test_what_a_report_cannot_be_held_against_is_said(oslo: Run, words, sentence):
    failed = oslo("national", *OSLO_2023, *words)
    assert failed.exit_code == 1 and sentence in failed.stderr


def test_a_figure_is_explained_with_its_parts(oslo: Run):
    told = oslo("explain", *OSLO_2023, "allowance", "2030")
    assert told.exit_code == 0, told.output
    assert "Utslippsramme i 2030: 72\u00a0143,88 tonn" in told.stdout
    assert "5 prosent av utslippene i 2009." in told.stdout
    assert re.search(r"1\u00a0442\u00a0877,6 +Utslipp i referanseåret 2009", told.stdout)
    assert re.search(r"−95 % +Mål for 2030 .*kolonne E +kommandolinjen, \d", told.stdout)
    assert "Regnet ut på nytt blir tallet det samme, på grammet." in told.stdout


def test_an_explanation_is_exact_in_json(oslo: Run):
    found = json.loads(oslo("explain", *OSLO_2023, "--json", "gap", "2030").stdout)
    assert Decimal(found["figure"]["value"]) == Decimal("476156.12")
    assert found["closes"] is True
    assert [p["opens"]["column"] for p in found["parts"]] == ["after", "allowance"]
    assert found["parts"][0]["changed"]["by"] == "kommandolinjen"


def test_a_sector_is_explained_by_its_code(oslo: Run):
    told = oslo("explain", *OSLO_2023, "inventory", "2009", "--sector", "veitrafikk")
    assert "Utslipp i 2009, Veitrafikk" in told.stdout and "Personbiler" in told.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("gap", "1999"), "Klimabudsjettet har ikke noe tall for «gap» i 1999 her."),
        (("gap", "2030", "--sector", "veitrafikk"), "ikke noe tall for «gap»"),
        (("cut", "2030", "--sector", "romfart"), "ikke noe tall for «cut»"),
        (("måne", "2030"), "«måne» kjenner vi ikke. Skriv et av disse: inventory, path, cut"),
        (("gap", "snart"), "«snart» er ikke et årstall."),
        (("gap",), "Oppgi ÅR."),
    ],
)
def test_what_is_no_figure_is_a_sentence(oslo: Run, words: tuple[str, ...], says: str):
    answer = oslo("explain", *OSLO_2023, *words)
    assert answer.exit_code == 1 and says in answer.stderr and not answer.stdout


def test_an_unknown_figure_is_explained_as_unknown(oslo: Run):
    told = oslo("explain", *OSLO_2023, "effect", "2025")
    assert "Utslippskutt til sammen i 2025: ukjent\n" in told.stdout
    assert "- 17 klimatiltak som regnes med, mangler tall for året." in told.stdout


def test_the_statement_tells_what_is_adjusted_apart(oslo: Run, tmp_path: Path):
    """By a file, for there is no command that adjusts; the edition itself stays as published."""
    out = tmp_path / "oslo.json"
    assert oslo("export", "--kommune", "0301", "--out", str(out)).exit_code == 0
    raw = json.loads(out.read_text(encoding="utf-8"))
    one = {"code": "veitrafikk/personbiler", "year": 2009, "tonnes": "-1250.5"}
    told = {"reason": "Målt på nytt", "approved_by": "Byrådet", "edition": "2020-tall"}
    raw["budget_years"][0]["adjustments"] = [{**one, **told}]
    out.write_text(json.dumps(raw), encoding="utf-8")
    assert oslo("load", str(out)).exit_code == 0

    printed = oslo("statement", *OSLO_2023).stdout.replace("\u00a0", " ")
    assert "Utslippene er publiserte tall med 1 justering fra kommunen." in printed
    [line] = [x for x in printed.splitlines() if x.startswith("2009")]
    assert re.split(r"\s{2,}", line) == ["2009", "1 442 877,6", "−1 250,5", "1 441 627,1"]
    stated = json.loads(oslo("statement", *OSLO_2023, "--json").stdout)
    assert [a["tonnes"] for a in stated["adjustments"]] == ["-1250.500000"]
    assert stated["statement"]["reference"] == "1441627.100000"
    shown = json.loads(oslo("inventory", "show", "2020-tall", "--kommune", "0301", "--json").stdout)
    assert shown["inventory"]["total"]["2009"] == "1442877.600000"
