"""A file read once: what was previewed is what is stored."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from climatebudget.core.findings import About, Cell, Choice, Finding, Level, Question
from climatebudget.core.inventory import Emission, Stated, check_totals, content_digest
from climatebudget.core.quantity import ZERO

OPEN = "?"  # a code or an area that begins so waits for the question of that code


@dataclass(frozen=True)
class Skipped:
    """A row of the file that gave no emission, and why."""

    row: int
    reason: str


@dataclass(frozen=True)
class YearSum:
    """One line of the preview: what was read beside what the file states."""

    year: int
    rows: int
    tonnes: Decimal
    stated: Decimal | None


@dataclass(frozen=True)
class Reading:
    """An inventory file as its one parse left it.

    ``emissions`` may carry open names ("?…") until `answered`; every row of the file's table is
    either among them or among ``skipped``, so ``rows == stored rows + skipped`` always holds.
    """

    file_name: str
    sha256: str
    layout: str
    sheets: tuple[str, ...]
    rows: int
    emissions: tuple[Emission, ...]
    skipped: tuple[Skipped, ...] = ()
    stated: tuple[Stated, ...] = ()
    area_name: str = ""
    suggested_name: str = ""
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def content_sha256(self) -> str:
        return content_digest(self.emissions)

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({e.year for e in self.emissions}))

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(sorted({e.area for e in self.emissions}))

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted({e.code for e in self.emissions}))

    @property
    def zeros(self) -> int:
        return sum(e.tonnes == 0 for e in self.emissions)

    @property
    def may_store(self) -> bool:
        return not self.questions and not any(f.stops for f in self.findings)

    def year_sums(self) -> tuple[YearSum, ...]:
        """Rows and tonnes per year, beside the sum of what the file states."""
        rows = Counter(e.year for e in self.emissions)
        read: dict[int, Decimal] = dict.fromkeys(self.years, ZERO)
        for e in self.emissions:
            read[e.year] += e.tonnes
        stated: dict[int, Decimal] = {}
        whole = {s.year for s in self.stated if not s.sector}
        for s in self.stated:
            if (s.year in whole) != bool(s.sector):
                stated[s.year] = stated.get(s.year, ZERO) + s.tonnes
        return tuple(YearSum(y, rows[y], read[y], stated.get(y)) for y in self.years)

    def answered(self, answers: Mapping[str, str]) -> Reading:
        """The reading with these questions answered: code → chosen value; others stay open."""
        known = {q.code: {c.value for c in q.choices} for q in self.questions}
        given = {code: value for code, value in answers.items() if value in known.get(code, ())}
        name = {OPEN + code: value for code, value in given.items()}
        return replace(
            self,
            emissions=tuple(
                replace(e, area=name.get(e.area, e.area), code=name.get(e.code, e.code))
                for e in self.emissions
            ),
            stated=tuple(
                replace(s, area=name.get(s.area, s.area), sector=name.get(s.sector, s.sector))
                for s in self.stated
            ),
            questions=tuple(q for q in self.questions if q.code not in given),
        )

    def checked(self, sector_names: Mapping[str, str]) -> Reading:
        """The reading with a finding for each total its rows do not make."""
        return replace(
            self,
            findings=(*self.findings, *check_totals(self.emissions, self.stated, sector_names)),
        )

    def to_bytes(self) -> bytes:
        """JSON, grams and all; its sha256 is what a preview carries."""
        return json.dumps(asdict(self), default=_plain, ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Reading:
        raw: dict[str, Any] = json.loads(data)
        raw["emissions"] = tuple(_with_tonnes(Emission, e) for e in raw["emissions"])
        raw["stated"] = tuple(
            _with_tonnes(Stated, s, where=_place(s["where"]), step=Decimal(s["step"]))
            for s in raw["stated"]
        )
        raw["skipped"] = tuple(Skipped(**s) for s in raw["skipped"])
        raw["sheets"] = tuple(raw["sheets"])
        raw["findings"] = tuple(finding_from(f) for f in raw["findings"])
        raw["questions"] = tuple(
            Question(
                **{
                    **q,
                    "choices": tuple(Choice(**c) for c in q["choices"]),
                    "where": _place(q["where"]),
                }
            )
            for q in raw["questions"]
        )
        return cls(**raw)


def finding_to(finding: Finding) -> dict[str, Any]:
    """A finding as plain JSON values, for what is stored with an edition."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(finding), default=_plain))
    return plain


def finding_from(raw: Mapping[str, Any]) -> Finding:
    return Finding(**{**raw, "level": Level[raw["level"]], "where": _place(raw["where"])})


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Level):
        return value.name
    raise TypeError(type(value).__name__)


def _with_tonnes(kind: Any, raw: Mapping[str, Any], **more: Any) -> Any:
    return kind(**{**raw, "tonnes": Decimal(raw["tonnes"]), **more})


def _place(raw: Mapping[str, Any] | None) -> Any:
    if raw is None:
        return None
    return Cell(**raw) if "sheet" in raw else About(**raw)
