"""What people type in forms, and the sentence they get when it cannot be read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from climatebudget.core.field import NBSP, read_number
from climatebudget.core.quantity import GRAM, ORE
from climatebudget.web.context import g
from climatebudget.web.forms import (
    THOUSANDTH,
    AtMost,
    ChoiceField,
    DateField,
    EnumField,
    EnumRadioField,
    LineField,
    LinesField,
    NumberField,
    Said,
    WholeField,
    YearField,
    by_source,
    problems,
    written,
)


class Colour(Enum):
    RED = "rød"
    GREEN = "grønn"


class Example(Form):
    tonnes = NumberField("Tonn", step=GRAM)
    kroner = NumberField("Kroner", step=ORE)
    percent = NumberField("Prosent", step=THOUSANDTH)
    year = YearField("År")
    whole = WholeField("Nummer")
    line = LineField("Linje", validators=[Said("Skriv noe."), AtMost(10)])
    lines = LinesField("Linjer", validators=[AtMost(10_000)])
    day = DateField("Dag")
    colour = EnumField("Farge", Colour)
    radio = EnumRadioField("Farge", Colour)
    choice = ChoiceField("Valg", [("a", "A"), ("b", "B")])


@pytest.fixture(autouse=True)
def _in_bokmal(app):
    with app.test_request_context():
        g.translate = str
        yield


def typed(**fields: str) -> Form:
    given = {"line": "tekst", "whole": "7", "colour": "RED", "radio": "GREEN", "choice": "a"}
    form = Example(MultiDict(given | fields))
    form.validate()
    return form


def error(**fields: str) -> str:
    (name,) = fields
    errors = typed(**fields)[name].errors
    return errors[0] if errors else ""


@pytest.mark.parametrize(
    ("text", "number"),
    [("1 250,5", "1250.5"), ("−17,2", "-17.2"), ("0", "0"), ("0,000001", "0.000001")],
)
def test_a_number_is_read_as_norwegians_write_it(text, number):
    assert typed(tonnes=text).tonnes.data == Decimal(number)


@pytest.mark.parametrize("text", ["", "  ", NBSP])
def test_blank_is_unknown(text):
    assert typed(tonnes=text).tonnes.data is None
    assert not error(tonnes=text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1.250", f"«1.250» kan bety 1{NBSP}250 eller 1,25. Skriv 1250 eller 1,25."),
        ("49,000", f"«49,000» kan bety 49{NBSP}000 eller 49,0. Skriv 49000 eller 49,0."),
        ("ca. 12", "«ca. 12» er ikke et tall."),
        ("NaN", "«NaN» er ikke et tall."),
        ("-", "«-» er ikke et tall."),
        ("=1+1", "«=1+1» er ikke et tall."),
        ("<script>", "«<script>» er ikke et tall."),
        ("9" * 400, "er ikke et tall vi kan bruke."),
        ("0,0000001", "«0,0000001» er finere enn et gram. Skriv høyst seks desimaler."),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(text, says):
    assert says in error(tonnes=text)
    assert typed(tonnes=text).tonnes._value() == text


def test_the_finest_kept_follows_the_unit():
    assert "ett øre" in error(kroner="0,000001")
    assert "tusendels prosent" in error(percent="0,0001")


@pytest.mark.parametrize("value", ["1250.5", "1.125", "12.345", "-999.999", "0.125", "1234567"])
def test_a_number_that_is_shown_can_be_sent_back(value):
    assert read_number(written(Decimal(value))) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("27", "«27» er ikke et årstall."),
        ("2027,5", "er ikke et årstall."),
        ("1989", "1989 er for langt unna. Skriv et år fra 1990 til 2100."),
        ("2101", "2101 er for langt unna."),
    ],
)
def test_a_year_is_four_digits_and_not_far_away(text, says):
    assert says in error(year=text)


@pytest.mark.parametrize("text", ["0", "-1", "7.5", "100000", "1" * 5000, "²", "sju"])
def test_a_measure_number_is_whole_and_above_zero(text):
    assert "er ikke et nummer" in error(whole=text)


def test_a_text_says_how_long_it_is():
    says = f"Teksten er for lang: 10{NBSP}001 tegn. Skriv høyst 10{NBSP}000."
    assert error(lines="x" * 10_001) == says
    assert error(line="x" * 11) == "Teksten er for lang: 11 tegn. Skriv høyst 10."
    assert error(line="   ") == "Skriv noe."


def test_text_is_kept_without_control_characters():
    assert typed(line="a\x00 \u200b b").line.data == "a b"
    assert typed(lines="én  linje\r\nto\x07 linjer\r\n").lines.data == "én linje\nto linjer"


def test_a_date_is_a_date():
    assert typed(day="1.10.2026").day.data == date(2026, 10, 1)
    assert "er ikke en dato" in error(day="1. oktober")


@pytest.mark.parametrize("name", ["colour", "radio", "choice"])
def test_a_choice_is_one_of_those_there_are(name):
    assert typed(**{name: "<b>"})[name].errors == ["Velg et av alternativene."]


def test_an_enum_is_shown_by_its_name():
    form = typed(colour="GREEN")
    assert form.colour.data is Colour.GREEN
    assert [(c.value, c.label, c.selected) for c in form.colour.iter_choices()] == [
        ("RED", "Rød", False),
        ("GREEN", "Grønn", True),
    ]


def test_the_summary_links_to_each_field_that_is_wrong():
    found = problems(typed(tonnes="x", year="x"), {"year": "5 År"})
    assert [(p.id, p.label) for p in found] == [("tonnes", "Tonn"), ("year", "5 År")]


def test_figures_with_one_source_share_a_line():
    assert by_source({2027: "t", 2026: "t", 2030: "s"}) == [("2026 og 2027", "t"), ("2030", "s")]
