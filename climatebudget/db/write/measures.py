"""Saving, copying and removing measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, object_session, selectinload
from sqlalchemy.orm.exc import StaleDataError

from climatebudget.core.inventory import UNALLOCATED
from climatebudget.core.measure import CostKind, Effect, Measure
from climatebudget.core.quantity import Unit, rounded
from climatebudget.core.text import N_
from climatebudget.db import guard
from climatebudget.db.errors import Stale, Taken, Unknown
from climatebudget.db.models import (
    CostRow,
    EffectFigureRow,
    EffectRow,
    MeasureRow,
    Model,
    SourceRow,
)
from climatebudget.db.read.budgets import PLAIN, measure, next_number
from climatebudget.db.values import Place
from climatebudget.db.write.reckonings import leave_overlaps


def save_measure(session: Session, place: Place, measure: Measure, lock: int | None = None) -> int:
    """Make the stored measure equal to this one, adding it if it is new; its new counter.

    ``lock`` is the counter the person saw. Raises `Stale` when it has moved since, `Taken` for a
    number in use, `Unknown` for a source that is none. No difference changes nothing.
    """
    [saved] = save_measures(session, place, [(measure, lock)]).values()
    return saved


def save_measures(
    session: Session, place: Place, measures: Iterable[tuple[Measure, int | None]]
) -> dict[str, int]:
    """`save_measure` for many at once, as an import does: public id → new counter."""
    wanted = [(m if m.id else replace(m, id=str(uuid4())), lock) for m, lock in measures]
    _refuse_unknown(session, [m for m, _ in wanted])
    _refuse_taken(session, place, {m.id: m.number for m, _ in wanted})
    stored = _stored(session, place, [m.id for m, _ in wanted])
    rows = [_save(session, place, stored.get(m.id), m, lock) for m, lock in wanted]
    _flush(session)
    return {row.public_id: row.lock for row in rows}


def remove_measure(session: Session, place: Place, public_id: str, lock: int | None = None) -> None:
    """Remove a measure with all its figures; raises `Stale` as `save_measure` does."""
    row = _stored(session, place, [public_id]).get(public_id)
    if row is None:
        raise Unknown(N_("Klimatiltaket finnes ikke lenger."))
    _refuse_stale(row, lock)
    leave_overlaps(session, place, public_id)
    session.flush()  # the members go before what they are members of
    session.delete(row)
    _flush(session)


def remove_measures(session: Session, place: Place, public_ids: list[str]) -> None:
    """Remove many measures with all their figures; one that is gone already is no matter."""
    leave_overlaps(session, place, *public_ids)
    session.flush()  # the members go before what they are members of
    for row in _stored(session, place, public_ids).values():
        session.delete(row)
    _flush(session)


def duplicate_measure(session: Session, place: Place, public_id: str) -> Measure:
    """A copy with its own number and identity."""
    original = measure(session, place, public_id)
    if original is None:
        raise Unknown(N_("Klimatiltaket finnes ikke lenger."))
    copy = replace(
        original,
        id=str(uuid4()),
        number=next_number(session, place),
        name=f"{original.name} (kopi)",
    )
    save_measure(session, place, copy)
    return copy


def told_of(session: Session, place: Place, public_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Public id → all that the record could say of the measure as it is stored now."""
    return {
        public_id: guard.whole((row, *_parts(row)))
        for public_id, row in _stored(session, place, public_ids).items()
    }


def _stored(session: Session, place: Place, ids: list[str]) -> dict[str, MeasureRow]:
    """The rows as they are now, also where the session has seen them before."""
    found = (
        select(MeasureRow)
        .where(
            MeasureRow.municipality_id == place.municipality_id,
            MeasureRow.version_id == place.version_id,
            MeasureRow.public_id.in_(ids),
        )
        .options(
            selectinload(MeasureRow.effects).selectinload(EffectRow.figures),
            selectinload(MeasureRow.costs),
        )
        .execution_options(populate_existing=True)
    )
    return {row.public_id: row for row in session.scalars(found)}


def _save(
    session: Session, place: Place, row: MeasureRow | None, measure: Measure, lock: int | None
) -> MeasureRow:
    if row is None and lock is not None:
        raise Stale(N_("Klimatiltaket er slettet av en annen. Det du skrev, er ikke lagret."))
    if row is None:
        row = MeasureRow(
            municipality_id=place.municipality_id,
            version_id=place.version_id,
            public_id=measure.id,
            lock=1,
        )
        _fill(row, measure)
        session.add(row)
        return row
    _refuse_stale(row, lock)
    _fill(row, measure)
    if _is_changed(session, row):
        row.lock += 1  # by hand, so that a changed figure counts as well
    return row


