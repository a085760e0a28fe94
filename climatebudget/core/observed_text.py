"""A year gone by in sentences: what came, what was planned, and what a new edition explains."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed
from climatebudget.core.field import forecast_step, show_number
from climatebudget.core.inventory import Inventory
from climatebudget.core.observed import Observed, YearGone
from climatebudget.core.quantity import ZERO, Bound
from climatebudget.core.sentence import STEP, in_sentence
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_, Text


def lead(found: YearGone, budget: Budget, statement: Statement) -> tuple[Text, ...]:
    """The answer first; the strong part is what the difference is made of.

    All of it is rounded as its difference is, so that a reader who subtracts finds the same.
    """
    came = Text(
        N_("Utslippene i %(year)s ble %(observed)s tonn."),
        {"year": found.year, "observed": _tonnes(found.total.observed, _step(found))},
    )
    if found.total.planned.value is None:
        return came, _why_unknown(found, budget, statement), changed(found)
    told = (came, _planned(found), _difference(found))
    if budget.path is None:
        text = N_("Klimabudsjettet har ingen referansebane: utslippene i %(year)s står i stedet.")
        return *told, Text(text, {"year": found.base})
    if not statement.total.cut.measures:
        text = N_("Klimabudsjettet har ingen klimatiltak: det er referansebanen som er ventet.")
        return *told, Text(text)
    return told


def _step(found: YearGone) -> int:
    difference = found.total.difference.value
    return forecast_step(found.total.observed if difference is None else difference, STEP)


def _tonnes(value: Decimal, step: int) -> str:
    return show_number(abs(value), step)


def _planned(found: YearGone) -> Text:
    planned = found.total.planned
    text = {
        Bound.EXACT: N_("Klimabudsjettet ventet %(planned)s tonn."),
        Bound.AT_MOST: N_("Klimabudsjettet ventet høyst %(planned)s tonn."),
        Bound.AT_LEAST: N_("Klimabudsjettet ventet minst %(planned)s tonn."),
        Bound.OPEN: N_("Klimabudsjettet ventet rundt %(planned)s tonn, men noen tall mangler."),
    }[planned.bound]
    return Text(text, {"planned": _tonnes(planned.value or ZERO, _step(found))})


def _difference(found: YearGone) -> Text:
    difference, rest = found.total.difference, found.total.rest
    if difference.value is None or rest.value is None:
        return _unsure(found.total)
    if difference.bound is not Bound.EXACT:
        return _unsure(found.total)
    return _explained(difference.value, found.total.recast, rest.value)


def _unsure(total: Observed) -> Text:
    """A plan that is a limit: which way the difference goes may be certain all the same."""
    value, bound = total.difference.value or ZERO, total.difference.bound
    values = {"difference": in_sentence(value)}
    if value > 0 and bound is Bound.AT_LEAST:
        return Text(N_("Det er minst %(difference)s tonn mer enn ventet."), values, strong=True)
    if value < 0 and bound is Bound.AT_MOST:
        return Text(N_("Det er minst %(difference)s tonn mindre enn ventet."), values, strong=True)
    text = N_("Vi kan ikke si om utslippene ble høyere eller lavere enn ventet.")
    return Text(text, strong=True)


def _explained(difference: Decimal, recast: Decimal, rest: Decimal) -> Text:
    named = {"difference": difference, "recast": recast, "rest": rest}
    step = forecast_step(difference, STEP)
    values = {name: _tonnes(value, step) for name, value in named.items()}
    return Text(_sentence(difference, recast, rest, values), values, strong=True)


# (which way the difference goes, what it is made of) → the sentence.
SENTENCES = {
    ("same", "unmoved"): N_("Det er som ventet, og statistikken er ikke endret."),
    ("same", "lifted"): N_(
        "Det er som ventet: endret statistikk løfter tallet %(recast)s tonn, og resten "
        "senker det %(rest)s tonn."
    ),
    ("same", "lowered"): N_(
        "Det er som ventet: endret statistikk senker tallet %(recast)s tonn, og resten "
        "løfter det %(rest)s tonn."
    ),
    ("more", "unmoved"): N_(
        "Det er %(difference)s tonn mer enn ventet. Statistikken er ikke endret."
    ),
    ("less", "unmoved"): N_(
        "Det er %(difference)s tonn mindre enn ventet. Statistikken er ikke endret."
    ),
    ("more", "whole"): N_(
        "Det er %(difference)s tonn mer enn ventet. Hele forskjellen er endret statistikk."
    ),
    ("less", "whole"): N_(
        "Det er %(difference)s tonn mindre enn ventet. Hele forskjellen er endret statistikk."
    ),
    ("more", "both"): N_(
        "Det er %(difference)s tonn mer enn ventet: %(recast)s kommer av at statistikken "
        "er endret, %(rest)s gjør det ikke."
    ),
    ("less", "both"): N_(
        "Det er %(difference)s tonn mindre enn ventet: %(recast)s kommer av at "
        "statistikken er endret, %(rest)s gjør det ikke."
    ),
    ("more", "lifted"): N_(
        "Det er %(difference)s tonn mer enn ventet: endret statistikk løfter tallet "
        "%(recast)s tonn, og resten senker det %(rest)s tonn."
    ),
    ("less", "lifted"): N_(
        "Det er %(difference)s tonn mindre enn ventet: endret statistikk løfter tallet "
        "%(recast)s tonn, og resten senker det %(rest)s tonn."
    ),
    ("more", "lowered"): N_(
        "Det er %(difference)s tonn mer enn ventet: endret statistikk senker tallet "
        "%(recast)s tonn, og resten løfter det %(rest)s tonn."
    ),
    ("less", "lowered"): N_(
        "Det er %(difference)s tonn mindre enn ventet: endret statistikk senker tallet "
        "%(recast)s tonn, og resten løfter det %(rest)s tonn."
    ),
}


def _sentence(difference: Decimal, recast: Decimal, rest: Decimal, shown: dict[str, str]) -> str:
    """What is not shown is not told: a difference of less than a step is none."""
    way = "same" if shown["difference"] == "0" else "more" if difference > 0 else "less"
    if shown["recast"] == "0":
        return SENTENCES[way, "unmoved"]
    if way != "same" and shown["rest"] == "0":
        return SENTENCES[way, "whole"]
    if way != "same" and (recast > 0) is (rest > 0):
        return SENTENCES[way, "both"]
    return SENTENCES[way, "lifted" if recast > 0 else "lowered"]


def _why_unknown(found: YearGone, budget: Budget, statement: Statement) -> Text:
    values = {"year": found.year}
    if budget.path is None and not statement.total.cut.measures:
        text = N_("Klimabudsjettet har verken referansebane eller klimatiltak og ventet ikke noe.")
        return Text(text, strong=True)
    if statement.total.path[found.year] is None:
        text = N_("Hva klimabudsjettet ventet, er ukjent: referansebanen mangler for %(year)s.")
        return Text(text, values, strong=True)
    text = N_("Hva klimabudsjettet ventet, er ukjent: utslippskuttene mangler for %(year)s.")
    return Text(text, values, strong=True)


def changed(found: YearGone) -> Text:
    """What is known without a plan: the change since the year the plan was made from."""
    value = found.total.changed
    values = {"base": found.base, "year": found.year, "changed": in_sentence(value)}
    fell = N_("Fra %(base)s til %(year)s gikk de ned %(changed)s tonn, regnet i den nye utgaven.")
    rose = N_("Fra %(base)s til %(year)s gikk de opp %(changed)s tonn, regnet i den nye utgaven.")
    return Text(rose if value > 0 else fell, values)


def added(found: YearGone, names: Mapping[str, str]) -> tuple[Text, ...]:
    """Emission sectors that nobody planned for: the edition the plan stands on lacks them."""
    new = {c: s.whole.observed for c, s in found.sectors.items() if not s.whole.had}
    new = {code: tonnes for code, tonnes in new.items() if tonnes}
    if not new:
        return ()
    values = {
        "sectors": listed(names.get(code, code) for code in new),
        "without": in_sentence(found.total.observed - sum(new.values(), ZERO)),
    }
    return (
        Text(
            N_("%(sectors)s er ikke med i utgaven klimabudsjettet står på."),
            values,
        ),
        Text(N_("Uten det ble utslippene %(without)s tonn."), values),
    )


# ---- when there is nothing to compare ------------------------------------------------------------


def nothing(budget: Budget) -> tuple[Text, ...]:
    """No edition covers a year of the budget: which one is awaited, and about when."""
    if budget.inventory is None:
        return (
            Text(N_("Klimabudsjettet står ikke på noen utslippstall ennå."), strong=True),
            Text(N_("Da er det heller ingenting å sammenligne med.")),
        )
    last = budget.inventory.last_year
    first = next((y for y in budget.budget_year.columns if y > last), None)
    if first is None:
        text = N_("Utgaven klimabudsjettet står på, har alle årene i budsjettet fra før.")
        return (Text(text, strong=True),)
    awaited = {"year": first, "from": first + 1, "to": first + 2}
    return (
        Text(N_("Ingen utgave har tall for årene i klimabudsjettet ennå."), strong=True),
        Text(N_("Det første året vi venter på, er %(year)s."), awaited),
        Text(
            N_(
                "Tall for et år kommer vanligvis 12–16 måneder etter at året er slutt: mellom "
                "desember %(from)s og april %(to)s."
            ),
            awaited,
        ),
    )


def cannot(budget: Budget, edition: str, published: Inventory | None) -> tuple[Text, ...]:
    """Why a newer edition, with this inventory, cannot be held against the plan."""
    return tuple(_reasons(budget, edition, published.years if published else ()))


def _reasons(budget: Budget, edition: str, years: Collection[int]) -> Iterator[Text]:
    yield Text(
        N_("%(edition)s kan ikke sammenlignes med klimabudsjettet."),
        {"edition": edition},
        strong=True,
    )
    history = budget.inventory
    if history and history.last_year not in years:
        text = N_("Den har ikke tall for %(base)s, året klimabudsjettet er laget fra.")
        yield Text(text, {"base": history.last_year})
        return
    wanted = [y for y in budget.budget_year.columns if y in years]
    for name, lacking in budget.boundary.lacking(wanted).items():
        text = N_("Avgrensningen legger til %(name)s, som mangler utslippstall for %(years)s.")
        yield Text(text, {"name": name, "years": ", ".join(map(str, lacking))})
