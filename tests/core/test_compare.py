"""Two editions against each other: what changed, in which cell, and what it does to a budget."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from climatebudget.core.boundary import Boundary
from climatebudget.core.compare import change_since, compare, shifts
from climatebudget.core.inventory import Inventory, sector_of
from climatebudget.core.path_rule import PathRule, Rule
from climatebudget.core.paths import ReferencePath
from climatebudget.core.quantity import ZERO, from_grams, tonnes
from climatebudget.core.rebase import rebase
from tests.tables import budget, edition, history, measures, source

OLD = """
    utslippskilde          | 2009   | 2022   | 2024
    veitrafikk/personbiler | 1000.5 | 700.25 | 600
    veitrafikk/tunge       | 500    | 450    | 400
    oppvarming/olje        | 250    | 20     | 0
"""


def change(old: str, new: str) -> str:
    """The old table with one line replaced."""
    kept = [line for line in OLD.splitlines() if line.strip() != old]
    assert len(kept) < len(OLD.splitlines()), old
    return "\n".join([*kept, new])


def test_an_edition_against_itself_changes_nothing():
    found = compare(history(OLD), history(OLD))
    assert found.same and found.cells == () and found.whole.net == 0


def test_every_cell_that_differs_is_told_the_largest_first():
    found = compare(
        history(OLD),
        history("""
            utslippskilde          | 2009   | 2022   | 2024
            veitrafikk/personbiler | 1000.5 | 700.25 | 599
            veitrafikk/tunge       | 510    | 450    | 400
            oppvarming/olje        | 250    | 20     | 3.5
        """),
    )
    assert [(c.code, c.year, c.change) for c in found.cells] == [
        ("veitrafikk/tunge", 2009, Decimal(10)),
        ("oppvarming/olje", 2024, Decimal("3.5")),
        ("veitrafikk/personbiler", 2024, Decimal(-1)),
    ]
    assert (found.whole.net, found.whole.absolute) == (Decimal("12.5"), Decimal("14.5"))


def test_differences_that_cancel_are_seen_without_their_sign():
    """Nothing net in the sector, twenty tonnes moved inside it."""
    found = compare(
        history(OLD),
        history("""
            utslippskilde          | 2009   | 2022   | 2024
            veitrafikk/personbiler | 1000.5 | 700.25 | 610
            veitrafikk/tunge       | 500    | 450    | 390
            oppvarming/olje        | 250    | 20     | 0
        """),
    )
    [roads] = found.by_sector
    assert (roads.key, roads.net, roads.absolute, roads.cells) == ("veitrafikk", 0, 20, 2)
    assert not found.same


def test_a_year_that_only_one_edition_has_is_not_compared():
    """Its figures are unknown in the other edition, and not zero."""
    later = history("""
        utslippskilde          | 2009   | 2024 | 2025
        veitrafikk/personbiler | 1000.5 | 600  | 550
        veitrafikk/tunge       | 500    | 400  | 380
        oppvarming/olje        | 250    | 0    | 0
    """)
    found = compare(history(OLD), later)
    assert (found.years, found.new_years, found.gone_years) == ((2009, 2024), (2025,), (2022,))
    assert found.cells == () and not found.same


def test_a_source_that_lacks_in_a_year_the_edition_has_is_zero_there():
    found = compare(
        history(OLD),
        history(change("oppvarming/olje        | 250    | 20     | 0", "fly/innland | 1 | 2 | 3")),
    )
    assert [s.code for s in found.new] == ["fly/innland"]
    assert [s.code for s in found.gone] == ["oppvarming/olje"]
    assert [(c.code, c.year, c.change) for c in found.cells] == [
        ("oppvarming/olje", 2009, -250),
        ("oppvarming/olje", 2022, -20),
        ("fly/innland", 2024, 3),
        ("fly/innland", 2022, 2),
        ("fly/innland", 2009, 1),
    ]
    assert found.replaced == ()


def test_a_source_with_the_very_same_figures_under_another_name_is_renamed():
    new = change(
        "veitrafikk/tunge       | 500    | 450    | 400", "veitrafikk/lastebiler | 500 | 450 | 400"
    )
    found = compare(history(OLD), history(new))
    assert found.renamed == {"veitrafikk/tunge": "veitrafikk/lastebiler"}
    assert (found.cells, found.new, found.gone) == ((), (), ())


def test_the_same_figures_in_another_sector_are_no_new_name():
    new = change("veitrafikk/tunge       | 500    | 450    | 400", "fly/tunge | 500 | 450 | 400")
    found = compare(history(OLD), history(new))
    assert found.renamed == {} and len(found.cells) == 6


def test_two_that_could_be_the_new_name_are_both_new():
    """Never a guess; and a source of nothing but zeros says nothing."""
    twice = """
        utslippskilde | 2009 | 2024
        sjø/ferge     | 5    | 5
        sjø/last      | 5    | 5
        sjø/cruise    | 0    | 0
    """
    one = """
        utslippskilde | 2009 | 2024
        sjø/passasjer | 5    | 5
        sjø/fisk      | 0    | 0
    """
    found = compare(history(one), history(twice))
    assert found.renamed == {}
    assert [(sector, [s.code for s in gone], [s.code for s in new])
            for sector, gone, new in found.replaced] == [
        ("sjø", ["sjø/passasjer", "sjø/fisk"], ["sjø/ferge", "sjø/last", "sjø/cruise"])
    ]  # fmt: skip


CODES = ("a/1", "a/2", "b/1", "b/2", "c/1")
YEARS = (2009, 2011, 2024)
figures = some.dictionaries(
    some.tuples(some.sampled_from(CODES), some.sampled_from(YEARS)),
    some.integers(-(10**12), 10**12),
    max_size=12,
)


def of(grams: dict[tuple[str, int], int]) -> Inventory:
    cells = {key: from_grams(value) for key, value in grams.items()}
    years = tuple(sorted({year for _, year in cells}))
    return Inventory("0301", years, cells, {c: source(c) for c in sorted({c for c, _ in cells})})


@given(figures, figures)
def test_the_cells_make_the_difference_of_the_totals(one, other):
    """To the gram, however the sources were renamed: per year, per sector and as a whole."""
    before, after = of(one), of(other)
    found = compare(before, after)
    for year in found.years:
        moved = sum((c.change for c in found.cells if c.year == year), ZERO)
        assert moved == (after.total[year] or ZERO) - (before.total[year] or ZERO)
        assert moved == found.in_year(year).net == sum(p.net for p in found.sectors_in(year))
    assert found.whole.net == sum((c.change for c in found.cells), ZERO)
    for parts in (found.by_sector, found.by_source, found.by_year):
        assert sum((p.net for p in parts), ZERO) == found.whole.net
        assert sum((p.absolute for p in parts), ZERO) == found.whole.absolute
        assert sum(p.cells for p in parts) == len(found.cells)
    assert abs(found.whole.net) <= found.whole.absolute
    assert found.years == tuple(sorted(set(before.years) & set(after.years)))


@given(figures, figures)
def test_the_other_way_round_is_the_same_with_the_sign_turned(one, other):
    there, back = compare(of(one), of(other)), compare(of(other), of(one))
    assert {(sector_of(c.code), c.year, c.change) for c in there.cells} == {
        (sector_of(c.code), c.year, -c.change) for c in back.cells
    }
    assert there.whole.absolute == back.whole.absolute
    assert {s.code for s in there.new} == {s.code for s in back.gone}


@pytest.mark.parametrize(
    ("then", "now", "percent"),
    [("100", "68", -32), ("100", "150", 50), ("0", "5", None), ("-2", "5", None)],
)
def test_change_since_a_year_is_in_percent_of_what_there_was(then, now, percent):
    line = tonnes({2009: Decimal(then), 2024: Decimal(now)})
    assert change_since(line, 2009, 2024) == percent
    assert change_since(line, 2009, 2023) is None


# ---- what it does to a budget --------------------------------------------------------------------

TWELVE_CARS = """
    nr | klimatiltak | sektor | utslippskilde          | 2026 | 2030
    1  | Bytte biler | Vei    | veitrafikk/personbiler | 50   | 100
