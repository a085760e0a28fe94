"""A reference path from a table: read as it is written, asked of where it could mean two things."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from climatebudget.core.boundary import Boundary
from climatebudget.core.field import NBSP
from climatebudget.core.path_cells import Counted
from climatebudget.core.path_import import PathImport, imported
from climatebudget.core.path_rule import Level
from climatebudget.core.quantity import tonnes
from climatebudget.core.table import Table
from climatebudget.sheets.path_tables import names
from tests import tables
from tests.measure_tables import table

HISTORY = """
    utslippskilde          | 2009   | 2022 | 2024
    veitrafikk/personbiler | 1000.5 | 700  | 600
    veitrafikk/busser      | 500    | 450  | 400
    oppvarming/fossil-olje | 250    | 20   | 25.5
"""
NAMES = names()
CARS, BUSES, OIL = "veitrafikk/personbiler", "veitrafikk/busser", "oppvarming/fossil-olje"


def draft(**changes: Any):
    """Oslo's draft for 2027 on an inventory to 2024: a path begins in 2025."""
    return tables.budget(year=2027, **{"inventory": tables.history(HISTORY), **changes})


def done(found: Table | str, budget: Any = None, **given: str) -> PathImport:
    """The import; ``unit="percent"`` answers a question by its code."""
    found = table(found) if isinstance(found, str) else found
    return imported(found, given, budget or draft(), NAMES)


def codes(found: PathImport) -> list[str]:
    return [question.code for question in found.questions]


def stops(found: PathImport) -> list[str]:
    return [finding.code for finding in found.findings if finding.stops]


def told(found: PathImport, code: str) -> str:
    [sentence] = [finding.message for finding in found.findings if finding.code == code]
    return sentence


# ---- the shapes people have ----------------------------------------------------------------------


def test_years_across_with_the_whole_in_one_row():
    found = done("""
        Tonn           | 2025 | 2026  | 2030
        Utslipp i alt  | 1000 | 990,5 | 940
    """)
    assert found.may_store and found.unit is Counted.TONNES and found.level is Level.WHOLE
    assert found.figures == {
        "": tonnes({2025: Decimal(1000), 2026: Decimal("990.5"), 2030: Decimal(940)})
    }
    assert found.cites["", 2026] == "tiltak.csv, rad 2, kolonne C"


def test_years_across_by_sector():
    found = done("""
        Utslippssektor | Tonn 2025 | Tonn 2030
        Veitrafikk     | 990       | 900
        Heating        | 25        | 20
    """)
    assert found.may_store and found.level is Level.SECTOR
    assert list(found.figures) == ["veitrafikk", "oppvarming"]
    assert found.rows == 2


def test_years_across_by_sector_and_source():
    found = done("""
        Sektor     | Utslippskilde | Enhet | 2025 | 2030
        Veitrafikk | Personbiler   | tonn  | 590  | 500
        Veitrafikk | Busser        | tonn  | 390  | 300
        Oppvarming | Fossil olje   | tonn  | 25   | 20
    """)
    assert found.may_store and list(found.figures) == [CARS, BUSES, OIL]


def test_a_row_for_each_figure():
    found = done("""
        År   | Sektor     | Utslippskilde | Utslipp (tonn)
        2025 | Veitrafikk | Personbiler   | 590
        2026 | Veitrafikk | Personbiler   | 580
        2025 | Veitrafikk | Busser        | 390
        2025 | Oppvarming | Fossil olje   | 25
    """)
    assert found.may_store and found.level is Level.SOURCE
    assert found.figures[CARS] == tonnes({2025: Decimal(590), 2026: Decimal(580)})
    assert found.cites[CARS, 2026] == "tiltak.csv, rad 3, kolonne D"


def test_a_column_of_years_beside_the_whole():
    found = done("""
        År   | Tonn CO₂-ekv.
        2025 | 1 000
        2030 | 940
    """)
    assert found.may_store
    assert found.figures == {"": tonnes({2025: Decimal(1000), 2030: Decimal(940)})}


