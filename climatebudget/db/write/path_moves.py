"""A measure moved into the reference path, or out again: an act with its reason in the record."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from climatebudget.core.measure import InPath
from climatebudget.core.text import N_
from climatebudget.db import guard
from climatebudget.db.errors import Refused, Unknown
from climatebudget.db.models import measure_subject
from climatebudget.db.read.budgets import measure
from climatebudget.db.read.records import history_of
from climatebudget.db.values import MOVE_INTO_PATH, MOVE_OUT_OF_PATH, Place
from climatebudget.db.write.measures import save_measure


def move_into_path(
    session: Session, place: Place, public_id: str, reason: str, lock: int | None = None
) -> None:
    """The path counts the measure from here on, so no sum of cuts does.

    Raises `Refused` without a reason, or where it is in the path already; `Stale` when the measure
    has moved since ``lock``.
    """
    _move(session, place, public_id, InPath.INCLUDED, reason, lock)


def move_out_of_path(
    session: Session, place: Place, public_id: str, reason: str, lock: int | None = None
) -> None:
    """As it was before it was moved in; raises as `move_into_path` does."""
    history = history_of(session, place, public_id)
    into = next((line for line in history if line.action == MOVE_INTO_PATH), None)
    before = InPath[str(into.before["in_path"])] if into else InPath.ADDITIONAL
    _move(session, place, public_id, before, reason, lock)


def _move(
    session: Session, place: Place, public_id: str, to: InPath, reason: str, lock: int | None
) -> None:
    found = measure(session, place, public_id)
    if found is None:
        raise Unknown(N_("Klimatiltaket finnes ikke lenger."))
    if not reason.strip():
        raise Refused(N_("Skriv hvorfor. Begrunnelsen blir stående i loggen."))
    into = to is InPath.INCLUDED
    if (found.in_path is InPath.INCLUDED) is into:
        raise Refused(
            N_("Klimatiltaket er med i banen fra før.")
            if into
            else N_("Klimatiltaket er ikke med i banen.")
        )
    save_measure(session, place, replace(found, in_path=to), lock)
    entry = guard.Entry(
        place.municipality_id,
        measure_subject(place.version_id, public_id),
        MOVE_INTO_PATH if into else MOVE_OUT_OF_PATH,
        {"in_path": found.in_path.name},
        {"in_path": to.name, "reason": reason.strip(), "version": place.version.slug},
    )
    guard.note(session, [entry])
