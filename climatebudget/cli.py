"""The program at the command line: the same calls as the pages, for the operator.

What is heavy is imported by the command that needs it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from climatebudget.core.access import Role
from climatebudget.core.budget import Kind, shown
from climatebudget.core.field import show_number
from climatebudget.terminal import (
    DAY,
    FILE,
    NUMBER,
    OUT,
    PORT,
    UNKNOWN,
    YEAR,
    Commands,
    as_json,
    asked,
    heading,
    history,
    listed,
    one_of,
    one_word,
    plain,
    say,
    stop,
    table,
    totals,
    working,
)

if TYPE_CHECKING:
    import sqlalchemy as sa

    from climatebudget import db
    from climatebudget.core.budget import Budget
    from climatebudget.core.inventory import Edition, Inventory
    from climatebudget.core.reading import Reading
    from climatebudget.core.statement import Statement
    from climatebudget.db.values import Place

INSTANCE = Path("instance")
HERE = "127.0.0.1"
ACTOR = "kommandolinjen"
INSTALLATION = "installation"
SHORTEST_KEY = 32  # bytes
F = TypeVar("F", bound=Callable[..., Any])

kommune = click.option(
    "--kommune", "number", type=NUMBER, required=True, help="Kommunenummer, fire siffer."
)
one_year = click.option("--year", type=YEAR, required=True, help="Budsjettåret.")
json_wanted = click.option("--json", "wants_json", is_flag=True, help="JSON med eksakte tall.")


def one_version(command: F) -> F:
    """The options that name a version."""
    slug = click.option(
        "--version", "slug", default="utkast", show_default=True, help="utkast, vedtatt, …"
    )
    return kommune(one_year(slug(command)))


@click.group("climatebudget", cls=Commands)
def main() -> None:
    """Klimabudsjett for norske kommuner.

    Databasen er den CLIMATEBUDGET_DATABASE_URL peker på, ellers SQLite i mappen «instance».
    """


# ---- the database and its versions ---------------------------------------------------------------


def engine() -> sa.Engine:
    """The installation's database, closed when the command ends."""
    from climatebudget import db

    opened = db.connect(os.environ.get("CLIMATEBUDGET_DATABASE_URL") or db.DEFAULT_URL)
    click.get_current_context().call_on_close(opened.dispose)
    return opened


@contextmanager
def reading() -> Iterator[db.Session]:
    with _session(writes=False) as session:
        yield session


@contextmanager
def writing() -> Iterator[db.Session]:
    """What is done inside is stored when it ends well, and else nothing of it."""
    with _session(writes=True) as session:
        yield session
        session.commit()


def _session(writes: bool) -> db.Session:
    from climatebudget import db
    from climatebudget.db.upgrade import current, head

    database = engine()
    if current(database) != head():
        stop("Databasen er ikke klar. Kjør «climatebudget db upgrade».")
    return db.session(database, ACTOR, writes=writes)


def now() -> datetime:
    return datetime.now(UTC)


def municipality_of(session: db.Session, number: str) -> int:
    from climatebudget.db import read

    known = read.municipality(session, number)
    if known is None:
        stop(f"Kommune {number} er ikke her. Kjør «climatebudget municipality add {number}».")
    return known[0]


def place_of(session: db.Session, number: str, year: int, slug: str = "utkast") -> Place:
    from climatebudget.db import read

    place = read.place(session, number, year, slug)
    if place is None:
        versions = read.versions(session, municipality_of(session, number), year)
        if not versions:
            stop(f"Budsjettåret {year} er ikke åpnet. Kjør «climatebudget year open».")
        slugs = ", ".join(v.slug for v in versions)
        stop(f"Versjonen «{slug}» finnes ikke. {year} har: {slugs}.")
    return place


def budget_of(number: str, year: int, slug: str) -> tuple[Budget, Statement]:
    from climatebudget.core.statement import statement
    from climatebudget.db import read

    with reading() as session:
        budget = shown(read.budget(session, place_of(session, number, year, slug)))
    return budget, statement(budget)


@main.group("db")
def database() -> None:
    """Databasens struktur."""


@database.command("upgrade")
def db_upgrade() -> None:
    """Gjør databasen klar for denne utgaven av programmet."""
    from climatebudget.db.upgrade import current, upgrade

    with working("Gjør databasen klar"):
        upgrade(opened := engine())
    click.echo(f"Databasen er klar ({current(opened)}).")


