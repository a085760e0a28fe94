"""What `db.read` answers with where `core` has no value of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from climatebudget.core.access import User
from climatebudget.core.budget import BudgetYear, Municipality, Version
from climatebudget.core.findings import Finding
from climatebudget.core.inventory import Edition


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
