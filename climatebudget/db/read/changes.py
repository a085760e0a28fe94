"""Who last changed what a figure rests on: one read of the record for all of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.access import User
from climatebudget.core.budget import Budget
from climatebudget.core.findings import About
from climatebudget.db.guard import ADD
from climatebudget.db.models import RecordRow, VersionRow, measure_subject, version_subject
from climatebudget.db.models.reckonings import overlap_subject
from climatebudget.db.read.people import users
from climatebudget.db.values import Change, Place

Touches = Callable[[str], bool]  # whether a key of a line of the record is about the thing
COUNTS = {"basis", "in_path", "decision"}  # fields that say whether a measure is in a sum


def last_changes(
    session: Session, place: Place, budget: Budget, groups: Sequence[Collection[About]]
) -> list[Change | None]:
    """The last change of anything in each group, in the version or the draft it was frozen from.

    What came with the draft when it was opened is told by that, and an edition by when it was read.
    Four statements at most, however many there are.
    """
    changes = _changes(session, place, budget, {about for group in groups for about in group})
    found = ([changes[about] for about in group if about in changes] for group in groups)
    return [max(own, key=lambda change: (change.at, change.n), default=None) for own in found]


def _changes(
    session: Session, place: Place, budget: Budget, asked: Collection[About]
) -> Mapping[About, Change]:
    origin, last = _origin(session, place)
    ids = {str(m.number): m.id for m in budget.measures}
    traces = {about: _traced(origin, ids, budget, about) for about in asked}
    wanted = {about: trace for about, trace in traces.items() if trace}
    opened = version_subject(origin)
    lines = _lines(session, place, {opened, *(subject for subject, _ in wanted.values())}, last)
    found = _newest(lines, wanted)
    began = next((line for line in lines if (line.what, line.action) == (opened, ADD)), None)
    edition = budget.edition
    importer = edition.imported_by if edition else ""
    people = users(session, {importer, *(line.actor for line in [*found.values(), began] if line)})
    changes = {about: _change(line, people) for about, line in found.items()}
    for about in traces.keys() - found.keys():
        if about.kind == "edition" and edition and edition.imported_at:
            changes[about] = Change(edition.imported_at, importer, people.get(importer))
        elif about in wanted and began:
            changes[about] = _change(began, people, opened=True)
    return changes


def _origin(session: Session, place: Place) -> tuple[int, int | None]:
    """The version whose lines tell of this one, and the last of them that does."""
    version = place.version
    if not version.frozen:
        return place.version_id, None
    draft = select(VersionRow.id).where(
        VersionRow.municipality_id == place.municipality_id,
        VersionRow.budget_year_id == place.budget_year_id,
        VersionRow.frozen.is_(False),
    )
    origin = session.scalar(draft.order_by(VersionRow.id).limit(1))
    last = version.record_head.partition(":")[0]
    return origin or place.version_id, int(last) if last else None


def _lines(session: Session, place: Place, subjects: set[str], last: int | None) -> list[Any]:
    """All that was done to the subjects, the newest first."""
    row = RecordRow
    found = select(row.n, row.at, row.actor, row.action, row.what, row.before, row.after).where(
        row.chain == place.municipality_id, row.what.in_(sorted(subjects))
    )
    if last is not None:
        found = found.where(row.n <= last)
    return list(session.execute(found.order_by(row.n.desc())))


def _newest(lines: Iterable[Any], wanted: Mapping[About, tuple[str, Touches]]) -> dict[About, Any]:
    left: dict[str, dict[About, Touches]] = {}
    for about, (subject, touches) in wanted.items():
        left.setdefault(subject, {})[about] = touches
    found: dict[About, Any] = {}
    for line in lines:
        waiting = left.get(line.what)
        if not waiting:
            continue
        keys = {*json.loads(line.before), *json.loads(line.after)}
        for about in [a for a, touches in waiting.items() if any(map(touches, keys))]:
            found[about] = line
            del waiting[about]
    return found


def _change(line: Any, people: Mapping[str, User], opened: bool = False) -> Change:
    return Change(line.at, line.actor, people.get(line.actor), opened, line.n)


# ---- what a line of the record is about --------------------------------------------------------


def _traced(
    version: int, ids: Mapping[str, str], budget: Budget, about: About
) -> tuple[str, Touches] | None:
    """The subject of the lines that tell of a thing, and which of their keys do."""
    key, year = about.key, about.year
    if about.kind == "measure":
        cut, book = f" {year}", f"effect {budget.book.name} "
        return measure_subject(
            version, ids[key]
        ), lambda k: k in COUNTS or (k.startswith(book) and f"{cut} " in f"{k} ")
    if about.kind == "overlap":
        return overlap_subject(version, key), lambda k: True
    touches = _of_version(about, f"{year}")
    return (version_subject(version), touches) if touches else None


def _of_version(about: About, year: str) -> Touches | None:
    """The keys that tell of a part of the version's own frame."""
    match about.kind:
        case "path" if about.year is None:
            return lambda k: k.startswith("path_")
        case "path":
            return _begins(f"path {about.key} {year} ")
        case "target":
            return _begins(f"target {about.key} ")
        case "allowance":
            return _begins(f"allowance {year} ")
        case "boundary" if about.key:
            return _begins(f"left out {about.key} ")
        case "boundary":
            return _begins("left out ", "facility ")
        case "facility":
            own = {f"facility {about.key} {what}" for what in ("code", "reason", f"{year} grams")}
            return lambda k: k in own
    return None


def _begins(*starts: str) -> Touches:
    return lambda k: k.startswith(starts)
