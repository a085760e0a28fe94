"""The list of measures and the ten fields: works, who may not, missing, bad input, frozen."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Kind, Stage
from climatebudget.core.field import NBSP
from climatebudget.core.measure import (
    Basis,
    Category,
    CostKind,
    Decision,
    Financing,
    InPath,
    effect_in,
)
from climatebudget.core.quantity import tonnes
from climatebudget.db import read, write
from tests import world
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE

LIST, NEW, ONE, TWO = (f"{DRAFT}/measures/{end}" for end in ("", "new", "1", "2"))
TEXT_FIELDS = ["change", "method", "why", "indicator", "target_value", "instrument"]


def plain(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", html).replace("&#34;", '"').replace(NBSP, " ")
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def stored(app):
    """A measure of the draft as it is stored now."""

    def stored(number: int = 1, slug: str = "utkast"):
        with db.session(app.extensions["engine"], actor="prøve") as session:
            return read.measure(session, world.at(session, slug=slug), number)

    return stored


@pytest.fixture
def change(app):
    """Something done to the draft behind the page's back."""

    def change(act):
        with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
            act(session, world.at(session))
            session.commit()

    return change


def lock(page: str) -> str:
    found = re.search(r'name="lock" value="([^"]*)"', page)
    assert found
    return found[1]


def save(browser, address: str, **fields: str):
    """Open the form and send it with these fields changed."""
    opened = browser.get(address).text
    return browser.send(address, **{"lock": lock(opened), **fields})


# ---- the list ---------------------------------------------------------------------------------


def test_the_list_says_first_how_many_there_are_and_what_they_cut(client):
    page = plain(client(Role.CLIMATE).get(LIST).text)
    assert "3 klimatiltak, 2 tallfestet. De kutter 120 tonn i 2027 og 500 tonn i 2030." in page
    assert "Sum av 2 tallfestede klimatiltak 120 250 370 500" in page


def test_what_is_not_quantified_is_unknown_and_never_zero(client):
    page = plain(client(Role.CLIMATE).get(LIST).text)
    assert "Gjøre det lett å gå Vei Veitrafikk Ikke tallfestet ukjent ukjent ukjent" in page


def test_a_measure_that_is_in_the_path_says_that_it_is_not_in_the_sum(client, change):
    def in_path(session, place):
        one = read.measure(session, place, 1)
        write.save_measure(session, place, replace(one, in_path=InPath.INCLUDED))

    change(in_path)
    page = plain(client(Role.CLIMATE).get(LIST).text)
    assert "1 av dem er regnet med i summene." in page
    assert "Ikke i summen: med i banen" in page
    assert "Sum av 1 klimatiltak som er regnet med 0 5 10 20" in page


def test_one_measure_alone_is_not_spoken_of_as_many(client, change):
    def one_alone(session, place):
        for number in (2, 3):
            other = read.measure(session, place, number)
            assert other
            write.remove_measure(session, place, other.id)

    change(one_alone)
    page = plain(client(Role.CLIMATE).get(LIST).text)
    assert "Ett klimatiltak, og det er tallfestet. Det kutter" in page
    assert "Sum av det ene tallfestede klimatiltaket" in page


def test_a_measure_nobody_answers_for_says_so(client, change):
    def nobody(session, place):
        write.save_measure(session, place, replace(read.measure(session, place, 1), department=""))

    change(nobody)
    assert "Mangler ansvarlig" in client(Role.CLIMATE).get(LIST).text


def test_an_empty_list_says_so_and_what_to_do(client, change):
    def empty(session, place):
        for measure in read.measures(session, place):
            write.remove_measure(session, place, measure.id)

    change(empty)
    page = client(Role.CLIMATE).get(LIST).text
    assert "Ingen klimatiltak ennå" in page
    assert len(re.findall(r'class="ds-button"', page)) == 1
    assert 'class="ds-button"' not in client(Role.AUDITOR).get(LIST).text


def test_those_who_may_not_edit_get_no_button(client):
    assert "Nytt klimatiltak" in client(Role.CLIMATE).get(LIST).text
    assert "Nytt klimatiltak" not in client(Role.AUDITOR).get(LIST).text


