"""The two forms of an import: which file, and the answers that it takes to store it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import current_app
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, StringField, ValidationError
from wtforms.validators import AnyOf, DataRequired, Length

from climatebudget.core.field import clean
from climatebudget.core.findings import Choice, Question
from climatebudget.core.reading import Reading
from climatebudget.core.text import N_, filled
from climatebudget.web.context import g, place

YES, NO, BY_FILE = "yes", "no", ""
PUBLISHER = "Miljødirektoratet"
WRITTEN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
CHOOSE = N_("Velg ett av svarene.")


class UploadForm(FlaskForm):
    file = FileField(N_("Fil"))
    area = StringField(N_("Hvilken kommune gjelder filen?"), default=BY_FILE)

    def validate_file(self, field: FileField) -> None:
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise ValidationError(N_("Velg en fil."))


class AnswerForm(FlaskForm):
    """What every preview asks; `answer_form` adds the questions of one file."""

    name = StringField(
        N_("Navn"),
        [
            DataRequired(N_("Gi utgaven et navn, for eksempel 2024-tall.")),
            Length(max=60, message=N_("Navnet kan ha opptil 60 tegn.")),
        ],
    )
    publisher = StringField(
        N_("Utgiver"),
        [
            DataRequired(N_("Skriv hvem som har gitt ut tallene.")),
            Length(max=120, message=N_("Utgiveren kan ha opptil 120 tegn.")),
        ],
        default=PUBLISHER,
    )
    published = StringField(N_("Publisert, dag.måned.år"))
    digest = HiddenField()
    area: StringField | None = None  # where the file names an area
    asked: Mapping[str, str] = {}  # field → question code

    def validate_published(self, field: StringField) -> None:
        day = read_day(field.data or "")
        if (field.data or "").strip() and day is None:
            raise ValidationError(N_("Skriv datoen som dag.måned.år, for eksempel 2.2.2026."))
        if day and day > current_app.config["CLOCK"]().date():
            raise ValidationError(N_("Datoen er ikke kommet ennå. Sjekk dag, måned og år."))

    @property
    def day(self) -> date | None:
        return read_day(self.published.data or "")

    @property
    def answers(self) -> dict[str, str]:
        """Question code → the chosen value."""
        return {code: self[field].data for field, code in self.asked.items()}


def answer_form(reading: Reading) -> Any:
    """The form of one preview, with a field for each question its file leaves open."""
    asked = {f"answer{n}": question for n, question in enumerate(reading.questions)}
    fields: dict[str, Any] = {
        field: StringField(
            filled(g.translate(question.text), question.values),
            [AnyOf([choice.value for choice in question.choices], CHOOSE)],
        )
        for field, question in asked.items()
    }
    fields["asked"] = {field: question.code for field, question in asked.items()}
    if reading.area_name and reading.areas == (place().municipality.number,):
        fields["area"] = StringField(N_("Kommune"), [AnyOf([YES, NO], CHOOSE)], default=YES)
    kind = type("FileAnswerForm", (AnswerForm,), fields)
    return kind(name=reading.suggested_name)


def choices(question: Question) -> list[Choice]:
    """One's own municipality stands first among many, and is not chosen beforehand."""
    own = place().municipality.number
    return sorted(question.choices, key=lambda choice: choice.value != own)


def read_day(text: str) -> date | None:
    """«2.2.2026» and «02.02.2026»; None for everything else."""
    written = WRITTEN_DAY.fullmatch(clean(text))
    if not written:
        return None
    day, month, year = (int(part) for part in written.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
