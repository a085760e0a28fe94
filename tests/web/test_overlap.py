"""Overlapp: groups of measures that cut the same tonnes, what they take off, and what is open."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Stage
from climatebudget.core.field import NBSP
from climatebudget.core.measure import InPath
from climatebudget.core.overlap import Member, OverlapGroup, Rule, deducted
from climatebudget.core.paths import ReferencePath
from climatebudget.core.quantity import tonnes
from climatebudget.core.statement import statement
from climatebudget.db import read, write
from climatebudget.web.overlap_form import EXAMPLES
from tests import world
from tests.tables import measures
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE

OVERLAP = f"{DRAFT}/overlap/"
NEW = f"{OVERLAP}new"
CARS, BUSES, WARMTH = "veitrafikk/personbiler", "veitrafikk/busser", "oppvarming/ufordelt"
MORE = measures("""
    nr | klimatiltak           | sektor | utslippskilde          | 2027 | 2028 | 2029 | 2030
    4  | Innføre bomring       | Vei    | veitrafikk/personbiler | 60   | 90   | 120  | 150
    5  | Bygge sykkelveier     | Bygg   | veitrafikk/personbiler |      | 40   | 60   | 80
    6  | Kjøpe elbusser        | Vei    | veitrafikk/busser      | 50   | 100  | 150  | 200
