"""A small installation: two municipalities, a named cast, a draft and an adopted version."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256

import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Kind, Stage
from climatebudget.core.inventory import Emission
from climatebudget.core.measure import Measure
from climatebudget.core.paths import Allowance, Target
from climatebudget.core.reading import Reading
from climatebudget.db import read, write
from tests.tables import measures, path

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
YEAR = 2027
CANARY = "Bare Kragerø vet dette"

MEASURES = measures("""
    nr | klimatiltak           | sektor | utslippskilde          | 2027 | 2028 | 2029 | 2030
    1  | Bytte ut tolv biler   | Vei    | veitrafikk/personbiler | 120  | 240  | 360  | 480.5
    2  | Kjøpe grønn varme     | Bygg   | oppvarming/ufordelt    | 0    | 5    | 10   | 20
    3  | Gjøre det lett å gå   | Vei    | veitrafikk/personbiler |      |      |      |
""")
# (source code, tonnes in 2009, tonnes in 2024)
HISTORY = [
    ("veitrafikk/personbiler", "1000.5", "600"),
    ("veitrafikk/busser", "500", "400"),
    ("oppvarming/fossil-olje", "250", "25.5"),
]


def reading(area: str) -> Reading:
    figures = [
        (code, year, Decimal(value))
        for code, old, new in HISTORY
        for year, value in ((2009, old), (2024, new))
    ]
    emissions = [Emission(area, c, None, y, t, n) for n, (c, y, t) in enumerate(figures, start=2)]
    return Reading(
        file_name=f"utslipp-{area}.xlsx",
        sha256=sha256(file_of(area)).hexdigest(),
        layout="area",
        sheets=("Oversikt - detaljert",),
        rows=len(emissions),
        emissions=tuple(emissions),
        suggested_name="2024-tall",
    )


def file_of(area: str) -> bytes:
    return f"ikke en arbeidsbok, {area}".encode()


def email(role: Role, number: str = "0301") -> str:
    return f"{role.name.lower()}@{number}.example"


def build(engine: sa.Engine) -> None:
    """Oslo (0301): «utkast» in innmelding and «vedtatt», lagt fram. Kragerø (4014): one measure."""
    with db.session(engine, actor="oppsett", writes=True, clock=lambda: NOW) as session:
        _municipality(session, "0301", "Oslo")
        _municipality(session, "4014", "Kragerø")
        session.commit()


def _municipality(session: db.Session, number: str, name: str) -> None:
    key = write.add_municipality(session, number, name)
    for department in ("Vei", "Bygg"):
        write.add_department(session, key, department)
    for role in Role:
        person = write.add_person(session, email(role, number), f"{role.value} i {name}")
        bound = role in (Role.SECTOR_HEAD, Role.DEPUTY, Role.OWNER, Role.FINANCE_ADVISER)
        write.add_membership(session, key, person, role, "Vei" if bound else "")
    write.store_edition(
        session,
        reading(number),
        owner=key,
        name="2024-tall",
        publisher="Miljødirektoratet",
        file_bytes=file_of(number),
        now=NOW,
        by="oppsett",
    )
    write.open_budget_year(session, key, YEAR, 2030)
    place = at(session, number)
    write.set_frame(
        session,
        place,
        edition_slug="2024-tall",
        targets=(Target(Decimal(55), 2030, 2009, "Kommunestyret 2025"),),
        path=path({2027: 980, 2028: 960, 2029: 940, 2030: 920}),
        allowance=Allowance(),
        horizon=2030,
    )
    for measure in MEASURES if number == "0301" else MEASURES[:1]:
        text = CANARY if number != "0301" else ""
        write.save_measure(session, place, _told(measure, number, text))
    write.move_stage(session, at(session, number), Stage.REGISTRATION)
    write.freeze(session, at(session, number), Kind.ADOPTED, "Kommunestyret, sak 1/26", NOW)
    write.present(session, at(session, number, "vedtatt"), NOW)


def _told(measure: Measure, number: str, change: str) -> Measure:
    return replace(measure, id=f"{number}-{measure.id}", change=change)


def at(session: db.Session, number: str = "0301", slug: str = "utkast") -> read.Place:
    place = read.place(session, number, YEAR, slug)
    assert place is not None
    return place
