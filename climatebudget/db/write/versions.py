"""Freezing a version, and laying it before the politicians (legge fram)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from climatebudget.core.budget import Kind, Version
from climatebudget.core.canonical import FORMAT, canonical, digest
from climatebudget.core.text import N_
from climatebudget.db import guard
from climatebudget.db.errors import Locked, Refused, Stale
from climatebudget.db.models import PathFigureRow, PresentedRow, VersionRow, table, version_subject
from climatebudget.db.read.budgets import budget
from climatebudget.db.read.places import place as place_at
from climatebudget.db.values import Place
from climatebudget.db.write.copies import copy_lines
from climatebudget.db.write.editions import free

VERSION = table(VersionRow)


def freeze(
    session: Session, place: Place, kind: Kind, decision: str, now: datetime, *, seen: str = ""
) -> Version:
    """Copy the draft into a new version, store its bytes, and set it frozen last.

    One line of the record; the draft stays open. Contact persons are not copied. ``seen`` is the
    digest of the draft the person decided about. Raises `Locked` for a version that is frozen
    already, `Refused` for a kind that is never frozen, `Stale` when the draft has changed since.
    """
    if place.version.frozen:
        raise Locked(N_("Versjonen «%(slug)s» er låst fra før."), slug=place.version.slug)
    if kind is Kind.DRAFT:
        raise Refused(N_("Et utkast kan ikke låses. Velg forslag, innstilling eller vedtatt."))
    session.flush()
    guard.lock_chains(session, [place.municipality_id])
    _wait_for_others(session, place)
    if seen and seen != digest(canonical(budget(session, place))):
        raise Stale(N_("Utkastet er endret siden du åpnet siden."))
    copy = _open(session, place, kind, decision, now)
    copy_lines(session, copy.municipality_id, place.version_id, copy.version_id, contact="")
    _keep_path(session, copy)
    _close(session, copy)
    frozen = place_at(session, place.municipality.number, place.budget_year.year, copy.version.slug)
    assert frozen is not None
    return frozen.version


def present(session: Session, place: Place, now: datetime) -> None:
    """Lay a frozen version before the politicians: once, and for good."""
    if not place.version.frozen:
        raise Refused(N_("Bare en låst versjon kan legges fram. Lås den først."))
    key = place.municipality_id, place.version_id
    if session.get(PresentedRow, key):
        raise Stale(N_("Versjonen er lagt fram fra før."))
    session.add(
        PresentedRow(municipality_id=key[0], version_id=key[1], at=now, by=session.info["actor"])
    )
    try:
        session.flush()
    except IntegrityError:  # somebody else did, at the same time
        raise Stale(N_("Versjonen er lagt fram fra før.")) from None


def _wait_for_others(session: Session, place: Place) -> None:
    """On PostgreSQL, until whoever is changing the draft has done; they wait for us after that."""
    draft = select(VERSION.c.id).where(VERSION.c.id == place.version_id)
    session.connection().execute(draft.with_for_update())


def _open(session: Session, place: Place, kind: Kind, decision: str, now: datetime) -> Place:
    """A new version with the draft's own fields, still open."""
    used = session.scalars(
        select(VersionRow.slug).filter_by(
            municipality_id=place.municipality_id, budget_year_id=place.budget_year_id
        )
    )
    version = Version(str(uuid4()), free(kind.value, set(used)), kind, decision=decision)
    own = {
        "public_id": version.id,
        "slug": version.slug,
        "kind": kind,
        "decision": decision,
        "frozen_at": now,
        "municipality_number": place.municipality.number,
        "municipality_name": place.municipality.name,
        "lock": 1,
    }
    columns = [c for c in VERSION.columns if c.name != "id"]
    values = [
        sa.literal(own[c.name], c.type).label(c.name) if c.name in own else c for c in columns
    ]
    copied = select(*values).where(VERSION.c.id == place.version_id)
    connection = session.connection()
    connection.execute(sa.insert(VERSION).from_select([c.name for c in columns], copied))
    new = connection.scalar(select(VERSION.c.id).where(VERSION.c.public_id == version.id))
    assert new is not None
    return replace(place, version_id=new, version=version)


def _keep_path(session: Session, copy: Place) -> None:
    """A path by rule becomes figures: what is frozen does not wait for the rule to be reckoned."""
    path = budget(session, copy).path
    if path is None or path.rule is None:
        return
    rows = [
        {
            "municipality_id": copy.municipality_id,
            "version_id": copy.version_id,
            "code": code,
            "year": year,
            "grams": value,
            "cites": "",
        }
        for code, yearly in path.figures.items()
        for year, value in yearly.by_year.items()
    ]
    if rows:
        session.connection().execute(sa.insert(table(PathFigureRow)), rows)


def _close(session: Session, copy: Place) -> None:
    """Store the bytes and the head of the record, and set the version frozen."""
    data = canonical(budget(session, copy), FORMAT)
    said = {
        "slug": copy.version.slug,
        "kind": copy.version.kind,
        "decision": copy.version.decision,
        "sha256": digest(data),
    }
    chain = copy.municipality_id
    guard.note(
        session, [guard.Entry(chain, version_subject(copy.version_id), "freeze", after=said)]
    )
    n, head = guard.last_of(session, chain)
    frozen = sa.update(VERSION).where(VERSION.c.id == copy.version_id)
    session.connection().execute(
        frozen.values(
            format=FORMAT,
            canonical=data,
            sha256=digest(data),
            record_head=f"{n}:{head}",
            frozen=True,
        )
    )
