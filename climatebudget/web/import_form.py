"""The two forms of an import: which file, and the answers that it takes to store it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, ValidationError
from wtforms.validators import AnyOf

from climatebudget.core.findings import Choice, Question
from climatebudget.core.reading import MARK, Reading
from climatebudget.core.text import N_
from climatebudget.web.context import g, place
from climatebudget.web.forms import AtMost, DateField, LineField, Said, say
from climatebudget.web.import_preview import AREA_WORKBOOK
from climatebudget.web.uploads import FileForm

YES, NO, BY_FILE = "yes", "no", ""
PUBLISHER = "Miljødirektoratet"
CHOOSE = N_("Velg ett av svarene.")
NOT_YET = N_("Datoen er ikke kommet ennå. Sjekk dag, måned og år.")


class UploadForm(FileForm):
    area = StringField(N_("Hvilken kommune gjelder filen?"), default=BY_FILE)


class AnswerForm(FlaskForm):
    """What every preview asks; `answer_form` adds the questions of one file."""

    name = LineField(
        N_("Navn"), validators=[Said(N_("Gi utgaven et navn, for eksempel 2024-tall.")), AtMost(60)]
    )
    publisher = LineField(
        N_("Utgiver"), validators=[Said(N_("Skriv hvem som har gitt ut tallene.")), AtMost(120)]
    )
    published = DateField(N_("Publisert, dag.måned.år"))
    digest = HiddenField()
    area: StringField | None = None  # where the file names an area
    asked: Mapping[str, str] = {}  # field → question code

    def validate_published(self, field: DateField) -> None:
        if field.data and field.data > current_app.config["CLOCK"]().date():
            raise ValidationError(say(NOT_YET))

    @property
    def mark(self) -> str | None:
        """The decimal mark that was chosen, where the file asks for one."""
        field = next((field for field, code in self.asked.items() if code == MARK), None)
        mark = self[field].data if field else None
        return mark if mark in (",", ".") else None

    @property
    def answers(self) -> dict[str, str]:
        """Question code → the chosen value."""
        return {code: self[field].data for field, code in self.asked.items()}


def answer_form(reading: Reading) -> Any:
    """The form of one preview, with a field for each question its file leaves open."""
    asked = {f"answer{n}": question for n, question in enumerate(reading.questions)}
    fields: dict[str, Any] = {
        field: StringField(
            question.shown(g.translate),
            [AnyOf([choice.value for choice in question.choices], say(CHOOSE))],
        )
        for field, question in asked.items()
    }
    fields["asked"] = {field: question.code for field, question in asked.items()}
    if reading.area_name and reading.areas == (place().municipality.number,):
        fields["area"] = StringField(N_("Kommune"), [AnyOf([YES, NO], say(CHOOSE))], default=YES)
    kind = type("FileAnswerForm", (AnswerForm,), fields)
    # Other layouts do not say whose figures they hold, and a person must.
    publisher = PUBLISHER if reading.layout == AREA_WORKBOOK else ""
    return kind(name=reading.suggested_name, publisher=publisher)


def choices(question: Question) -> list[Choice]:
    """One's own municipality stands first among many, and is not chosen beforehand."""
    own = place().municipality.number
    return sorted(question.choices, key=lambda choice: choice.value != own)