def test_a_column_of_years_with_a_column_for_each_place():
    found = done("""
        År   | Veitrafikk, tonn | Oppvarming, tonn | Sum, tonn
        2025 | 990              | 25               | 1015
    """)
    assert found.may_store and list(found.figures) == ["veitrafikk", "oppvarming"]
    assert [each.agrees for each in found.sums] == [True]


def test_of_several_columns_of_numbers_the_one_with_the_path_is_asked_for():
    asked = """
        År   | Sektor     | A   | B
        2025 | Veitrafikk | 990 | 7
    """
    assert codes(done(asked)) == ["column"]
    found = done(asked, column="C", unit="tonnes")
    assert found.figures == {"veitrafikk": tonnes({2025: Decimal(990)})}


def test_what_is_not_read_is_told():
    found = done("""
        Sektor            | Merknad   | 2025 tonn | 2030 tonn
        Veitrafikk        | usikker   | 990       | 900
        * Kilde: NILU     |           |           |
    """)
    assert "B «Merknad»" in told(found, "columns-not-read")
    assert "rad 3" in told(found, "rows-not-read")


# ---- names ---------------------------------------------------------------------------------------


def test_an_unknown_name_is_a_question_and_never_dropped():
    text = """
        Tonn       | 2025
        Veitrafikk | 990
        Fyring     | 25
    """
    found = done(text)
    assert codes(found) == ["place-fyring"] and not found.may_store
    question = found.questions[0]
    assert str(question.where) == "A3" and "«Fyring»" in question.message
    found = done(text, **{"place-fyring": "oppvarming"})
    assert found.may_store and list(found.figures) == ["veitrafikk", "oppvarming"]
    found = done(text, **{"place-fyring": "-"})
    assert found.may_store and list(found.figures) == ["veitrafikk"]
    assert "«Fyring»" in told(found, "not-read")


def test_an_answer_that_is_no_choice_is_no_answer():
    assert codes(done("Tonn | 2025\nFyring | 25", **{"place-fyring": "månen"})) == ["place-fyring"]


def test_a_source_that_several_sectors_have_is_asked_of():
    found = done("""
        Utslippskilde, tonn | 2025
        Personbiler         | 590
        Elektrisitet        | 3
    """)
    assert codes(found) == ["place-elektrisitet"]


def test_a_row_without_a_name_is_asked_of():
    found = done("""
        Tonn | 2025
             | 990
        Veitrafikk | 5
    """)
    assert codes(found) == ["place-"]


def test_too_many_unknown_names_are_another_file():
    lines = "\n".join(f"Navn nummer {chr(97 + n // 26)}{chr(97 + n % 26)} | 5" for n in range(31))
    found = done(f"Tonn | 2025\n{lines}")
    assert "31 navn" in told(found, "names-unknown") and not found.questions


def test_a_name_of_ten_thousand_characters_is_no_name():
    found = done(f"Tonn | 2025\n{'x' * 10_000} | 5")
    assert stops(found) == ["name-too-long", "no-figures"]
    assert len(told(found, "name-too-long")) < 200


def test_names_an_operator_has_added_are_known():
    own = names({("Fyring", ""): "oppvarming/ufordelt"})
    found = imported(table("Tonn | 2025\nFyring | 25"), {}, draft(), own)
    assert found.figures == {"oppvarming": tonnes({2025: Decimal(25)})}


# ---- tonnes or percent ---------------------------------------------------------------------------


def test_a_file_that_does_not_say_what_it_counts_is_asked_once():
    text = """
        Sektor     | 2025 | 2030
        Veitrafikk | 990  | 900
        Oppvarming | 25   | 20
    """
    assert codes(done(text)) == ["unit"]
    assert done(text, unit="tonnes").may_store


def test_the_title_above_the_table_may_say_it():
    plain = table("Sektor | 2025\nVeitrafikk | 990")
    assert done(replace(plain, above=("Referansebane (tonn CO2-ekv.)",))).may_store


