"""Kommunens justeringer: beside what is published, in the sums, and never mixed with it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from climatebudget.core.adjustments import (
    Adjustment,
    adjusted,
    adjustment_of,
    below_zero,
    holding,
    without,
)
from climatebudget.core.boundary import Boundary, Facility, inside, parts
from climatebudget.core.budget import Budget
from climatebudget.core.canonical import canonical
from climatebudget.core.checks.adjustments import told
from climatebudget.core.checks.sums import sums, the_inventory_adds_up
from climatebudget.core.exchange import draft_of, dumps, from_json, loads, to_json
from climatebudget.core.explain import Column, Key, Scope, explain
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.inventory import UNALLOCATED, Source
from climatebudget.core.path_rule import Level as At
from climatebudget.core.path_rule import PathRule, Rule
from climatebudget.core.paths import ReferencePath
from climatebudget.core.quantity import ZERO, tonnes
from climatebudget.core.rebase import readjusted, rebase
from climatebudget.core.reconcile import reconcile
from climatebudget.core.statement import statement
from tests.tables import budget, edition, history, path, source

CARS, LORRIES, OIL = "veitrafikk/personbiler", "veitrafikk/tunge", "oppvarming/olje"
PORT = "sjofart/havn"
NAMES: dict[str, Source] = {code: source(code) for code in (CARS, LORRIES, OIL, PORT)}
TOWN = history("""
    utslippskilde          | 2009 | 2024
    veitrafikk/personbiler | 1000 | 600
    veitrafikk/tunge       | 500  | 400
    oppvarming/olje        | 200  | 0
""")
OLD = edition(slug="2023-tall", name="2023-tall")


def adjustment(code: str, year: int, tonnes: str | Decimal, **changes) -> Adjustment:
    own = {"reason": "Målt på nytt", "approved_by": "Kommunedirektøren", "edition": "2024-tall"}
    return Adjustment(code, year, Decimal(tonnes), **{**own, **changes})


def town(*adjustments: Adjustment, **changes) -> Budget:
    """Oslo's draft with these adjustments, as it is read: adjusted, then cut by the boundary."""
    fields = {"published": TOWN, "path": None, "adjustments": adjustments, **changes}
    made = replace(budget(), **fields)
    whole = adjusted(made.published, made.adjusting, NAMES)
    return replace(made, inventory=inside(whole, made.boundary, NAMES))


def found(of: Budget, code: str) -> list[Finding]:
    return [f for f in reconcile(of, statement(of)) if f.code == code]


def test_an_adjustment_is_in_its_source_its_sector_and_the_whole():
    one = adjusted(TOWN, [adjustment(CARS, 2024, "12.5")], NAMES)
    assert one.source(CARS).by_year == {2009: 1000, 2024: Decimal("612.5")}
    assert one.sectors["veitrafikk"][2024] == Decimal("1012.5")
    assert one.total.by_year == {2009: 1700, 2024: Decimal("1012.5")}


def test_what_is_published_stands_beside_it():
    one = adjusted(TOWN, [adjustment(CARS, 2024, "12.5")], NAMES)
    assert without(one) == TOWN
    assert adjustment_of(one, CARS) == adjustment_of(one, "veitrafikk") == adjustment_of(one)
    assert adjustment_of(one) == {2024: Decimal("12.5")}
    assert adjustment_of(one, LORRIES) == {}


def test_without_adjustments_nothing_is_changed():
    assert adjusted(TOWN, [], NAMES) is TOWN


def test_a_source_the_edition_lacks_gets_its_name_and_its_place():
    one = adjusted(TOWN, [adjustment(PORT, 2024, 40)], NAMES)
    assert one.source(PORT).by_year == {2009: 0, 2024: 40}
    assert list(one.sources) == [CARS, LORRIES, OIL, PORT]
    nameless = adjusted(TOWN, [adjustment("veitrafikk/trikk", 2024, 1)], NAMES)
    assert nameless.sources["veitrafikk/trikk"].sector_name == "Veitrafikk"


def test_a_year_the_edition_lacks_stays_unknown_and_a_finding_says_so():
    of = town(adjustment(CARS, 2010, 5))
    assert of.inventory == TOWN and of.inventory.total[2010] is None
    [told_] = found(of, "adjustment-year")
    assert "Utgaven har ikke tall for 2010. Justeringene i disse årene er ikke med." in (
        told_.message
    )


def test_the_boundary_cuts_what_is_adjusted():
    """First published, then adjusted, then the boundary: what is left out is left out of both."""
    changes = adjustment(LORRIES, 2024, 7), adjustment(CARS, 2024, 3)
    of = town(*changes, boundary=Boundary({LORRIES: "Riksveien"}))
    assert of.inventory.total[2024] == 603
    assert adjustment_of(of.inventory) == {2024: 3}
    whole = adjusted(TOWN, changes, NAMES)
    last = parts(whole, of.boundary, 2024, NAMES)[-1]
    assert (last.published, last.adjusted, last.left_out, last.inside) == (1000, 10, 407, 603)


