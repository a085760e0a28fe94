"""Reference data: every name we know of leads to one code, one area."""

from __future__ import annotations

import csv
import re
from decimal import Decimal

import pytest

from climatebudget import catalogue
from climatebudget.catalogue import areas, areas_named, normalised, sources

MUNICIPALITIES = [area for area in areas().values() if area.is_municipality]


def test_there_are_357_municipalities_in_15_counties():
    counties = {area.county for area in MUNICIPALITIES}
    assert (len(MUNICIPALITIES), len(counties)) == (357, 15)
    assert counties <= areas().keys()


def test_every_municipality_is_found_by_its_name():
    """Two names are borne by two: those are asked about, and are found with their county."""
    by_name = {area.name: [a.number for a in areas_named(area.name)] for area in MUNICIPALITIES}
    shared = {name: numbers for name, numbers in by_name.items() if len(numbers) > 1}
    assert shared == {"Herøy": ["1515", "1818"], "Våler": ["3114", "3419"]}
    for area in MUNICIPALITIES:
        if area.name in shared:
            county = areas()[area.county].name
            assert areas_named(f"{area.name} ({county})") == (area,)
        else:
            assert areas_named(area.name) == (area,)


@pytest.mark.parametrize(
    "name, number",
    [
        ("Oslo", "0301"),
        ("Oslo-Oslove", "0301"),
        ("OSLO kommune", "0301"),
        ("Oslo fylke", "03"),
        ("Kautokeino", "5612"),
        ("Guovdageaidnu - Kautokeino", "5612"),
        ("Porsanger", "5622"),
        ("Nord-Odal", "3414"),
        ("Evje og Hornnes", "4219"),
        ("Voss", "4621"),
        ("Trøndelag", "50"),
        ("Hele landet", "0"),
    ],
)
def test_an_area_is_found_by_the_names_it_bears(name: str, number: str):
    assert [area.number for area in areas_named(name)] == [number]


@pytest.mark.parametrize("part", ["Nord", "Odal", "Evje", "Midt", "", "Vestfold og Telemark"])
def test_a_part_of_a_name_is_no_name(part: str):
    """«Nord-Odal» is one name; only true bilingual forms may stand alone."""
    assert areas_named(part) == ()


def test_a_number_of_2023_leads_to_its_successors():
    assert catalogue.successor("3801") == ("3901",)
    assert catalogue.successor("1507") == ("1508", "1580")  # the one that was split
    assert catalogue.successor("0301") == ()
    with (catalogue.HERE / "successors.csv").open() as file:
        old = {row["old"] for row in csv.DictReader(file)}
    assert {new for number in old for new in catalogue.successor(number)} <= areas().keys()


def test_a_code_is_made_of_its_sector_and_never_of_odd_letters():
    for code, source in sources().items():
        assert re.fullmatch(r"[a-z0-9-]+(/[a-z0-9-]+)?", code)
        assert code.partition("/")[0] == source.sector


def test_every_sector_can_hold_what_is_not_allocated():
    assert len(catalogue.sector_names()) == 11
    for sector in catalogue.sector_names():
        assert {"ufordelt", f"{sector}/ufordelt"} & sources().keys()
    assert list(catalogue.sector_names().items())[-1] == ("ufordelt", "Ufordelt")


def test_every_name_leads_to_a_source_that_exists():
    aliases = [*catalogue.aliases().values(), *catalogue.english_sources().values()]
    assert {alias.code for alias in aliases} <= sources().keys()
    assert {a.code for a in catalogue.english_sectors().values()} <= catalogue.sector_names().keys()
    assert all(alias.note for alias in aliases if not alias.certain)