# ---- the ten fields ---------------------------------------------------------------------------

HELP = [
    ("Klimatiltak", "Begynn med et verb: Bytte ut tolv dieselvarebiler."),
    ("Hva endres?", "To–tre setninger om hvordan det kutter utslipp."),
    ("Ansvarlig enhet og stilling", "Kontaktperson vises bare internt."),
    ("Utslippskilde", "Hvor skjer kuttet? Velg «vet ikke», så hjelper klimarådgiveren."),
    ("Oppstart og full virkning", "To årstall."),
    ("Tallgrunnlag", "Ikke tallfestet er et gyldig svar."),
    (
        "Utslippskutt per år, tonn",
        "Hele kuttet det året, sammenlignet med å la være. Ikke økningen fra året før. "
        "Tomt er ukjent; 0 er ingen virkning.",
    ),
    ("Slik er tallet funnet", "Metode, forutsetninger, kilde."),
    ("Penger", "Velg finansiering. Merutgift i 1 000 kr, drift og investering hver for seg."),
    ("Resultatindikator og måltall", "Noe dere kan telle: 12 elvarebiler i 2027."),
]


def test_the_ten_fields_stand_in_order_with_their_help(client):
    page = plain(client(Role.CLIMATE).get(ONE).text)
    spots = [page.index(f"{n} {label} {text}") for n, (label, text) in enumerate(HELP, 1)]
    assert spots == sorted(spots)


def test_the_form_shows_the_source_and_where_a_figure_stands(client):
    page = plain(client(Role.CLIMATE).get(ONE).text)
    assert "Personbiler slapp ut 600 tonn i 2024." in page
    assert "2027: tabell 2.2, linje 1, 2027" in page
    assert "5 av 10 felt" in plain(client(Role.CLIMATE).get(f"{DRAFT}/measures/3").text)


def test_a_measure_is_registered_with_what_is_known(client, stored):
    answer = client(Role.CLIMATE).send(
        NEW,
        number="4",
        name="Bytte ut tolv dieselvarebiler",
        department="Bygg",
        code="veitrafikk/busser",
        start="2027",
        full="2029",
        basis="ESTIMATED",
        cut_0_2027="12,5",
        cut_0_2030="0",
        financing="IN_BUDGET",
        operating_2027="−250",
        investment_2028="1 200,5",
        category="klimakur2030/T01",
        adjusted="yes",
    )
    assert (answer.status_code, answer.location) == (303, f"{DRAFT}/measures/4")
    made = stored(4)
    (effect,) = made.effects
    assert effect.code == "veitrafikk/busser"
    assert effect.yearly == tonnes({2027: Decimal("12.5"), 2030: Decimal(0)})
    assert (made.basis, made.financing) == (Basis.ESTIMATED, Financing.IN_BUDGET)
    assert made.cost(CostKind.OPERATING)[2027] == -250
    assert made.cost(CostKind.INVESTMENT).by_year == {2028: Decimal("1200.5")}
    assert made.category == Category("klimakur2030", "T01") and made.adjusted


def test_a_draft_may_lack_all_but_the_name(client, stored):
    answer = client(Role.CLIMATE).send(NEW, name="Noe", basis="CALCULATED")
    assert answer.status_code == 303
    assert (stored(4).quantified, stored(4).effects) == (True, ())


def test_saving_what_was_shown_changes_nothing(client, stored):
    before, browser = stored(), client(Role.CLIMATE)
    page = browser.get(ONE).text
    inputs = re.findall(r'<input class="ds-input[^>]*type="text"[^>]*>', page)
    shown = dict(re.search(r'name="([^"]+)".* value="([^"]*)"', i).groups() for i in inputs)
    assert shown["cut_0_2030"] == "480,5" and shown["number"] == "1"
    answer = browser.send(ONE, **shown, lock=lock(page))
    assert answer.status_code == 303
    assert stored() == before
    assert "Ingenting var endret" in browser.get(ONE).text


def test_a_changed_figure_loses_its_source_and_the_others_keep_theirs(client, stored):
    assert save(client(Role.CLIMATE), ONE, cut_0_2030="500").status_code == 303
    (effect,) = stored().effects
    assert effect.yearly[2030] == 500
    assert sorted(effect.cites) == [2027, 2028, 2029]


