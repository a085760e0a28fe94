"""Who last changed what a figure rests on: from the record, of the figure and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from climatebudget import db
from climatebudget.core.access import Membership, Role, User
from climatebudget.core.boundary import Boundary, Facility
from climatebudget.core.budget import Kind
from climatebudget.core.findings import About
from climatebudget.core.measure import Decision, effect_in
from climatebudget.core.overlap import Member, OverlapGroup, Rule
from climatebudget.core.path_rule import PathRule
from climatebudget.core.path_rule import Rule as PathRuleKind
from climatebudget.core.paths import Allowance, ReferencePath, Target
from climatebudget.core.quantity import tonnes
from climatebudget.db import read, write
from climatebudget.db.values import Change
from tests import world
from tests.conftest import Clock

BUSES, OIL = "veitrafikk/busser", "oppvarming/fossil-olje"


@pytest.fixture
def town(engine, clock: Clock):
    """Oslo, as «oppsett» made it; then others come, a day after each other."""
    world.build(engine)

    def come(actor: str, do) -> read.Place:
        clock.now += timedelta(days=1)
        with db.session(engine, actor=actor, writes=True, clock=clock) as session:
            do(session, world.at(session))
            session.commit()
            return world.at(session)

    return come


def last(engine, *abouts: About, slug: str = "utkast", number: str = "0301") -> list[str]:
    with db.session(engine, actor="") as session:
        place = world.at(session, number, slug)
        budget = read.budget(session, place)
        changes = read.last_changes(session, place, budget, [{about} for about in abouts])
        return [change.actor if change else "" for change in changes]


def changed(number: int, **fields):
    def do(session, place):
        found = read.measure(session, place, number)
        lock = read.measure_lock(session, place, found.id)
        write.save_measure(session, place, replace(found, **fields), lock)

    return do


def cut(year: int) -> About:
    return About("measure", "1", year)


def test_only_who_changed_the_years_figure_is_told(engine, town):
    with db.session(engine, actor="") as session:
        own = read.measure(session, world.at(session), 1).effects[0]
    figures = {**own.yearly.by_year, 2028: Decimal(250)}
    town("siri", changed(1, effects=(replace(own, yearly=tonnes(figures)),)))
    town("per", changed(1, name="Bytte ut femten biler"))
    assert last(engine, cut(2027), cut(2028)) == ["oppsett", "siri"]


def test_who_put_a_measure_into_the_sum_changed_every_figure_of_it(engine, town):
    town("kari", changed(1, decision=Decision.ADOPTED))
    assert last(engine, cut(2027), About("measure", "2", 2027)) == ["kari", "oppsett"]


def test_a_new_place_changes_the_year_it_has_a_figure_for(engine, town):
    with db.session(engine, actor="") as session:
        own = read.measure(session, world.at(session), 1).effects
    town("siri", changed(1, effects=(*own, effect_in(BUSES, {2030: Decimal(5)}))))
    assert last(engine, cut(2029), cut(2030)) == ["oppsett", "siri"]


def test_path_target_and_allowance_each_have_their_own(engine, town):
    def frame(session, place):
        now = read.budget(session, place)
        targets = (replace(now.targets[0], percent=Decimal(60)), Target(Decimal(75), 2035, 2009))
        allowance = Allowance({2028: Decimal(-40)}, reasons={2028: "Vedtatt"})
        kept = {"edition_slug": "2024-tall", "path": now.path, "horizon": 2035}
        write.set_frame(session, place, targets=targets, allowance=allowance, **kept)

    def path(session, place):
        whole = read.budget(session, place).path.whole.by_year
        write.set_path(session, place, ReferencePath({"": tonnes({**whole, 2028: Decimal(1)})}))

    town("siri", frame)
    town("per", path)
    asked = [
        About("path", "", 2027),
        About("path", "", 2028),
        About("target", "0", 2030),
        About("target", "1", 2035),
        About("allowance", "2028", 2028),
    ]
    assert last(engine, *asked) == ["oppsett", "per", "siri", "siri", "siri"]


def test_the_rule_of_a_path_has_its_own(engine, town):
    rule = ReferencePath({}, rule=PathRule(PathRuleKind.HELD))
    town("siri", lambda session, place: write.set_path(session, place, rule))
    assert last(engine, About("path")) == ["siri"]


def test_boundary_and_overlap_have_their_own(engine, town):
    plant = Facility("Felles fjernvarme", OIL, tonnes({2009: 1, 2024: 2}), "Vår del")
    group = OverlapGroup("", "Biler", Rule.LARGEST, (Member("0301-m1", world.HISTORY[0][0]),))
    town("siri", lambda s, p: write.set_boundary(s, p, Boundary({BUSES: "Rutebuss"})))
    town("per", lambda s, p: write.set_boundary(s, p, Boundary({BUSES: "Rutebuss"}, (plant,))))
    town("kari", lambda s, p: write.save_overlap(s, p, group))
    with db.session(engine, actor="") as session:
        (stored,) = read.budget(session, world.at(session)).overlaps
    asked = [
        About("boundary", BUSES),
        About("facility", "Felles fjernvarme", 2024),
        About("boundary"),
        About("overlap", stored.id),
    ]
    assert last(engine, *asked) == ["siri", "per", "per", "kari"]


def test_an_edition_is_told_by_who_read_it(engine, town):
    assert last(engine, About("edition")) == ["oppsett"]
    assert last(engine, About("version")) == [""]


def test_a_frozen_version_tells_of_its_draft_as_it_was_then(engine, town, clock):
    town("siri", changed(1, decision=Decision.ADOPTED))
    town("frys", lambda s, p: write.freeze(s, p, Kind.PROPOSAL, "", clock()))
    town("per", changed(1, decision=Decision.PROPOSED))
    assert last(engine, cut(2027), slug="forslag") == ["siri"]
    assert last(engine, cut(2027)) == ["per"]


def test_what_came_with_the_draft_is_told_by_who_opened_it(engine, town):
    def open_next(session, place):
        write.open_budget_year(session, place.municipality_id, 2028, 2032, copy_of=place)

    town("åpner", open_next)
    with db.session(engine, actor="") as session:
        place = read.place(session, "0301", 2028, "utkast")
        budget = read.budget(session, place)
        (change,) = read.last_changes(session, place, budget, [{cut(2028)}])
    assert (change.actor, change.opened) == ("åpner", True)


def test_the_newest_of_a_group_is_told(engine, town):
    town("kari", changed(2, decision=Decision.ADOPTED))
    with db.session(engine, actor="") as session:
        place = world.at(session)
        budget = read.budget(session, place)
        groups = [{cut(2027), About("measure", "2", 2027)}, set()]
        found = read.last_changes(session, place, budget, groups)
    assert [c.actor if c else "" for c in found] == ["kari", ""]


SIRI = User(7, "", "Siri Aas", (Membership("0301", Role.CLIMATE), Membership("4014", Role.OWNER)))


@pytest.mark.parametrize(
    ("person", "named", "says"),
    [
        (SIRI, True, ["Siri Aas", "klimarådgiver"]),
        (SIRI, False, ["klimarådgiver"]),
        (replace(SIRI, memberships=()), True, ["Siri Aas"]),
        (replace(SIRI, memberships=()), False, ["en i kommunen"]),
        (replace(SIRI, memberships=(), operator=True), False, ["operatør"]),
        (None, False, ["kommandolinjen"]),
    ],
)
def test_a_name_is_told_only_where_it_may_be(person, named, says):
    change = Change(world.NOW, "kommandolinjen", person)
    assert [text.shown() for text in change.by("0301", named)] == says