def _fill(row: MeasureRow, measure: Measure) -> None:
    for name in PLAIN:
        setattr(row, name, getattr(measure, name))
    category = measure.category
    row.category_report = category.report if category else None
    row.category_code = category.code if category else None
    effects = {(e.book, e.code): e for e in measure.effects}
    for key in row.effects.keys() - effects.keys():
        _drop(row.effects, key)
    for (book, code), effect in effects.items():
        kept = row.effects.setdefault((book, code), EffectRow(book=book, code=code))
        _fill_figures(kept, effect)
    _fill_costs(row, measure)


def _drop(kept: MutableMapping[Any, Any], key: object) -> None:
    """Remove a part by name: an orphan would be deleted unseen by the guard and the record."""
    part = kept.pop(key)
    session = object_session(part)
    if session is not None and sa.inspect(part).persistent:
        session.delete(part)


def _fill_figures(row: EffectRow, effect: Effect) -> None:
    columns = effect.yearly.by_year, effect.low.by_year, effect.high.by_year
    years = set[int]().union(*columns, effect.cites)
    for year in row.figures.keys() - years:
        _drop(row.figures, year)
    for year in years:
        figure = row.figures.setdefault(year, EffectFigureRow(year=year))
        figure.grams, figure.low, figure.high = (_kept(c.get(year), Unit.TONNES) for c in columns)
        figure.cites = effect.cites.get(year)


def _fill_costs(row: MeasureRow, measure: Measure) -> None:
    wanted: Mapping[tuple[CostKind, int], Decimal] = {
        (cost.kind, year): value
        for cost in measure.costs
        for year, value in cost.yearly.by_year.items()
    }
    for key in row.costs.keys() - wanted.keys():
        _drop(row.costs, key)
    for (kind, year), value in wanted.items():
        cost = row.costs.setdefault((kind, year), CostRow(kind=kind, year=year))
        cost.ore = rounded(value, Unit.KNOK.step)


def _kept(value: Decimal | None, unit: Unit) -> Decimal | None:
    """As fine as the database keeps it: the one place where a figure is rounded on its way in."""
    return None if value is None else rounded(value, unit.step)


def _is_changed(session: Session, row: MeasureRow) -> bool:
    return any(session.is_modified(part) for part in (row, *_parts(row)))


def _parts(row: MeasureRow) -> list[Model]:
    """Everything that is stored of a measure beside its own row."""
    figures = (f for effect in row.effects.values() for f in effect.figures.values())
    return [*row.effects.values(), *figures, *row.costs.values()]


def _refuse_stale(row: MeasureRow, lock: int | None) -> None:
    if lock is not None and row.lock != lock:
        raise Stale(N_("En annen har lagret klimatiltaket siden du åpnet det."))


def _refuse_taken(session: Session, place: Place, numbers: Mapping[str, int]) -> None:
    stored = session.execute(
        select(MeasureRow.public_id, MeasureRow.number).where(
            MeasureRow.municipality_id == place.municipality_id,
            MeasureRow.version_id == place.version_id,
        )
    )
    after = {row.public_id: row.number for row in stored} | dict(numbers)
    used: set[int] = set()
    for number in after.values():
        if number in used:
            text = N_("Nummer %(number)s er brukt av et annet klimatiltak. Velg et annet nummer.")
            raise Taken(text, number=number)
        used.add(number)


def _refuse_unknown(session: Session, measures: Iterable[Measure]) -> None:
    """A place is a source, a sector without source (``<sector>/ufordelt``), or ``ufordelt``."""
    known = {UNALLOCATED}
    for code, sector in session.execute(select(SourceRow.code, SourceRow.sector)):
        known |= {code, f"{sector}/{UNALLOCATED}"}
    for m in measures:
        for code in (m.code, *(effect.code for effect in m.effects)):
            if code not in known:
                raise Unknown(N_("«%(code)s» er ikke en utslippskilde."), code=code)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except StaleDataError:
        raise Stale(N_("En annen har lagret klimatiltaket siden du åpnet det.")) from None
    except IntegrityError as error:
        if "number" in str(error.orig):  # somebody took it after we looked
            raise Taken(N_("Nummeret ble nettopp tatt i bruk. Velg et annet nummer.")) from None
        raise
