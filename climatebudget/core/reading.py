"""A file read once: what was previewed is what is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from climatebudget.core.emissions import Block, Emissions, Kind
from climatebudget.core.findings import About, Cell, Choice, Finding, Level, Question
from climatebudget.core.inventory import Emission, Stated
from climatebudget.core.quantity import ZERO, from_grams
from climatebudget.core.text import Text, Translate, filled

OPEN = "?"  # a code or an area that begins so waits for the question of that code
# Asks what the decimal mark is; its answer changes figures, so the file is read once more.
MARK = "mark:W_NUMBER_AMBIGUOUS"


@dataclass(frozen=True)
class Skipped:
    """A row of the file that gave no emission, and why."""

    row: int
    reason: str  # a bokmål sentence with its values, as a finding's
    values: Mapping[str, object] = field(default_factory=dict)

    def shown(self, translate: Translate = str) -> str:
        return filled(self.reason, self.values, translate)


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

    ``emissions`` may be given in any way, are kept packed, and may carry open names ("?…") until
    `answered`; every row of the file's table is either among them or among ``skipped``, so
    ``rows == stored rows + skipped`` always holds.
    """

    file_name: str
    sha256: str
    layout: str
    sheets: tuple[str, ...]
    rows: int
    emissions: Sequence[Emission]
    skipped: tuple[Skipped, ...] = ()
    stated: tuple[Stated, ...] = ()
    area_name: str = ""
    suggested_name: str = ""
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "emissions", Emissions.of(self.emissions))

    @property
    def packed(self) -> Emissions:
        assert isinstance(self.emissions, Emissions)
        return self.emissions

    @property
    def content_sha256(self) -> str:
        return self.packed.content_sha256

    @property
    def years(self) -> tuple[int, ...]:
        return self.packed.years

    @property
    def areas(self) -> tuple[str, ...]:
        return self.packed.areas

    @property
    def codes(self) -> tuple[str, ...]:
        return self.packed.codes

    @property
    def zeros(self) -> int:
        return self.packed.zeros

    @property
    def may_store(self) -> bool:
        return not self.questions and not any(f.stops for f in self.findings)

    @property
    def asks_mark(self) -> bool:
        """Whether figures can mean two things; then nothing else is asked yet."""
        return any(question.code == MARK for question in self.questions)

    def year_sums(self) -> tuple[YearSum, ...]:
        """Rows and tonnes per year, beside the sum of what the file states."""
        counts, read = dict.fromkeys(self.years, 0), dict.fromkeys(self.years, 0)
        for kind, (count, grams) in self.packed.sums.items():
            counts[kind.year] += count
            read[kind.year] += grams
        stated: dict[int, Decimal] = {}
        whole = {s.year for s in self.stated if not s.sector}
        for s in self.stated:
            if (s.year in whole) != bool(s.sector):
                stated[s.year] = stated.get(s.year, ZERO) + s.tonnes
        return tuple(YearSum(y, counts[y], from_grams(read[y]), stated.get(y)) for y in self.years)

    def answered(self, answers: Mapping[str, str]) -> Reading:
        """The reading with these questions answered: code → chosen value; others stay open."""
        known = {q.code: {c.value for c in q.choices} for q in self.questions}
        given = {code: value for code, value in answers.items() if value in known.get(code, ())}
        name = {OPEN + code: value for code, value in given.items()}
        return replace(
            self,
            emissions=self.packed.renamed(name),
            stated=tuple(
                replace(s, area=name.get(s.area, s.area), sector=name.get(s.sector, s.sector))
                for s in self.stated
            ),
            questions=tuple(q for q in self.questions if q.code not in given),
        )

    def to_bytes(self) -> bytes:
        """A line of JSON, and then the packed emissions; its sha256 is what a preview carries."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "emissions"}
        told["kinds"] = self.packed.kinds
        told["blocks"] = [(b.area, b.count, len(b.packed)) for b in self.packed.blocks]
        line = json.dumps(told, default=_plain, ensure_ascii=False, sort_keys=True)
        return b"\n".join((line.encode(), b"".join(b.packed for b in self.packed.blocks)))

    @classmethod
    def from_bytes(cls, data: bytes) -> Reading:
        line, _, packed = data.partition(b"\n")
        raw: dict[str, Any] = json.loads(line)
        raw["emissions"] = _unpacked(raw.pop("kinds"), raw.pop("blocks"), packed)
        raw["stated"] = tuple(
            Stated(
                **{
                    **s,
                    "tonnes": Decimal(s["tonnes"]),
                    "where": _place(s["where"]),
                    "step": Decimal(s["step"]),
                }
            )
            for s in raw["stated"]
        )
        raw["skipped"] = tuple(
            Skipped(**{**s, "values": _said(s["values"])}) for s in raw["skipped"]
        )
        raw["sheets"] = tuple(raw["sheets"])
        raw["findings"] = tuple(finding_from(f) for f in raw["findings"])
        raw["questions"] = tuple(
            Question(
                **{
                    **q,
                    "choices": tuple(Choice(**c) for c in q["choices"]),
                    "values": _said(q["values"]),
                    "where": _place(q["where"]),
                }
            )
            for q in raw["questions"]
        )
        return cls(**raw)


def _unpacked(kinds: Sequence[Any], blocks: Sequence[Any], packed: bytes) -> Emissions:
    found, at = [], 0
    for area, count, length in blocks:
        found.append(Block(area, count, packed[at : at + length]))
        at += length
    return Emissions(tuple(Kind(*kind) for kind in kinds), tuple(found))


def finding_to(finding: Finding) -> dict[str, Any]:
    """A finding as plain JSON values, for what is stored with an edition."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(finding), default=_plain))
    return plain


def finding_from(raw: Mapping[str, Any]) -> Finding:
    return Finding(
        **{
            **raw,
            "values": _said(raw["values"]),
            "level": Level[raw["level"]],
            "where": _place(raw["where"]),
        }
    )


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a sentence; one that is a sentence itself was written as its fields."""
    return {k: Text(**v) if isinstance(v, dict) else v for k, v in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Level):
        return value.name
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    raise TypeError(type(value).__name__)


def _place(raw: Mapping[str, Any] | None) -> Any:
    if raw is None:
        return None
    return Cell(**raw) if "sheet" in raw else About(**raw)