def test_blank_is_unknown_and_zero_is_zero(client, stored):
    assert save(client(Role.CLIMATE), ONE, cut_0_2027="", cut_0_2028="0").status_code == 303
    (effect,) = stored().effects
    assert (effect.yearly[2027], effect.yearly[2028]) == (None, 0)


def test_a_measure_may_cut_in_two_places(client, stored):
    browser = client(Role.CLIMATE)
    assert save(browser, ONE, place_1="veitrafikk/busser", cut_1_2027="7").status_code == 303
    assert {e.code: e.yearly[2027] for e in stored().effects} == {
        "veitrafikk/personbiler": 120,
        "veitrafikk/busser": 7,
    }
    page = browser.get(ONE).text
    assert 'name="place_0"' in page and 'name="cut_2_2027"' in page


def test_a_place_is_taken_away_by_emptying_its_row(client, stored):
    browser = client(Role.CLIMATE)
    save(browser, ONE, place_1="veitrafikk/busser", cut_1_2027="7")
    row = next(i for i, e in enumerate(stored().effects) if e.code == "veitrafikk/busser")
    kept = save(browser, ONE, **{f"place_{row}": "veitrafikk/busser", f"cut_{row}_2027": ""})
    assert kept.status_code == 303
    assert {e.code: e.yearly[2027] for e in stored().effects} == {
        "veitrafikk/busser": None,
        "veitrafikk/personbiler": 120,
    }
    assert save(browser, ONE, **{f"place_{row}": ""}).status_code == 303
    assert [e.code for e in stored().effects] == ["veitrafikk/personbiler"]


@pytest.mark.parametrize(("cut", "doubt"), [("9,5", False), ("119,5", True)])
def test_what_others_cut_in_the_same_source_stands_beside(client, change, cut, doubt):
    def share(session, place):
        two = read.measure(session, place, 2)
        figures = {2030: Decimal(cut.replace(",", "."))}
        code = "veitrafikk/personbiler"
        effects = (effect_in(code, figures),)
        write.save_measure(session, place, replace(two, code=code, effects=effects))
        one = read.measure(session, place, 1)
        effects = (effect_in(code, {2030: Decimal("240.5")}),)
        write.save_measure(session, place, replace(one, effects=effects))

    change(share)
    page = plain(client(Role.CLIMATE).get(ONE).text)
    assert "Klimatiltak 1 og 2 kutter til sammen" in page
    assert ("Kontroller om de overlapper." in page) is doubt


def test_whoever_reads_a_frozen_version_is_not_told_to_fill_in_or_check(app, client, change):
    """Beside a measure of a frozen version stand the source and its cuts, and nothing to do."""

    def doubtful(session, place):
        for n in (1, 2):
            effects = (effect_in("veitrafikk/personbiler", {2030: Decimal(300)}),)
            found = replace(read.measure(session, place, n), code=effects[0].code)
            write.save_measure(session, place, replace(found, effects=effects))
        write.freeze(session, place, Kind.PROPOSAL, "", world.NOW)

    change(doubtful)
    browser = client(Role.CLIMATE)
    draft, frozen = (
        plain(browser.get(f"/0301/{world.YEAR}/{slug}/measures/1").text)
        for slug in ("utkast", "forslag")
    )
    assert "Kilden du kutter i" in draft and "Kontroller om de overlapper." in draft
    assert "av 10 felt" in draft
    assert "Kilden klimatiltaket kutter i" in frozen and "kutter til sammen 600 tonn" in frozen
    for words in ("Kontroller om", "av 10 felt", "mangler", "Kilden du kutter i"):
        assert words not in frozen


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"cut_1_2027": "7"}, "Velg utslippskilden tallene gjelder"),
        ({"place_1": "veitrafikk/personbiler"}, "Utslippskilden står på to rader"),
        ({"place_1": "veitrafikk/romferger"}, "Velg et av alternativene"),
    ],
)
def test_a_place_is_said_once_for_each_row(client, fields, says):
    answer = save(client(Role.CLIMATE), ONE, **fields)
    assert answer.status_code == 400
    assert says in answer.text


