"""Where the pieces of the stacked chart go: an inventory's emission sectors over the years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from climatebudget.core.field import NBSP, show_number
from climatebudget.core.inventory import Inventory
from climatebudget.core.paths import HUNDRED, Target
from climatebudget.core.quantity import ZERO, Yearly
from climatebudget.core.text import N_, Translate
from climatebudget.web.charts import scale

PIECES = 7  # as many as app.css has colours and patterns for
WIDE = {"w": 1120, "h": 420, "left": 84, "right": 276, "top": 34, "bottom": 34}
NARROW = {"w": 340, "h": 380, "left": 70, "right": 128, "top": 34, "bottom": 32}
YEAR_LABEL = 38  # room for a year under its bar, and for a line of text beside the axis
LINE = 15
SHORT = {  # where the sector's own name is wider than a telephone
    "annen-mobil-forbrenning": N_("Annen mobil"),
    "avfall-og-avlop": N_("Avfall, avløp"),
    "energiforsyning": N_("Energi"),
    "industri-olje-og-gass": N_("Industri, olje"),
    "produkter-med-fluorgasser": N_("Fluorgasser"),
}
REST = N_("Øvrige")


def stacked(
    inventory: Inventory, targets: Sequence[Target], narrow: bool, translate: Translate = str
) -> dict[str, Any]:
    """What the macro ``stacked`` of ``charts.html`` is given; the largest is at the bottom."""
    size = NARROW if narrow else WIDE
    span = (inventory.years[0], inventory.years[-1])
    lines = _target_lines(inventory, targets, translate)
    total = inventory.total
    highest = max([v for v in total.by_year.values() if v] + [level for level, _ in lines] + [ZERO])
    axis = scale(highest, narrow)
    per_pixel = Decimal(axis["ymax"]) / (size["h"] - size["top"] - size["bottom"])
    taken = [level for level, _ in lines]
    return {
        "years": list(inventory.years),
        "xticks": spaced(inventory.years, (size["w"] - size["left"] - size["right"]), span),
        "span": span,
        "ymax": axis["ymax"],
        "yticks": [
            (level, "" if _near(Decimal(level), taken, per_pixel) else text)
            for level, text in axis["yticks"]
        ],
        "unit": translate(axis["unit"]),
        "series": _series(inventory, narrow, translate),
        "targets": _without_collisions(lines, per_pixel),
        "size": size,
    }


def by_size(inventory: Inventory) -> list[tuple[str, Yearly]]:
    """Emission sectors with any emission, the one with most in the last year first."""
    used = [(s, y) for s, y in inventory.sectors.items() if any(y.by_year.values())]
    return sorted(used, key=lambda item: -(item[1][inventory.last_year] or ZERO))


def target_tonnes(inventory: Inventory, target: Target) -> Decimal | None:
    """The target in this edition's tonnes; unknown when it lacks the reference year."""
    reference = inventory.total[target.reference_year]
    return None if reference is None else reference * (HUNDRED - target.percent) / HUNDRED


def _series(inventory: Inventory, narrow: bool, translate: Translate) -> list[dict[str, Any]]:
    names = {s.sector: s.sector_name for s in inventory.sources.values()}
    sectors = by_size(inventory)
    alone, rest = (sectors, []) if len(sectors) <= PIECES else _split(sectors)
    found = [
        _piece(translate(SHORT.get(s, names[s])) if narrow else names[s], [y], inventory, narrow)
        for s, y in alone
    ]
    if rest:
        found.append(_piece(translate(REST), [y for _, y in rest], inventory, narrow))
    return found


def _split(
    sectors: list[tuple[str, Yearly]],
) -> tuple[list[tuple[str, Yearly]], list[tuple[str, Yearly]]]:
    return sectors[: PIECES - 1], sectors[PIECES - 1 :]


def _piece(
    name: str, parts: Iterable[Yearly], inventory: Inventory, narrow: bool
) -> dict[str, Any]:
    sums = {y: sum(((p[y] or ZERO) for p in parts), ZERO) for y in inventory.years}
    return {
        "name": name,
        # A bar cannot be less than nothing; the table says what is below zero.
        "values": [float(max(sums[y], ZERO)) for y in inventory.years],
        "text": "" if narrow else show_number(sums[inventory.last_year]),
    }


def spaced(years: Sequence[int], width: int, span: tuple[int, int]) -> list[int]:
    """The years that have room for their label; the first and the last always do."""
    slot = width / (span[1] - span[0] + 1)
    chosen = [years[-1]]
    for year in reversed(years[:-1]):
        if (chosen[-1] - year) * slot >= YEAR_LABEL:
            chosen.append(year)
    if years[0] not in chosen:
        if (chosen[-1] - years[0]) * slot < YEAR_LABEL and len(chosen) > 1:
            chosen.pop()
        chosen.append(years[0])
    return chosen[::-1]


def _target_lines(
    inventory: Inventory, targets: Sequence[Target], translate: Translate
) -> list[tuple[Decimal, str]]:
    known = [(target_tonnes(inventory, t), t.year) for t in sorted(targets, key=lambda t: t.year)]
    word = translate(N_("Mål"))
    return [(level, f"{word}{NBSP}{year}") for level, year in known if level is not None]


def _near(value: Decimal, others: Iterable[Decimal], per_pixel: Decimal) -> bool:
    return any(abs(value - other) < LINE * per_pixel for other in others)


def _without_collisions(
    lines: list[tuple[Decimal, str]], per_pixel: Decimal
) -> list[dict[str, Any]]:
    """Every target's line, and a label where it hides no later target's."""
    return [
        {
            "value": float(level),
            "text": "" if _near(level, (v for v, _ in lines[at + 1 :]), per_pixel) else text,
        }
        for at, (level, text) in enumerate(lines)
    ]
