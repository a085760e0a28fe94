"""Two promises kept for every flush: what is frozen stands, and every change is recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm

from climatebudget.core.text import N_
from climatebudget.db.columns import as_text
from climatebudget.db.errors import Locked
from climatebudget.db.models import Model, PresentedRow, RecordRow, VersionRow, table

INSTALLATION = 0  # its chain; any other chain is a municipality's
HIDDEN = "(ikke vist)"
ADD, CHANGE, REMOVE = "add", "change", "remove"
RECORD, VERSION = table(RecordRow), table(VersionRow)
START = "0" * 64  # stands before the first line of a chain


@dataclass
class Entry:
    """One line of the record to be: what happened to one subject."""

    chain: int
    what: str
    action: str = CHANGE
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


def watch(session: orm.Session) -> None:
    event.listen(session, "before_flush", _refuse_locked)
    event.listen(session, "after_flush", _record)
    event.listen(session, "do_orm_execute", _refuse_bulk)


def _refuse_bulk(execution: orm.ORMExecuteState) -> None:
    """Bulk statements pass the flush by, so they would pass both promises by."""
    if execution.is_update or execution.is_delete or execution.is_insert:
        raise TypeError("change rows one by one; bulk statements belong in db.write")


def _refuse_locked(session: orm.Session, _context: object, _instances: object) -> None:
    touched = _touched(session)
    if touched and not session.info["writes"]:
        raise RuntimeError("a session that writes is made with writes=True")
    lock_chains(session, {_chain(row) for row, _ in touched})
    for row, action in touched:
        if row.only_added and action != ADD:
            text = N_("«%(subject)s» er lagret for godt og kan ikke endres.")
            raise Locked(text, subject=row.subject)
    refuse_frozen(session, {v for row, action in touched for v in _versions(row, action)})


def refuse_frozen(session: orm.Session, versions: set[int]) -> None:
    """Raise `Locked` when one of the versions is frozen."""
    frozen = sa.select(VERSION.c.slug).where(VERSION.c.id.in_(versions), VERSION.c.frozen)
    slug = session.connection().scalar(frozen) if versions else None
    if slug is not None:
        text = N_("Versjonen «%(slug)s» er låst og kan ikke endres. Endringer gjøres i utkastet.")
        raise Locked(text, slug=slug)


def _versions(row: Model, action: str) -> Iterable[int]:
    """The versions whose content a row is or was; to be laid before politicians changes none."""
    attribute = "id" if isinstance(row, VersionRow) else "version_id"
    if isinstance(row, PresentedRow) or not hasattr(row, attribute):
        return ()
    if action == ADD:
        return (v for v in (getattr(row, attribute),) if v is not None)
    return sa.inspect(row).attrs[attribute].history.sum()


def lock_chains(session: orm.Session, chains: Iterable[int]) -> None:
    """Let one transaction at a time write to a chain; before its rows, so none waits in a ring."""
    if session.get_bind().dialect.name == "postgresql":
        for chain in sorted(chains):
            session.connection().execute(sa.select(sa.func.pg_advisory_xact_lock(chain)))


def _record(session: orm.Session, _context: object) -> None:
    entries: dict[tuple[int, str], Entry] = {}
    for row, action in _touched(session):
        before, after = _differences(row, action)
        if before or after:
            key = _chain(row), row.subject
            entry = entries.setdefault(key, Entry(*key))
            entry.before.update(before)
            entry.after.update(after)
            if not row.detail:
                entry.action = action
    note(session, entries.values())


def note(session: orm.Session, entries: Iterable[Entry]) -> None:
    """Add lines to the record, each chained to the one before it by its hash."""
    by_chain: dict[int, list[Entry]] = {}
    for entry in entries:
        by_chain.setdefault(entry.chain, []).append(entry)
    lock_chains(session, by_chain)
    lines: list[dict[str, Any]] = []
    for chain, its in sorted(by_chain.items()):
        n, previous = last_of(session, chain)
        for n, entry in enumerate(its, n + 1):  # noqa: B020 - counts on from the last line
            lines.append(_line(session, entry, n, previous))
            previous = lines[-1]["hash"]
    if lines:
        session.connection().execute(sa.insert(RECORD), lines)


def _line(session: orm.Session, entry: Entry, n: int, previous: str) -> dict[str, Any]:
    line = {
        "chain": entry.chain,
        "n": n,
        "at": session.info["clock"](),
        "actor": session.info["actor"],
        "action": entry.action,
        "what": entry.what,
        "before": canonical_json(entry.before),
        "after": canonical_json(entry.after),
        "previous": previous,
    }
    return {**line, "hash": line_hash(line)}


def line_hash(line: Mapping[str, Any]) -> str:
    """The hash of a line of the record: of the hash before it, and of all that it says."""
    said = {key: value for key, value in line.items() if key not in ("hash", "previous")}
    return sha256((line["previous"] + canonical_json(said)).encode()).hexdigest()


def last_of(session: orm.Session, chain: int) -> tuple[int, str]:
    """Number and hash of the last line of a chain; (0, zeros) for an empty one."""
    last = sa.select(RECORD.c.n, RECORD.c.hash).where(RECORD.c.chain == chain)
    row = session.connection().execute(last.order_by(RECORD.c.n.desc()).limit(1)).first()
    return (row.n, row.hash) if row else (0, START)


def canonical_json(value: Any) -> str:
    return json.dumps(
        value, default=plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def plain(value: Any) -> str:
    """How the record writes what JSON has no word for; bytes as their digest."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return as_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, bytes):
        return f"sha256:{sha256(value).hexdigest()}"
    raise TypeError(type(value).__name__)