def test_other_years_with_figures_are_shown_and_kept(client, change, stored):
    def later(session, place):
        one = read.measure(session, place, 1)
        figures = {2027: Decimal(1), 2035: Decimal(9)}
        write.save_measure(session, place, replace(one, effects=(effect_in(one.code, figures),)))

    change(later)
    browser = client(Role.CLIMATE)
    assert 'name="cut_0_2035"' in browser.get(ONE).text
    assert save(browser, ONE, name="Nytt navn").status_code == 303
    assert stored().effects[0].yearly[2035] == 9


# ---- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["cut_0_2030", "operating_2027", "investment_2030"])
@pytest.mark.parametrize(
    "text", ["1.250", "ca. 12", "NaN", "-", "=1+1", "<script>", "0,0000000001"]
)
def test_what_is_no_number_is_refused_where_it_stands(client, stored, field, text):
    before = stored()
    answer = save(client(Role.CLIMATE), ONE, **{field: text})
    assert answer.status_code == 400
    assert "<title>Feil:" in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}-feil"' in answer.text
    assert "<script>" not in answer.text
    escaped = text.replace("<", "&lt;").replace(">", "&gt;")
    assert f'value="{escaped}"' in answer.text
    assert stored() == before


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {"start": "2023", "full": "2022"},
            "kan ikke komme før oppstart. Skriv 2023",
        ),
        ({"start": "1989"}, "1989 er for langt unna. Skriv et år fra 1990 til 2100."),
        ({"full": "2101"}, "2101 er for langt unna."),
        ({"start": "snart"}, "«snart» er ikke et årstall."),
        ({"number": "2"}, "Klimatiltak nummer 2 finnes fra før. Velg et annet nummer."),
        ({"number": "to"}, "«to» er ikke et nummer."),
        ({"name": ""}, "Skriv hva klimatiltaket heter."),
        ({"name": "x" * 201}, "Teksten er for lang: 201 tegn. Skriv høyst 200."),
        ({"basis": "UNQUANTIFIED"}, "Klimatiltaket har utslippskutt for 2027."),
        ({"code": "'; DROP TABLE measure; --"}, "Velg et av alternativene."),
        ({"decision": "GJENNOMFØRT"}, "Velg et av alternativene."),
    ],
)
def test_bad_input_gets_a_sentence_and_is_not_stored(client, stored, fields, says):
    before = stored()
    answer = save(client(Role.CLIMATE), ONE, **fields)
    assert answer.status_code == 400
    assert says in plain(answer.text).replace("&#39;", "'")
    assert stored() == before


def test_a_cut_may_say_its_lowest_and_its_highest(client, stored):
    browser = client(Role.CLIMATE)
    ends = {"low_0_2027": "100", "high_0_2027": "150,5"}
    assert save(browser, ONE, **ends).status_code == 303
    [effect] = stored().effects
    assert (effect.low.by_year, effect.high.by_year) == (
        {2027: Decimal(100)},
        {2027: Decimal("150.5")},
    )
    assert "100–150,5" in plain(client(Role.AUDITOR).get(ONE).text)
    assert save(browser, ONE, low_0_2027="", high_0_2027="").status_code == 303
    assert not stored().effects[0].low and not stored().effects[0].high


def test_a_range_that_is_not_shown_holds_only_while_its_figure_stands(client, stored, change):
    def give(session, place):
        one = read.measure(session, place, 1)
        low = tonnes({2027: Decimal(100), 2030: Decimal(200)})
        write.save_measure(
            session, place, replace(one, effects=(replace(one.effects[0], low=low),))
        )

    change(give)
    assert save(client(Role.CLIMATE), ONE, cut_0_2027="110").status_code == 303
    assert stored().effects[0].low.by_year == {2030: Decimal(200)}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"low_0_2027": "121"}, "kan ikke være over utslippskuttet. Skriv høyst 120."),
        ({"high_0_2027": "119"}, "kan ikke være under utslippskuttet. Skriv minst 120."),
        ({"cut_0_2028": "", "low_0_2028": "5"}, "Skriv utslippskuttet for 2028, eller tøm feltet."),
        ({"high_0_2027": "1.250"}, "1.250"),
        ({"low_0_2027": "lite"}, "lite"),
    ],
)
def test_a_range_is_on_both_sides_of_its_cut(client, stored, fields, says):
    before = stored()
    answer = save(client(Role.CLIMATE), ONE, **fields)
    assert answer.status_code == 400 and says in plain(answer.text)
    assert "<title>Feil:" in answer.text and stored() == before


