"""Reference data as files: areas, emission sources and their names, Klimakur 2030.

The tables lie beside this file and are read once. `README.md` says where each comes from.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from climatebudget.core.field import clean
from climatebudget.core.inventory import Source, sector_of
from climatebudget.core.measure import Category
from climatebudget.core.national import KLIMAKUR, KLIMATILTAK, NAMES, NationalMeasure

HERE = Path(__file__).parent
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
COUNTRY = "0"
SECTOR, SOURCE = "sector", "source"


@dataclass(frozen=True)
class Alias:
    """The code that a published name stands for; unless certain, its use is shown to a person."""

    code: str
    certain: bool
    note: str


@dataclass(frozen=True)
class Area:
    """A municipality (four digits), a county (two digits) or the country ("0")."""

    number: str
    name: str
    county: str  # fylkesnummer; "" for counties and the country

    @property
    def is_municipality(self) -> bool:
        return len(self.number) == 4


def normalised(name: str) -> str:
    """A name as it is compared: no case, no stray space, CO₂ as CO2.

    >>> normalised("Utslipp (tonn  CO₂-ekvivalenter) ")
    'utslipp (tonn co2-ekvivalenter)'
    """
    return clean(name).translate(SUBSCRIPTS).casefold()


@cache
def sources() -> Mapping[str, Source]:
    """Every source by its code, in the order they are shown."""
    rows = sorted(_rows("sources.csv"), key=lambda row: int(row["order"]))
    return MappingProxyType(
        {r["code"]: Source(r["code"], r["sector"], r["name"], r["sector_name"]) for r in rows}
    )


@cache
def sector_names() -> Mapping[str, str]:
    """Sector code → name, in the order they are shown; ``ufordelt`` comes last."""
    return MappingProxyType({s.sector: s.sector_name for s in sources().values()})


@cache
def aliases() -> Mapping[tuple[str, str], Alias]:
    """(sector, source), both `normalised`, → what they stand for; a file may have no source."""
    return MappingProxyType(
        {
            (normalised(r["sector"]), normalised(r["source"])): _alias(r)
            for r in _rows("aliases.csv")
        }
    )


@cache
def sector_codes() -> Mapping[str, str]:
    """Sector names, `normalised`, → sector code, for every spelling in the aliases."""
    return MappingProxyType({sector: sector_of(a.code) for (sector, _), a in aliases().items()})


@cache
def english_sectors() -> Mapping[str, Alias]:
    """English sector names, `normalised`."""
    rows = _rows("english.csv")
    return MappingProxyType(
        {normalised(r["label"]): _alias(r) for r in rows if r["kind"] == SECTOR}
    )


@cache
def english_sources() -> Mapping[tuple[str, str], Alias]:
    """(sector code, English source name `normalised`) → what it stands for."""
    rows = _rows("english.csv")
    return MappingProxyType(
        {(r["sector"], normalised(r["label"])): _alias(r) for r in rows if r["kind"] == SOURCE}
    )


@cache
def areas() -> Mapping[str, Area]:
    """Municipalities, then counties, then the country, by number, as of 2024."""
    rows = _rows("areas.csv")
    return MappingProxyType({r["number"]: Area(r["number"], r["name"], r["county"]) for r in rows})


def areas_named(name: str) -> tuple[Area, ...]:
    """Every area that bears the name; only a single match may be used without asking.

    >>> [a.number for a in areas_named("Oslo-Oslove")], [a.number for a in areas_named("Herøy")]
    (['0301'], ['1515', '1818'])
    """
    wanted = normalised(name)
    return _by_name().get(wanted) or _by_name().get(wanted.removesuffix(" kommune"), ())


@cache
def municipalities_of(area: str) -> tuple[str, ...]:
    """The numbers of the municipalities in a county, or in the country."""
    all_ = (a for a in areas().values() if a.is_municipality)
    return tuple(a.number for a in all_ if area in (COUNTRY, a.county))


@cache
def _by_name() -> Mapping[str, tuple[Area, ...]]:
    found: dict[str, tuple[Area, ...]] = {}
    for row in _rows("areas.csv"):
        area = areas()[row["number"]]
        for name in {normalised(n) for n in (row["name"], *row["aliases"].split("|")) if n}:
            found[name] = (*found.get(name, ()), area)
    return MappingProxyType(found)


def successor(number: str) -> tuple[str, ...]:
    """What a municipality of 2023 is called from 2024; two numbers where it was split."""
    return _successors().get(number, ())


@cache
def _successors() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in _rows("successors.csv"):
        found[row["old"]] = (*found.get(row["old"], ()), row["new"])
    return MappingProxyType(found)


@cache
def klimakur() -> tuple[NationalMeasure, ...]:
    """The measures of Klimakur 2030, then those of Klimatiltak i Norge (2025).

    Where each cuts in the municipal statistics is our reading of its name, with a reason.
    """
    return (*_klimakur2030(), *_klimatiltak2025())


@cache
def categories() -> frozenset[Category]:
    """Every (report, code) that a measure may be coupled to."""
    return frozenset(Category(m.report, m.code) for m in klimakur())


def national_name(key: str) -> str:
    """What a statement's category is called; an unknown one by its key.

    >>> national_name("klimakur2030/S04"), national_name("klimakur2030/X99")
    ('Klimakur 2030: S04 Landstrøm', 'klimakur2030/X99')
    """
    return _national_names().get(key, key)


@cache
def _national_names() -> Mapping[str, str]:
    return {m.key: f"{NAMES[m.report]}: {m.code} {m.name}" for m in klimakur()}


def _klimakur2030() -> Iterator[NationalMeasure]:
    places = {r["code"]: _places(r) for r in _rows("klimakur2030_places.csv")}
    for r in _rows("klimakur2030.csv"):
        yield NationalMeasure(
            KLIMAKUR,
            r["code"],
            r["name_nb"],
            r["sector"],
            Decimal(r["potential_kt_2021_2030"]),
            r["cost_category_kr_per_tonne"],
            r["note"],
            **places[r["code"]],
        )


def _klimatiltak2025() -> Iterator[NationalMeasure]:
    places = {r["code"]: _places(r) for r in _rows("klimatiltak_i_norge_2025_places.csv")}
    for r in _rows("klimatiltak_i_norge_2025.csv"):
        upper = r["cost_kr_per_tonne_upper"]
        yield NationalMeasure(
            KLIMATILTAK,
            r["code"],
            r["name_nb"],
            r["sector"],
            Decimal(r["potential_2035_ktonn"]),
            r["cost_range"] or (f"≤{upper}" if upper else ""),
            "",
            **places[r["code"]],
        )


def _places(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "places": tuple(place for place in row["places"].split(";") if place),
        "certain": row["certain"] == "yes",
        "reasons": (row["reason_nb"], row["reason_nn"]),
        "area": row["area"],
    }


def _alias(row: Mapping[str, str]) -> Alias:
    return Alias(row["code"], row["certain"] == "yes", row["note"])


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