"""
RAISED = change(
    "veitrafikk/tunge       | 500    | 450    | 400", "veitrafikk/tunge | 600 | 450 | 420"
)


def test_a_target_keeps_its_percentage_and_moves_in_tonnes():
    """55 percent off 1 750,5 and off 1 850,5; the path in tonnes stays, and so the gap shrinks."""
    moved = rebase(budget(measures(TWELVE_CARS)), edition(slug="ny"), history(RAISED))
    [(target, before, after)] = moved.targets
    assert (target.year, before.reference, after.reference) == (
        2030, Decimal("1750.5"), Decimal("1850.5")
    )  # fmt: skip
    assert (before.allowed, after.allowed) == (Decimal("787.725"), Decimal("832.725"))
    assert before.gap.value == 940 - 100 - Decimal("787.725")
    assert after.gap.value == 940 - 100 - Decimal("832.725")
    assert moved.path_stays


def test_without_a_path_the_new_last_year_stands_in():
    moved = rebase(budget(measures(TWELVE_CARS), path=None), edition(slug="ny"), history(RAISED))
    [(_, before, after)] = moved.targets
    assert before.gap.value == 1000 - 100 - Decimal("787.725")
    assert after.gap.value == 1020 - 100 - Decimal("832.725")
    assert not moved.path_stays


def test_an_edition_without_the_reference_year_leaves_the_target_unknown():
    short = history("""
        utslippskilde          | 2022 | 2024
        veitrafikk/personbiler | 700  | 600
    """)
    [(_, before, after)] = rebase(budget(), edition(slug="ny"), short).targets
    assert before.allowed is not None
    assert (after.reference, after.allowed, after.gap.value) == (None, None, None)


def test_the_budget_itself_is_left_as_it_was():
    """Only edition and inventory are other; measures, path and targets are the very same."""
    original = budget(measures(TWELVE_CARS))
    moved = rebase(original, edition(slug="ny"), history(RAISED))
    assert moved.before is original
    as_it_was = {name: getattr(original, name) for name in ("edition", "inventory", "published")}
    assert replace(moved.after, **as_it_was) == original


def test_on_another_edition_the_boundary_still_holds():
    """What is left out of the one is left out of the other, and a path by rule is made anew."""
    rule = PathRule(Rule.HELD)
    left_out = Boundary({"veitrafikk/tunge": "Riksveien"})
    original = replace(budget(), boundary=left_out, path=ReferencePath({}, rule=rule))
    raised = history(RAISED)
    moved = rebase(original, edition(slug="ny"), raised)
    tunge = raised.cells["veitrafikk/tunge", 2024]
    assert moved.after.published is raised
    assert moved.after.inventory.total[2024] == raised.total[2024] - tunge
    assert moved.after.path.whole[2030] == moved.after.inventory.total[2024]
    assert not moved.path_stays


def test_the_area_that_moved_most_comes_first():
    """From −40 to −20 percent is twenty points; who lacks a year in an edition has none."""
    before = {
        "4010": tonnes({2009: Decimal(100), 2023: Decimal(90)}),
        "4014": tonnes({2009: Decimal(100), 2023: Decimal(60)}),
        "4016": tonnes({2023: Decimal(60)}),
        "4018": tonnes({2009: Decimal(1)}),
    }
    after = {
        "4010": tonnes({2009: Decimal(100), 2023: Decimal(91), 2024: Decimal(95)}),
        "4014": tonnes({2009: Decimal(100), 2023: Decimal(80), 2024: Decimal(70)}),
        "4016": tonnes({2009: Decimal(50), 2023: Decimal(60), 2024: Decimal(60)}),
    }
    found = shifts(before, after, 2009, 2023, 2024)
    assert [(s.area, s.before, s.after, s.points, s.latest) for s in found] == [
        ("4014", -40, -20, 20, -30),
        ("4010", -10, -9, 1, -5),
        ("4016", None, 20, None, 20),
    ]
