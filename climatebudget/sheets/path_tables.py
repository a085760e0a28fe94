"""What an import of a path needs of the sheets: the reader, and the names of places it goes by."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from climatebudget.catalogue import normalised, sector_names, sources
from climatebudget.core.findings import Choice
from climatebudget.core.inventory import UNALLOCATED, Source, sector_of
from climatebudget.core.path_cells import without_unit
from climatebudget.core.path_questions import WHOLE, Names
from climatebudget.core.text import N_
from climatebudget.sheets import measure_tables
from climatebudget.sheets.child import read_path_table

__all__ = ["names", "read_path_table"]

NO_NAMES: Mapping[tuple[str, str], str] = MappingProxyType({})
# What a table calls all the emissions together, and the path for them.
ALL = {
    *("sum", "total", "totalt", "i alt", "samlet", "samla", "alle", "all", "hele kommunen"),
    *("kommunen samlet", "kommunen samla", "alle utslippssektorer", "alle sektorer"),
    *("utslipp", "utslepp", "utslipp i alt", "utslepp i alt", "sum utslipp", "sum utslepp"),
    *("totale utslipp", "totale utslepp", "samlede utslipp", "samla utslepp", "utslipp totalt"),
    *("emissions", "total emissions", "all sectors", "all emissions"),
    *("referansebane", "referansebanen", "bane", "baseline", "reference path"),
    *("referansebane i alt", "referansebane totalt", "sum referansebane"),
}


def names(added: Mapping[tuple[str, str], str] = NO_NAMES) -> Names:
    """The catalogue's names, and those an operator has added, (sector, source) → code."""
    own = {(normalised(a), normalised(b)): code for (a, b), code in added.items()}

    def place(sector: str, source: str) -> str | None:
        code = own.get((normalised(sector), normalised(source)))
        return _as_path(code) if code else place_of(sector, source)

    return Names(place, _choices())


def place_of(sector: str, source: str = "") -> str | None:
    """The code of a place, "" for the whole; None for a name that is not certain, or none at all.

    >>> place_of("Sum (tonn)"), place_of("Road transport"), place_of("Veitrafikk", "Busser")
    ('', 'veitrafikk', 'veitrafikk/busser')
    >>> place_of("Jernbane"), place_of("", "Personbiler"), place_of("Veitrafikk", "Sum")
    (None, 'veitrafikk/personbiler', 'veitrafikk')
    """
    whole, part = without_unit(sector), without_unit(source)
    if part in ALL or not part:
        if whole in ALL or not whole:
            return "" if sector or source else None
        return _known(sector, whole)
    if whole in ALL:
        return None
    return _known(*((f"{sector}: {source}", f"{whole}: {part}") if whole else (source, part)))


def _known(*spellings: str) -> str | None:
    """The first of some spellings that the catalogue knows."""
    for name in map(normalised, spellings):
        if name in sector_names():
            return name
        if code := measure_tables.place(name):
            return _as_path(code)
    return None


def _as_path(code: str) -> str:
    """A path has a sector as a whole under the sector's own code."""
    return sector_of(code) if code.endswith(f"/{UNALLOCATED}") else code


def _choices() -> tuple[Choice, ...]:
    """All emissions, then each sector, then each source."""
    known = [s for s in sources().values() if not s.code.endswith(UNALLOCATED)]
    return (
        Choice(WHOLE, N_("Utslipp i alt")),
        *(Choice(code, name) for code, name in sector_names().items()),
        *(Choice(s.code, _label(s)) for s in known),
    )


def _label(source: Source) -> str:
    return f"{source.sector_name}: {source.name.lstrip('*')}"
