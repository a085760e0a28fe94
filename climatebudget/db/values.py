"""What `db.read` answers with where `core` has no value of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from climatebudget.core.access import User
from climatebudget.core.budget import BudgetYear, Control, Municipality, Version
from climatebudget.core.findings import Finding
from climatebudget.core.inventory import Edition
from climatebudget.core.text import N_, Text


@dataclass(frozen=True)
class Place:
    """A version's address, looked up: what every question below it starts from."""

    municipality_id: int
    municipality: Municipality
    budget_year_id: int
    budget_year: BudgetYear
    version_id: int
    version: Version


@dataclass(frozen=True)
class Person:
    user: User
    active: bool


@dataclass(frozen=True)
class Stored:
    """An edition, and whether it was new or recognised."""

    edition: Edition
    new: bool


@dataclass(frozen=True)
class AcceptedFinding:
    """A finding of an edition; ``at`` is None until somebody has accepted it."""

    position: int
    finding: Finding
    by: str = ""
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class AddedName:
    """A name that a file may use, `normalised`, and the source an operator has said it is."""

    sector: str
    source: str  # "" where files have only sectors
    code: str
    by: str


@dataclass(frozen=True)
class Staged:
    """What was previewed and waits to be stored."""

    kind: str
    municipality_id: int | None
    person_id: int | None
    digest: str  # sha256 of the payload
    payload: bytes
    file_name: str
    file: bytes
    base: str
    expires: datetime


IMPORT_MEASURES, UNDO_IMPORT = "import measures", "undo import"  # acts on a version's measures
MOVE_INTO_PATH, MOVE_OUT_OF_PATH = "move into path", "move out of path"  # acts on a measure


@dataclass(frozen=True)
class Line:
    """One line of the record."""

    n: int
    at: datetime
    actor: str
    actor_name: str  # "" where the actor is no person of ours
    action: str
    what: str
    before: dict[str, object]
    after: dict[str, object]
    hash: str


@dataclass(frozen=True)
class Change:
    """When something was last changed, and by whom; ``opened`` when it came with the draft."""

    at: datetime
    actor: str
    person: User | None = None  # None where the actor is no person of ours
    opened: bool = False
    n: int = 0  # of the line of the record, which tells two of the same moment apart

    def by(self, municipality: str, named: bool) -> tuple[Text, ...]:
        """The roles that the person has there, after the name where it may be told."""
        if self.person is None:
            return (_same(self.actor),)
        roles = sorted(role.value for role in self.person.roles(municipality))
        roles += [N_("operatør")] if self.person.operator else []
        told = tuple(Text(role) for role in roles)
        if named:
            return (_same(self.person.name), *told)
        return told or (Text(N_("en i kommunen")),)


def _same(name: str) -> Text:
    return Text(N_("%(name)s"), {"name": name})


@dataclass(frozen=True)
class Imported:
    """A measure that a table added, changed or removed; as the table left it, or as it was."""

    id: str
    number: int
    name: str
    contact: bool = False  # whether it had a contact person, whom the record does not name


@dataclass(frozen=True)
class LastImport:
    """The last table of measures in a draft, and what has changed since of what it did."""

    n: int  # of its line in the record
    first: int  # of the last line before it
    at: datetime
    by: str  # "" where it was no person of ours
    file_name: str
    added: tuple[Imported, ...]
    changed: tuple[Imported, ...]
    removed: tuple[Imported, ...]
    departments: tuple[str, ...]
    controls_before: tuple[Control, ...]
    moved: tuple[tuple[Imported, Text], ...]  # each with what has happened to it since
    controls_moved: bool  # the sums that the source states are others now

    @property
    def may_be_undone(self) -> bool:
        return not self.moved and not self.controls_moved

    @property
    def count(self) -> int:
        return len(self.added) + len(self.changed) + len(self.removed)
