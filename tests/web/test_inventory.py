"""Utslipp: the edition a version stands on, its chart and tables, and the other editions."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import pytest
import sqlalchemy as sa
from flask import Flask

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.findings import Cell, Finding
from climatebudget.core.paths import Allowance, Target
from climatebudget.db import write
from climatebudget.web.charts_stacked import stacked, target_tonnes
from climatebudget.web.inventory import headline
from tests import world
from tests.tables import history
from tests.web.conftest import DRAFT, ELSEWHERE

PAGE = f"{DRAFT}/inventory/"


def store(app: Flask, owner: str | None, name: str, *findings: Finding) -> None:
    """An edition of Oslo's figures with one tonne more, owned by a municipality or by nobody."""
    file = f"{owner} {name}".encode()
    reading = world.reading("0301")
    more = replace(reading.emissions[0], tonnes=reading.emissions[0].tonnes + len(name))
    reading = replace(
        reading,
        sha256=sha256(file).hexdigest(),
        emissions=(more, *reading.emissions[1:]),
        findings=findings,
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
            by="operatøren",
        )
        session.commit()


def stand_on(app: Flask, edition_slug: str | None, *targets: Target) -> None:
    with db.session(app.extensions["engine"], actor="test", writes=True) as session:
        write.set_frame(
            session,
            world.at(session),
            edition_slug=edition_slug,
            targets=targets,
            path=None,
            allowance=Allowance(),
            horizon=2030,
        )
        session.commit()


# ---- the page ------------------------------------------------------------------------------------


def test_the_sentence_comes_first_and_the_edition_is_named(client):
    """1 025,5 tonnes against 1 750,5: 41 percent less; and whose figures they are."""
    page = client(Role.POLITICIAN).get(f"/0301/{world.YEAR}/vedtatt/inventory/").text
    sentence = "Oslo slapp ut 1\u00a0026 tonn i 2024, 41 prosent mindre enn i 2009."
    assert sentence in page
    for words in ("Miljødirektoratet", "utslipp-0301.xlsx, 6 rader", "23.11.2026 kl. 10.00"):
        assert words in page and page.index(words) > page.index(sentence), words


def test_the_table_has_each_source_under_its_sector(client):
    """Reference year, last year, share of the last year, and the change between them."""
    page = client(Role.CLIMATE).get(PAGE).text
    row = re.search(r'<tr><th scope="row"><a href="[^"]*">Fossil olje</a></th>(.*)</tr>', page)
    assert row and re.findall(r">([^<>]+)</td>", row[1]) == [
        "250",
        "26",
        "2,5\u00a0%",
        "−90\u00a0%",
    ]
    assert page.index(">Veitrafikk</a></th>") < page.index(">Personbiler</a></th>")
    assert page.index(">Personbiler</a></th>") < page.index(">Busser</a></th>")


def test_the_chart_has_two_sizes_and_the_same_numbers_as_a_table(client):
    """One picture for wide screens and one for narrow, each with its own ids and its story."""
    page = client(Role.CLIMATE).get(PAGE).text
    assert page.count('<svg class="chart chart--wide"') == 1
    assert page.count('<svg class="chart chart--narrow"') == 1
    assert "I 2024 var veitrafikk størst med 1\u00a0000 tonn av 1\u00a0026." in page
    assert "Vis tallene som tabell" in page and "Målet for 2030 er 55 prosent lavere" in page


def test_only_who_may_read_in_an_edition_is_shown_the_button(client):
    """The sector head reads the same page without it."""
    words = "Les inn ny statistikkutgave"
    assert words in client(Role.CLIMATE).get(PAGE).text
    assert words not in client(Role.SECTOR_HEAD).get(PAGE).text


def test_without_an_edition_the_page_says_what_to_do_first(app, client):
    """Choose one of those there are; without figures there is no target in tonnes."""
    stand_on(app, None)
    page = client(Role.CLIMATE).get(PAGE).text
    assert f"Klimabudsjettet for {world.YEAR} har ingen statistikkutgave ennå." in page
    assert "Velg hvilken det skal stå på." in page and "2024-tall" in page
    assert "<svg" not in page


