"""One grammar of numbers for forms and sheets: exact, or asked; never guessed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climatebudget.core.field import (
    Ambiguous,
    Unreadable,
    clean,
    decimal_mark,
    is_missing,
    read_number,
    read_year,
    show_exact,
    show_number,
)


@pytest.mark.parametrize(
    "written",
    [
        "1 234,5",
        "1\u00a0234,5",
        "1\u202f234,5",
        "1\u2009234,5",
        "1.234,5",
        "1,234.5",
        "1'234,5",
        "1234,5",
        "1234.5",
        "  1234,50 ",
        1234.5,
        Decimal("1234.5"),
    ],
)
def test_one_number_in_the_ways_people_write_it(written: Any):
    assert read_number(written) == Decimal("1234.5")


@pytest.mark.parametrize("written", ["-17,2", "−17,2", "–17,2", "- 17,2", "(17,2)", -17.2])
def test_a_minus_in_the_ways_people_write_it(written: Any):
    assert read_number(written) == Decimal("-17.2")


@pytest.mark.parametrize(
    "written, sentence",
    [
        ("1.250", "«1.250» kan bety 1\u00a0250 eller 1,25. Skriv 1250 eller 1,25."),
        ("17,200", "«17,200» kan bety 17\u00a0200 eller 17,2. Skriv 17200 eller 17,2."),
        ("−1.000", "«−1.000» kan bety −1\u00a0000 eller -1,0. Skriv -1000 eller -1,0."),
    ],
)
def test_what_could_mean_two_numbers_is_asked_about(written: str, sentence: str):
    with pytest.raises(Ambiguous) as asked:
        read_number(written)
    assert str(asked.value) == sentence


@pytest.mark.parametrize("mark, meant", [(",", "1250"), (".", "1.25")])
def test_the_column_decides_what_its_marks_mean(mark: str, meant: str):
    assert read_number("1.250", decimal_mark=mark) == Decimal(meant)


@pytest.mark.parametrize(
    "column, mark",
    [
        (["1.250,5", "1.250"], ","),
        (["1,250.5", "1,250"], "."),
        (["1.250", "17.200"], None),  # both readings remain open
        (["12,5", "12.5"], None),  # the column contradicts itself
        ([12.5, None, ""], None),
    ],
)
def test_a_column_shows_its_decimal_mark_or_does_not(column: list[Any], mark: str | None):
    assert decimal_mark(column) == mark


def test_a_mark_the_column_does_not_use_is_not_reinterpreted():
    with pytest.raises(Unreadable):
        read_number("12.5", decimal_mark=",")


@pytest.mark.parametrize(
    "written",
    [
        "ca. 12",
        "12.5 %",
        "1e3",
        "1 234,5 tonn",
        "<5",
        "~100",
        "1 2",
        "12,5,5",
        "0x10",
        "1_000",
        "NaN",
        "∞",
    ],
)
def test_what_is_no_number_is_not_made_one(written: str):
    with pytest.raises(Unreadable, match="er ikke et tall"):
        read_number(written)


@pytest.mark.parametrize("value", [True, False, float("nan"), float("inf"), 1e12, "1" * 400, [1]])
def test_what_python_would_take_for_a_number_is_refused(value: Any):
    with pytest.raises(Unreadable):
        read_number(value)


@pytest.mark.parametrize("mark", ["", " ", "-", "–", "..", ":", "i.a.", "n/a", "NULL", "nan", None])
def test_a_mark_for_missing_is_not_zero(mark: str | None):
    assert is_missing(mark)


@pytest.mark.parametrize("value", [0, "0", "0,0", False, "Na Na"])
def test_zero_is_not_missing(value: Any):
    assert not is_missing(value)


def test_a_name_is_read_without_what_nobody_sees():
    assert clean("Andre næringer_x000D_\n") == "Andre næringer"
    assert clean("Os\x00l\u200bo\u202e") == "Oslo"
    assert clean("a\u030a") == "å"


@pytest.mark.parametrize("written", [2027, "2027", " 2027 ", "2027.0", 2027.0])
def test_a_year_is_four_digits(written: Any):
    assert read_year(written) == 2027


@pytest.mark.parametrize("written", ["27", "2027/28", "20271", "1827", 2027.5, None, "2o27"])
def test_what_is_no_year_is_named(written: Any):
    with pytest.raises(Unreadable, match="er ikke et årstall"):
        read_year(written)


# What holds for every number


def grouped(digits: str, separator: str) -> str:
    groups = [digits[max(0, end - 3) : end] for end in range(len(digits), 0, -3)]
    return separator.join(reversed(groups))


@st.composite
def as_written(draw: st.DrawFn) -> tuple[Decimal, str]:
    """A number, and one of the ways a person or a program may write it."""
    whole = str(draw(st.integers(0, 10**11)))
    part = draw(st.text("0123456789", max_size=6))
    mark = draw(st.sampled_from(",."))
    thousands = draw(
        st.sampled_from(["", " ", "\u00a0", "\u202f", "'", "." if mark == "," else ","])
    )
    minus = draw(st.sampled_from(["", "-", "−", "–"]))
    text = minus + grouped(whole, thousands) + (mark + part if part else "")
    value = Decimal(("-" if minus else "") + whole + (f".{part}" if part else ""))
    return value, text


@settings(max_examples=2000, deadline=None)
@given(as_written())
def test_a_number_is_read_exactly_or_asked_about_and_never_wrongly(case: tuple[Decimal, str]):
    value, text = case
    try:
        assert read_number(text) == value
    except Ambiguous:
        assert sum(text.count(mark) for mark in ".,") == 1


@settings(max_examples=500, deadline=None)
@given(st.integers(-(10**17), 10**17).map(lambda grams: Decimal(grams).scaleb(-6)))
def test_what_is_shown_exactly_is_read_again_as_the_same(value: Decimal):
    """With a no-break space and a decimal comma there is one way to be ambiguous: «1,250»."""
    try:
        assert read_number(show_exact(value)) == value
    except Ambiguous:
        assert abs(value) < 1000


@settings(max_examples=2000, deadline=None)
@given(st.one_of(st.text(), st.text("0123456789.,' -−()\u00a0ex_%", max_size=20), st.floats()))
def test_nothing_that_is_written_ends_in_another_error(value: Any):
    try:
        assert read_number(value).is_finite()
    except Unreadable as unreadable:
        assert str(unreadable)


def test_halves_are_shown_away_from_zero():
    assert [show_number(Decimal(n)) for n in ("12.5", "-12.5")] == ["13", "−13"]
