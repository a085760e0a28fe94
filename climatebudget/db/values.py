"""What `db.read` answers with where `core` has no value of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from climatebudget.core.access import User
from climatebudget.core.budget import BudgetYear, Municipality, Version
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