@database.command("current")
def db_current() -> None:
    """Skriv hvilken struktur databasen har."""
    from climatebudget.db.upgrade import current, head

    found = current(engine())
    click.echo(found or "tom")
    if found != head():
        say(f"Programmet trenger {head()}. Kjør «climatebudget db upgrade».")


# ---- serving -------------------------------------------------------------------------------------


@main.command()
@click.option("--demo", is_flag=True, help="Last Oslo 2023 og et tomt år i Kragerø.")
@click.option("--port", type=PORT, default="8000", show_default=True)
def run(demo: bool, port: int) -> None:
    """Gjør databasen klar, og vis sidene på denne maskinen."""
    from waitress.server import create_server

    from climatebudget.db.upgrade import upgrade
    from climatebudget.web import create_app

    key = secret_key()
    upgrade(opened := engine())
    if demo:
        load_demo(opened)
    secure = {} if "CLIMATEBUDGET_SESSION_COOKIE_SECURE" in os.environ else _without_https()
    app = create_app({"ENGINE": opened, "SECRET_KEY": key, **secure})
    try:
        server = create_server(app, host=HERE, port=port)
    except OSError:
        stop(f"Port {port} er opptatt. Velg en annen med --port.")
    click.echo(f"Klimabudsjett: http://{HERE}:{port}/\nStopp med Ctrl+C.")
    server.run()


def _without_https() -> dict[str, bool]:
    """On the machine itself there is no HTTPS, and a browser would not send the cookie back."""
    return {"SESSION_COOKIE_SECURE": False}


def secret_key() -> str:
    """What signs the cookies: from the environment, or one of this installation's own."""
    file = INSTANCE / "secret_key"
    key = os.environ.get("CLIMATEBUDGET_SECRET_KEY")
    if key is None and not file.exists():
        INSTANCE.mkdir(exist_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(48))
    key = file.read_text(encoding="utf-8").strip() if key is None else key
    if len(key.encode()) < SHORTEST_KEY:
        stop(f"Den hemmelige nøkkelen er for kort. Den må ha minst {SHORTEST_KEY} tegn.")
    return key


def load_demo(opened: sa.Engine) -> None:
    from climatebudget import demo

    with working("Leser inn demoen"):
        demo.build(opened, INSTANCE, now())
    accounts = "\n".join(f"  {account.email}" for account in demo.ACCOUNTS)
    if password := demo.password(INSTANCE):
        where = INSTANCE / demo.PASSWORD_FILE
        click.echo(f"Logg inn som en av disse:\n{accounts}\nPassord: {password}  (i {where})")


# ---- municipalities, people, years ---------------------------------------------------------------


@main.group()
def municipality() -> None:
    """Kommunene i installasjonen."""


@municipality.command("add")
@click.argument("number", type=NUMBER, metavar="NR")
@click.option("--language", type=one_word("SPRÅK", "nb", "nn"), default="nb", show_default=True)
def municipality_add(number: str, language: str) -> None:
    """Legg til kommunen med nummeret NR."""
    from climatebudget import catalogue
    from climatebudget.db import write

    if number not in catalogue.areas():
        stop(f"Ingen kommune har nummeret {number}. Se kommunelisten hos SSB.")
    name = catalogue.areas()[number].name
    with writing() as session:
        write.add_municipality(session, number, name, language)
    click.echo(f"{name} ({number}) er lagt til.")


@main.group()
def user() -> None:
    """Brukere og roller."""


@user.command("add")
@click.argument("email", metavar="E-POST")
@click.option("--kommune", "number", type=NUMBER, help="Kommunen rollen gjelder.")
@click.option("--role", type=one_of(Role, "ROLLE"), help="Rolle, for eksempel «økonomi».")
@click.option("--department", default="", help="Sektoren rollen gjelder.")
@click.option("--operator", is_flag=True, help="Operatør av installasjonen.")
@click.option("--name", default="", help="Navnet; ellers e-postadressen.")
@click.option("--password-file", type=FILE, help="Fil med passordet på første linje.")
def user_add(
    email: str,
    number: str | None,
    role: Role | None,
    department: str,
    operator: bool,
    name: str,
    password_file: Path | None,
) -> None:
    """Legg til en bruker, eller gi en bruker en rolle til."""
    from climatebudget.db import passwords, read, write

    if "@" not in email:
        stop(f"«{email}» er ikke en e-postadresse.")
    if (number is None) != (role is None) or (role is None and not operator):
        stop("Oppgi både --kommune og --role, eller --operator.")
    with reading() as session:
        municipality_id = municipality_of(session, number) if number else 0
        known = read.user_by_email(session, email)
    secret = "" if known else passwords.hashed(_new_password(password_file))
    with writing() as session:
        person = (
            known[0].id
            if known
            else write.add_person(session, email, name or email, operator=operator)
        )
        if secret:
            write.set_password(session, person, secret)
        if role:
            write.add_membership(session, municipality_id, person, role, department)
    click.echo(f"{email} er lagt til." if secret else f"{email} har fått rollen.")