@pytest.mark.parametrize(
    "sector, source",
    [
        ("Annen mobil forbrenning", "Bygg og anlegg\n"),
        ("Annen mobil forbrenning", "Bygg og anlegg  "),
        ("Annen mobil forbrenning", "Bygg og anlegg_x000D_"),
        ("ANNEN MOBIL FORBRENNING", "bygg og anlegg"),
    ],
)
def test_one_source_however_a_release_spells_it(sector: str, source: str):
    key = normalised(sector), normalised(source)
    assert catalogue.aliases()[key].code == "annen-mobil-forbrenning/bygg-og-anlegg"


def test_a_sector_that_was_renamed_is_one_sector():
    before = catalogue.aliases()[normalised("Bruk av produkter med fluorgasser"), "bruk av hfk"]
    after = catalogue.aliases()[normalised("produkter med fluorgasser"), "bruk av hfk"]
    assert before.code == after.code == "produkter-med-fluorgasser/bruk-av-hfk"


def test_old_and_new_ship_types_are_different_sources():
    """They were made in different ways; only equal names cannot be told apart."""
    aliases = catalogue.aliases()
    assert aliases["sjøfart", "cruiseskip"].code != aliases["sjøfart", "cruise"].code


def test_a_name_can_be_a_sector_and_a_source():
    aliases = catalogue.aliases()
    assert aliases["annen mobil forbrenning", "jordbruk"].code == "annen-mobil-forbrenning/jordbruk"
    assert aliases["jordbruk", ""].code == "jordbruk/ufordelt"


def test_the_measures_of_klimakur_add_up_to_what_was_published():
    measures = [m for m in catalogue.klimakur() if m.report == "klimakur2030"]
    assert (len(measures), sum(m.kt for m in measures)) == (62, Decimal(39700))
    assert len([m for m in catalogue.klimakur() if m.report == "klimatiltak2025"]) == 77


@pytest.mark.parametrize("report", ["klimakur2030", "klimatiltak2025"])
def test_every_national_measure_says_where_it_cuts_or_why_it_has_no_municipal_source(report: str):
    """In both languages, in sentences: a reader sees them."""
    own = [m for m in catalogue.klimakur() if m.report == report]
    assert len(own) == {"klimakur2030": 62, "klimatiltak2025": 77}[report]
    for measure in own:
        assert all(r.endswith(".") and r[0].isupper() for r in measure.reasons), measure.code
        assert set(measure.places) <= set(sources()), measure.code
        assert measure.places or not measure.certain, measure.code


def test_the_tables_of_places_have_the_codes_of_their_reports_and_no_others():
    for report in ("klimakur2030", "klimatiltak_i_norge_2025"):
        codes = []
        for name in (f"{report}.csv", f"{report}_places.csv"):
            with (catalogue.HERE / name).open(encoding="utf-8-sig", newline="") as file:
                codes.append([row["code"] for row in csv.DictReader(file)])
        assert codes[0] == codes[1] and len(codes[0]) == len(set(codes[0]))


def test_the_uncertain_codes_of_klimakur_are_marked():
    by_code = {m.code: m for m in catalogue.klimakur() if m.report == "klimakur2030"}
    assert {code for code, m in by_code.items() if m.note} == {"S02?", "O01b"}
    for code in ("S02?", "O01b"):
        assert not by_code[code].certain and "usik" in by_code[code].reason("nb")


def test_what_is_about_one_plant_names_its_municipality():
    found = {m.code: catalogue.areas()[m.area].name for m in catalogue.klimakur() if m.area}
    assert found == {"E01": "Oslo", "E02": "Bergen", "E03": "Trondheim"}


def test_forest_and_land_use_are_not_in_the_municipal_statistics():
    forest = [m for m in catalogue.klimakur() if m.sector == "Skog og arealbruk"]
    assert len(forest) == 12 and not any(m.places for m in forest)


def test_a_category_is_called_by_its_report_code_and_name():
    assert catalogue.national_name("klimatiltak2025/T02") == (
        "Klimatiltak i Norge 2025: T02 Økt bruk av hjemmekontor"
    )
    assert catalogue.national_name("klimakur2030/X99") == "klimakur2030/X99"
    assert len(catalogue.categories()) == 62 + 77
