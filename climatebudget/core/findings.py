"""Findings: what a person should look at. They are shown, never raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from climatebudget.core.text import Translate, filled


@dataclass(frozen=True, order=True)
class Cell:
    """Where in a file something stands; a CSV file has no sheet."""

    sheet: str
    row: int
    column: str = ""

    def __str__(self) -> str:
        place = f"{self.column}{self.row}" if self.column else f"rad {self.row}"
        return f"«{self.sheet}», {place}" if self.sheet else place


@dataclass(frozen=True)
class About:
    """What in the budget a finding is about: a measure's number, a source code, a year."""

    kind: str  # "measure", "source", "version", "edition", "path", "target"
    key: str = ""
    year: int | None = None


class Level(Enum):
    """How much a finding matters to the next step."""

    STOPS = "Må rettes"
    EXPLAIN = "Bør forklares"
    INFO = "Til orientering"
    MENDED = "Rettet"


@dataclass(frozen=True)
class Finding:
    """A sentence for the person who can act, with its code and its place.

    ``text`` is the bokmål sentence with ``%(name)s`` for each of ``values``, so that it can be
    translated; numbers in ``values`` are written out already.
    """

    code: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    level: Level = Level.EXPLAIN
    where: Cell | About | None = None

    @property
    def stops(self) -> bool:
        return self.level is Level.STOPS

    @property
    def message(self) -> str:
        return self.shown()

    def shown(self, translate: Translate = str) -> str:
        return filled(self.text, self.values, translate)


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """Something a file leaves open; an import waits until a person has answered it."""

    code: str
    text: str
    choices: tuple[Choice, ...]
    values: Mapping[str, object] = field(default_factory=dict)
    where: Cell | None = None
    chosen: str = ""  # what was answered the last time: shown beforehand, never taken for given

    @property
    def message(self) -> str:
        return self.shown()

    def shown(self, translate: Translate = str) -> str:
        return filled(self.text, self.values, translate)


def may_go_on(findings: Iterable[Finding]) -> bool:
    return not any(finding.stops for finding in findings)