def test_an_edition_without_the_municipality_says_so(app, client):
    """Nothing is zero because it is not there."""
    with db.session(app.extensions["engine"], actor="test", writes=True) as session:
        other = replace(world.reading("4014"), sha256=sha256(b"k").hexdigest())
        write.store_edition(session, other, name="Kragerøs", file_bytes=b"k", now=world.NOW)
        session.commit()
    stand_on(app, "krageros")
    page = client(Role.CLIMATE).get(PAGE).text
    assert "Kragerøs har ikke tall for Oslo." in page


def test_the_number_of_statements_does_not_follow_the_number_of_editions(app, client):
    """One version read whole, one list of editions, and the person who read it in."""
    counted: list[str] = []
    engine = app.extensions["engine"]
    sa.event.listen(engine, "after_cursor_execute", lambda *a: counted.append(a[2]))
    browser = client(Role.CLIMATE)
    browser.get(PAGE)
    counted.clear()
    browser.get(PAGE)
    few = len(counted)
    for n in range(5):
        store(app, "0301", f"Utgave {'i' * n}")
    counted.clear()
    browser.get(PAGE)
    assert len(counted) == few <= 20


# ---- one edition ---------------------------------------------------------------------------------


def test_an_edition_shows_its_findings_and_its_sums(app, client):
    """With cells, and beside what the version stands on now."""
    late = Finding(
        "x", "Kildene gir %(found)s.", {"found": "<b>1,5</b>"}, where=Cell("Ark", 7, "C")
    )
    store(app, "0301", "Ny", late)
    page = client(Role.CLIMATE).get(f"{PAGE}editions/0301/ny").text
    assert "Kildene gir &lt;b&gt;1,5&lt;/b&gt;." in page and "«Ark», C7" in page
    assert "«Nå» er 2024-tall" in page
    row = re.search(r'<tr><th scope="row">2009</th>(.*)</tr>', page)
    assert row and re.findall(r">([^<>]+)</td>", row[1]) == ["1\u00a0752,5", "1\u00a0750,5", "2,0"]


def test_the_owner_is_part_of_an_editions_address(app, client):
    """The installation's «2024-tall» and the municipality's own are two."""
    store(app, None, "2024-tall")
    browser = client(Role.CLIMATE)
    own = browser.get(f"{PAGE}editions/0301/2024-tall").text
    common = browser.get(f"{PAGE}editions/installation/2024-tall").text
    assert "utslipp-0301.xlsx" in own and "Felles for alle kommuner" not in own
    assert "Felles for alle kommuner" in common and "operatøren" in common
    listed = browser.get(PAGE).text
    assert f"{PAGE}editions/installation/2024-tall" in listed
    assert f"{PAGE}editions/0301/2024-tall" in listed
    assert listed.count("i bruk") == 1


@pytest.mark.parametrize(
    "edition", ["4014/2024-tall", "installation/2024-tall", "0301/finnes-ikke"]
)
def test_an_edition_that_is_not_ones_own_is_not_found(client, edition):
    """Another municipality's, one the installation lacks, and one that nobody has."""
    assert client(Role.CLIMATE).get(f"{PAGE}editions/{edition}").status_code == 404


def test_another_municipality_is_not_found(client):
    """Whatever the address."""
    assert client(Role.CLIMATE).get(f"{ELSEWHERE}/inventory/").status_code == 404


def test_nynorsk_municipalities_get_the_same_page(app, client):
    """A missing translation is readable bokmål, never an error."""
    with db.session(app.extensions["engine"], actor="test", writes=True) as session:
        row = session.connection()
        row.execute(sa.text("UPDATE municipality SET language = 'nn' WHERE name = 'Oslo'"))
        session.commit()
    page = client(Role.CLIMATE).get(PAGE).text
    assert '<html lang="nn"' in page and "1\u00a0026 tonn" in page


