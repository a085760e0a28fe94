"""How many live in a municipality, a county or the country on 1 January, on today's borders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from climatebudget.catalogue import COUNTRY, _rows, areas


def population(area: str) -> Mapping[int, int]:
    """Year → inhabitants; empty for an area that is not of today."""
    return _by_area().get(area, MappingProxyType({}))


@cache
def _by_area() -> Mapping[str, Mapping[int, int]]:
    """A year in which one of its municipalities lacks is a year a county or the country lacks."""
    parts: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows("population.csv"):
        number, year, inhabitants = row["number"], int(row["year"]), int(row["inhabitants"])
        for area in {number, areas()[number].county, COUNTRY}:
            parts[area][year].append(inhabitants)
    return {area: _complete(by_year) for area, by_year in parts.items()}


def _complete(by_year: Mapping[int, list[int]]) -> Mapping[int, int]:
    most = max(map(len, by_year.values()))
    return MappingProxyType({y: sum(n) for y, n in sorted(by_year.items()) if len(n) == most})