""")
M1, M4, M5 = (Member(f"0301-m{n}", CARS) for n in (1, 4, 5))
M6 = Member("0301-m6", BUSES)
TRAVEL = OverlapGroup("", "Bilreiser", Rule.LARGEST, (M1, M4), "De samme bilene, se notat 4.")
FIELDS = {"name": "Bilreiser", "rule": "LARGEST", "reason": "De samme bilene."}


def sent(*members: Member) -> list[str]:
    return [f"{m.measure} {m.code}" for m in members]


GOOD = {**FIELDS, "members": sent(M1, M4)}


def plain(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", html).replace(NBSP, " ")
    return re.sub(r"\s+", " ", text)


def row(page: str, heading: str) -> str:
    """The cells of the first table row that begins so."""
    rows = [plain(r) for r in re.findall(r"<tr.*?</tr>", page, re.DOTALL)]
    return next(r.strip() for r in rows if r.strip().startswith(heading))


def lock(page: str) -> str:
    found = re.search(r'name="lock" value="([^"]*)"', page)
    assert found
    return found[1]


def ticked(page: str) -> set[str]:
    return set(re.findall(r'name="members" id="[^"]+" value="([^"]+)" checked', page))


@pytest.fixture
def budget(app):
    def budget():
        with db.session(app.extensions["engine"], actor="prøve") as session:
            return read.budget(session, world.at(session))

    return budget


@pytest.fixture
def act(app):
    """Something done to the draft by somebody else."""

    def act(what):
        with db.session(app.extensions["engine"], actor="en annen", writes=True) as session:
            done = what(session, world.at(session))
            session.commit()
            return done

    return act


@pytest.fixture
def add(act):
    """Measures of the draft: those above, or others, with changes."""

    def add(*numbers: int, **changes):
        for measure in (m for m in MORE if not numbers or m.number in numbers):
            own = replace(measure, id=f"0301-{measure.id}", **changes)
            act(lambda session, place, own=own: write.save_measure(session, place, own))

    return add


@pytest.fixture
def grouped(act):
    """A group that is stored, and its address."""

    def grouped(group: OverlapGroup = TRAVEL) -> str:
        saved = act(lambda session, place: write.save_overlap(session, place, group))
        return f"{OVERLAP}{saved.id}"

    return grouped


# ---- what is there -------------------------------------------------------------------------------


def test_with_nothing_that_can_overlap_the_page_says_so(client):
    page = plain(client(Role.CLIMATE).get(OVERLAP).text)
    assert "Ingen klimatiltak er ført som overlappende." in page
    assert "Dere trenger ingen gruppe nå." in page


def test_without_measures_the_page_says_what_to_do_first(client, act):
    for number in (1, 2, 3):
        act(lambda s, p, n=number: write.remove_measure(s, p, f"0301-m{n}"))
    browser = client(Role.CLIMATE)
    page = browser.get(OVERLAP).text
    assert "Meld inn klimatiltak med utslippskutt først" in page
    assert f'<a class="ds-button" href="{DRAFT}/measures/">' in page
    assert "Ingen klimatiltak har utslippskutt ennå." in browser.get(NEW).text


def test_a_place_that_nobody_has_looked_at_is_shown_with_a_start(client, add):
    add()
    browser = client(Role.CLIMATE)
    page = browser.get(OVERLAP).text
    assert "Dette bør dere se på" in page and "Veitrafikk: Personbiler" in page
    for number, name in ((1, "Bytte ut tolv biler"), (4, "Innføre bomring")):
        assert f'<a href="{DRAFT}/measures/{number}">{number} {name}</a>' in page
    assert "Veitrafikk: Busser" not in page  # one measure alone overlaps with nothing
    assert "Lag en gruppe av klimatiltak 1, 4 og 5" in plain(page)
    start = re.search(r'href="([^"]+/overlap/new\?code=[^"]+)"', page)
    assert start
    form = browser.get(start[1]).text
    assert ticked(form) == set(sent(M1, M4, M5))
    assert 'value="Veitrafikk: Personbiler"' in form


def test_a_place_that_one_group_covers_in_part_offers_the_rest(client, add, grouped):
    add()
    address = grouped()
    browser = client(Role.CLIMATE)
    page = browser.get(OVERLAP).text
    assert "Lag en gruppe av klimatiltak 1 og 5" in plain(page)
    assert f'href="{address}?code={CARS}">Ta dem med i «Bilreiser»</a>' in page
    assert ticked(browser.get(f"{address}?code={CARS}").text) == set(sent(M1, M4, M5))


def test_an_address_that_asks_about_a_place_that_is_not_open_is_a_blank_form(client, add):
    add()
    for code in (BUSES, "luftfart/romferge", "", "<script>"):
        assert ticked(client(Role.CLIMATE).get(NEW, query_string={"code": code}).text) == set()


def test_a_group_is_shown_with_all_that_it_is_reckoned_from(client, add, grouped):
    add()
    grouped()
    page = client(Role.CLIMATE).get(OVERLAP).text
    told = plain(page)
    assert "Overlapp trekker 150 tonn fra utslippskuttene i 2030." in told
    assert row(page, "Bilreiser") == "Bilreiser 60 90 120 150"
    assert row(page, "I alt") == "I alt 60 90 120 150"
    assert row(page, "4 Innføre bomring") == (
        "4 Innføre bomring Veitrafikk: Personbiler 60 90 120 150"
    )
    assert row(page, "Fratrekk") == "Fratrekk 60 90 120 150"
    assert "Bare det største kuttet regnes." in told and TRAVEL.reason in told


def test_what_is_adjusted_already_stands_aside_and_is_told(client, add, grouped):
    add(4, adjusted=True)
    grouped()
    page = client(Role.CLIMATE).get(OVERLAP).text
    told = plain(page)
    assert "Ett klimatiltak har tall som er justert for overlapp allerede." in told
    assert "så ingenting trekkes fra to ganger" in told
    assert "Justert for overlapp fra før" in row(page, "4 Innføre bomring")
    assert row(page, "4 Innføre bomring").endswith("– – – –")
    assert row(page, "Fratrekk") == "Fratrekk 0 0 0 0"
    assert "Dette bør dere se på" not in told


def test_a_group_that_nobody_takes_part_in_has_dashes(client, add, act, grouped):
    add(4, in_path=InPath.INCLUDED)
    grouped(replace(TRAVEL, members=(M4, Member("0301-m2", CARS))))
    page = client(Role.CLIMATE).get(OVERLAP).text
    assert row(page, "Fratrekk") == "Fratrekk – – – –"
    assert "Kutter ikke her lenger" in page and "Ikke regnet med" in page
    assert "Derfor trekkes ingenting fra." in page


def test_what_is_unknown_is_a_word_and_never_zero(client, add, grouped):
    add(4, effects=())
    add(5)
    add(6, effects=(replace(MORE[2].effects[0], code=CARS, yearly=tonnes()),))
    grouped(OverlapGroup("", "Stier", Rule.LARGEST, (M5, Member("0301-m6", CARS)), "Notat"))
    page = client(Role.CLIMATE).get(OVERLAP).text
    assert row(page, "Fratrekk") == "Fratrekk ukjent minst 0 minst 0 minst 0"
    assert row(page, "I alt") == "I alt minst 0 minst 0 minst 0 minst 0"


def test_in_sequence_without_a_path_says_that_the_largest_is_all_that_is_certain(
    client, add, grouped
):
    add()
    grouped(replace(TRAVEL, rule=Rule.SEQUENCE))
    page = client(Role.CLIMATE).get(OVERLAP).text
    assert row(page, "Fratrekk") == "Fratrekk høyst 60 høyst 90 høyst 120 høyst 150"
    assert "Overlapp trekker høyst 150 tonn" in plain(page)
    assert "Bare det største kuttet er regnet med." in page


def test_in_sequence_with_a_path_at_the_source_is_exact(client, add, act, grouped):
    add()
    path = ReferencePath({CARS: tonnes(dict.fromkeys(range(2025, 2031), Decimal(600)))})
    act(lambda s, p: write.set_path(s, p, path, read.frame_lock(s, p)))
    grouped(replace(TRAVEL, rule=Rule.SEQUENCE))
    page = client(Role.CLIMATE).get(OVERLAP).text
    assert row(page, "Fratrekk") == "Fratrekk 12 36 72 120"  # 120 · 60 / 600 = 12
    assert "Bare det største kuttet" not in page


def test_the_examples_are_what_the_rules_come_to():
    cuts = [Decimal(100), Decimal(50)]
    for rule, text in EXAMPLES.items():
        value, _ = deducted(rule, cuts, Decimal(200), Decimal(20))
        left = int(sum(cuts) + value)
        assert text.endswith(f"{left} tonn."), rule
    assert set(EXAMPLES) == set(Rule)


# ---- a new group, another, none ------------------------------------------------------------------


def test_a_group_is_made_and_is_in_the_reckoning(client, add, budget):
    add()
    browser = client(Role.CLIMATE)
    answer = browser.send(NEW, **GOOD)
    assert answer.status_code == 303 and "#om-" in answer.location
    (group,) = budget().overlaps
    assert replace(group, id="") == replace(TRAVEL, reason=FIELDS["reason"])
    assert statement(budget()).total.overlap[2030].value == -150
    assert "Overlappgruppen «Bilreiser» er lagret." in browser.get(OVERLAP).text


def test_a_stated_share_keeps_its_percentage_and_other_rules_have_none(client, add, budget):
    add()
    browser = client(Role.CLIMATE)
    share = {**GOOD, "rule": "SHARE", "percent": "12,5"}
    assert browser.send(NEW, **share).status_code == 303
    (group,) = budget().overlaps
    assert (group.rule, group.percent) == (Rule.SHARE, Decimal("12.5"))
    assert "12,5 prosent av summen trekkes fra." in browser.get(OVERLAP).text
    address = f"{OVERLAP}{group.id}"
    page = browser.get(address).text
    again = {**share, "rule": "LARGEST", "percent": "ikke et tall", "lock": lock(page)}
    assert browser.send(address, **again).status_code == 303
    assert budget().overlaps[0].percent is None


def test_members_in_several_sources_of_one_sector_may_overlap(client, add, budget):
    add()
    assert client(Role.CLIMATE).send(NEW, **{**GOOD, "members": sent(M1, M6)}).status_code == 303
    assert budget().overlaps[0].members == (M1, M6)


def test_saving_what_is_shown_changes_nothing(client, add, grouped, budget):
    add()
    address, before = grouped(), budget()
    browser = client(Role.CLIMATE)
    page = browser.get(address).text
    assert ticked(page) == set(sent(M1, M4))
    answer = browser.send(
        address,
        name="Bilreiser",
        rule="LARGEST",
        members=sent(M1, M4),
        reason=TRAVEL.reason,
        lock=lock(page),
    )
    assert answer.status_code == 303 and budget() == before
    assert "Ingenting var endret." in browser.get(OVERLAP).text


def test_a_group_is_changed(client, add, grouped, budget):
    add()
    address = grouped()
    browser = client(Role.CLIMATE)
    fields = {**GOOD, "name": "Reiser", "members": sent(M1, M4, M5)}
    answer = browser.send(address, **fields, lock=lock(browser.get(address).text))
    assert answer.status_code == 303
    assert (budget().overlaps[0].name, len(budget().overlaps[0].members)) == ("Reiser", 3)


def test_removing_asks_first_and_the_measures_keep_their_figures(client, add, grouped, budget):
    add()
    address = f"{grouped()}/remove"
    browser, before = client(Role.CLIMATE), budget()
    page = browser.get(address).text
    assert "Fjerne «Bilreiser»?" in page and "Klimatiltakene beholder tallene sine." in page
    assert budget() == before
    assert browser.send(address, lock=lock(page)).status_code == 303
    assert budget() == replace(before, overlaps=())
    assert "Overlappgruppen «Bilreiser» er fjernet." in browser.get(OVERLAP).text


def test_the_deduction_is_shown_and_nothing_is_stored(client, add, grouped, database):
    add()
    grouped(replace(TRAVEL, name="Den første"))
    browser, before = client(Role.CLIMATE), database()
    fields = {**GOOD, "rule": "SEQUENCE", "members": sent(M4, M5), "show": "y"}
    answer = browser.send(NEW, **fields)
    assert answer.status_code == 200
    page = answer.text
    assert "Slik ville fratrekket blitt" in page and "Ingenting er lagret ennå." in page
    assert row(page, "Fratrekk") == "Fratrekk minst 0 høyst 40 høyst 60 høyst 80"
    assert row(page, "Slik det er lagret") == "Slik det er lagret 60 90 120 150"
    assert row(page, "Med det du har valgt") == (
        "Med det du har valgt minst 60 høyst 130 høyst 180 høyst 230"
    )
    assert "Bare det største kuttet er regnet med." in page
    assert ticked(page) == set(sent(M4, M5)) and 'value="SEQUENCE"' in page
    assert database() == before


def test_the_deduction_of_a_stored_group_is_shown_in_its_own_place(client, add, grouped, budget):
    add()
    address, before = grouped(), budget()
    browser = client(Role.CLIMATE)
    fields = {**GOOD, "rule": "SUM", "show": "y", "lock": lock(browser.get(address).text)}
    page = browser.send(address, **fields).text
    assert row(page, "Med det du har valgt") == "Med det du har valgt 0 0 0 0"
    assert budget() == before


# ---- what is wrong -------------------------------------------------------------------------------

SHARE = {**GOOD, "rule": "SHARE"}


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"members": []}, "members", "Kryss av minst to klimatiltak."),
        ({"members": sent(M1)}, "members", "Kryss av minst to klimatiltak."),
        (
            {"members": sent(M6, Member("0301-m6", CARS))},
            "members",
            "Alle kryssene gjelder klimatiltak 6. Et klimatiltak overlapper ikke med seg selv.",
        ),
        (
            {"members": sent(M1, M4, M4)},
            "members",
            "Klimatiltak 4 er krysset av to ganger for samme utslippskilde.",
        ),
        (
            {"members": sent(M1, Member("0301-m2", WARMTH))},
            "members",
            "Klimatiltakene kutter i flere utslippssektorer.",
        ),
        (
            {"members": [*sent(M1, M4), "borte veitrafikk/personbiler"]},
            "members",
            "Et klimatiltak du krysset av, finnes ikke lenger",
        ),
        ({"members": ["<script>", "4014-m1 " + CARS]}, "members", "finnes ikke lenger"),
        ({"name": ""}, "name", "Skriv hva gruppen heter"),
        ({"name": " \x00 "}, "name", "Skriv hva gruppen heter"),
        ({"name": "x" * 201}, "name", "for lang: 201 tegn"),
        ({"reason": ""}, "reason", "Skriv hvorfor kuttene regnes sammen slik."),
        ({"reason": "x" * 10_001}, "reason", "for lang: 10 001 tegn"),
        ({"rule": ""}, "rule", "Velg et av alternativene."),
        ({"rule": "ALLE"}, "rule", "Velg et av alternativene."),
        ({**SHARE, "percent": ""}, "percent", "Skriv hvor mange prosent av summen"),
        ({**SHARE, "percent": "-1"}, "percent", "Prosenten må være fra 0 til 100."),
        ({**SHARE, "percent": "100,1"}, "percent", "Prosenten må være fra 0 til 100."),
        ({**SHARE, "percent": "0,0001"}, "percent", "finere enn en tusendels prosent"),
        ({**SHARE, "percent": "=1+1"}, "percent", "er ikke et tall."),
    ],
)
def test_bad_input_gets_a_sentence_and_is_not_stored(client, add, budget, fields, field, says):
    add(4, 5)
    add(6, effects=(MORE[2].effects[0], replace(MORE[2].effects[0], code=CARS)))
    before = budget()
    answer = client(Role.CLIMATE).send(NEW, **{**GOOD, **fields})
    assert answer.status_code == 400
    assert "<title>Feil:" in answer.text and f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert says in plain(answer.text)
    assert budget() == before


def test_no_preview_of_what_cannot_be_stored(client, add):
    add()
    answer = client(Role.CLIMATE).send(NEW, **{**GOOD, "members": [], "show": "y"})
    assert answer.status_code == 400 and "Slik ville fratrekket blitt" not in answer.text


def test_what_was_typed_is_kept(client, add):
    add()
    page = client(Role.CLIMATE).send(NEW, **{**GOOD, "name": "", "reason": "Mitt notat"}).text
    assert ticked(page) == set(sent(M1, M4))
    assert "Mitt notat" in page
    assert re.search(r'value="LARGEST"[^>]* checked', page)


def test_a_name_that_is_taken_is_refused_also_in_other_letters(client, add, grouped, budget):
    add()
    grouped()
    fields = {**GOOD, "name": "bilREISER", "members": sent(M4, M5)}
    answer = client(Role.CLIMATE).send(NEW, **fields)
    assert answer.status_code == 400
    assert "En annen overlappgruppe heter det samme." in answer.text
    assert len(budget().overlaps) == 1


def test_a_pair_that_another_group_has_is_refused(client, add, grouped, budget):
    add()
    grouped()
    fields = {**GOOD, "name": "Reiser", "members": sent(M1, M4, M5)}
    answer = client(Role.CLIMATE).send(NEW, **fields)
    assert answer.status_code == 400
    assert (
        "Klimatiltak 1 og 4 står sammen i overlappgruppen «Bilreiser» fra før. Det samme kuttet "
        "kan ikke trekkes fra to ganger."
    ) in plain(answer.text)
    assert len(budget().overlaps) == 1


def test_one_measure_may_be_in_two_groups_with_different_ones(client, add, grouped, budget):
    add()
    grouped()
    fields = {**GOOD, "name": "Sykkel", "members": sent(M4, M5)}
    assert client(Role.CLIMATE).send(NEW, **fields).status_code == 303
    assert len(budget().overlaps) == 2


def test_a_member_that_cuts_elsewhere_now_does_not_make_a_pair(client, add, grouped, budget):
    add()
    address = grouped()
    add(4, effects=(replace(MORE[0].effects[0], code=BUSES),))
    browser = client(Role.CLIMATE)
    page = browser.get(address).text
    assert "kutter ikke her lenger" in page and ticked(page) == set(sent(M1, M4))
    answer = browser.send(address, **GOOD, lock=lock(page))
    assert answer.status_code == 400
    assert "Bare ett av klimatiltakene du krysset av, kutter fortsatt" in answer.text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "=1+1", "100 % sikkert"])
def test_what_people_write_is_shown_as_they_wrote_it(client, add, text):
    add()
    browser = client(Role.CLIMATE)
    shown = text.replace("<", "&lt;").replace(">", "&gt;")
    fields = {**GOOD, "name": text, "reason": text}
    assert shown in browser.send(NEW, **{**fields, "members": []}).text
    assert browser.send(NEW, **fields).status_code == 303
    for role in (Role.CLIMATE, Role.AUDITOR):
        page = client(role).get(OVERLAP).text
        assert page.count(shown) >= 3 and "<script>" not in page
    for page in ("reconciliation/", "measures/1", ""):
        assert browser.get(f"{DRAFT}/{page}").status_code == 200


def test_a_reason_of_ten_thousand_characters_is_kept(client, add, budget):
    add()
    assert client(Role.CLIMATE).send(NEW, **{**GOOD, "reason": "å" * 10_000}).status_code == 303
    assert budget().overlaps[0].reason == "å" * 10_000


# ---- who was first -------------------------------------------------------------------------------


def test_a_stale_form_shows_both_and_stores_neither_in_silence(client, add, grouped, act, budget):
    add()
    address = grouped()
    browser = client(Role.CLIMATE)
    opened = lock(browser.get(address).text)
    (stored,) = budget().overlaps
    act(lambda s, p: write.save_overlap(s, p, replace(stored, name="Det andre skrev")))
    mine = {**GOOD, "name": "Det jeg skrev", "members": sent(M1, M4, M5)}
    answer = browser.send(address, **mine, lock=opened)
    assert answer.status_code == 409 and "<title>Feil:" in answer.text
    told = plain(answer.text)
    assert "Navn på gruppen Det andre skrev Det jeg skrev" in told
    assert "5 Bygge sykkelveier, Veitrafikk: Personbiler" in told
    assert budget().overlaps[0].name == "Det andre skrev"
    assert browser.send(address, **mine, lock=lock(answer.text)).status_code == 303
    assert budget().overlaps[0].name == "Det jeg skrev"


def test_what_was_written_in_a_group_that_went_away_can_be_saved_as_a_new_one(
    client, add, grouped, act, budget
):
    add()
    address = grouped()
    browser = client(Role.CLIMATE)
    opened = lock(browser.get(address).text)
    (stored,) = budget().overlaps
    act(lambda s, p: write.remove_overlap(s, p, stored.id))
    answer = browser.send(address, **GOOD, lock=opened)
    assert answer.status_code == 409
    assert "En annen har fjernet overlappgruppen mens du skrev" in answer.text
    assert "Navn på gruppen tomt Bilreiser" in plain(answer.text)
    assert f'action="{NEW}"' in answer.text
    assert budget().overlaps == ()
    assert browser.send(NEW, **GOOD).status_code == 303
    assert len(budget().overlaps) == 1


def test_a_group_that_was_changed_meanwhile_is_not_removed_unseen(
    client, add, grouped, act, budget
):
    add()
    address = f"{grouped()}/remove"
    browser = client(Role.CLIMATE)
    opened = lock(browser.get(address).text)
    (stored,) = budget().overlaps
    act(lambda s, p: write.save_overlap(s, p, replace(stored, reason="Ny grunn")))
    answer = browser.send(address, lock=opened)
    assert answer.status_code == 409 and "<title>Feil:" in answer.text
    assert "Ingenting er fjernet." in answer.text and "Ny grunn" in answer.text
    assert len(budget().overlaps) == 1
    assert browser.send(address, lock=lock(answer.text)).status_code == 303
    assert budget().overlaps == ()


def test_a_group_that_never_was_is_not_found(client):
    browser = client(Role.CLIMATE)
    for address in ("borte", "borte/remove", "4014"):
        assert browser.get(f"{OVERLAP}{address}").status_code == 404
        assert browser.send(f"{OVERLAP}{address}", **GOOD).status_code == 404


# ---- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECTOR_HEAD, Role.SECRETARIAT, Role.DIRECTOR])
def test_readers_see_the_groups_and_change_nothing(client, add, grouped, budget, role):
    add()
    address, before = grouped(), budget()
    browser = client(role)
    page = browser.get(OVERLAP).text
    assert row(page, "Bilreiser") == "Bilreiser 60 90 120 150"
    assert "Lag en" not in page and "Endre gruppen" not in page and "Fjern gruppen" not in page
    for url in (NEW, address, f"{address}/remove"):
        assert browser.get(url).status_code == 403
        assert browser.send(url, **GOOD, lock="1").status_code == 403
    assert budget() == before


def test_in_prioritering_the_groups_stand(client, act):
    act(lambda s, p: write.move_stage(s, p, Stage.PRIORITY))
    page = client(Role.FINANCE).get(OVERLAP).text
    assert "ikke endre dem i dette steget" in page and "Lag en overlappgruppe" not in page


def test_another_municipalitys_groups_are_not_found(client, add, grouped):
    add()
    own = grouped().rpartition("/")[2]
    browser = client(Role.CLIMATE)
    for path in ("", "new", own, f"{own}/remove"):
        assert browser.get(f"{ELSEWHERE}/overlap/{path}").status_code == 404
        assert client(Role.CLIMATE, "4014").get(f"{ELSEWHERE}/overlap/{own}").status_code == 404
        if path:
            assert browser.send(f"{ELSEWHERE}/overlap/{path}", **GOOD).status_code == 404


def test_a_frozen_version_is_read_and_never_changed(client, database):
    browser, before = client(Role.CLIMATE), database()
    page = browser.get(f"{ADOPTED}/overlap/").text
    assert "Versjonen er låst" in page and "Lag en overlappgruppe" not in page
    for path in ("new", "borte", "borte/remove"):
        assert browser.send(f"{ADOPTED}/overlap/{path}", **GOOD, lock="1").status_code == 409
    assert database() == before


# ---- where else it shows -------------------------------------------------------------------------


def test_a_finding_leads_to_the_place_and_to_the_group(client, add, grouped):
    add()
    browser = client(Role.CLIMATE)
    page = browser.get(f"{DRAFT}/reconciliation/?about=overlap").text
    assert f'href="{OVERLAP}#om-{CARS}"' in page
    assert f'id="om-{CARS}"' in browser.get(OVERLAP).text
    address = grouped(replace(TRAVEL, rule=Rule.SEQUENCE))
    page = browser.get(f"{DRAFT}/reconciliation/").text
    anchor = address.rpartition("/")[2]
    assert f'href="{OVERLAP}#om-{anchor}"' in page
    assert f'id="om-{anchor}"' in browser.get(OVERLAP).text


def test_a_measure_says_that_it_is_in_a_group(client, add, grouped):
    add()
    anchor = grouped().rpartition("/")[2]
    for role in (Role.CLIMATE, Role.AUDITOR):
        page = client(role).get(f"{DRAFT}/measures/1").text
        assert f'Er med i gruppen <a href="{OVERLAP}#om-{anchor}">Bilreiser</a>' in page
    assert "Er med i gruppen" not in client(Role.CLIMATE).get(f"{DRAFT}/measures/6").text
    assert "Ikke vurdert" not in client(Role.AUDITOR).get(f"{DRAFT}/measures/1").text


@pytest.mark.parametrize(
    ("groups", "label"), [(0, "Overlapp, ikke ført"), (1, "1 gruppe"), (2, "2 grupper")]
)
def test_the_overview_says_how_many_groups_there_are(client, add, grouped, groups, label):
    add()
    for group in (TRAVEL, replace(TRAVEL, name="Sykkel", members=(M4, M5)))[:groups]:
        grouped(group)
    page = client(Role.CLIMATE).get(f"{DRAFT}/").text
    assert label in row(page, "Overlapp,")


def test_overlap_stands_beside_the_reconciliation(client):
    browser = client(Role.CLIMATE)
    assert f'<a href="{OVERLAP}">Overlapp</a>' in browser.get(f"{DRAFT}/reconciliation/").text
    page = browser.get(OVERLAP).text
    assert f'<a href="{OVERLAP}" aria-current="page">Overlapp</a>' in page
    assert f'<a href="{DRAFT}/reconciliation/" aria-current="true">Avstemming</a>' in page


def test_the_number_of_statements_follows_neither_groups_nor_measures(app, client, add, grouped):
    add()
    address = grouped()
    browser = client(Role.CLIMATE)

    def statements(url: str) -> int:
        seen: list[str] = []
        browser.get(url)
        engine = app.extensions["engine"]

        def note(*args):
            seen.append(args[2])

        sa.event.listen(engine, "before_cursor_execute", note)
        browser.get(url)
        sa.event.remove(engine, "before_cursor_execute", note)
        return len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA"))])

    urls = (OVERLAP, NEW, address, f"{address}/remove")
    few = [statements(url) for url in urls]
    for n in range(7, 17):
        measure = replace(MORE[0], id=f"m{n}", number=n)
        with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
            place = world.at(session)
            write.save_measure(session, place, measure)
            members = Member(measure.id, CARS), M1
            write.save_overlap(session, place, OverlapGroup("", f"{n}", Rule.SUM, members, "x"))
            session.commit()
    assert [statements(url) for url in urls] == few
    assert max(few) <= 17
