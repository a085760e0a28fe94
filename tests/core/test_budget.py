"""What is internal stays in the draft."""

from __future__ import annotations

from dataclasses import replace

from climatebudget.core.budget import shown
from climatebudget.core.measure import Decision
from climatebudget.core.statement import statement
from tests.tables import budget, measures, version
from tests.world import NOW

ONE, TWO = measures("""
    nr | klimatiltak  | sektor | utslippskilde          | 2026
    1  | Bytte biler  | Vei    | veitrafikk/personbiler | 10
    2  | Bygge tunnel | Vei    | veitrafikk/personbiler | 20
""")
TOWN = budget(
    (replace(ONE, contact="Kari Nordmann"), replace(TWO, decision=Decision.NOT_PRIORITISED))
)
PRESENTED = replace(TOWN, version=version(slug="vedtatt", frozen=True, presented_at=NOW))


def test_a_draft_is_shown_as_it_is():
    assert shown(TOWN) is TOWN


def test_what_is_lagt_fram_names_no_person_and_nothing_that_was_not_prioritised():
    (only,) = shown(PRESENTED).measures
    assert (only.number, only.contact) == (1, "")


def test_what_is_left_out_was_in_no_sum():
    assert statement(shown(PRESENTED)).total == replace_counts(statement(PRESENTED).total)


def replace_counts(line):
    return replace(line, cut=replace(line.cut, measures=line.cut.counted))