# ---- arithmetic ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        ("75", "Moss slapp ut 75 tonn i 2024, 25 prosent mindre enn i 2009."),
        ("112.5", "Moss slapp ut 113 tonn i 2024, 13 prosent mer enn i 2009."),
        ("100.4", "Moss slapp ut 100 tonn i 2024, like mye som i 2009."),
    ],
)
def test_the_sentence_has_three_cases(now, sentence):
    """Less, more, and as much."""
    inventory = history(f"""
        utslippskilde          | 2009 | 2024
        veitrafikk/personbiler | 100  | {now}
    """)
    assert headline("Moss", inventory, 2009).shown() == sentence


def test_an_inventory_of_one_year_is_not_compared():
    """Nor is one whose reference year had no emissions."""
    one = history("""
        utslippskilde          | 2024
        veitrafikk/personbiler | 100
    """)
    assert headline("Moss", one, 2024).shown() == "Moss slapp ut 100 tonn i 2024."


def test_years_keep_their_distance_and_the_axis_begins_at_zero():
    """2010 is not there and leaves its place empty; the largest sector lies at the bottom."""
    chart = stacked(
        history("""
            utslippskilde          | 2009 | 2011 | 2012
            oppvarming/olje        | 500  | 300  | 200
            veitrafikk/personbiler | 942  | 900  | 800
        """),
        [],
        narrow=False,
    )
    assert (chart["years"], chart["span"]) == ([2009, 2011, 2012], (2009, 2012))
    assert [s["name"] for s in chart["series"]] == ["Veitrafikk", "Oppvarming"]
    assert chart["series"][0]["values"] == [942.0, 900.0, 800.0]
    assert chart["ymax"] == 1500 and chart["yticks"][0][0] == 0
    assert len(chart["yticks"]) <= 5


def test_what_has_no_colour_of_its_own_is_put_together():
    """Six sectors alone and the smallest as one: nothing of the whole is left out."""
    lines = "\n".join(f"sektor{n}/kilde | {n * 10} | {n}" for n in range(1, 10))
    inventory = history(f"utslippskilde | 2009 | 2024\n{lines}")
    chart = stacked(inventory, [], narrow=False)
    assert len(chart["series"]) == 7
    assert chart["series"][-1] == {"name": "Øvrige", "values": [60.0, 6.0], "text": "6"}
    assert sum(s["values"][-1] for s in chart["series"]) == inventory.total[2024]


def test_a_target_is_drawn_in_this_editions_tonnes():
    """45 percent of 1 750.5; a target whose reference year is lacking has no line."""
    known = Target(Decimal(55), 2030, 2009)
    unknown = Target(Decimal(50), 2030, 1990)
    inventory = history()
    assert target_tonnes(inventory, known) == Decimal("787.725")
    chart = stacked(inventory, [known, unknown], narrow=True)
    assert chart["targets"] == [{"value": 787.725, "text": "Mål\u00a02030"}]


def test_labels_of_close_targets_do_not_hide_each_other():
    """The later one is named; both have their line."""
    targets = [Target(Decimal(54), 2029, 2009), Target(Decimal(55), 2030, 2009)]
    lines = stacked(history(), targets, narrow=False)["targets"]
    assert [line["text"] for line in lines] == ["", "Mål\u00a02030"]


def test_a_narrow_chart_names_only_the_years_there_is_room_for():
    """The first and the last always among them."""
    years = range(2009, 2025)
    head = " | ".join(["utslippskilde", *map(str, years)])
    inventory = history(f"{head}\nveitrafikk/personbiler{' | 5' * len(years)}")
    narrow = stacked(inventory, [], narrow=True)["xticks"]
    assert (narrow[0], narrow[-1]) == (2009, 2024) and len(narrow) < 6
    assert stacked(inventory, [], narrow=False)["xticks"] == list(years)
