"""Budget years, their stage, and the frame that measures are held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from climatebudget.core.budget import Control, Kind, Stage, Version
from climatebudget.core.measure import Book
from climatebudget.core.paths import Allowance, ReferencePath, Target
from climatebudget.core.quantity import GRAM, rounded
from climatebudget.core.text import N_
from climatebudget.db import guard
from climatebudget.db.errors import Refused, Stale, Taken, Unknown
from climatebudget.db.models import (
    AllowanceFigureRow,
    BudgetYearRow,
    ControlTotalRow,
    Model,
    PathFigureRow,
    TargetRow,
    VersionRow,
)
from climatebudget.db.read.editions import edition_key, edition_of
from climatebudget.db.read.measure_imports import controls
from climatebudget.db.read.places import versions
from climatebudget.db.values import Place
from climatebudget.db.write.copies import copy_lines

DRAFT = "utkast"
STAGES = list(Stage)


def open_budget_year(
    session: Session,
    municipality_id: int,
    year: int,
    horizon: int,
    copy_of: Place | None = None,
) -> Version:
    """A new budget year with its draft, which may begin as a copy of another version's rows.

    Raises `Taken` when the year is open already.
    """
    if session.scalar(select(BudgetYearRow).filter_by(municipality_id=municipality_id, year=year)):
        raise Taken(N_("Budsjettåret %(year)s er åpnet fra før."), year=year)
    opened = BudgetYearRow(
        municipality_id=municipality_id, year=year, stage=Stage.PREPARATION, horizon=horizon
    )
    session.add(opened)
    session.flush()
    draft = VersionRow(
        municipality_id=municipality_id,
        budget_year_id=opened.id,
        public_id=str(uuid4()),
        slug=DRAFT,
        kind=Kind.DRAFT,
        horizon=horizon,
    )
    session.add(draft)
    session.flush()
    if copy_of is not None:
        _begin_as(session, draft, copy_of)
    return versions(session, municipality_id, year)[0]


def _begin_as(session: Session, draft: VersionRow, original: Place) -> None:
    if original.municipality_id != draft.municipality_id:
        raise ValueError("a budget year begins as a copy of the municipality's own")
    was = session.get_one(VersionRow, original.version_id)
    for name in ("book", "edition_owner", "edition_id"):
        setattr(draft, name, getattr(was, name))
    for name in (
        *("path_policy", "path_cut_off", "path_author"),
        *("path_rule", "path_level", "path_years", "path_percent"),
        *("allowance_start", "allowance_whole"),
    ):
        setattr(draft, name, getattr(was, name))
    session.flush()
    copy_lines(session, draft.municipality_id, original.version_id, draft.id)


def move_stage(
    session: Session, place: Place, stage: Stage, reason: str = "", seen: Stage | None = None
) -> None:
    """Move the budget year on; back only with a reason (raises `Refused`).

    ``seen`` is the stage the person moves it from; raises `Stale` when it is there no longer.
    """
    row = session.get_one(
        BudgetYearRow, place.budget_year_id, populate_existing=True, with_for_update=True
    )
    if seen is not None and row.stage is not seen:
        raise Stale(N_("En annen har flyttet budsjettåret siden du åpnet siden."))
    if STAGES.index(stage) < STAGES.index(row.stage) and not reason.strip():
        raise Refused(N_("Skriv hvorfor budsjettåret går tilbake et steg."))
    row.stage, row.reason = stage, reason.strip()
    session.flush()


def set_frame(
    session: Session,
    place: Place,
    *,
    edition_slug: str | None,
    targets: Iterable[Target],
    path: ReferencePath | None,
    allowance: Allowance,
    horizon: int,
    controls: Iterable[Control] = (),
    book: Book = Book.DIRECT,
    lock: int | None = None,
    own_edition: bool | None = None,
) -> int:
    """Make the version's frame equal to this; its new counter.

    ``own_edition`` says whose edition, the municipality's or the installation's, where both have
    the slug; unsaid, the version stays on the one it has, else its own goes first. Raises `Stale`
    when it has moved since ``lock``, `Unknown` for an edition it cannot use.
    """
    row = session.get_one(VersionRow, place.version_id, populate_existing=True)
    if lock is not None and row.lock != lock:
        raise Stale(N_("En annen har lagret rammene siden du åpnet dem."))
    was = row.edition_id
    row.edition_owner, row.edition_id = _edition(session, place, edition_slug, own_edition, was)
    row.horizon, row.book = horizon, book
    row.allowance_start, row.allowance_whole = allowance.start, allowance.whole_percent
    with session.no_autoflush:  # a flush would hide that the row itself is changed
        changed = [
            make_equal(session, place, TargetRow, ("position",), _targets(targets)),
            _fill_path(session, place, row, path),
            make_equal(session, place, AllowanceFigureRow, ("year",), _allowance(allowance)),
            make_equal(session, place, ControlTotalRow, ("year",), _controls(controls)),
        ]
    if any(changed) or session.is_modified(row):
        row.lock += 1
    if place.version.slug == DRAFT:
        session.get_one(BudgetYearRow, place.budget_year_id).horizon = horizon
    try:
        session.flush()
    except StaleDataError:
        raise Stale(N_("En annen har lagret rammene siden du åpnet dem.")) from None
    if was is not None and was != row.edition_id:
        _note_move(session, row, was)
    return row.lock


def set_path(
    session: Session, place: Place, path: ReferencePath | None, lock: int | None = None
) -> int:
    """Make the version's reference path equal to this, and nothing else; the frame's new counter.

    Raises `Stale` when the frame has moved since ``lock``.
    """
    row = session.get_one(VersionRow, place.version_id, populate_existing=True)
    if lock is not None and row.lock != lock:
        raise Stale(N_("En annen har lagret rammene siden du åpnet dem."))
    with session.no_autoflush:  # a flush would hide that the row itself is changed
        changed = _fill_path(session, place, row, path)
    if changed or session.is_modified(row):
        row.lock += 1
    try:
        session.flush()
    except StaleDataError:
        raise Stale(N_("En annen har lagret rammene siden du åpnet dem.")) from None
    return row.lock


def _fill_path(session: Session, place: Place, row: VersionRow, path: ReferencePath | None) -> bool:
    """Whether a figure changed; what else changed, the row itself tells."""
    row.path_policy = path.policy if path else None
    row.path_cut_off = path.cut_off if path else None
    row.path_author = path.author if path else ""
    rule = path.rule if path else None
    row.path_rule = rule.rule if rule else None
    row.path_level = rule.level if rule else None
    row.path_years = rule.years if rule else None
    row.path_percent = rule.percent if rule else None
    return make_equal(session, place, PathFigureRow, ("code", "year"), _path(path))


def _note_move(session: Session, version: VersionRow, was: int) -> None:
    """Moving to another edition is an act of its own, told by names and digests."""
    before, after = (
        {"edition": found.slug, "file_sha256": found.sha256}
        if id_ is not None and (found := edition_of(session, id_))
        else {}
        for id_ in (was, version.edition_id)
    )
    entry = guard.Entry(version.municipality_id, version.subject, "move edition", before, after)
    guard.note(session, [entry])


def set_controls(session: Session, place: Place, stated: Iterable[Control]) -> None:
    """State these sums of the source; those of other years stand. No difference changes nothing."""
    kept = {control.year: control for control in controls(session, place)}
    replace_controls(session, place, (kept | {c.year: c for c in stated}).values())


def replace_controls(session: Session, place: Place, wanted: Iterable[Control]) -> None:
    """State these sums of the source, and no others."""
    if make_equal(session, place, ControlTotalRow, ("year",), _controls(wanted)):
        session.get_one(VersionRow, place.version_id, populate_existing=True).lock += 1
    session.flush()


def _edition(
    session: Session, place: Place, slug: str | None, own: bool | None, was: int | None
) -> tuple[int, int] | tuple[None, None]:
    if slug is None:
        return None, None
    now = edition_of(session, was) if was is not None else None
    if own is None and now is not None and now.slug == slug:
        own = now.owner is not None
    key = edition_key(session, slug, None if own is False else place.municipality_id)
    if key is None or (own and key[0] != place.municipality_id):
        raise Unknown(N_("Statistikkutgaven «%(slug)s» finnes ikke."), slug=slug)
    return key


def _targets(targets: Iterable[Target]) -> list[dict[str, Any]]:
    return [
        {
            "position": position,
            "percent": t.percent,
            "year": t.year,
            "reference_year": t.reference_year,
            "decision": t.decision,
            "cites": t.cites,
        }
        for position, t in enumerate(targets)
    ]


def _path(path: ReferencePath | None) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "year": year,
            "grams": rounded(value, GRAM),
            "cites": path.cites.get((code, year), ""),
        }
        for code, yearly in (path.figures if path and not path.rule else {}).items()
        for year, value in yearly.by_year.items()
        if path
    ]


def _allowance(allowance: Allowance) -> list[dict[str, Any]]:
    return [
        {
            "year": year,
            "percent": percent,
            "cites": allowance.cites.get(year, ""),
            "reason": allowance.reasons.get(year, ""),
        }
        for year, percent in allowance.stated.items()
    ]


def _controls(controls: Iterable[Control]) -> list[dict[str, Any]]:
    return [{"year": c.year, "grams": rounded(c.tonnes, GRAM), "cites": c.cites} for c in controls]


def make_equal(
    session: Session,
    place: Place,
    kind: type[Model],
    key: tuple[str, ...],
    wanted: Iterable[Mapping[str, Any]],
) -> bool:
    """Add, change and remove the version's rows of a kind; whether any was."""
    of_it = {"municipality_id": place.municipality_id, "version_id": place.version_id}
    rows = session.scalars(select(kind).filter_by(**of_it)).all()
    stored = {tuple(getattr(row, k) for k in key): row for row in rows}
    new = {tuple(values[k] for k in key): values for values in wanted}
    for gone in stored.keys() - new.keys():
        session.delete(stored[gone])
    for added in new.keys() - stored.keys():
        session.add(kind(**of_it, **new[added]))
    for same in stored.keys() & new.keys():
        for name, value in new[same].items():
            setattr(stored[same], name, value)
    kept = [stored[same] for same in stored.keys() & new.keys()]
    return stored.keys() != new.keys() or any(session.is_modified(row) for row in kept)
