"""A file's emissions, packed: half a million take a few megabytes. Unpacked area by area."""

from __future__ import annotations

import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple, overload

from climatebudget.core.inventory import Emission
from climatebudget.core.quantity import from_grams, grams

SMALL, LARGE = "I", "q"  # array types: 32 bits without a sign, 64 with one
FAST = 1  # of zlib's levels


class Kind(NamedTuple):
    """What many rows of a file have in common."""

    year: int
    code: str
    gas: str  # "" where the file has no column for gas


@dataclass(frozen=True)
class Block:
    """One area's lines, sorted and packed."""

    area: str
    count: int
    packed: bytes

    def columns(self) -> tuple[array[int], array[int], array[int]]:
        """Kinds, rows and grams, each as long as there are lines."""
        data, at = zlib.decompress(self.packed), 4 * self.count
        return (
            array(SMALL, data[:at]),
            array(SMALL, data[at : 2 * at]),
            array(LARGE, data[2 * at :]),
        )


class Columns:
    """One area's lines: an index into the kinds, the row of the file, and grams."""

    def __init__(self) -> None:
        self.kind, self.row, self.grams = array(SMALL), array(SMALL), array(LARGE)

    def extend(self, other: Columns) -> None:
        self.kind.extend(other.kind)
        self.row.extend(other.row)
        self.grams.extend(other.grams)

    def add(self, kind: int, row: int, grams: int) -> None:
        self.kind.append(kind)
        self.row.append(row)
        self.grams.append(grams)


@dataclass(frozen=True)
class Emissions(Sequence[Emission]):
    """Emissions ordered by area, year, code, gas and row; equal when they say the same."""

    kinds: tuple[Kind, ...] = ()
    blocks: tuple[Block, ...] = ()

    @classmethod
    def of(cls, emissions: Iterable[Emission]) -> Emissions:
        if isinstance(emissions, Emissions):
            return emissions
        kinds: dict[Kind, int] = {}
        areas: dict[str, Columns] = defaultdict(Columns)
        for e in emissions:
            kind = kinds.setdefault(Kind(e.year, e.code, e.gas or ""), len(kinds))
            areas[e.area].add(kind, e.row, grams(e.tonnes))
        return pack(list(kinds), areas)

    def __len__(self) -> int:
        return sum(block.count for block in self.blocks)

    def __iter__(self) -> Iterator[Emission]:
        for block in self.blocks:
            for kind, row, value in zip(*block.columns(), strict=True):
                year, code, gas = self.kinds[kind]
                yield Emission(block.area, code, gas or None, year, from_grams(value), row)

    @overload
    def __getitem__(self, index: int) -> Emission: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Emission, ...]: ...
    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index]

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(block.area for block in self.blocks)

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({kind.year for kind in self.kinds}))

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted({kind.code for kind in self.kinds}))

    @property
    def gases(self) -> tuple[str, ...]:
        return tuple(sorted({kind.gas for kind in self.kinds} - {""}))

    @cached_property
    def zeros(self) -> int:
        return sum(block.columns()[2].count(0) for block in self.blocks)

    @cached_property
    def repeated(self) -> int:
        """Lines that nothing but the row tells from another."""
        counts = (Counter(block.columns()[0]).values() for block in self.blocks)
        return sum(count for area in counts for count in area if count > 1)

    @cached_property
    def sums(self) -> Mapping[Kind, tuple[int, int]]:
        """For each kind its number of lines and their grams, all areas together."""
        return self.summed(self.blocks)

    def of_area(self, area: str) -> Mapping[Kind, tuple[int, int]]:
        """`sums` of one area."""
        return self.summed([block for block in self.blocks if block.area == area])

    def summed(self, blocks: Iterable[Block]) -> Mapping[Kind, tuple[int, int]]:
        counts, sums = [0] * len(self.kinds), [0] * len(self.kinds)
        for block in blocks:
            kinds, _, values = block.columns()
            for kind, value in zip(kinds, values, strict=True):
                counts[kind] += 1
                sums[kind] += value
        found = zip(self.kinds, counts, sums, strict=True)
        return {kind: (count, value) for kind, count, value in found if count}

    @cached_property
    def content_sha256(self) -> str:
        """The same for the same rows in any order, whatever their file's bytes.

        Of the lines «area|code|gas|year|grams», sorted as text: area by area, so that one area's
        lines are all that is held at a time.
        """
        digest, between = sha256(), ""
        starts = [f"|{kind.code}|{kind.gas}|{kind.year}|" for kind in self.kinds]
        for block in sorted(self.blocks, key=lambda b: f"{b.area}|"):
            kinds, _, values = block.columns()
            lines = [
                f"{block.area}{starts[k]}{value}" for k, value in zip(kinds, values, strict=True)
            ]
            lines.sort()
            digest.update((between + "\n".join(lines)).encode())
            between = "\n"
        return digest.hexdigest()

    def renamed(self, names: Mapping[str, str]) -> Emissions:
        """With other names for some areas and codes."""
        if not names.keys() & {*self.areas, *(kind.code for kind in self.kinds)}:
            return self
        kinds = [kind._replace(code=names.get(kind.code, kind.code)) for kind in self.kinds]
        areas: dict[str, Columns] = defaultdict(Columns)
        for block in self.blocks:
            into, (kind, row, values) = areas[names.get(block.area, block.area)], block.columns()
            into.kind.extend(kind)
            into.row.extend(row)
            into.grams.extend(values)
        return pack(kinds, areas)


def pack(kinds: Sequence[Kind], areas: Mapping[str, Columns]) -> Emissions:
    """Lines whose ``kind`` is an index into ``kinds``, where one kind may stand several times."""
    used = {kind for columns in areas.values() for kind in set(columns.kind)}
    order = {kind: n for n, kind in enumerate(sorted({kinds[k] for k in used}))}
    rank = {k: order[kinds[k]] for k in used}
    blocks = [_block(area, areas[area], rank) for area in sorted(areas) if areas[area].kind]
    return Emissions(tuple(order), tuple(blocks))


def _block(area: str, columns: Columns, rank: Mapping[int, int]) -> Block:
    ranks = map(rank.__getitem__, columns.kind)
    kinds, rows, values = zip(
        *sorted(zip(ranks, columns.row, columns.grams, strict=True)), strict=True
    )
    data = array(SMALL, kinds).tobytes() + array(SMALL, rows).tobytes()
    data += array(LARGE, values).tobytes()
    return Block(area, len(columns.kind), zlib.compress(data, FAST))