def test_percent_becomes_tonnes_of_the_reference_year_to_the_gram():
    """2009: 1 750.5 tonnes; 28 percent lower is 1 260.36."""
    found = done("""
        Referansebane | 2025  | 2030
        Utslipp i alt | −28 % | −39,5 %
    """)
    assert found.may_store and found.unit is Counted.PERCENT
    assert found.figures[""] == tonnes({2025: Decimal("1260.36"), 2030: Decimal("1059.0525")})
    assert found.cites["", 2025] == (
        "tiltak.csv, rad 2, kolonne B: −28 prosent mot 2009, 2024-tall"
    )


def test_percent_by_sector_is_of_the_sector():
    found = done("""
        Prosent    | 2025
        Veitrafikk | −10
        Oppvarming | −90
    """)
    assert {code: y[2025] for code, y in found.figures.items()} == {
        "veitrafikk": Decimal("1350.45"),
        "oppvarming": Decimal(25),
    }


@pytest.mark.parametrize(
    ("answer", "value"), [("change", "2240.64"), ("lower", "1260.36"), ("share", "490.14")]
)
def test_a_percentage_above_zero_is_asked_of(answer, value):
    text = "Prosent | 2025\nUtslipp i alt | 28"
    assert codes(done(text)) == ["percent"]
    found = done(text, percent=answer)
    assert found.may_store and found.figures[""][2025] == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Andel av 2009-nivå, prosent | 2025\nUtslipp i alt | 72", "1260.36"),
        ("Prosent | 2009 | 2025\nUtslipp i alt | 100 | 72", "1260.36"),
        ("Endring, prosent | 2025\nUtslipp i alt | −28", "1260.36"),
        ("Reduksjon, prosent | 2025\nUtslipp i alt | −28", "1260.36"),
    ],
)
def test_what_leaves_no_doubt_is_not_asked(text, value):
    found = done(text)
    assert found.may_store and found.figures[""][2025] == Decimal(value)


@pytest.mark.parametrize("heading", ["Reduksjon, prosent", "Endring, prosent", "Kutt i prosent av"])
def test_a_cut_without_a_minus_is_asked_of(heading):
    assert codes(done(f"{heading} | 2025\nUtslipp i alt | 28")) == ["percent"]


def test_a_fraction_may_be_a_percentage_and_is_asked_of():
    text = "Prosent | 2025 | 2030\nUtslipp i alt | −0,28 | −0,395"
    assert codes(done(text)) == ["scale"]
    assert done(text, scale="fraction").figures[""][2030] == Decimal("1059.0525")
    assert done(text, scale="percent").figures[""][2030] == Decimal("1743.585525")


def test_a_file_with_both_is_asked_which_and_tells_what_it_leaves():
    text = """
        Bane                    | 2025
        Referansebane (tonn)    | 1 000
        Referansebane (prosent) | −43
    """
    assert codes(done(text)) == ["unit"]
    found = done(text, unit="tonnes")
    assert found.may_store and found.figures[""][2025] == 1000
    assert "«Referansebane (prosent)»" in told(found, "not-read")
    assert done(text, unit="percent").figures[""][2025] == Decimal("997.785")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"targets": ()}, "Sett et mål under Rammer"),
        ({"inventory": None}, "Velg den under Rammer"),
        (
            {"inventory": tables.history("utslippskilde | 2022\nveitrafikk/busser | 450")},
            "ikke utslipp for referanseåret 2009",
        ),
    ],
)
def test_percent_needs_the_reference_years_emissions(changes, says):
    found = done("Prosent | 2027\nUtslipp i alt | −28", draft(**changes))
    assert stops(found) == ["no-reference"] and says in told(found, "no-reference")


def test_percent_of_a_sector_without_emissions_says_so():
    found = done("Prosent | 2025\nVeitrafikk | −28\nLuftfart | −5")
    assert stops(found) == ["no-reference"]
    assert "ikke utslipp for Luftfart i 2009" in told(found, "no-reference")


def test_percent_of_another_year_is_refused():
    found = done("Endring i prosent fra 2017 | 2025\nUtslipp i alt | −28")
    assert "fra 2017" in told(found, "another-reference") and not found.may_store


