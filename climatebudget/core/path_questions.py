"""What a table of a path leaves open for a person: places, units, marks; each is asked once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from climatebudget.core.budget import Budget
from climatebudget.core.field import (
    LONGEST_NAME,
    decimal_mark,
    read_number,
    show_exact,
    show_number,
)
from climatebudget.core.findings import Cell, Choice, Finding, Level, Question
from climatebudget.core.path_cells import (
    OTHER_UNIT,
    Counted,
    Meaning,
    Written,
    look,
    meaning_said,
    units_said,
    without_sign,
)
from climatebudget.core.path_table import Series, Spot, listed
from climatebudget.core.table import Table, normal
from climatebudget.core.text import N_, Text

WHOLE, NOT_READ = "utslipp-i-alt", "-"  # answers to which place: all emissions, none
UNIT, MEANING, SCALE, MARK, PLACE = "unit", "percent", "scale", "mark", "place-"
FRACTION, PERCENT = "fraction", "percent"
SHOWN = 4  # figures of a row that help to tell what it is
MOST_UNKNOWN = 30  # names nobody can be asked more of: it is another file
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Names:
    """What the catalogue knows of places; `climatebudget.sheets.path_tables.names` gives it."""

    place: Callable[[str, str], str | None]  # sector and source as written → code, "" the whole
    choices: tuple[Choice, ...]  # the whole, sectors and sources

    def called(self, code: str) -> Text:
        wanted = code or WHOLE
        return Text(next((c.label for c in self.choices if c.value == wanted), code))


@dataclass
class Asking:
    """The questions that come up, and what has been answered of them."""

    answers: Mapping[str, str]
    asked: list[Question] = field(default_factory=list)

    def __call__(self, question: Question) -> str | None:
        """The answer, where one of the choices was given."""
        if question not in self.asked:
            self.asked.append(question)
        return self.given(question)

    def given(self, question: Question) -> str | None:
        value = self.answers.get(question.code)
        return value if value in {choice.value for choice in question.choices} else None

    @property
    def open(self) -> tuple[Question, ...]:
        return tuple(question for question in self.asked if self.given(question) is None)


@dataclass(frozen=True)
class Draft:
    """What a table is held against: the budget, the names, and what a person has answered."""

    table: Table
    budget: Budget
    names: Names
    ask: Asking
    said: Sequence[str] = ()  # what the table says around all of its figures

    def cell(self, spot: Spot) -> Cell:
        return self.table.cell(spot.row, spot.letter)


@dataclass(frozen=True)
class Figure:
    """A number of the table: as it is written, and where."""

    code: str
    spot: Spot
    number: Decimal
    step: Decimal  # of the last digit that is written


# ---- places --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Placed:
    code: str
    series: Series


def placed(series: Iterable[Series], draft: Draft) -> tuple[list[Placed], list[Finding]]:
    """The series whose place is known, or has been answered; a name is asked of once."""
    names, ask = draft.names, draft.ask
    found: list[Placed] = []
    told: list[Finding] = []
    unread: list[str] = []
    unknown: dict[str, Series] = {}
    for one in series:
        if len(one.name) > LONGEST_NAME:
            told.append(_too_long(one))
            continue
        code = names.place(one.sector, one.source)
        if code is None:
            unknown.setdefault(place_code(one), one)
            code = ask.given(_which_place(one, names))
        if code == NOT_READ:
            unread.append(one.name)
        elif code is not None:
            found.append(Placed("" if code == WHOLE else code, one))
    if len(unknown) > MOST_UNKNOWN:
        return found, [*told, _too_many(unknown)]
    for one in unknown.values():
        ask(_which_place(one, names))
    return found, [*told, *_left_out(unread)]


def place_code(series: Series) -> str:
    return f"{PLACE}{normal(series.name)}"


def _which_place(series: Series, names: Names) -> Question:
    cells = (_figure_text(spot) for spot in series.spots)
    figures = ", ".join([text for text in cells if text][:SHOWN])
    text = N_("Vi kjenner ikke «%(name)s», som har tallene %(figures)s. Hvilke utslipp er det?")
    if not series.name:
        text = N_("Tallene %(figures)s har ikke navn. Hvilke utslipp er det?")
    elif not figures:
        text = N_("Vi kjenner ikke «%(name)s». Hvilke utslipp er det?")
    choices = (*names.choices, Choice(NOT_READ, N_("Skal ikke leses inn")))
    return Question(
        place_code(series), text, choices, {"name": series.name, "figures": figures}, series.where
    )


def _figure_text(spot: Spot) -> str:
    """A figure as it is written; "" for what is no number."""
    text = spot.row.text(spot.letter)
    return text if look(spot.row.cells.get(spot.letter)).is_figure else ""


def _too_long(series: Series) -> Finding:
    text = N_(
        "Teksten er %(length)s tegn, og er ikke navnet på en utslippssektor. Skriv høyst %(most)s."
    )
    values = {"length": show_number(len(series.name)), "most": LONGEST_NAME}
    return Finding("name-too-long", text, values, Level.STOPS, series.where)


def _too_many(unknown: Mapping[str, Series]) -> Finding:
    text = N_(
        "Tabellen har %(count)s navn vi ikke kjenner, det første er «%(name)s». Sjekk at det er "
        "riktig fil og riktig ark."
    )
    first = next(iter(unknown.values()))
    values = {"count": len(unknown), "name": first.name}
    return Finding("names-unknown", text, values, Level.STOPS, first.where)


def _left_out(names: Iterable[str]) -> Iterator[Finding]:
    if found := [f"«{name}»" for name in dict.fromkeys(names)]:
        text = N_("Dette blir ikke lest inn, slik det er svart: %(names)s.")
        yield Finding("not-read", text, {"names": listed(found)}, Level.INFO)


# ---- units ---------------------------------------------------------------------------------------


def units(
    found: Sequence[Placed], draft: Draft
) -> tuple[Counted | None, list[Placed], list[Finding]]:
    """What the figures count, the series that do, and what is told; None while it is open."""
    each = {id(one): _unit(one.series, draft.said) for one in found}
    seen = {each[id(one)] for one in found if _figures(one.series)}
    told = [*_other_units(found, draft.said), *_half_signed(found, draft)]
    if seen <= {Counted.TONNES} or seen == {Counted.PERCENT}:
        return next(iter(seen), None), list(found), told
    answer = draft.ask(_which_unit(seen, found[0].series.where))
    if answer is None:
        return None, list(found), told
    unit = Counted[answer.upper()]
    kept = [one for one in found if each[id(one)] in (unit, None)]
    others = [one.series.name for one in found if one not in kept]
    return unit, kept, [*told, *_left_out(others)]


def _unit(series: Series, said: Sequence[str]) -> Counted | None:
    """By the cells themselves, else by its name and headings, else by what stands around it."""
    if any(written.percent for written in _figures(series)):
        return Counted.PERCENT
    for texts in (series.said, said):
        found = units_said(texts)
        if found:
            return next(iter(found)) if len(found) == 1 else None
    return None


def _figures(series: Series) -> list[Written]:
    cells = (look(spot.row.cells.get(spot.letter)) for spot in series.spots)
    return [written for written in cells if written.is_figure]


def _which_unit(seen: set[Counted | None], where: Cell) -> Question:
    text = N_("Filen sier ikke om tallene er tonn eller prosent. Hva er de?")
    if None not in seen:
        text = N_("Filen har både tonn og prosent. Hvilke tall skal leses?")
    choices = (
        Choice("tonnes", N_("Tonn CO₂-ekvivalenter")),
        Choice("percent", N_("Prosent")),
    )
    return Question(UNIT, text, choices, {}, where)


def _other_units(found: Sequence[Placed], said: Sequence[str]) -> Iterator[Finding]:
    for one in found:
        wrong = next((t for t in (*one.series.said, *said) if OTHER_UNIT.search(normal(t))), None)
        if wrong is not None:
            text = N_("«%(said)s» er en annen enhet enn tonn. Regn tallene om til tonn i filen.")
            yield Finding("other-unit", text, {"said": wrong[:60]}, Level.STOPS, one.series.where)
            return


def _half_signed(found: Sequence[Placed], draft: Draft) -> Iterator[Finding]:
    """Some cells of a series with a percent sign, and some without."""
    for one in found:
        cells = [(s, look(s.row.cells.get(s.letter))) for s in one.series.spots]
        plain = [s for s, written in cells if written.is_figure and not written.percent]
        if plain and any(written.percent for _, written in cells):
            text = N_(
                "«%(name)s» har noen tall med prosenttegn og noen uten. Skriv alle på samme måte."
            )
            where = draft.cell(plain[0])
            yield Finding("half-signed", text, {"name": one.series.name}, Level.STOPS, where)


# ---- numbers -------------------------------------------------------------------------------------


def numbers(
    found: Sequence[Placed], draft: Draft
) -> tuple[list[Figure], list[tuple[Placed, Spot, Written]]]:
    """The figures, and the cells that have none; one question where a mark may mean two things."""
    spots = [(one, spot) for one in found for spot in one.series.spots]
    texts = [t for _, s in spots if (t := without_sign(s.row.cells.get(s.letter))) is not None]
    mark = decimal_mark(texts)
    doubtful = [s for _, s in spots if look(s.row.cells.get(s.letter), mark).ambiguous]
    if doubtful:
        mark = draft.ask(_which_mark(doubtful, draft))
    figures: list[Figure] = []
    rest: list[tuple[Placed, Spot, Written]] = []
    for one, spot in spots:
        written = look(spot.row.cells.get(spot.letter), mark)
        if written.number is None:
            rest.append((one, spot, written))
        else:
            step = Decimal(1).scaleb(min(0, int(written.number.as_tuple().exponent)))
            figures.append(Figure(one.code, spot, written.number, step))
    return figures, rest


def _which_mark(doubtful: Sequence[Spot], draft: Draft) -> Question:
    first = doubtful[0]
    example = without_sign(first.row.cells[first.letter]) or ""
    return Question(
        MARK,
        N_("Det står tall som «%(example)s», i alt %(count)s. Hvilket tall er det?"),
        tuple(Choice(mark, show_exact(read_number(example, mark))) for mark in ".,"),
        {"example": example, "count": len(doubtful)},
        draft.cell(first),
    )


def as_percent(figures: Sequence[Figure], found: Sequence[Placed], draft: Draft) -> list[Figure]:
    """The figures as percent: 0.72 without a sign may be 72 percent, and is asked of."""
    signed = any(written.percent for one in found for written in _figures(one.series))
    example = max(figures, key=lambda f: abs(f.number), default=None)
    if signed or example is None or abs(example.number) > 1 or not example.number:
        return list(figures)
    plain = show_exact(example.number)
    choices = (
        Choice(FRACTION, show_exact(example.number * HUNDRED)),
        Choice(PERCENT, plain),
    )
    text = N_("Det største tallet er %(number)s. Hvor mange prosent er det?")
    where = draft.cell(example.spot)
    if draft.ask(Question(SCALE, text, choices, {"number": plain}, where)) != FRACTION:
        return list(figures)
    return [replace(f, number=f.number * HUNDRED, step=f.step * HUNDRED) for f in figures]


def meaning(
    figures: Sequence[Figure], texts: Sequence[str], reference_year: int, draft: Draft
) -> Meaning | None:
    """What the percentages mean; certain only for what the file itself leaves no doubt of."""
    at_reference = {f.number for f in figures if f.spot.year == reference_year}
    if at_reference == {HUNDRED}:
        return Meaning.SHARE
    if said := meaning_said(texts, [f.number for f in figures]):
        return said
    if not figures:
        return None
    text = N_("Hva betyr prosentene i filen?")
    choices = tuple(Choice(each.name.lower(), each.value) for each in Meaning)
    answer = draft.ask(Question(MEANING, text, choices, {}, draft.cell(figures[0].spot)))
    return Meaning[answer.upper()] if answer else None
