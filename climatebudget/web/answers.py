"""What a file leaves open, as the fields of a form below its preview."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf

from climatebudget.core.findings import Question
from climatebudget.web.context import g
from climatebudget.web.forms import Problem, problems, say
from climatebudget.web.import_form import CHOOSE

ANSWER = "answer:"  # begins the name of every field that answers a question
Form = TypeVar("Form", bound="Answers")


class Answers(FlaskForm):
    """The digest of what was shown, and the answers; `with_questions` adds their fields."""

    digest = HiddenField()
    asked: Mapping[str, Question] = {}  # field → question

    @property
    def answers(self) -> dict[str, str]:
        """Question code → the chosen value, for those that are answered."""
        return {
            question.code: self[field].data
            for field, question in self.asked.items()
            if self[field].data in {choice.value for choice in question.choices}
        }

    def problems(self) -> list[Problem]:
        return problems(self)


def with_questions(
    kind: type[Form], questions: Iterable[Question], data: Mapping[str, Any] | None = None
) -> Form:
    """The form with a field for each question; an answer of the last time is chosen beforehand."""
    asked = {f"{ANSWER}{question.code}": question for question in questions}
    fields: dict[str, Any] = {
        field: StringField(
            question.shown(g.translate),
            [AnyOf([choice.value for choice in question.choices], say(CHOOSE))],
            id=f"answer-{n}",
        )
        for n, (field, question) in enumerate(asked.items(), start=1)
    }
    made: type[Form] = type(kind.__name__, (kind,), {**fields, "asked": asked})
    chosen = {field: question.chosen for field, question in asked.items()}
    return made(data={**chosen, **(data or {})})


def answers_sent() -> dict[str, str]:
    """Question code → what was sent, whether or not the question is asked any more."""
    sent = request.form.items()
    return {n.removeprefix(ANSWER): value for n, value in sent if n.startswith(ANSWER)}