def test_a_path_towards_2030_is_not_reckoned_from_2030():
    plain = table("Prosent | 2027\nUtslipp i alt | −28")
    assert done(replace(plain, above=("Utslippsbane mot 2030",))).may_store


@pytest.mark.parametrize("heading", ["1000 tonn", "kt CO2", "Kilotonn", "Mill. tonn"])
def test_another_unit_is_refused(heading):
    found = done(f"{heading} | 2025\nUtslipp i alt | 1,5", unit="tonnes")
    assert stops(found) == ["other-unit"]


def test_some_cells_with_a_percent_sign_and_some_without_are_refused():
    found = done("Bane | 2025 | 2026\nUtslipp i alt | −28 % | −30")
    assert stops(found) == ["half-signed"]


# ---- numbers -------------------------------------------------------------------------------------


def test_a_mark_that_may_mean_two_things_is_asked_once():
    text = "Tonn | 2025 | 2026\nVeitrafikk | 1.250 | 1.240\nOppvarming | 1.100 | 1.000"
    found = done(text)
    assert codes(found) == ["mark"] and "i alt 4" in found.questions[0].message
    assert [choice.label for choice in found.questions[0].choices] == ["1,25", f"1{NBSP}250"]
    assert done(text, mark=",").figures["veitrafikk"][2025] == 1250
    assert done(text, mark=".").figures["veitrafikk"][2025] == Decimal("1.25")


def test_the_other_cells_may_say_what_the_mark_means():
    found = done("Tonn | 2025 | 2026\nUtslipp i alt | 962,000 | 1,442,878")
    assert found.figures[""] == tonnes({2025: Decimal(962_000), 2026: Decimal(1_442_878)})


def test_words_and_blanks_are_unknown_and_counted():
    found = done("""
        Tonn       | 2025         | 2026         | 2027 | 2028
        Veitrafikk | 990          | ikke regnet  |      | ca. 900
        Oppvarming | ikke regnet  | 25           | –    | =1+1
    """)
    assert found.may_store
    assert found.figures["veitrafikk"] == tonnes({2025: Decimal(990)})
    words = [f.message for f in found.findings if f.code.startswith("word")]
    assert "«ikke regnet» står i 2 celler" in words[0]
    assert any("«=1+1»" in w and "ikke lest som tall" in w for w in words)
    assert "2 celler er tomme" in told(found, "blank")


@pytest.mark.parametrize(
    "text",
    [
        "Tonn | 2025\nUtslipp i alt | −4",
        "Prosent | 2025\nUtslipp i alt | −101",
        "Andel, prosent | 2009 | 2025\nUtslipp i alt | 100 | −1",
    ],
)
def test_emissions_are_not_below_zero(text):
    assert stops(done(text)) == ["negative"]


def test_finer_than_a_gram_is_rounded_away_from_zero():
    found = done("Tonn | 2025\nUtslipp i alt | 0,0000005")
    assert found.figures[""][2025] == Decimal("0.000001")


# ---- years and places ----------------------------------------------------------------------------


@pytest.mark.parametrize("year", ["1990", "2008", "2101"])
def test_a_year_that_is_far_away_is_refused(year):
    found = done(f"Tonn | {year} | 2025\nUtslipp i alt | 5 | 6")
    assert stops(found) == ["year-outside"]
    found = done(f"År | Tonn\n{year} | 5\n2025 | 6")
    assert stops(found) == ["year-outside"]


def test_a_year_twice_is_refused():
    found = done("Tonn | 2025 | 2026 | 2025\nUtslipp i alt | 5 | 6 | 7")
    assert "kolonne B og D" in told(found, "year-twice")
    found = done("År | Tonn\n2025 | 5\n2025 | 6")
    assert "i B2 og B3" in told(found, "place-twice") and not found.may_store


@pytest.mark.parametrize(("year", "code"), [("snart", "year"), ("", "no-year")])
def test_a_row_without_a_year_we_can_use_is_refused(year, code):
    assert stops(done(f"År | Tonn\n{year} | 5\n2025 | 6")) == [code]


