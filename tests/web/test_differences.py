"""Forskjeller: two editions held against each other, and a draft moved from one to the other."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import pytest
import sqlalchemy as sa
from flask import Flask
from openpyxl import load_workbook

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.inventory import Emission
from climatebudget.core.paths import Allowance, Target
from climatebudget.db import read, write
from tests import world
from tests.web.conftest import DRAFT, ELSEWHERE

PAGE = f"{DRAFT}/differences/"
FRAME = f"{DRAFT}/frame/"
OLD, NEW = "0301/2024-tall", "installation/ny"
PAIR = f"{PAGE}{OLD}/{NEW}/"
CARS, BUSES, OIL = "veitrafikk/personbiler", "veitrafikk/busser", "oppvarming/fossil-olje"
# (code, tonnes in 2009, in 2024, in 2025): cars +10 and −4.5, oil gone, HFK new.
NEWER = [
    (CARS, "1010.5", "595.5", "580"),
    (BUSES, "500", "400", "390"),
    ("produkter-med-fluorgasser/bruk-av-hfk", "0", "30", "31"),
]


@pytest.fixture
def newer(app: Flask) -> None:
    """«Ny», the installation's, with Oslo in it and Kragerø as it was."""
    figures = [
        ("0301", code, year, Decimal(value))
        for code, *values in NEWER
        for year, value in zip((2009, 2024, 2025), values, strict=True)
    ]
    figures += [
        ("4014", code, year, Decimal(value))
        for code, old, new in world.HISTORY
        for year, value in ((2009, old), (2024, new), (2025, new))
    ]
    store(
        app, None, "Ny", [Emission(a, c, None, y, t, n) for n, (a, c, y, t) in enumerate(figures)]
    )


def store(app: Flask, owner: str | None, name: str, emissions: list[Emission]) -> None:
    file = name.encode()
    reading = replace(
        world.reading("0301"), sha256=sha256(file).hexdigest(), emissions=tuple(emissions)
    )
    with db.session(app.extensions["engine"], actor="test", writes=True) as session:
        write.store_edition(
            session,
            reading,
            owner=owner and world.at(session, owner).municipality_id,
            name=name,
            publisher="Miljødirektoratet",
            file_bytes=file,
            now=world.NOW,
        )
        session.commit()