def test_the_reference_year_the_target_and_the_path_rest_on_adjusted_figures():
    rule = PathRule(Rule.HELD, At.WHOLE)
    of = town(path=ReferencePath({}, "Politikk", rule=rule))
    move = readjusted(of, [adjustment(CARS, 2009, 300), adjustment(OIL, 2024, 100)])
    [(_, before, after)] = move.targets
    assert (before.reference, after.reference) == (1700, 2000)
    assert (before.allowed, after.allowed) == (765, 900)
    assert move.after.path.figures[""][2030] == 1100
    assert statement(move.after).total.inventory[2009] == 2000


def test_a_path_given_in_tonnes_does_not_follow():
    of = town(path=path({2030: 900}))
    move = readjusted(of, [adjustment(CARS, 2024, 100)])
    assert move.after.path == of.path and move.path_stays


def test_an_adjustment_holds_for_one_edition():
    old = adjustment(CARS, 2009, 300, edition="2023-tall")
    of = town(old, adjustment(OIL, 2009, 1))
    assert of.adjusting == (of.adjustments[1],) and of.resting == (old,)
    assert of.inventory.total[2009] == 1701
    assert holding(of.adjustments, OLD) == (old,)
    assert holding(of.adjustments, None) == ()
    assert holding(of.adjustments, replace(OLD, owner="0301")) == ()  # of the same name


def test_on_another_edition_the_adjustments_rest_and_wake_when_it_comes_back():
    of = town(adjustment(CARS, 2009, 300))
    there = rebase(of, OLD, TOWN).after
    assert there.inventory.total[2009] == 1700 and there.resting == of.adjustments
    assert rebase(there, of.edition, TOWN).after.inventory.total[2009] == 2000


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (1, "1 justering gjelder utgaven 2023-tall og er ikke med. Før den over, eller slett den."),
        (2, "2 justeringer gjelder utgaven 2023-tall og er ikke med. Før dem over, eller slett"),
    ],
)
def test_what_rests_is_a_finding_that_says_what_to_do(count, says):
    resting = [adjustment(CARS, 2009 + 15 * n, 3, edition="2023-tall") for n in range(count)]
    [one] = found(town(*resting), "adjustments-resting")
    assert one.message.startswith(says)
    assert (one.level, one.where) == (Level.EXPLAIN, About("adjustment", "2023-tall"))


def test_an_edition_of_our_own_is_called_so():
    resting = adjustment(CARS, 2009, 3, own=True)
    [one] = found(town(resting), "adjustments-resting")
    assert "utgaven 2024-tall (kommunens egen)" in one.message


def test_a_source_below_zero_stops_the_next_step():
    of = town(adjustment(OIL, 2024, -1))
    assert below_zero(of.inventory) == ((OIL, 2024),)
    [one] = found(of, "adjusted-below-zero")
    assert one.stops and one.where == About("adjustment", OIL, 2024)
    assert "Justeringen av Olje i 2024 trekker fra mer enn det er" in one.message
    assert found(town(adjustment(OIL, 2009, -200)), "adjusted-below-zero") == []


def test_the_pages_say_what_is_adjusted_and_what_rests():
    old = adjustment(CARS, 2009, 300, edition="2023-tall")
    assert told(town()) == ()
    assert [t.shown() for t in told(town(old, adjustment(OIL, 2009, 1)))] == [
        "Utslippene er publiserte tall med 1 justering fra kommunen.",
        "1 justering gjelder utgaven 2023-tall og er ikke med.",
    ]


def test_published_and_adjustments_are_reckoned_anew_in_the_reconciliation():
    facility = Facility("Havna", PORT, tonnes({2009: Decimal(40), 2024: Decimal(30)}))
    boundary = Boundary({LORRIES: "Riksveien"}, (facility,))
    changes = adjustment(CARS, 2024, "0.5"), adjustment(LORRIES, 2024, 9)
    of = town(*changes, boundary=boundary)
    own = [s for s in sums(of, statement(of)).checks if s.name.startswith("Publisert")]
    assert [(s.year, s.parts, s.whole) for s in own] == [(2024, Decimal("630.5"), Decimal("630.5"))]
    wrong = replace(of, published=replace(TOWN, cells={**TOWN.cells, (CARS, 2024): Decimal(1)}))
    assert [f.code for f in the_inventory_adds_up(wrong, statement(wrong))] == ["inventory-sum"]


def test_without_adjustments_the_reconciliation_has_no_such_sum():
    assert not any(s.name.startswith("Publisert") for s in sums(town(), statement(town())).checks)