def _new_password(file: Path | None) -> str:
    if file is not None:
        return (file.read_text(encoding="utf-8").splitlines() or [""])[0]
    first: str = click.prompt("Passord", hide_input=True, err=True)
    if click.prompt("Passordet en gang til", hide_input=True, err=True) != first:
        stop("De to passordene er ulike. Prøv igjen.")
    return first


@main.group("year")
def budget_year() -> None:
    """Budsjettår."""


@budget_year.command("open")
@kommune
@one_year
@click.option("--horizon", type=YEAR, required=True, help="Siste år, ofte målåret.")
def year_open(number: str, year: int, horizon: int) -> None:
    """Åpne et budsjettår med et tomt utkast."""
    from climatebudget.db import write

    if horizon < year:
        stop(f"Siste år ({horizon}) kan ikke være før budsjettåret {year}.")
    with writing() as session:
        write.open_budget_year(session, municipality_of(session, number), year, horizon)
    click.echo(f"Budsjettåret {year} er åpnet.")


# ---- editions of the inventory -------------------------------------------------------------------


@main.group()
def inventory() -> None:
    """Statistikkutgaver av utslippsregnskapet."""


@inventory.command("import")
@click.argument("file", type=FILE, metavar="FIL")
@click.option("--owner", default=INSTALLATION, show_default=True, help="Eller et kommunenummer.")
@click.option("--kommune", "area", type=NUMBER, help="Området filen gjelder.")
@click.option("--published", type=DAY, help="Dagen den ble publisert, 2026-02-02.")
@click.option("--name", default="", help="Ellers siste år i filen, 2024-tall.")
@click.option("--publisher", default="Miljødirektoratet", show_default=True)
@click.option(
    "--answer", "answers", multiple=True, metavar="KODE=VERDI", help="Svar på et spørsmål."
)
@json_wanted
def inventory_import(
    file: Path,
    owner: str,
    area: str | None,
    published: date | None,
    name: str,
    publisher: str,
    answers: tuple[str, ...],
    wants_json: bool,
) -> None:
    """Les inn en statistikkutgave; den samme filen en gang til endrer ingenting."""
    from climatebudget.db import write

    with reading() as session:
        owner_id = None if owner == INSTALLATION else municipality_of(session, owner)
        found = _read(session, file, area, _answers(answers), owner_id)
    if not isinstance(found, tuple):
        return _tell(found, new=False, wants_json=wants_json)
    data, read_file = found
    with working("Lagrer"), writing() as session:
        stored = write.store_edition(
            session,
            read_file,
            owner=owner_id,
            name=name,
            publisher=publisher,
            published=published,
            file_bytes=data,
            now=now(),
            by=ACTOR,
        )
    _tell(stored.edition, stored.new, wants_json)


def _read(
    session: db.Session, file: Path, area: str | None, answers: Mapping[str, str], owner: int | None
) -> Edition | tuple[bytes, Reading]:
    """The edition that has these bytes, or what the file says once nothing is open."""
    from climatebudget.db import read
    from climatebudget.sheets.child import read_inventory

    with file.open("rb") as opened:
        sha256 = file_digest(opened, "sha256").hexdigest()
    if known := read.edition_by_file(session, sha256, owner):
        return known
    aliases = read.added_aliases(session)
    session.rollback()  # reading takes a while
    with working(f"Leser {file.name}"):
        found = read_inventory(file, file.name, aliases, area)
    unasked = answers.keys() - {q.code for q in found.questions}
    if unasked:
        stop(f"Filen har ikke spørsmålet «{min(unasked)}».")
    found = found.answered(answers)
    if found.questions:
        stop("\n".join(map(asked, found.questions)) + "\nIngenting er lagret.")
    if not found.may_store:
        stop(listed(f for f in found.findings if f.stops) + "\nIngenting er lagret.")
    return file.read_bytes(), found


