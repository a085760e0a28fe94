"""What a reader states to have kroner per tonne: a form whose answer is an address."""

from __future__ import annotations

import re

from flask import request
from wtforms import BooleanField, Field, Form, ValidationError

from climatebudget.core.field import clean, show_exact
from climatebudget.core.text import N_
from climatebudget.core.unit_cost import HIGHEST_RATE, LONGEST_LIFE, USUAL_RATE, Terms
from climatebudget.web.forms import THOUSANDTH, NumberField, Problem, problems, say, written

LIFE, RATE, SHARE = "life", "rate", "share"  # names in an address


class LifeField(Field):
    """Whole years; blank is not said. What was typed stays in the field."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = clean(valuelist[0]) if valuelist else ""
        if not text:
            return
        if not re.fullmatch(r"[1-9][0-9]{0,2}", text) or int(text) > LONGEST_LIFE:
            sentence = N_("«%(typed)s» kan ikke være en levetid. Skriv hele år fra 1 til %(most)s.")
            raise ValueError(say(sentence, typed=text[:40], most=LONGEST_LIFE))
        self.data = int(text)

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else str(self.data or "")


class TermsForm(Form):
    life = LifeField(N_("Levetid for investeringene, år"))
    rate = NumberField(N_("Kalkulasjonsrente, prosent"), step=THOUSANDTH)
    share = BooleanField(N_("Vis regneeksempel: kommunens andel av potensialet"))

    def validate_rate(self, field: Field) -> None:
        if field.data is not None and not 0 <= field.data <= HIGHEST_RATE:
            text = N_("Renten er %(rate)s prosent. Skriv et tall fra 0 til %(most)s.")
            raise ValidationError(say(text, rate=show_exact(field.data), most=HIGHEST_RATE))

    @property
    def terms(self) -> Terms:
        """As stated; what could not be read is not said."""
        life = None if self.life.errors else self.life.data
        rate = None if self.rate.errors else self.rate.data
        return Terms(life, USUAL_RATE if rate is None else rate)

    def address(self) -> list[tuple[str, str]]:
        """What the address says of it, at its shortest; the usual rate goes without saying."""
        terms, said = self.terms, []
        if terms.life is not None:
            said.append((LIFE, str(terms.life)))
        if terms.rate != USUAL_RATE:
            said.append((RATE, written(terms.rate)))
        return [*said, *([(SHARE, "y")] if self.share.data else [])]

    def problems(self) -> list[Problem]:
        return problems(self)


def terms_form(may_share: bool) -> TermsForm:
    """The form as the address has it, checked; a share can be asked for only where there is one."""
    form = TermsForm(request.args, data={"rate": USUAL_RATE})
    form.validate()
    if not request.args.get(RATE, "").strip():
        form.rate.raw_data = [written(USUAL_RATE)]
    form.share.data = form.share.data and may_share
    return form