@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_a_text_that_is_too_long_is_refused(client, field):
    answer = save(client(Role.CLIMATE), ONE, **{field: "x" * 10_001})
    assert answer.status_code == 400
    assert "Teksten er for lang: 10 001 tegn. Skriv høyst 10 000." in plain(answer.text)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "=1+1", "100 % «elbil»"])
def test_what_people_write_is_shown_as_they_wrote_it(client, stored, text):
    browser = client(Role.CLIMATE)
    everywhere = dict.fromkeys(["name", *TEXT_FIELDS], text)
    everywhere.pop("why")
    assert save(browser, ONE, **everywhere).status_code == 303
    assert stored().name == text
    shown = text.replace("<", "&lt;").replace(">", "&gt;")
    for address in (LIST, ONE, f"{ONE}/remove"):
        assert shown in browser.get(address).text
        assert "<script>" not in browser.get(address).text
    assert shown in client(Role.AUDITOR).get(ONE).text


# ---- somebody else was faster -------------------------------------------------------------------


def test_a_stale_form_shows_both_texts_and_stores_neither_in_silence(client, stored):
    mine, theirs = client(Role.CLIMATE), client(Role.SECTOR_HEAD)
    opened = lock(mine.get(ONE).text)
    assert save(theirs, ONE, name="Bytte ut tjue biler").status_code == 303
    answer = mine.send(ONE, lock=opened, name="Bytte ut ti biler", method="Telling")
    assert answer.status_code == 409
    assert "<title>Feil:" in answer.text
    page = plain(answer.text)
    assert "Klimatiltak Bytte ut tjue biler Bytte ut ti biler" in page
    assert "Slik er tallet funnet tomt Telling" in page
    assert stored().name == "Bytte ut tjue biler"

    again = mine.send(ONE, lock=lock(answer.text), name="Bytte ut ti biler", method="Telling")
    assert again.status_code == 303
    assert (stored().name, stored().method) == ("Bytte ut ti biler", "Telling")


@pytest.mark.parametrize("opened", ["", "-1", "x", "9" * 30])
def test_a_form_without_its_counter_is_stale(client, stored, opened):
    assert client(Role.CLIMATE).send(ONE, lock=opened, name="Noe annet").status_code == 409
    assert stored().name == "Bytte ut tolv biler"


def test_who_changed_it_last_is_told(client):
    browser = client(Role.SECTOR_HEAD)
    save(browser, ONE, name="Bytte ut alle bilene")
    assert "av sektorleder i Oslo" in plain(browser.get(ONE).text)


# ---- who may not --------------------------------------------------------------------------------


def test_a_sector_head_registers_for_their_own_department(client, stored):
    browser = client(Role.SECTOR_HEAD)
    assert "Vei" in browser.get(NEW).text
    assert browser.send(NEW, name="Sykle mer").status_code == 303
    assert stored(4).department == "Vei"


def test_another_departments_measure_is_read_and_not_changed(client, stored):
    browser = client(Role.SECTOR_HEAD)
    page = browser.get(TWO)
    assert page.status_code == 200 and "<textarea" not in page.text
    assert browser.send(TWO, name="Mitt", lock="1").status_code == 403
    assert browser.send(ONE, department="Bygg", lock="1").status_code == 403
    assert browser.send(NEW, name="Mitt", department="Bygg").status_code == 403
    for act in ("duplicate", "remove"):
        assert browser.send(f"{TWO}/{act}").status_code == 403
    assert stored(2).name == "Kjøpe grønn varme" and stored(4) is None


