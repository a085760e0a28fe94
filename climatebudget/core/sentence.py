"""The top sentence of the overview, the annex and the public page, about the latest target year."""

from __future__ import annotations

from decimal import Decimal

from climatebudget.core.budget import Budget
from climatebudget.core.field import forecast_step, show_number
from climatebudget.core.paths import Target
from climatebudget.core.quantity import UNKNOWN, Bound, Figure
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_, Text

STEP = 100  # tonnes, in a sentence


def in_sentence(tonnes: Decimal) -> str:
    """Tonnes as a sentence says them: to 100 t, finer where that would say nothing."""
    return show_number(abs(tonnes), forecast_step(tonnes, STEP))


def top(budget: Budget, statement: Statement) -> tuple[Text, ...]:
    """One of four answers: a gap, met, cannot say, or nothing to say yet and the next step."""
    target = budget.last_target
    if target is None or statement.reference is None or not budget.measures:
        return _next_step(budget, statement)
    gap = statement.gap.get(target.year, UNKNOWN)
    after = statement.total.after.get(target.year, UNKNOWN)
    if gap.value is None or after.value is None or _cannot_say(statement, gap):
        return _unsure(budget, statement, target)
    if gap.value <= 0:
        return _met(statement, target, after, gap.value)
    return _gap(statement, target, after, gap, gap.value)


def _cannot_say(statement: Statement, gap: Figure) -> bool:
    counts = statement.counts
    return not statement.has_path or counts.unquantified * 2 > counts.all or gap.bound is Bound.OPEN


def _changed(statement: Statement, after: Figure) -> dict[str, object]:
    """How much lower than in the reference year, in whole percent; or higher, which is said so."""
    change = statement.change(after.value) or Decimal(0)
    return {"change": show_number(abs(change))}


def _gap(
    statement: Statement, target: Target, after: Figure, gap: Figure, value: Decimal
) -> tuple[Text, ...]:
    values = {
        **_changed(statement, after),
        "year": target.year,
        "reference": target.reference_year,
        "target": show_number(target.percent),
    }
    rest = (
        N_("Det gjenstår å kutte høyst %(gap)s tonn.")
        if gap.bound is not Bound.EXACT
        else N_("Det gjenstår å kutte %(gap)s tonn.")
    )
    return (
        Text(_lead(statement, after), values),
        Text(rest, {"gap": in_sentence(value)}, strong=True),
        *_not_quantified(statement, gap),
    )


def _lead(statement: Statement, after: Figure) -> str:
    if (statement.change(after.value) or 0) > 0:
        return N_(
            "Med klimatiltakene i forslaget blir utslippene %(change)s prosent høyere i "
            "%(year)s enn i %(reference)s. Målet er %(target)s prosent lavere."
        )
    if after.bound is not Bound.EXACT:
        return N_(
            "Med klimatiltakene i forslaget blir utslippene minst %(change)s prosent lavere i "
            "%(year)s enn i %(reference)s. Målet er %(target)s prosent."
        )
    return N_(
        "Med klimatiltakene i forslaget blir utslippene %(change)s prosent lavere i "
        "%(year)s enn i %(reference)s. Målet er %(target)s prosent."
    )


def _met(statement: Statement, target: Target, after: Figure, gap: Decimal) -> tuple[Text, ...]:
    return (
        Text(
            N_("Kommunen ligger an til å nå målet for %(year)s."),
            {"year": target.year},
            strong=True,
        ),
        Text(
            N_(
                "Utslippene blir %(change)s prosent lavere enn i %(reference)s. Målet er "
                "%(target)s prosent. Marginen er %(margin)s tonn."
            ),
            {
                **_changed(statement, after),
                "reference": target.reference_year,
                "target": show_number(target.percent),
                "margin": in_sentence(gap),
            },
        ),
        *_not_quantified(statement, UNKNOWN),
    )


