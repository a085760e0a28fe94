"""Packed emissions say what the emissions said, to the gram."""

from __future__ import annotations

import random
from decimal import Decimal
from hashlib import sha256

from climatebudget.core.emissions import Emissions
from climatebudget.core.inventory import Emission
from climatebudget.core.quantity import grams

CARS, BUSES = "veitrafikk/personbiler", "veitrafikk/busser"


def some(count: int = 500) -> list[Emission]:
    chance = random.Random(3)
    return [
        Emission(
            chance.choice(["0301", "03", "4014", "?area:Herøy"]),
            chance.choice([CARS, BUSES]),
            chance.choice(["CO2", "CH4", None]),
            chance.choice([2009, 2024]),
            Decimal(chance.randrange(-(10**6), 10**12)).scaleb(-6),
            row,
        )
        for row in range(count)
    ]


def test_what_is_packed_is_what_was_given():
    given = some()
    assert sorted(Emissions.of(given), key=lambda e: e.row) == given


def test_the_order_of_the_rows_makes_no_difference():
    given = some()
    assert Emissions.of(given) == Emissions.of(given[::-1])


def test_the_content_is_the_sorted_lines_of_what_the_rows_say():
    given = some()
    lines = sorted(f"{e.area}|{e.code}|{e.gas or ''}|{e.year}|{grams(e.tonnes)}" for e in given)
    expected = sha256("\n".join(lines).encode()).hexdigest()
    assert Emissions.of(given).content_sha256 == expected


def test_a_name_that_is_answered_joins_the_others_of_its_area():
    renamed = Emissions.of(some()).renamed({"?area:Herøy": "4014", BUSES: CARS})
    assert (renamed.areas, renamed.codes) == (("03", "0301", "4014"), (CARS,))
    assert sum(e.tonnes for e in renamed) == sum(e.tonnes for e in some())
    assert renamed == Emissions.of(renamed[:])


def test_sums_and_counts_are_of_all_areas_or_of_one():
    packed = Emissions.of(some())
    assert sum(count for count, _ in packed.sums.values()) == 500
    own = packed.of_area("0301")
    assert sum(value for _, value in own.values()) == sum(
        grams(e.tonnes) for e in packed if e.area == "0301"
    )
    assert packed.repeated == 500  # there are few kinds and many rows


def test_no_emissions_are_none():
    nothing = Emissions.of([])
    assert (len(nothing), list(nothing), nothing.years, nothing.zeros) == (0, [], (), 0)
