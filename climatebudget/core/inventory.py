"""The emission inventory (utslippsregnskap): what is published, one edition at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from climatebudget.core.field import show_number
from climatebudget.core.findings import Cell, Finding
from climatebudget.core.quantity import ZERO, Yearly, tonnes
from climatebudget.core.text import N_

UNALLOCATED = "ufordelt"
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Source:
    """An emission source (utslippskilde): names repeat across sectors, codes do not."""

    code: str  # "veitrafikk/personbiler"
    sector: str  # "veitrafikk"
    name: str
    sector_name: str


def sector_of(code: str) -> str:
    """The sector's part of a source code; ``ufordelt`` has none and stands for itself."""
    return code.partition("/")[0]


@dataclass(frozen=True)
class Emission:
    """One figure of a file: tonnes CO₂e (to the gram) for one area, source, gas and year."""

    area: str  # kommunenummer (four digits), fylkesnummer (two) or "0" for the country
    code: str
    gas: str | None  # None where the file has no gas column
    year: int
    tonnes: Decimal
    row: int  # in the file, counted as its reader sees it


@dataclass(frozen=True)
class Edition:
    """A published file (statistikkutgave): nothing overwrites it."""

    slug: str  # "2024-tall", unique per owner
    name: str
    publisher: str
    published: date | None
    sha256: str  # of the file's bytes
    content_sha256: str  # of its rows, whatever their order
    file_name: str
    layout: str
    rows: int
    years: tuple[int, ...]
    areas: tuple[str, ...]
    owner: str | None = None  # kommunenummer, or None: the installation's
    imported_at: datetime | None = None
    imported_by: str = ""
    gwp: str | None = None  # the set of warming potentials, where the file says so
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Inventory:
    """One area's emissions in one edition, summed over gases: (source code, year) → tonnes."""

    area: str
    years: tuple[int, ...]
    cells: Mapping[tuple[str, int], Decimal]
    sources: Mapping[str, Source]  # in the order they are shown
    rows: Mapping[tuple[str, int], tuple[int, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    # The part of the cells that the municipality has added itself; nothing in what is published.
    adjustments: Mapping[tuple[str, int], Decimal] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def source(self, code: str) -> Yearly:
        """A source's history; zero in a year the edition has and the source lacks."""
        return tonnes({y: self.cells.get((code, y), ZERO) for y in self.years})

    @property
    def total(self) -> Yearly:
        sums = dict.fromkeys(self.years, ZERO)
        for (_, year), value in self.cells.items():
            sums[year] += value
        return tonnes(sums)

    @property
    def sectors(self) -> Mapping[str, Yearly]:
        """Each sector's history, in the order of the sources."""
        sums: dict[str, dict[int, Decimal]] = {}
        for source in self.sources.values():
            sums.setdefault(source.sector, dict.fromkeys(self.years, ZERO))
        for (code, year), value in self.cells.items():
            sums[sector_of(code)][year] += value
        return {sector: tonnes(by_year) for sector, by_year in sums.items()}

    @property
    def last_year(self) -> int:
        return self.years[-1]


def inventory(area: str, emissions: Iterable[Emission], sources: Mapping[str, Source]) -> Inventory:
    """One area's emissions, summed over gases and repeated rows; never de-duplicated."""
    cells: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    for emission in emissions:
        if emission.area == area:
            cells[emission.code, emission.year] += emission.tonnes
    used = {code for code, _ in cells}
    return Inventory(
        area,
        tuple(sorted({year for _, year in cells})),
        dict(cells),
        {code: source for code, source in sources.items() if code in used},
    )


@dataclass(frozen=True)
class Stated:
    """A total the file itself states: for one sector, or for the whole area (sector "")."""

    area: str
    sector: str
    year: int
    tonnes: Decimal
    where: Cell
    step: Decimal = TENTH  # of the last digit written


def check_totals(
    emissions: Iterable[Emission], stated: Iterable[Stated], sector_names: Mapping[str, str]
) -> list[Finding]:
    """A finding for each stated total that its parts do not make, to the gram.

    The parts of a sector are its rows. The parts of the whole are the sectors as the file states
    them, if it does, so that one wrong sector is not told twice.
    """
    stated = list(stated)
    parts: dict[tuple[str, str, int], Decimal] = defaultdict(lambda: ZERO)
    for e in emissions:
        parts[e.area, sector_of(e.code), e.year] += e.tonnes
    by_sector = {(s.area, s.sector, s.year): s.tonnes for s in stated if s.sector}
    for (area, _, year), tonnes_ in (by_sector or dict(parts)).items():
        parts[area, "", year] += tonnes_
    return [
        _differs(s, parts[s.area, s.sector, s.year], sector_names.get(s.sector))
        for s in stated
        if parts[s.area, s.sector, s.year] != s.tonnes
    ]


def _differs(total: Stated, found: Decimal, sector: str | None) -> Finding:
    return Finding(
        "stated-total",
        N_(
            "%(what)s i %(year)s: kildene gir %(found)s tonn, filen oppgir %(stated)s. "
            "Forskjellen er %(difference)s tonn."
        )
        if sector
        else N_(
            "Summen i %(year)s: utslippssektorene gir %(found)s tonn, filen oppgir %(stated)s. "
            "Forskjellen er %(difference)s tonn."
        ),
        {
            **({"what": sector} if sector else {}),
            "year": total.year,
            "found": show_number(found, TENTH),
            "stated": show_number(total.tonnes, TENTH),
            "difference": show_number(found - total.tonnes, TENTH),
        },
        where=total.where,
    )