def _touched(session: orm.Session) -> list[tuple[Model, str]]:
    return [
        *((row, ADD) for row in session.new),
        *((row, CHANGE) for row in session.dirty if session.is_modified(row, False)),
        *((row, REMOVE) for row in session.deleted),
    ]


def _chain(row: Model) -> int:
    return getattr(row, "municipality_id", None) or INSTALLATION


def _differences(row: Model, action: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the row's columns were and are; its key, what is quiet and what is empty left out."""
    state = sa.inspect(row)
    names = {key: f"{row.detail} {key}".lstrip() for key in _told(type(row))}
    if not names:  # a row that is all key: that it is there is what it says
        said = {row.detail or row.subject: True}
        return ({}, said) if action == ADD else (said, {})
    if action == ADD:
        return {}, _shown(row, ((names[key], key, state.dict.get(key)) for key in names))
    was, became = [], []
    for key, name in names.items():
        history = state.attrs[key].history
        if action == REMOVE:
            was += [(name, key, value) for value in history.sum()]
        elif history.has_changes():
            was += [(name, key, value) for value in history.deleted or ()]
            became += [(name, key, value) for value in history.added or ()]
    return _shown(row, was, action == CHANGE), _shown(row, became, action == CHANGE)


@cache
def _told(kind: type[Model]) -> tuple[str, ...]:
    """The columns the record tells of: what the row's key says, its subject and detail say."""
    mapper = sa.inspect(kind)
    keys = {mapper.get_property_by_column(column).key for column in mapper.primary_key}
    return tuple(sorted(set(mapper.column_attrs.keys()) - keys - kind.quiet))


def whole(rows: Iterable[Model]) -> dict[str, Any]:
    """All that the record can tell of a subject's rows, as its lines say it; nothing is hidden."""
    said: dict[str, Any] = {}
    for row in rows:
        names = _told(type(row))
        said |= {f"{row.detail} {key}".lstrip(): getattr(row, key) for key in names}
        if not names:
            said[row.detail] = True
    found: dict[str, Any] = json.loads(canonical_json(said))
    return found


def _shown(
    row: Model, values: Iterable[tuple[str, str, Any]], empty_too: bool = False
) -> dict[str, Any]:
    return {
        name: HIDDEN if key in row.hidden and value else value
        for name, key, value in values
        if empty_too or value not in (None, "")
    }
