"""Sums per year and emission sector: what was read, beside what the file itself states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from climatebudget.core.field import read_number
from climatebudget.core.findings import Finding
from climatebudget.core.inventory import sector_of
from climatebudget.core.quantity import ZERO, from_grams
from climatebudget.core.reading import OPEN, Reading

Key = tuple[str, int]  # an emission sector's code and a year


@dataclass(frozen=True)
class SectorSum:
    """Tonnes of one emission sector in one year; None is what has no row, or no stated sum."""

    sector: str
    year: int
    read: Decimal | None
    stated: Decimal | None = None

    @property
    def difference(self) -> Decimal | None:
        return None if self.stated is None else (self.read or ZERO) - self.stated


def sector_sums(reading: Reading, order: Iterable[str]) -> tuple[SectorSum, ...]:
    """Every sector and year of a file, over all its areas; what differs first, then in order.

    Nothing while a name waits for its answer: its figures have no sector yet.
    """
    codes = [*reading.codes, *(s.sector for s in reading.stated)]
    if any(code.startswith(OPEN) for code in codes):
        return ()
    rows: dict[Key, int] = defaultdict(int)
    for kind, (_, grams) in reading.packed.sums.items():
        rows[sector_of(kind.code), kind.year] += grams
    stated: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    for one in reading.stated:
        if one.sector:
            stated[one.sector, one.year] += one.tonnes
    read = {key: from_grams(value) for key, value in rows.items()}
    return _sorted(read, stated, order)


def edition_sums(
    read: Mapping[Key, Decimal],
    findings: Iterable[Finding],
    names: Mapping[str, str],
) -> tuple[SectorSum, ...]:
    """The same of an edition of one area that is stored: ``read`` is its rows, added up.

    What its file stated is known where it differed, as the finding says, to a tenth of a tonne.
    ``names`` are the sectors' by their codes, in order.
    """
    codes = {name: code for code, name in names.items()}
    stated = {
        (codes[str(f.values["what"])], int(str(f.values["year"]))): read_number(f.values["stated"])
        for f in findings
        if f.code == "stated-total" and f.values.get("what") in codes
    }
    return _sorted(read, stated, names)


def _sorted(
    read: Mapping[Key, Decimal], stated: Mapping[Key, Decimal], order: Iterable[str]
) -> tuple[SectorSum, ...]:
    place = {code: n for n, code in enumerate(order)}
    sums = [SectorSum(*key, read.get(key), stated.get(key)) for key in {**read, **stated}]
    return tuple(
        sorted(
            sums,
            key=lambda s: (-abs(s.difference or ZERO), s.year, place.get(s.sector, len(place))),
        )
    )