@pytest.mark.parametrize(
    "role", [Role.AUDITOR, Role.SECRETARIAT, Role.DIRECTOR, Role.ADMINISTRATOR]
)
def test_readers_see_text_and_change_nothing(client, database, role):
    browser, before = client(role), database()
    page = browser.get(ONE)
    assert page.status_code == 200 and 'name="name"' not in page.text
    for address in (NEW, ONE, f"{ONE}/duplicate", f"{ONE}/remove"):
        assert browser.send(address, name="Noe", lock="1").status_code == 403
    assert database() == before


def test_in_another_stage_the_sector_reads_only(client, change):
    change(lambda session, place: write.move_stage(session, place, Stage.PRIORITY))
    browser = client(Role.SECTOR_HEAD)
    assert "ikke endre det i dette steget" in browser.get(ONE).text
    assert browser.send(ONE, name="For sent", lock="1").status_code == 403


# ---- what is missing, and what is frozen --------------------------------------------------------


def test_what_does_not_exist_is_not_found(client):
    browser = client(Role.CLIMATE)
    for address in ("measures/99", "measures/99/remove", "measures/ny"):
        assert browser.get(f"{DRAFT}/{address}").status_code == 404
    assert browser.send(f"{DRAFT}/measures/99", name="x").status_code == 404
    assert browser.send(f"{DRAFT}/measures/99/duplicate").status_code == 404


def test_another_municipalitys_measure_is_not_found(client):
    browser = client(Role.CLIMATE)
    for end in ("", "new", "1", "1/remove"):
        answer = browser.get(f"{ELSEWHERE}/measures/{end}")
        assert answer.status_code == 404 and world.CANARY not in answer.text
    assert browser.send(f"{ELSEWHERE}/measures/1", name="x").status_code == 404


def test_a_frozen_version_is_read_as_text_and_never_changed(client, database):
    browser, before = client(Role.CLIMATE), database()
    page = browser.get(f"{ADOPTED}/measures/1")
    assert page.status_code == 200 and "Versjonen er låst" in page.text
    assert "480,5" in page.text
    for end in ("new", "1", "1/duplicate", "1/remove"):
        assert browser.send(f"{ADOPTED}/measures/{end}", name="x", lock="1").status_code == 409
    assert database() == before


# ---- copying and removing -----------------------------------------------------------------------


def test_a_copy_gets_its_own_number(client, stored):
    browser = client(Role.CLIMATE)
    answer = browser.send(f"{ONE}/duplicate")
    assert (answer.status_code, answer.location) == (303, f"{DRAFT}/measures/4")
    assert stored(4).effects == stored(1).effects and stored(4).id != stored(1).id
    assert "Klimatiltak 1 er kopiert. Kopien er nummer 4." in browser.get(LIST).text


def test_removing_asks_first(client, stored):
    browser = client(Role.CLIMATE)
    asked = browser.get(f"{ONE}/remove")
    assert "Fjerne «Bytte ut tolv biler»?" in asked.text and stored(1)
    assert browser.send(f"{ONE}/remove", lock="1").status_code == 303
    assert stored(1) is None and stored(1, "vedtatt")


def test_a_decision_takes_a_measure_out_of_the_sum(client, stored):
    assert save(client(Role.CLIMATE), ONE, decision="NOT_PRIORITISED").status_code == 303
    assert stored().decision is Decision.NOT_PRIORITISED
    assert "Ikke i summen: ikke prioritert" in client(Role.CLIMATE).get(LIST).text


def test_the_contact_person_is_for_those_inside_and_for_the_draft_only(app, client):
    """Also of a version frozen while the name stood there."""
    with db.session(app.extensions["engine"], actor="oppsett", writes=True) as session:
        place = world.at(session)
        one = read.measure(session, place, 1)
        write.save_measure(session, place, replace(one, contact="Kari Nordmann"))
        frozen = write.freeze(session, place, Kind.ADOPTED, "Sak 2/26", world.NOW)
        write.present(session, world.at(session, slug=frozen.slug), world.NOW)
        session.commit()
    address = f"/0301/{world.YEAR}/{frozen.slug}/measures/1"
    for role in (Role.POLITICIAN, Role.FINANCE):
        assert "Kari Nordmann" not in client(role).get(address).text
    assert "Kari Nordmann" in client(Role.AUDITOR).get(f"{DRAFT}/measures/1").text