def test_an_adjusted_source_opens_to_what_is_before_and_to_the_adjustment():
    of = town(adjustment(CARS, 2024, "-2.5"))
    key = Key(Column.INVENTORY, 2024, Scope.SOURCE, CARS)
    opened = explain(of, statement(of), key)
    assert [(p.what.shown(), p.figure.value) for p in opened.parts] == [
        ("Utslipp i statistikkutgaven", 600),
        ("Kommunens justering, godkjent av Kommunedirektøren", Decimal("-2.5")),
    ]
    assert [detail.shown() for detail in opened.parts[1].details] == ["Målt på nytt"]
    assert opened.figure.value == sum(p.figure.value for p in opened.parts)
    untouched = explain(of, statement(of), replace(key, year=2009))
    assert len(untouched.parts) == 1


AMOUNT = some.integers(-(10**12), 10**12).filter(bool).map(lambda n: Decimal(n).scaleb(-6))
ADJUSTMENTS = some.lists(
    some.builds(
        adjustment, some.sampled_from([*NAMES]), some.sampled_from([2009, 2010, 2024]), AMOUNT
    ),
    max_size=8,
    unique_by=lambda a: (a.code, a.year),
)


@given(ADJUSTMENTS, some.sets(some.sampled_from([CARS, OIL, PORT])))
def test_sources_make_sectors_and_sectors_make_the_whole(adjustments, left_out):
    of = town(*adjustments, boundary=Boundary(dict.fromkeys(left_out, "Ikke vårt")))
    assert of.inventory is not None
    for year in of.inventory.years:
        sources = sum(of.inventory.source(c).by_year[year] for c in of.inventory.sources)
        sectors = sum(s.by_year[year] for s in of.inventory.sectors.values())
        assert sources == sectors == of.inventory.total[year]
        added = adjustment_of(of.inventory).get(year, ZERO)
        assert without(of.inventory).total.by_year[year] + added == of.inventory.total[year]
    assert all(not s.difference for s in sums(of, statement(of)).checks)


# ---- as bytes, and as a file ---------------------------------------------------------------------


def test_the_older_formats_keep_their_bytes():
    """What was frozen before there were adjustments is rendered as it was."""
    plain, changed = town(), town(adjustment(CARS, 2024, 3))
    assert b"adjustment" not in canonical(plain, 2)
    assert canonical(changed, 2) == canonical(plain, 2)
    assert canonical(plain).startswith(b'{"acceptances":[],"adjustments":[],')


def test_each_adjustment_is_in_the_bytes_also_those_that_rest():
    old = adjustment(OIL, 2009, "-0.000001", edition="2023-tall", own=True)
    text = canonical(town(adjustment(CARS, 2024, 3), old)).decode()
    assert '"grams":3000000,"own":false,"reason":"Målt på nytt","year":2024' in text
    assert '"edition":"2023-tall","grams":-1,"own":true' in text


def test_adjustments_go_out_in_a_file_and_in_again():
    of = town(
        adjustment(CARS, 2024, "-12.345"), adjustment(OIL, 2009, 1, edition="2023-tall", own=True)
    )
    read, wrong = loads(dumps(to_json(of)).encode())
    assert read and not wrong
    assert read.budget_years == (draft_of(of),)
    assert read.budget_years[0].adjustments == of.adjustments


A = "budget_years[0].adjustments[0]"


@pytest.mark.parametrize(
    ("field", "value", "where", "says"),
    [
        ("tonnes", "0", f"{A}.tonnes", "0 tonn endrer ingenting."),
        ("tonnes", "1.250", f"{A}.tonnes", "Skriv 1250 eller 1,25"),
        ("year", 20, f"{A}.year", "utenfor årene vi bruker"),
        ("code", "veitrafikk/romferge", f"{A}.code", "er ikke en utslippskilde"),
        ("code", "ufordelt", f"{A}.code", "er ikke en utslippskilde"),
        ("reason", " ", f"{A}.reason", "Justeringen mangler «reason»."),
        ("approved_by", "", f"{A}.approved_by", "Justeringen mangler «approved_by»."),
        ("edition", "", f"{A}.edition", "Justeringen mangler «edition»."),
    ],
)
def test_a_file_with_a_wrong_adjustment_is_refused_at_its_place(field, value, where, says):
    raw = to_json(town(adjustment(CARS, 2024, 3)))
    raw["budget_years"][0]["adjustments"][0][field] = value
    read, [wrong] = from_json(raw, {*NAMES, UNALLOCATED})
    assert read is None
    assert wrong.where == About("json", f"$.{where}") and says in wrong.message


def test_a_file_with_the_same_adjustment_twice_is_refused():
    raw = to_json(town(adjustment(CARS, 2024, 3)))
    raw["budget_years"][0]["adjustments"] *= 2
    read, [wrong] = from_json(raw, NAMES)
    assert read is None and "står to ganger" in wrong.message