def _answers(given: tuple[str, ...]) -> dict[str, str]:
    if wrong := next((answer for answer in given if "=" not in answer), None):
        stop(f"«{wrong}» er ikke et svar. Skriv --answer KODE=VERDI.")
    return {code: value for code, _, value in (answer.rpartition("=") for answer in given)}


def _tell(edition: Edition, new: bool, wants_json: bool) -> None:
    if wants_json:
        return click.echo(as_json({"new": new, **plain(edition)}))
    if not new:
        return click.echo(f"«{edition.name}» finnes fra før, ingenting er endret.")
    click.echo(
        f"«{edition.name}» er lest inn som {edition.slug}: {show_number(edition.rows)} rader."
    )
    if edition.findings:
        click.echo(listed(edition.findings))


@inventory.command("list")
@click.option("--kommune", "number", type=NUMBER, help="Ta med kommunens egne utgaver.")
@json_wanted
def inventory_list(number: str | None, wants_json: bool) -> None:
    """List opp statistikkutgavene."""
    from climatebudget.db import read

    with reading() as session:
        editions = read.editions(session, municipality_of(session, number) if number else None)
    if wants_json:
        return click.echo(as_json(editions))
    head = ("Utgave", "Navn", "Eier", "Publisert", "Rader", "År", "Områder")
    rows = [
        (
            e.slug,
            e.name,
            e.owner or "installasjonen",
            e.published or UNKNOWN,
            show_number(e.rows),
            f"{e.years[0]}–{e.years[-1]}",
            len(e.areas),
        )
        for e in editions
    ]
    click.echo(table(head, rows, names=4) if rows else "Ingen statistikkutgaver ennå.")


@inventory.command("show")
@click.argument("edition", metavar="UTGAVE")
@click.option("--kommune", "number", type=NUMBER, help="Vis kommunens utslipp.")
@json_wanted
def inventory_show(edition: str, number: str | None, wants_json: bool) -> None:
    """Vis en statistikkutgave, og hva den sier om en kommune."""
    from climatebudget.db import read

    with reading() as session:
        known = read.municipality(session, number) if number else None
        owner = known[0] if known else None
        found = read.edition_by_slug(session, edition, owner)
        if found is None:
            stop(f"Utgaven «{edition}» finnes ikke. Se «climatebudget inventory list».")
        emissions = read.inventory(session, edition, number, owner) if number else None
    if number and emissions is None:
        stop(f"«{found.name}» har ikke tall for kommune {number}.")
    if wants_json:
        return click.echo(as_json({**plain(found), "inventory": emissions and _sums(emissions)}))
    click.echo(f"{found.name}, {found.publisher}, publisert {found.published or UNKNOWN}")
    click.echo(f"{found.file_name}: {show_number(found.rows)} rader, sha256 {found.sha256}")
    click.echo(history(emissions) if emissions else listed(found.findings))


def _sums(emissions: Inventory) -> dict[str, Any]:
    return {
        "area": emissions.area,
        "total": emissions.total,
        "sectors": emissions.sectors,
        "sources": {code: emissions.source(code) for code in emissions.sources},
    }


# ---- one version ---------------------------------------------------------------------------------


@main.command()
@one_version
@json_wanted
def statement(number: str, year: int, slug: str, wants_json: bool) -> None:
    """Vis klimabudsjettet: bane, kutt, ramme og det som gjenstår."""
    from climatebudget.core.sentence import top

    budget, ledger = budget_of(number, year, slug)
    sentences = [text.shown() for text in top(budget, ledger)]
    if wants_json:
        return click.echo(as_json({**_which(budget), "top": sentences, "statement": ledger}))
    click.echo(heading(budget))
    click.echo(" ".join(sentences) + "\n")
    click.echo(totals(ledger))


def _which(budget: Budget) -> dict[str, Any]:
    return {
        "municipality": budget.municipality,
        "budget_year": budget.budget_year,
        "version": budget.version,
        "edition": budget.edition and budget.edition.slug,
        "reference_year": budget.reference_year,
    }


@main.command()
@one_version
@json_wanted
def reconcile(number: str, year: int, slug: str, wants_json: bool) -> None:
    """Vis hva som ikke går opp eller mangler."""
    from climatebudget.core.reconcile import reconcile

    budget, ledger = budget_of(number, year, slug)
    found = reconcile(budget, ledger)
    if wants_json:
        return click.echo(as_json({**_which(budget), "findings": found}))
    click.echo(heading(budget))
    click.echo(listed(found) or "Alt går opp.")


