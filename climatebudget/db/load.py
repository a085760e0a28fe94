"""A file of budget years, into the database: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from climatebudget.core.budget import Budget, Municipality, Stage
from climatebudget.core.exchange import Draft, Exchange
from climatebudget.core.field import show_number
from climatebudget.core.measure import Measure
from climatebudget.core.overlap import OverlapGroup
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.db.errors import Refused
from climatebudget.db.values import Place

DRAFT = "utkast"


def load(session: Session, exchange: Exchange) -> tuple[str, ...]:
    """Make each draft equal to the file, and open what is missing; a sentence for each year.

    Raises `Refused` when a draft has measures that the file lacks, or an edition is not here.
    """
    municipality_id = _municipality(session, exchange.municipality)
    for draft in exchange.budget_years:
        _departments(session, municipality_id, draft.departments)
    return tuple(
        _draft(session, municipality_id, exchange.municipality.number, draft)
        for draft in exchange.budget_years
    )


def _municipality(session: Session, wanted: Municipality) -> int:
    known = read.municipality(session, wanted.number)
    if known:
        return known[0]
    return write.add_municipality(session, wanted.number, wanted.name, wanted.language)


def _departments(session: Session, municipality_id: int, names: Iterable[str]) -> None:
    known = read.departments(session, municipality_id)
    for name in names:
        if name not in known:
            write.add_department(session, municipality_id, name)


def _draft(session: Session, municipality_id: int, number: str, draft: Draft) -> str:
    place = read.place(session, number, draft.year, DRAFT)
    new = place is None
    if place is None:
        write.open_budget_year(session, municipality_id, draft.year, draft.horizon)
        place = read.place(session, number, draft.year, DRAFT)
        assert place is not None
    stored = read.budget(session, place)
    write.set_frame(
        session,
        place,
        edition_slug=draft.edition or None,
        targets=draft.targets,
        path=draft.path,
        allowance=draft.allowance,
        horizon=draft.horizon,
        controls=draft.controls,
        book=draft.book,
    )
    measures = _known_again(stored, draft.measures)
    write.save_measures(session, place, [(measure, None) for measure in measures])
    write.set_boundary(session, place, draft.boundary)
    write.set_adjustments(session, place, draft.adjustments)
    _overlaps(session, place, stored, draft.overlaps)
    if new and draft.stage is not Stage.PREPARATION:
        write.move_stage(session, place, draft.stage)
    return f"{draft.year}: {show_number(len(measures))} klimatiltak."


def _overlaps(
    session: Session, place: Place, stored: Budget, wanted: Iterable[OverlapGroup]
) -> None:
    wanted = list(wanted)
    for gone in {g.id for g in stored.overlaps} - {g.id for g in wanted}:
        write.remove_overlap(session, place, gone)
    for group in wanted:
        write.save_overlap(session, place, group)


def _known_again(stored: Budget, wanted: Iterable[Measure]) -> list[Measure]:
    """The file's measures with the identity and the contact person they have here."""
    by_id = {m.id: m for m in stored.measures}
    by_number = {m.number: m for m in stored.measures}
    found = []
    for measure in wanted:
        known = by_id.get(measure.id) if measure.id else by_number.get(measure.number)
        own = replace(measure, id=known.id, contact=known.contact) if known else measure
        found.append(own)
    lacking = by_id.keys() - {m.id for m in found}
    if lacking:
        numbers = ", ".join(str(m.number) for m in stored.measures if m.id in lacking)
        text = N_(
            "Utkastet for %(year)s har klimatiltak som ikke står i filen (nr. %(numbers)s). "
            "Fjern dem først, eller ta dem med i filen."
        )
        raise Refused(text, year=stored.budget_year.year, numbers=numbers)
    return found
