"""Utslippskilder: the history of a line, what is weak in it, and larger areas beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask

from climatebudget import db
from climatebudget.catalogue import areas
from climatebudget.catalogue.caveats import caveats
from climatebudget.core.access import Role
from climatebudget.core.inventory import Emission
from climatebudget.core.paths import Allowance, Target
from climatebudget.db import write
from climatebudget.web.charts import scale
from climatebudget.web.sources import chart
from tests import world
from tests.tables import history
from tests.web.conftest import DRAFT, ELSEWHERE

PAGE = f"{DRAFT}/sources/"
CARS, SHIPS = "veitrafikk/personbiler", "sjofart/estimat-sjofart"
TELEMARK = [a.number for a in areas().values() if a.is_municipality and a.county == "40"]


def plain(html: str) -> str:
    text = re.sub(r"<(title|svg).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def stand_on(app: Flask, number: str, name: str, figures: Iterable[tuple[str, str, int, str]]):
    """An edition of the installation with (area, code, year, tonnes), and the draft put on it."""
    file = name.encode()
    emissions = tuple(
        Emission(a, code, None, year, Decimal(t), n) for n, (a, code, year, t) in enumerate(figures)
    )
    reading = replace(world.reading("0301"), sha256=sha256(file).hexdigest(), emissions=emissions)
    with db.session(app.extensions["engine"], actor="test", writes=True) as session:
        slug = write.store_edition(
            session, reading, name=name, publisher="M", file_bytes=file, now=world.NOW
        ).edition.slug
        write.set_frame(
            session,
            world.at(session, number),
            edition_slug=slug,
            targets=[Target(Decimal(55), 2030, 2009)],
            path=None,
            allowance=Allowance(),
            horizon=2030,
        )
        session.commit()


def test_a_source_begins_with_its_sentence_and_its_share(client):
    """600 of 1 025,5 tonnes, from 1 000,5."""
    page = plain(
        client(Role.POLITICIAN)
        .get(f"{PAGE}veitrafikk/personbiler/".replace("utkast", "vedtatt"))
        .text
    )
    assert "Personbiler: 600 tonn i 2024, 40 prosent mindre enn i 2009." in page
    assert "Det er 58,5 prosent av utslippene i kommunen." in page


def test_each_year_has_share_change_and_kilograms_for_each_inhabitant(client):
    """Oslo had 575 475 inhabitants on 1 January 2009 and 717 710 in 2024."""
    page = plain(client(Role.CLIMATE).get(f"{PAGE}veitrafikk/").text)
    assert "2009 1 501 85,7 % 0 % 2,6" in page
    assert "2024 1 000 97,5 % −33 % 1,4" in page


def test_a_sector_names_its_sources_and_the_whole_its_sectors(client):
    browser = client(Role.CLIMATE)
    sector = browser.get(f"{PAGE}veitrafikk/").text
    assert f'href="{PAGE}veitrafikk/personbiler/">Personbiler' in sector
    assert "Personbiler 600 60,0 % 1 001 −40 %" in plain(sector)
    whole = browser.get(PAGE).text
    assert "Oslo: 1 026 tonn i 2024, 41 prosent mindre enn i 2009." in plain(whole)
    assert f'href="{PAGE}veitrafikk/">Veitrafikk' in whole
    listed = browser.get(f"{DRAFT}/inventory/").text
    for address in (PAGE, f"{PAGE}veitrafikk/", f"{PAGE}veitrafikk/personbiler/"):
        assert f'href="{address}"' in listed


def test_the_chart_has_two_sizes_and_tells_its_numbers(client):
    page = client(Role.CLIMATE).get(f"{PAGE}veitrafikk/").text
    assert page.count('<svg class="chart chart--wide"') == 1
    assert page.count('<svg class="chart chart--narrow"') == 1
    assert "2009: 1\u00a0501. 2024: 1\u00a0000." in page


@pytest.mark.parametrize("line", ["finnes-ikke", "veitrafikk/finnes-ikke", "luftfart"])
def test_a_line_that_the_edition_lacks_is_not_found(client, line):
    assert client(Role.CLIMATE).get(f"{PAGE}{line}/").status_code == 404


def test_another_municipality_is_not_found(client):
    assert client(Role.CLIMATE).get(f"{ELSEWHERE}/sources/veitrafikk/").status_code == 404


# ---- what is weak --------------------------------------------------------------------------------


def test_what_is_known_to_be_weak_stands_beside_the_figures(app, client):
    """Shipping before 2016 is not measured, and each such year says so."""
    figures = [("0301", SHIPS, y, "100") for y in (2009, 2015, 2016)]
    stand_on(app, "0301", "Skip", figures)
    page = plain(client(Role.CLIMATE).get(f"{PAGE}sjofart/estimat-sjofart/").text)
    assert "Sjøfart før 2016 er ikke målt." in page and "Kilde: Miljødirektoratet" in page
    assert "2009 ikke målt 100" in page and "2015 ikke målt 100" in page
    assert "2016 100" in page and "2016 ikke målt" not in page


def test_each_caveat_says_it_in_both_languages_and_who_says_so():
    """The closest comes first, and what concerns everything concerns this too."""
    known = caveats(SHIPS)
    assert known[0].concerns(2009) and not known[0].concerns(2016)
    assert {c.code for c in known} == {"sjofart", ""}
    assert "overslaget" in known[0].text("nn") and known[0].mark("nn") == "ikkje målt"
    sectors = ("annen-mobil-forbrenning", "luftfart", "veitrafikk", "avfall-og-avlop", "oppvarming")
    for code in sectors:
        own = [c for c in caveats(code) if c.code == code]
        assert own and all(c.text("nb") and c.text("nn") and c.source for c in own)


# ---- others --------------------------------------------------------------------------------------


def test_the_county_is_the_sum_of_its_municipalities_when_all_are_there(app, client):
    """17 in Telemark; Kragerø emits 170 of 1 770 tonnes in 2024."""
    figures = [
        (area, CARS, year, "170" if area == "4014" and year == 2024 else "100")
        for area in TELEMARK
        for year in (2009, 2024)
    ]
    stand_on(app, "4014", "Fylket", figures)
    page = plain(client(Role.CLIMATE, "4014").get(f"{ELSEWHERE}/sources/veitrafikk/").text)
    assert "Kragerø 170 70 %" in page
    assert "Telemark sum av 17 kommuner 1 770 4 %" in page
    assert "Norge " not in page


def test_a_county_that_lacks_a_municipality_is_not_added_up(app, client):
    figures = [(area, CARS, year, "1") for area in TELEMARK[1:] for year in (2009, 2024)]
    assert "4014" in TELEMARK[1:]
    stand_on(app, "4014", "Nesten", figures)
    page = plain(client(Role.CLIMATE, "4014").get(f"{ELSEWHERE}/sources/veitrafikk/").text)
    assert "Sammenlignet med" not in page


def test_county_and_country_may_stand_in_an_edition_of_their_own(app, client):
    """It is named, since the figures may be made in another way; Oslo is its own county."""
    wide = [(a, CARS, y, t) for a in ("0301", "03", "0") for y, t in ((2009, "500"), (2024, "400"))]
    stand_on(app, "0301", "Landet", wide)
    stand_on(app, "0301", "Bare Oslo", [("0301", CARS, 2009, "9"), ("0301", CARS, 2024, "8")])
    page = plain(client(Role.CLIMATE).get(f"{PAGE}veitrafikk/personbiler/").text)
    assert "Oslo 8 −11 % 0,0 Norge Landet 400 −20 %" in page
    assert "Oslo fylke" not in page and "sum av" not in page


def test_the_number_of_statements_does_not_follow_the_number_of_areas(app, client):
    figures = [(a, CARS, y, "1") for a in TELEMARK for y in (2009, 2024)]
    stand_on(app, "4014", "Fylket", figures)
    counted: list[str] = []
    listen = app.extensions["engine"], "after_cursor_execute", lambda *a: counted.append(a[2])
    sa.event.listen(*listen)
    browser = client(Role.CLIMATE, "4014")
    browser.get(f"{ELSEWHERE}/sources/veitrafikk/")
    counted.clear()
    browser.get(f"{ELSEWHERE}/sources/veitrafikk/")
    assert len(counted) <= 24


def test_what_is_below_zero_is_not_drawn():
    inventory = history("""
        utslippskilde   | 2009 | 2024
        avfall/deponi   | 10   | -5
    """)
    drawn = chart(inventory.total, narrow=False)
    assert drawn and drawn["series"][0]["points"] == [(2009, 10.0), (2024, 0.0)]
    assert drawn["ends"][0]["lines"] == ["−5\u00a0tonn"]


def test_a_narrow_chart_has_its_figure_above_and_no_name_to_be_cut():
    inventory = history("""
        utslippskilde            | 2009    | 2024
        veitrafikk/personbiler   | 2000000 | 1084232
    """)
    drawn = chart(inventory.total, narrow=True)
    assert drawn and drawn["ends"] == []
    assert drawn["above"] == "2024: 1\u00a0084\u00a0232\u00a0tonn"


@pytest.mark.parametrize(
    ("highest", "ticks"), [("0.4", ["0", "1"]), ("2", ["0", "1", "2"]), ("5", ["0", "2", "4", "6"])]
)
def test_an_axis_of_few_tonnes_has_whole_and_different_ticks(highest, ticks):
    """«0 · 1 · 1» is what half a tonne would be rounded to."""
    for narrow in (True, False):
        assert [text for _, text in scale(Decimal(highest), narrow)["yticks"]] == ticks


def test_a_source_without_emissions_has_a_sentence_and_no_chart(app, client):
    stand_on(app, "0301", "Null", [("0301", CARS, y, "0") for y in (2009, 2024)])
    page = client(Role.CLIMATE).get(f"{PAGE}veitrafikk/personbiler/").text
    assert "Ingen av årene har utslipp over null" in page and 'class="chart' not in page
    assert "2024 0" in plain(page)