@main.command()
@one_version
@click.option("--out", type=OUT, required=True, help="Arbeidsboken som skal skrives, .xlsx.")
def annex(number: str, year: int, slug: str, out: Path) -> None:
    """Skriv vedlegget til politikerne som Excel-arbeidsbok."""
    from climatebudget.core import canonical
    from climatebudget.core.reconcile import reconcile
    from climatebudget.sheets import annexes
    from climatebudget.translations import translator

    budget, ledger = budget_of(number, year, slug)
    with working("Skriver vedlegget"):
        data = annexes.annex(
            budget,
            ledger,
            reconcile(budget, ledger),
            translate=translator(budget.municipality.language),
            now=budget.version.frozen_at or now(),
            digest=budget.version.sha256 or canonical.digest(canonical.canonical(budget)),
        )
    out.write_bytes(data)
    click.echo(f"{out} er skrevet.")


@main.command()
@kommune
@one_year
@click.option(
    "--kind", type=one_of(Kind, "SLAG", [Kind.DRAFT]), required=True, help="forslag, vedtatt, …"
)
@click.option("--decision", default="", help="Organ, dato og saksnummer.")
def freeze(number: str, year: int, kind: Kind, decision: str) -> None:
    """Lås en kopi av utkastet; utkastet står åpent ved siden av."""
    from climatebudget.core.reconcile import reconcile
    from climatebudget.core.statement import statement
    from climatebudget.db import read, write

    with working("Låser"), writing() as session:
        place = place_of(session, number, year)
        budget = read.budget(session, place)
        stopping = [f for f in reconcile(budget, statement(budget)) if f.stops]
        if stopping:
            stop(listed(stopping) + "\nIngenting er låst.")
        version = write.freeze(session, place, kind, decision, now())
    click.echo(f"«{version.slug}» er låst, sha256 {version.sha256}.")
    click.echo(f"Protokollen: {version.record_head}")


@main.command()
@one_version
def present(number: str, year: int, slug: str) -> None:
    """Legg fram en låst versjon, én gang for alle."""
    from climatebudget.db import write

    with writing() as session:
        write.present(session, place_of(session, number, year, slug), now())
    click.echo(f"«{slug}» er lagt fram.")


# ---- all of it -----------------------------------------------------------------------------------


@main.command()
@kommune
@click.option("--year", type=YEAR, help="Bare dette budsjettåret.")
@click.option("--out", type=OUT, required=True, help="Filen som skal skrives, .json.")
def export(number: str, year: int | None, out: Path) -> None:
    """Skriv utkastene til en kommune som JSON, uten kontaktpersoner."""
    from climatebudget.core import exchange
    from climatebudget.db import read

    with reading() as session:
        opened = read.budget_years(session, municipality_of(session, number))
        years = [year] if year else sorted(y.year for y in opened)
        budgets = [read.budget(session, place_of(session, number, y)) for y in years]
    if not budgets:
        stop(f"Kommune {number} har ingen budsjettår ennå.")
    out.write_text(exchange.dumps(exchange.to_json(*budgets)), encoding="utf-8")
    click.echo(f"{out} er skrevet.")


@main.command()
@click.argument("file", type=FILE, metavar="FIL")
def load(file: Path) -> None:
    """Les inn en fil fra «export»: alt, eller ingenting."""
    from climatebudget.core import exchange
    from climatebudget.db import read
    from climatebudget.db.load import load

    with writing() as session:
        found, wrong = exchange.loads(file.read_bytes(), read.sources(session))
        if found is None:
            stop(listed(wrong) + "\nIngenting er lagret.")
        loaded = load(session, found)
    click.echo("\n".join((f"{found.municipality.name} er lest inn.", *loaded)))


@main.command()
@click.option("--head", metavar="N:HASH", help="Et tidligere utskrevet hode av en protokoll.")
def verify(head: str | None) -> None:
    """Regn ut alle kontrollsummer på nytt."""
    from climatebudget.db.verify import verify

    with working("Kontrollerer"), reading() as session:
        wrong = verify(session, head)
    if wrong:
        stop("\n".join(wrong))
    click.echo("Alle kontrollsummer stemmer.")
