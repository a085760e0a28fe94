"""The demo: Oslo's published climate budget 2023, and an empty budget year in Kragerø.

Telemark's figures are there twice: as first published, and as corrected the day after in one cell.

`sources/README.md` says where the figures come from. Everything is loaded through the ordinary
readers and writers, in one transaction.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from climatebudget import catalogue, db
from climatebudget.core.access import Role
from climatebudget.core.budget import Kind, Stage
from climatebudget.core.exchange import loads
from climatebudget.core.paths import Allowance
from climatebudget.core.reading import Reading
from climatebudget.db import passwords, read, write
from climatebudget.db.load import DRAFT, load

HERE = Path(__file__).parent
OSLO, KRAGERO = "0301", "4014"
OSLO_YEAR, KRAGERO_YEAR, HORIZON = 2023, 2027, 2030
ACTOR = "demo"
PASSWORD_FILE = "demo_password"
KRAGERO_DEPARTMENT = "Tekniske tjenester (demo)"
DECISION = "Demo: vedtatt-versjon laget av programmet"
REOPENED = "Demo: utkastet er åpnet igjen, så det kan redigeres"


@dataclass(frozen=True)
class File:
    """A published inventory and what its edition is called here."""

    name: str
    slug: str
    title: str
    area: str | None = None  # where the file does not say it itself


EDITIONS = (
    File("oslo_2009-2020_edition_2020-tall_english.csv", "2020-tall", "2020-tall", OSLO),
    File("oslo_2009-2024.xlsx", "2024-tall-oslo", "2024-tall, Oslo"),
    File(
        "telemark_2024-tall_seen_2026-02-02.csv",
        "2024-tall-for-rettelsen",
        "2024-tall, Telemark, før rettelsen",
    ),
    File("telemark_2024-tall_seen_2026-02-03.csv", "2024-tall", "2024-tall, Telemark"),
)


@dataclass(frozen=True)
class Account:
    email: str
    name: str
    municipality: str = ""  # "" for the operator of the installation
    role: Role | None = None
    department: str = ""


NEWCOMER = "klimaradgiver@kragero.example"  # may do all that the empty budget year needs first
ACCOUNTS = (
    Account("okonomi@oslo.example", "Økonomi i Oslo", OSLO, Role.FINANCE),
    Account("klimaradgiver@oslo.example", "Klimarådgiver i Oslo", OSLO, Role.CLIMATE),
    Account("kommunedirektor@oslo.example", "Kommunedirektør i Oslo", OSLO, Role.DIRECTOR),
    Account(
        "sektorleder@oslo.example", "Sektorleder i Oslo", OSLO, Role.SECTOR_HEAD, "Bymiljøetaten"
    ),
    Account("sekretariat@oslo.example", "Politisk sekretariat i Oslo", OSLO, Role.SECRETARIAT),
    Account("folkevalgt@oslo.example", "Folkevalgt i Oslo", OSLO, Role.POLITICIAN),
    Account("revisor@oslo.example", "Revisor i Oslo", OSLO, Role.AUDITOR),
    Account("administrator@oslo.example", "Administrator i Oslo", OSLO, Role.ADMINISTRATOR),
    Account("okonomi@kragero.example", "Økonomi i Kragerø", KRAGERO, Role.FINANCE),
    Account(NEWCOMER, "Klimarådgiver i Kragerø", KRAGERO, Role.CLIMATE),
    Account(
        "sektorleder@kragero.example",
        "Sektorleder i Kragerø",
        KRAGERO,
        Role.SECTOR_HEAD,
        KRAGERO_DEPARTMENT,
    ),
    Account("operator@installasjon.example", "Operatør"),
)


def build(engine: sa.Engine, instance: Path, now: datetime) -> bool:
    """Load the demo into an installation without municipalities; whether it did."""
    with db.session(engine, ACTOR) as session:
        if read.municipalities(session):
            return False
    readings = list(_readings())
    secret = passwords.hashed(_password(instance / PASSWORD_FILE))
    with db.session(engine, ACTOR, writes=True, clock=lambda: now) as session:
        for file, reading in readings:
            _store(session, file, reading, now)
        _oslo(session, now)
        _kragero(session)
        for account in ACCOUNTS:
            _add(session, account, secret)
        session.commit()
    return True


def password(instance: Path) -> str:
    """The password of the demo's accounts; "" when it is not kept here."""
    file = instance / PASSWORD_FILE
    return file.read_text(encoding="ascii").strip() if file.exists() else ""


def _password(file: Path) -> str:
    """One for this installation, readable by its owner only."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(15) + "\n")
    return password(file.parent)


def _readings() -> Iterator[tuple[File, Reading]]:
    from climatebudget.sheets.child import read_inventory

    for file in EDITIONS:
        yield file, read_inventory(HERE / "sources" / file.name, file.name, area=file.area)


def _store(session: db.Session, file: File, reading: Reading, now: datetime) -> None:
    write.store_edition(
        session,
        reading,
        name=file.title,
        slug=file.slug,
        publisher="Miljødirektoratet",
        file_bytes=(HERE / "sources" / file.name).read_bytes(),
        now=now,
        by=ACTOR,
    )


def _oslo(session: db.Session, now: datetime) -> None:
    """Through the stages to *vedtatt*, frozen and lagt fram; then the draft is open again."""
    exchange, found = loads((HERE / "oslo-2023.json").read_bytes(), catalogue.sources())
    assert exchange, found
    load(session, exchange)
    stages = list(Stage)
    for stage in stages[1 : stages.index(Stage.DECISION) + 1]:
        write.move_stage(session, _place(session, OSLO, OSLO_YEAR), stage)
    draft = _place(session, OSLO, OSLO_YEAR)
    adopted = write.freeze(session, draft, Kind.ADOPTED, DECISION, now)
    write.present(session, _place(session, OSLO, OSLO_YEAR, adopted.slug), now)
    write.move_stage(session, draft, Stage.REGISTRATION, REOPENED)


def _kragero(session: db.Session) -> None:
    """An empty budget year on its edition: a newcomer begins with the target."""
    name = catalogue.areas()[KRAGERO].name
    municipality_id = write.add_municipality(session, KRAGERO, name)
    write.add_department(session, municipality_id, KRAGERO_DEPARTMENT)
    write.open_budget_year(session, municipality_id, KRAGERO_YEAR, HORIZON)
    place = _place(session, KRAGERO, KRAGERO_YEAR)
    write.set_frame(
        session,
        place,
        edition_slug="2024-tall",
        targets=(),
        path=None,
        allowance=Allowance(),
        horizon=HORIZON,
    )
    write.move_stage(session, place, Stage.REGISTRATION)


def _place(session: db.Session, number: str, year: int, slug: str = DRAFT) -> read.Place:
    place = read.place(session, number, year, slug)
    assert place is not None
    return place


def _add(session: db.Session, account: Account, password_hash: str) -> None:
    person = write.add_person(
        session, account.email, account.name, operator=not account.municipality
    )
    write.set_password(session, person, password_hash)
    known = read.municipality(session, account.municipality)
    if known and account.role:
        write.add_membership(session, known[0], person, account.role, account.department)