def plain(html: str) -> str:
    text = re.sub(r"<(style|svg).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " "))


def budget_on(app: Flask, slug: str = "utkast") -> str:
    with db.session(app.extensions["engine"], actor="test") as session:
        edition = read.budget(session, world.at(session, slug=slug)).edition
    assert edition is not None
    return edition.slug


# ---- the page ------------------------------------------------------------------------------------


def test_the_sentence_says_how_many_figures_moved_and_which_year_most(client, newer):
    """Cars twice, oil twice, HFK once: 2009 is 240 tonnes lower."""
    page = plain(client(Role.POLITICIAN).get(PAIR.replace("utkast", "vedtatt")).text)
    assert "5 tall for Oslo er endret fra 2024-tall til Ny." in page
    assert "I 2009 er utslippene 240 tonn lavere enn før." in page
    assert "Nye år i Ny: 2025. De er ikke med i forskjellene." in page


def test_net_and_without_sign_stand_beside_each_other(client, newer):
    """2009: +10 and −250; 2024: −4,5, −25,5 and +30, which cancel."""
    page = plain(client(Role.CLIMATE).get(PAIR).text)
    assert "2009 1 750,5 1 510,5 −240,0 260,0 2" in page
    assert "2024 1 025,5 1 025,5 0 60,0 3" in page
    assert "Netto, alle år −240 tonn" in page and "Uten fortegn, alle år 320 tonn" in page


def test_what_an_edition_lacks_is_not_shown_as_zero(client, newer):
    page = plain(client(Role.CLIMATE).get(PAIR).text)
    assert "Bruk av HFK Produkter med fluorgasser 2024 ikke med 30,0 +30,0" in page
    assert "Fossil olje Oppvarming 2009 250,0 ikke med −250,0" in page
    assert "Nye utslippskilder Bruk av HFK" in page and "Ikke med lenger Fossil olje" in page


def test_what_it_does_to_the_targets_of_each_draft(client, newer):
    """55 percent off 1 750,5 and off 1 510,5; the path in tonnes stays, so the gap grows."""
    page = plain(client(Role.CLIMATE).get(PAIR).text)
    assert "Utslipp i 2009, referanseåret 1 751 1 511 −240" in page
    assert "Målet i 2030 788 680 −108" in page
    assert "Referansebanen er gitt i tonn og flytter seg ikke." in page
    assert f"Disse er låst og blir stående på 2024-tall: {world.YEAR} vedtatt ." in page


def test_a_politician_is_shown_no_draft(client, newer):
    page = plain(client(Role.POLITICIAN).get(PAIR.replace("utkast", "vedtatt")).text)
    assert "Ingen utkast du kan lese, står på 2024-tall." in page and "788" not in page


def test_editions_that_say_the_same_say_so(client):
    page = plain(client(Role.CLIMATE).get(f"{PAGE}{OLD}/{OLD}/").text)
    assert "Ingen tall for Oslo er endret fra 2024-tall til 2024-tall." in page


def test_an_edition_without_the_municipality_is_not_compared(app, client):
    store(app, None, "Kragerøs", [Emission("4014", CARS, None, 2009, Decimal(1), 2)])
    page = plain(client(Role.CLIMATE).get(f"{PAGE}{OLD}/installation/krageros/").text)
    assert "Utgavene kan ikke sammenlignes. Kragerøs har ikke tall for Oslo." in page
    assert client(Role.CLIMATE).get(f"{PAGE}{OLD}/installation/krageros/cells/").status_code == 404


def test_one_edition_is_nothing_to_compare(client):
    page = client(Role.CLIMATE).get(PAGE)
    assert page.status_code == 200 and "bare én statistikkutgave" in page.text


def test_editions_without_the_municipality_are_never_compared_by_themselves(app, client):
    """Two editions, and one that has Oslo: nothing to compare, and what to do about it."""
    store(app, None, "Kragerøs", [Emission("4014", CARS, None, 2025, Decimal(1), 2)])
    page = plain(client(Role.CLIMATE).get(PAGE).text)
    assert "bare én statistikkutgave med tall for Oslo" in page
    assert "Les inn ny statistikkutgave" in page
    told = "Klimarådgiveren eller økonomi kan lese inn en statistikkutgave."
    assert told in plain(client(Role.SECTOR_HEAD).get(PAGE).text)


def test_a_municipality_without_figures_is_told_so(app, client):
    with db.session(app.extensions["engine"], actor="test", writes=True) as session:
        municipality = write.add_municipality(session, "4016", "Drangedal")
        write.open_budget_year(session, municipality, world.YEAR, 2030)
        person = read.user_by_email(session, world.email(Role.CLIMATE, "0301"))
        assert person
        write.add_membership(session, municipality, person[0].id, Role.CLIMATE)
        session.commit()
    store(app, None, "Oslos", [Emission("0301", CARS, None, 2025, Decimal(1), 2)])
    page = client(Role.CLIMATE).get(f"/4016/{world.YEAR}/utkast/differences/")
    assert "Ingen statistikkutgave har tall for Drangedal ennå." in plain(page.text)


def test_without_a_choice_the_older_stands_first(app, client):
    """The version stands on 2024-tall; an old release that is read in late is what it replaced,
    whatever day it came in."""
    store(
        app, None, "Gammel", [Emission("0301", CARS, None, y, Decimal(1), y) for y in (2009, 2023)]
    )
    store(app, None, "Kragerøs", [Emission("4014", CARS, None, 2025, Decimal(1), 2)])
    browser = client(Role.CLIMATE)
    assert browser.get(PAGE).location == f"{PAGE}installation/gammel/{OLD}/"
    edition = browser.get(f"{DRAFT}/inventory/editions/installation/gammel").text
    assert f'href="{PAGE}installation/gammel/{OLD}/">' in edition
    assert "Se hva som er endret fra Gammel til 2024-tall" in plain(edition)


def test_the_choices_are_the_editions_that_have_the_municipality(app, client, newer):
    """One that is in sight without it is named, and cannot be chosen again."""
    store(app, None, "Kragerøs", [Emission("4014", CARS, None, 2025, Decimal(1), 2)])
    browser = client(Role.CLIMATE)
    assert "Kragerøs" not in browser.get(PAIR).text
    page = browser.get(f"{PAGE}{OLD}/installation/krageros/").text
    assert page.count('<option value="installation/krageros" selected disabled>') == 1
    assert page.count('<option value="installation/ny"') == 2
    assert "Kragerøs, har ikke tall for Oslo" in plain(page)


def test_other_municipalities_are_offered_where_both_editions_have_any(app, client, newer):
    link = "Se hva det gjør i andre kommuner"
    assert link not in client(Role.CLIMATE).get(PAIR).text  # the older is Oslo's alone
    both = [Emission(a, CARS, None, 2009, Decimal(1), n) for n, a in enumerate(("0301", "4014"))]
    store(app, None, "Begge", both)
    assert link in client(Role.CLIMATE).get(f"{PAGE}installation/begge/{NEW}/").text


def test_the_choice_leads_to_an_address_of_its_own(client, newer):
    """Without a choice: what the version stands on, and the newest other."""
    browser = client(Role.CLIMATE)
    assert browser.get(PAGE).location == PAIR
    assert browser.get(f"{PAGE}?old={NEW}&new={OLD}").location == f"{PAGE}{NEW}/{OLD}/"
    for junk in ("x", "a/b/c", "/", "0301/"):
        assert browser.get(f"{PAGE}?old={junk}").status_code == 404


@pytest.mark.parametrize("other", ["4014/2024-tall", "installation/2024-tall", "0301/finnes-ikke"])
def test_an_edition_that_is_not_ones_own_is_not_found(client, newer, other):
    for address in (f"{OLD}/{other}/", f"{other}/{OLD}/", f"{OLD}/{other}/cells.csv"):
        assert client(Role.CLIMATE).get(PAGE + address).status_code == 404
    elsewhere = f"{ELSEWHERE}/differences/4014/2024-tall/{NEW}/"
    assert client(Role.CLIMATE).get(elsewhere).status_code == 404


def test_the_number_of_statements_does_not_follow_the_number_of_differences(app, client, newer):
    counted: list[str] = []
    sa.event.listen(
        app.extensions["engine"], "after_cursor_execute", lambda *a: counted.append(a[2])
    )
    browser = client(Role.CLIMATE)
    few = []
    for address in (f"{PAGE}{OLD}/{OLD}/", PAIR):
        browser.get(address)
        counted.clear()
        browser.get(address)
        few.append(len(counted))
    assert few[1] <= 40, few  # one draft more is loaded whole; nothing else


# ---- the lists -----------------------------------------------------------------------------------


def test_every_figure_that_moved_is_in_the_list_and_in_the_files(client, newer):
    browser = client(Role.CLIMATE)
    assert "Viser 5 av 5 tall" in plain(browser.get(f"{PAIR}cells/").text)
    narrowed = plain(browser.get(f"{PAIR}cells/?only=veitrafikk&in=2009").text)
    assert "Viser 1 av 5 tall" in narrowed and "Personbiler" in narrowed
    answer = browser.get(f"{PAIR}cells.csv")
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert table[0] == [
        *("Utslippskilde", "Utslippssektor", "År"),
        *(f"{word} (tonn CO₂e)" for word in ("Før", "Nå", "Endring")),
    ]
    assert table[1] == ["Fossil olje", "Oppvarming", "2009", "250", "", "-250"]
    assert len(table) == 6
    book = load_workbook(io.BytesIO(browser.get(f"{PAIR}cells.xlsx").data))
    assert book.worksheets[0].max_row == 5 + 5
    facts = [row[1].value for row in book.worksheets[1].iter_rows()]
    assert any("Ny, Miljødirektoratet, sha256 " in str(fact) for fact in facts)


def test_the_municipalities_stand_with_their_change_in_each_edition(app, client, newer):
    """Only areas both editions have; Oslo's −41 percent became −32."""
    store(
        app,
        None,
        "Gammel",
        [
            Emission(area, CARS, None, year, Decimal(value), row)
            for row, (area, year, value) in enumerate(
                [("0301", 2009, "1000"), ("0301", 2024, "600"), ("4016", 2009, "5"),
                 ("4014", 2009, "100"), ("4014", 2024, "90")]
            )
        ],
    )  # fmt: skip
    browser = client(Role.CLIMATE)
    address = f"{PAGE}installation/gammel/{NEW}/municipalities"
    page = plain(browser.get(f"{address}/").text)
    assert "Viser 2 av 2 områder" in page and "Drangedal" not in page
    assert re.search(r"Oslo 1 000,0 1 510,5 −40,0 −32,1 7,9 −33,7", page), page
    assert page.index("Kragerø 100,0") < page.index("Oslo 1 000,0")
    assert "Viser 1 av 2" in plain(browser.get(f"{address}/?search=krage").text)
    table = browser.get(f"{address}.csv").data.decode("utf-8-sig")
    assert "Forskjell, prosentpoeng" in table.splitlines()[0]
    assert load_workbook(io.BytesIO(browser.get(f"{address}.xlsx").data)).worksheets


# ---- moving a draft ------------------------------------------------------------------------------


@pytest.fixture
def move(client, newer) -> Callable[..., object]:
    browser = client(Role.CLIMATE)

    def move(**fields: str):
        found = re.search(r'name="lock" value="([^"]*)"', browser.get(FRAME).text)
        assert found
        return browser.send(FRAME, **{"lock": found[1], "edition": NEW, **fields})

    return move


def test_a_draft_is_moved_only_when_the_difference_has_been_shown(app, move, database):
    """The first answer shows it and stores nothing; what was typed stays in the form."""
    before = database()
    shown = move(horizon="2035")
    page = plain(shown.text)
    assert shown.status_code == 200 and database() == before and budget_on(app) == "2024-tall"
    assert "Se hva som endres før dere bytter" in page and "Ingenting er lagret ennå." in page
    assert "Utslipp i 2009, referanseåret 1 751 1 511 −240" in page
    assert f'name="seen" value="{NEW}"' in shown.text and 'value="2035"' in shown.text
    assert "Bytt utgave og lagre rammene" in page
    assert move(horizon="2035", seen=NEW).status_code == 303
    assert budget_on(app) == "ny"


def test_having_seen_another_difference_is_not_enough(app, move):
    assert move(seen=OLD).status_code == 200
    assert budget_on(app) == "2024-tall"


def test_the_move_is_on_the_record_by_name_and_digest(app, move):
    assert move(seen=NEW).status_code == 303
    with db.session(app.extensions["engine"], actor="test") as session:
        lines = read.record(session, world.at(session).municipality_id)
    [line] = [line for line in lines if line.action == "move edition"]
    assert line.before["edition"] == "2024-tall" and line.after["edition"] == "ny"
    assert line.after["file_sha256"] == sha256(b"Ny").hexdigest()


def test_what_is_frozen_stays_on_its_edition(app, move):
    assert move(seen=NEW).status_code == 303
    assert budget_on(app, "vedtatt") == "2024-tall"


def test_somebody_elses_save_meanwhile_is_seen_at_the_second_step_too(app, client, newer):
    browser = client(Role.CLIMATE)
    stale = re.search(r'name="lock" value="([^"]*)"', browser.get(FRAME).text)
    assert stale
    with db.session(app.extensions["engine"], actor="test", writes=True) as session:
        write.set_frame(
            session,
            world.at(session),
            edition_slug="2024-tall",
            targets=[Target(Decimal(50), 2030, 2009)],
            path=None,
            allowance=Allowance(),
            horizon=2030,
        )
        session.commit()
    answer = browser.send(FRAME, lock=stale[1], edition=NEW, seen=NEW)
    assert answer.status_code == 409 and budget_on(app) == "2024-tall"


def test_each_other_edition_has_a_link_to_what_it_would_change(client, newer):
    page = client(Role.CLIMATE).get(FRAME).text
    assert f'href="{PAIR}">Se hva som endres' in page
