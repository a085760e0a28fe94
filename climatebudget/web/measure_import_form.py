"""The two forms of a table of measures: what each column becomes, and what only a person knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField

from climatebudget.core.findings import Finding, Question
from climatebudget.core.measure_questions import of_mapping
from climatebudget.core.measure_table import Field
from climatebudget.core.table import Column, Table
from climatebudget.core.text import N_
from climatebudget.web.answers import Answers, with_questions
from climatebudget.web.context import g
from climatebudget.web.forms import ChoiceField, Problem, problems, say

NOT_READ = ""


class ColumnsForm(FlaskForm):
    """`columns_form` gives it a field for each column of a table."""

    table: Table

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.table.columns

    @property
    def mapping(self) -> dict[str, str]:
        """Column letter → what it becomes; "" for one that is not read in."""
        return {column.letter: self[_name(column)].data or NOT_READ for column in self.columns}

    def of(self, column: Column) -> Any:
        return self[_name(column)]

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        wrong = of_mapping(self.table, self.mapping)
        for finding in wrong:
            self._hold(finding)
        return not wrong

    def _hold(self, finding: Finding) -> None:
        """Put the sentence at the column it is about; at the first where it is about none."""
        letter = getattr(finding.where, "column", "")
        about = next((c for c in self.columns if c.letter == letter), self.columns[0])
        self.of(about).errors = [*self.of(about).errors, finding.shown(g.translate)]

    def problems(self) -> list[Problem]:
        return problems(self, {_name(column): called(column) for column in self.columns})


def columns_form(table: Table, known: Iterable[Field], chosen: Mapping[str, str]) -> Any:
    choices = [
        (NOT_READ, say(N_("Leses ikke inn"))),
        *((f.key, f.label.shown(g.translate)) for f in known),
    ]
    fields: dict[str, Any] = {_name(c): ChoiceField(called(c), choices) for c in table.columns}
    kind = type("TableColumnsForm", (ColumnsForm,), {**fields, "table": table})
    return kind(data={_name(c): chosen.get(c.letter, NOT_READ) for c in table.columns})


def groups(known: Iterable[Field]) -> list[tuple[str, list[Field]]]:
    """The fields under the headings they are listed by."""
    return [(group, list(its)) for group, its in groupby(known, lambda field: field.group)]


def called(column: Column) -> str:
    """«Kolonne F, effect 2030»"""
    named = N_("Kolonne %(letter)s, %(heading)s") if column.heading else N_("Kolonne %(letter)s")
    return say(named, letter=column.letter, heading=column.heading)


def _name(column: Column) -> str:
    return f"column_{column.letter}"


class AnswersForm(Answers):
    """What stands below a preview; `answers_form` adds the questions that the table leaves open."""

    remove = BooleanField(N_("Fjern dem fra utkastet"))


def answers_form(questions: Iterable[Question]) -> Any:
    """Remembered answers are chosen beforehand, for the person to see and to change."""
    return with_questions(AnswersForm, questions)