def test_a_place_twice_is_refused():
    found = done("Tonn | 2025\nVeitrafikk | 5\nRoad transport | 6")
    assert "Veitrafikk har to tall for 2025, i B2 og B3" in told(found, "place-twice")
    assert stops(found) == ["place-twice"]


def test_years_before_the_path_are_told_and_not_read():
    found = done("Tonn | 2009 | 2024 | 2025\nUtslipp i alt | 1751 | 1026 | 1000")
    assert found.may_store and found.figures == {"": tonnes({2025: Decimal(1000)})}
    assert told(found, "history") == (
        "Tall for 2009 og 2024 er ikke lest inn. Banen begynner i 2025."
    )


def test_a_file_with_history_only_has_nothing_to_read():
    assert stops(done("Tonn | 2009 | 2024\nUtslipp i alt | 1751 | 1026")) == ["no-figures"]


def test_a_path_for_what_the_boundary_leaves_out_is_refused():
    budget = draft(boundary=Boundary({"oppvarming/ufordelt": "Er borte"}))
    found = done("Tonn | 2025\nVeitrafikk | 5\nOppvarming | 6", budget)
    assert stops(found) == ["path-outside"]
    assert "en bane for Oppvarming, som er holdt utenfor" in told(found, "path-outside")


def test_another_municipalitys_path_is_refused():
    text = "Kommune | År | Tonn\n4014 Kragerø | 2025 | 6"
    assert "«4014 Kragerø»" in told(done(text), "municipality")
    assert done("Kommune | År | Tonn\nK-0301 | 2025 | 6").may_store


# ---- one level -----------------------------------------------------------------------------------


def test_a_total_that_closes_is_checked_and_not_imported():
    found = done("""
        Tonn          | 2025   | 2026
        Veitrafikk    | 1 000  | 990
        Oppvarming    | 25,5   | 25
        Utslipp i alt | 1 026  | 1 015
    """)
    assert found.may_store and "" not in found.figures
    assert [(s.found, s.stated, s.agrees) for s in found.sums] == [
        (Decimal("1025.5"), 1026, True),
        (1015, 1015, True),
    ]


def test_a_total_that_does_not_close_is_told_with_the_difference():
    found = done("""
        Tonn          | 2025
        Veitrafikk    | 1 000
        Oppvarming    | 25
        Utslipp i alt | 1 100
    """)
    assert found.may_store and [s.agrees for s in found.sums] == [False]
    assert "Forskjellen er 75 tonn" in told(found, "stated-total")


def test_a_total_of_percentages_is_checked_in_tonnes():
    """−10 % of 1 500.5 and −90 % of 250 is −21.4 % of 1 750.5: written as −21, within half."""
    text = "Prosent | 2025\nVeitrafikk | −10\nOppvarming | −90\nSum | {}"
    assert done(text.format("−21")).sums[0].agrees
    assert not done(text.format("−25")).sums[0].agrees


def test_a_total_whose_parts_are_lacking_cannot_be_checked():
    found = done("Tonn | 2025 | 2026\nVeitrafikk | 5 |\nOppvarming | 6 | 7\nSum | 11 | 12")
    assert "for 2026 kan ikke kontrolleres" in told(found, "total-unchecked")


def test_sectors_and_sources_together_are_refused():
    found = done("""
        Sektor, tonn            | 2025
        Veitrafikk              | 1 000
        Veitrafikk: Personbiler | 600
    """)
    assert stops(found) == ["two-levels"]
    assert "En bane gjelder ett nivå." in told(found, "two-levels")


def test_a_sector_that_the_file_lacks_makes_the_sum_too_low_and_is_told():
    found = done("Tonn | 2025\nVeitrafikk | 990")
    assert found.may_store and "ikke tall for «Oppvarming»" in told(found, "places-lacking")


def test_a_sector_that_the_edition_lacks_is_told():
    found = done("Tonn | 2025\nVeitrafikk | 990\nOppvarming | 25\nLuftfart | 5")
    assert found.may_store and "Luftfart" in told(found, "not-in-edition")