def _unsure(budget: Budget, statement: Statement, target: Target) -> tuple[Text, ...]:
    counts = statement.counts
    parts = [
        Text(
            N_("Vi kan ikke si om kommunen når målet for %(year)s."),
            {"year": target.year},
            strong=True,
        )
    ]
    if counts.unquantified:
        parts.append(
            Text(
                N_("%(some)s av %(all)s klimatiltak er ikke tallfestet."),
                {"some": counts.unquantified, "all": counts.all},
            )
        )
    elif not statement.has_path:
        parts.append(Text(N_("Klimabudsjettet har ingen referansebane.")))
    elif statement.total.path[target.year] is None:
        text = N_("Referansebanen har ikke tall for %(year)s.")
        parts.append(Text(text, {"year": target.year}))
    cut = statement.total.cut.net.get(target.year, UNKNOWN)
    if cut.value is not None:
        parts.append(_others(counts.counted, bool(counts.unquantified), cut.value))
    elif counts.counted:
        parts.append(Text(N_("Utslippskuttet i %(year)s er ukjent."), {"year": target.year}))
    return (*parts, *_must_fall(budget, statement, target))


def _others(counted: int, others: bool, cut: Decimal) -> Text:
    values = {"count": counted, "cut": in_sentence(cut)}
    if others:
        one, many = (
            N_("Det andre kutter %(cut)s tonn."),
            N_("De %(count)s andre kutter %(cut)s tonn."),
        )
    else:
        one = N_("Klimatiltaket kutter %(cut)s tonn.")
        many = N_("De %(count)s klimatiltakene kutter %(cut)s tonn.")
    return Text(one if counted == 1 else many, values)


def _must_fall(budget: Budget, statement: Statement, target: Target) -> tuple[Text, ...]:
    allowed = statement.allowance[target.year]
    if budget.inventory is None or allowed is None:
        return ()
    last = budget.inventory.last_year
    now = budget.inventory.total[last] or Decimal(0)
    if now <= allowed:
        return ()
    return (
        Text(
            N_("Utslippene må ned %(must)s tonn fra %(last)s."),
            {"must": in_sentence(now - allowed), "last": last},
        ),
    )


def _not_quantified(statement: Statement, gap: Figure) -> tuple[Text, ...]:
    counts = statement.counts
    parts = []
    if counts.unquantified:
        parts.append(
            Text(
                N_("%(some)s av %(all)s klimatiltak er ikke tallfestet og ikke regnet med."),
                {"some": counts.unquantified, "all": counts.all},
            )
        )
    if gap.lacks:
        one = N_("1 tallfestet klimatiltak mangler tall for året.")
        many = N_("%(lacks)s tallfestede klimatiltak mangler tall for året.")
        parts.append(Text(one if gap.lacks == 1 else many, {"lacks": gap.lacks}))
    return tuple(parts)


def _next_step(budget: Budget, statement: Statement) -> tuple[Text, ...]:
    if budget.inventory is None:
        return (
            Text(N_("Klimabudsjettet har ingen utslippstall ennå.")),
            Text(N_("Begynn med å velge en statistikkutgave."), strong=True),
        )
    if budget.last_target is None and not budget.measures:
        return (
            Text(N_("Klimabudsjettet er tomt.")),
            Text(N_("Begynn med målet, så kan sektorene melde inn klimatiltak."), strong=True),
        )
    if budget.last_target is None:
        return (
            _registered(len(budget.measures)),
            _whether_enough(len(budget.measures)),
        )
    if statement.reference is None:
        return (
            Text(
                N_("Statistikkutgaven har ikke tall for referanseåret %(year)s."),
                {"year": budget.last_target.reference_year},
            ),
            Text(N_("Velg et annet referanseår eller en annen utgave."), strong=True),
        )
    return (
        Text(
            N_("Målet for %(year)s er satt: %(target)s prosent lavere enn i %(reference)s."),
            {
                "year": budget.last_target.year,
                "target": show_number(budget.last_target.percent),
                "reference": budget.last_target.reference_year,
            },
        ),
        Text(N_("Meld inn det første klimatiltaket."), strong=True),
    )


def _whether_enough(count: int) -> Text:
    one = N_("Sett et mål, så kan vi si om det er nok.")
    many = N_("Sett et mål, så kan vi si om de er nok.")
    return Text(one if count == 1 else many, strong=True)


def _registered(count: int) -> Text:
    one, many = N_("Ett klimatiltak er meldt inn."), N_("%(count)s klimatiltak er meldt inn.")
    return Text(one if count == 1 else many, {"count": count})
