"""Fields that read what a person typed as the sheets do, and say in a sentence what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from flask import request
from wtforms import DateField as PlainDateField
from wtforms import Field, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice, enum_coerce
from wtforms.validators import StopValidation

from climatebudget.core.checks.words import listed
from climatebudget.core.field import (
    Ambiguous,
    Unreadable,
    clean,
    read_near_year,
    read_number,
    show_exact,
    show_number,
)
from climatebudget.core.quantity import GRAM, ORE
from climatebudget.core.text import N_, filled
from climatebudget.web.context import g
from climatebudget.web.show import day

WRITTEN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
THOUSANDTH = Decimal("0.001")
TOO_FINE = {
    GRAM: N_("«%(typed)s» er finere enn et gram. Skriv høyst seks desimaler."),
    ORE: N_("«%(typed)s» er finere enn ett øre. Skriv høyst fem desimaler."),
    THOUSANDTH: N_("«%(typed)s» er finere enn en tusendels prosent. Skriv høyst tre desimaler."),
}
CHOOSE = N_("Velg et av alternativene.")


def say(text: str, **values: object) -> str:
    """A sentence in the municipality's language."""
    return filled(text, values, g.translate)


@contextmanager
def understood() -> Iterator[None]:
    """What cannot be read is said in the municipality's language; for `process_formdata`."""
    try:
        yield
    except Unreadable as why:
        raise ValueError(why.shown(g.translate)) from None


def written(value: Decimal | None) -> str:
    """A number as a field shows it: every decimal, and never such that it reads two ways.

    >>> written(Decimal("1250.5")), written(Decimal("1.125")), written(None)
    ('1\\xa0250,5', '1,1250', '')
    """
    if value is None:
        return ""
    text = show_exact(value)
    try:
        read_number(text)
    except Ambiguous:
        return text + "0"
    return text


class NumberField(Field):
    """A number in Norwegian; blank is unknown. What was typed stays in the field."""

    def __init__(self, label: str = "", step: Decimal = GRAM, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.step = step

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        if clean(valuelist[0]):
            with understood():
                self.data = _as_fine_as_kept(valuelist[0], self.step)

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else written(self.data)


def _as_fine_as_kept(typed: str, step: Decimal) -> Decimal:
    value = read_number(typed)
    if value % step:
        raise Unreadable(TOO_FINE[step], typed=clean(typed)[:40])
    return value


class YearField(Field):
    """A calendar year, four digits; blank is not said."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        if clean(valuelist[0]):
            with understood():
                self.data = read_near_year(valuelist[0])

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else str(self.data or "")


class WholeField(Field):
    """A whole number above zero, such as a measure's number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data, text = None, clean(valuelist[0])
        if not re.fullmatch(r"0*[1-9][0-9]{0,4}", text):
            sentence = N_("«%(typed)s» er ikke et nummer. Skriv for eksempel 7.")
            raise ValueError(say(sentence if text else N_("Skriv et nummer."), typed=text[:40]))
        self.data = int(text)

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else str(self.data or "")


class LineField(StringField):
    """One line of text, without control characters and repeated space."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = clean(valuelist[0])


class LinesField(TextAreaField):
    """Text in several lines, each as clean as one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = "\n".join(clean(line) for line in valuelist[0].splitlines()).strip()


class DateField(PlainDateField):
    """A date as Norwegians write it, «2.2.2026»; blank is not said."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data, text = None, clean(valuelist[0])
        if not text:
            return
        self.data = read_day(text)
        if self.data is None:
            sentence = N_("«%(typed)s» er ikke en dato. Skriv dag.måned.år, for eksempel 2.2.2026.")
            raise ValueError(say(sentence, typed=text[:40]))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return day(self.data) if self.data else ""


def read_day(text: str) -> date | None:
    """«2.2.2026» and «02.02.2026»; None for everything else."""
    written = WRITTEN_DAY.fullmatch(text)
    if not written:
        return None
    at, month, year = (int(part) for part in written.groups())
    try:
        return date(year, month, at)
    except ValueError:
        return None


class ChoiceField(SelectField):
    """One of the choices, in a list that drops down; given as value and label."""

    def __init__(self, label: str, choices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(
            label,
            choices=[SelectChoice(value, text) for value, text in choices],
            invalid_value_message=say(CHOOSE),
            invalid_choice_message=say(CHOOSE),
            **kwargs,
        )

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        del self.errors[1:]  # what cannot be read is no choice either: said once


class EnumField(ChoiceField):
    """One member of an enum, shown by what it is called."""

    def __init__(self, label: str, kind: type[Enum], **kwargs: Any) -> None:
        members = [(member.name, capitalised(say(str(member.value)))) for member in kind]
        super().__init__(label, members, coerce=enum_coerce(kind, by="name"), **kwargs)


class EnumRadioField(EnumField, RadioField):
    """One member of an enum, all in sight."""


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


class AtMost:
    """The text has at most so many characters."""

    def __init__(self, characters: int) -> None:
        self.characters = characters

    def __call__(self, form: Form, field: Field) -> None:
        length = len(field.data or "")
        if length > self.characters:
            text = N_("Teksten er for lang: %(length)s tegn. Skriv høyst %(most)s.")
            values = {"length": show_number(length), "most": show_number(self.characters)}
            raise StopValidation(say(text, **values))


class Said:
    """The field is not blank; unlike `InputRequired` it looks at what was read."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, form: Form, field: Field) -> None:
        if not field.errors and field.data in (None, ""):
            raise StopValidation(say(self.sentence))


@dataclass(frozen=True)
class Problem:
    """One line of the summary above a form that was not saved."""

    id: str  # of the field it links to
    label: str
    sentence: str


def problems(form: Form, labels: Mapping[str, str] | None = None) -> list[Problem]:
    """What is wrong, in the form's order; ``labels`` says more than the field's own label."""
    found = labels or {}
    return [
        Problem(field.id, found.get(field.name) or g.translate(field.label.text), str(error))
        for field in form
        for error in field.errors[:1]
    ]


def by_source(cites: Mapping[int, str]) -> list[tuple[str, str]]:
    """(years, where their figures stand), one for each place.

    >>> by_source({2027: "tabell 1", 2026: "tabell 1", 2030: "side 4"})
    [('2026 og 2027', 'tabell 1'), ('2030', 'side 4')]
    """
    years: dict[str, list[int]] = {}
    for year, text in sorted(cites.items()):
        years.setdefault(text, []).append(year)
    return [(listed(its), text) for text, its in years.items() if text]


def differing(
    stored: Iterable[tuple[str, str]], typed: Iterable[tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """(field, what is stored, what was typed) for each that is not the same in both.

    >>> differing([("År", "2030"), ("Av", "Siri")], [("År", "2035"), ("Av", "Siri")])
    [('År', '2030', '2035')]
    """
    ours, theirs = dict(stored), dict(typed)
    return [
        (label, ours.get(label, ""), theirs.get(label, ""))
        for label in dict.fromkeys([*ours, *theirs])
        if ours.get(label, "") != theirs.get(label, "")
    ]


def typed_lock() -> int:
    """The counter the form was opened with; -1 fits nothing that is stored."""
    typed = request.form.get("lock", "")
    return int(typed) if re.fullmatch("[0-9]{1,9}", typed) else -1


def rows_posted(name: str, most: int) -> int:
    """How many rows of a table a form was sent with: one more than the highest row's number."""
    found = (re.match(rf"{name}_([0-9]{{1,3}})(_|$)", key) for key in request.form)
    return min(max((int(match[1]) + 1 for match in found if match), default=0), most)
