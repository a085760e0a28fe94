"""How commands speak: Norwegian sentences and tables for people, exact numbers in JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from textwrap import fill
from threading import Timer
from time import monotonic
from typing import Any, NoReturn

import click

from climatebudget.core.acceptance import Acceptance, Remark
from climatebudget.core.budget import Budget
from climatebudget.core.field import Unreadable, read_year, show_moment, show_number
from climatebudget.core.findings import About, Choice, Finding, Question
from climatebudget.core.inventory import Inventory
from climatebudget.core.quantity import Bound, Figure, Yearly
from climatebudget.core.statement import Statement, at
from climatebudget.files import FULL, is_full

UNKNOWN = "ukjent"
HELP = {
    "Usage:": "Bruk:",
    "Options:": "Valg:",
    "Commands:": "Kommandoer:",
    "Show this message and exit.": "Vis denne teksten.",
    "[required]": "[må oppgis]",
    "[default: ": "[ellers: ",
    "[OPTIONS]": "[VALG]",
    "COMMAND [ARGS]...": "KOMMANDO …",
}
FILE_TROUBLE: dict[type[OSError], str] = {
    FileNotFoundError: ": mappen finnes ikke",
    PermissionError: ": du har ikke tilgang",
    IsADirectoryError: ": det er en mappe",
    FileExistsError: ": den finnes fra før",
}
MANY = 20  # choices; more are told in one paragraph


# ---- commands ----------------------------------------------------------------------------------


class Command(click.Command):
    def get_help(self, ctx: click.Context) -> str:
        return in_norwegian(super().get_help(ctx))


class Commands(click.Group):
    """A group whose every mistake is a sentence on stderr and exit code 1, never a traceback."""

    command_class = Command
    group_class = type

    def get_help(self, ctx: click.Context) -> str:
        return in_norwegian(super().get_help(ctx))

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.Abort:
            code = say("Avbrutt. Ingenting er lagret.")
        except click.ClickException as mistake:
            code = say(sentence(mistake))
        except Exception as error:
            if os.environ.get("CLIMATEBUDGET_DEBUG"):
                raise
            code = say(in_words(error))
        sys.exit(code if isinstance(code, int) else 0)


def in_norwegian(text: str) -> str:
    for english, norwegian in HELP.items():
        text = text.replace(english, norwegian)
    return text


def say(text: str) -> int:
    """A sentence on stderr; the exit code that belongs to it."""
    click.echo(text, err=True)
    return 1


def stop(text: str) -> NoReturn:
    raise click.ClickException(text)


def in_words(error: Exception) -> str:
    """Our own exceptions are sentences; of another we can only say what it was."""
    module = type(error).__module__
    if module.startswith("climatebudget."):
        return str(getattr(error, "message", error))
    if is_full(error):
        return FULL
    if module.startswith("sqlalchemy."):
        return f"Databasen kan ikke brukes: {getattr(error, 'orig', None) or type(error).__name__}."
    if isinstance(error, OSError):
        why = next((text for kind, text in FILE_TROUBLE.items() if isinstance(error, kind)), "")
        return f"Filen {error.filename or ''} kan ikke brukes{why}."
    return f"Uventet feil, og ingenting er lagret ({type(error).__name__}: {error})."


def sentence(mistake: click.ClickException) -> str:
    """What is wrong with a command line; click would say it in English."""
    here = mistake.ctx.command_path if isinstance(mistake, click.UsageError) and mistake.ctx else ""
    see = f" Se «{here} --help»." if here else ""
    match mistake:
        case click.exceptions.NoArgsIsHelpError():
            return mistake.ctx.get_help() if mistake.ctx else ""
        case click.MissingParameter():
            return f"Oppgi {_named(mistake.param)}.{see}"
        case click.NoSuchOption():
            return f"Valget {mistake.option_name} finnes ikke.{see}"
        case click.BadParameter():
            return f"{_named(mistake.param)}: {mistake.message}"
        case click.UsageError():
            return f"Kommandoen finnes ikke eller kan ikke skrives slik.{see}"
    return mistake.message


def _named(parameter: click.Parameter | None) -> str:
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    return parameter.make_metavar(click.Context(click.Command(""))) if parameter else ""


class Kind(click.ParamType[Any]):
    """A kind of argument, read by a function that raises ValueError with a Norwegian sentence."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self.read = read

    def convert(self, value: Any, parameter: Any, ctx: Any) -> Any:
        try:
            return self.read(value) if isinstance(value, str) else value
        except ValueError as why:
            self.fail(str(why), parameter, ctx)


def one_of(kind: type[Enum], name: str, leave_out: Iterable[Enum] = ()) -> Kind:
    words = {member.value: member for member in kind if member not in set(leave_out)}
    known = one_word(name, *words)
    return Kind(name, lambda word: words[known.read(word)])


def one_word(name: str, *words: str) -> Kind:
    def read(word: str) -> str:
        if word not in words:
            raise ValueError(f"«{word}» kjenner vi ikke. Skriv et av disse: {', '.join(words)}.")
        return word

    return Kind(name, read)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"«{text}» er ikke en dato. Skriv den slik: 2026-02-02.") from None


def _number(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise ValueError(
            f"«{text}» er ikke et kommunenummer. Skriv fire siffer, for eksempel 0301."
        )
    return text


def _file(text: str) -> Path:
    if not Path(text).is_file():
        raise ValueError(f"Filen {text} finnes ikke.")
    return Path(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ValueError(f"«{text}» er ikke en port. Skriv et tall fra 1 til 65535.")
    return int(text)


YEAR, DAY, NUMBER = Kind("ÅR", read_year), Kind("DATO", _day), Kind("NR", _number)
FILE, OUT, PORT = Kind("FIL", _file), Kind("FIL", Path), Kind("PORT", _port)
assert issubclass(Unreadable, ValueError)  # what read_year raises is a sentence


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say on a terminal what is going on, once it has taken a second."""
    timer = Timer(1, click.echo, (f"{what} …",), {"err": True})
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Something to tell how much is done, of how much; a terminal shows it in percent."""
    start = monotonic()
    shown: list[int] = []

    def told(done: int, of: int) -> None:
        percent = 100 * done // max(of, 1)
        if sys.stderr.isatty() and monotonic() - start > 1 and percent not in shown[-1:]:
            shown.append(percent)
            click.echo(f"\r{what} … {percent} %", nl=False, err=True)

    yield told
    if shown:
        click.echo(err=True)


# ---- for people --------------------------------------------------------------------------------


def shown(value: Figure | Decimal | None, step: int = 10) -> str:
    """A figure: forecasts to 10 t, «ukjent» where nothing is known."""
    figure = value if isinstance(value, Figure) else Figure(value)
    if figure.value is None:
        return UNKNOWN
    number = show_number(figure.value, step)
    return number if figure.bound is Bound.EXACT else f"{figure.bound.value} {number}"


def table(head: Sequence[object], rows: Iterable[Sequence[object]], names: int = 1) -> str:
    """Columns under each other: so many names to the left, then numbers to the right."""
    lines = [[str(value) for value in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    sides = [str.ljust] * names + [str.rjust] * (len(widths) - names)
    cells = ([side(v, w) for side, v, w in zip(sides, row, widths, strict=True)] for row in lines)
    return "\n".join("  ".join(row).rstrip() for row in cells)


def heading(budget: Budget) -> str:
    stamp = "INTERNT UTKAST" if budget.version.internal else "lagt fram"
    name, year = budget.municipality.name, budget.budget_year.year
    edition = budget.edition.name if budget.edition else "ingen statistikkutgave"
    return f"Klimabudsjett {year}, {name}: {budget.version.slug} ({stamp}), {edition}"


def totals(ledger: Statement) -> str:
    """The statement's last lines: from the path to what remains, for the years that are shown."""
    columns, whole = ledger.columns, ledger.total
    gaps = [at(ledger.gap, year) for year in columns]
    rows = [
        ("Referansebane", *(shown(whole.path[y]) for y in columns)),
        ("Utslippskutt", *(shown(at(whole.cut.net, y)) for y in columns)),
        ("Etter klimatiltakene", *(shown(at(whole.after, y)) for y in columns)),
        ("Utslippsramme", *(shown(ledger.allowance[y]) for y in columns)),
        ("Gjenstår", *map(shown, gaps)),
        ("Gjenstår, prosentpoeng", *(shown(ledger.points(gap.value), 1) for gap in gaps)),
    ]
    return table(("Tonn CO₂e", *columns), rows)


def history(emissions: Inventory) -> str:
    """An area's emissions per sector and year, to the tonne."""
    names = {source.sector: source.sector_name for source in emissions.sources.values()}
    lines = {names[code]: yearly for code, yearly in emissions.sectors.items()}
    rows = [
        (name, *(shown(yearly[year], 1) for year in emissions.years))
        for name, yearly in {**lines, "Sum": emissions.total}.items()
    ]
    return table(("Tonn CO₂e", *emissions.years), rows)


def listed(findings: Iterable[Finding]) -> str:
    """A line for each finding, with its place where it has one that a person can look up."""
    return "\n".join(f"- {f.level.value}: {f.message}{_place(f)}" for f in findings)


def answered(remarks: Iterable[Remark]) -> str:
    """The findings that wait or only inform, then the accepted ones with reason, role and time."""
    remarks = list(remarks)
    lines = []
    for remark in sorted(remarks, key=lambda r: r.accepted is not None):
        lines.append(listed([remark.finding]))
        if remark.accepted:
            lines.append(f"  Godtatt{_given(remark.accepted)}")
        elif remark.lapsed:
            lines.append(f"  Tallene er endret siden den ble godtatt{_given(remark.lapsed)}")
    return "\n".join(lines)


def _given(acceptance: Acceptance) -> str:
    when = f" {show_moment(acceptance.at)}" if acceptance.at else ""
    return f" av {acceptance.by}{when}: {acceptance.reason}"


def _place(finding: Finding) -> str:
    where = finding.where
    if isinstance(where, About):
        return f" ({where.key})" if where.kind == "json" and where.key != "$" else ""
    return f" ({where})" if where else ""


def asked(question: Question) -> str:
    """A question with its code and the answers to choose from."""
    if len(question.choices) > MANY:
        choices = "; ".join(map(_choice, question.choices))
        return f"{question.message}\n{fill(choices, 100)}\n  --answer {question.code}=…"
    answers = (f"  --answer {question.code}={c.value}  {c.label}" for c in question.choices)
    return "\n".join([question.message, *answers])


def _choice(choice: Choice) -> str:
    named = choice.label.startswith(choice.value)
    return choice.label if named else f"{choice.value} {choice.label}"


# ---- for programs ------------------------------------------------------------------------------


def as_json(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False, indent=1)


def plain(value: Any) -> Any:
    """JSON values: numbers as exact texts, years as keys, unknown as null or left out."""
    match value:
        case Yearly():
            return plain(value.by_year)
        case Finding() | Question():
            return {**_fields(value), "message": value.message}
        case Decimal():
            return f"{value:f}"
        case Fraction():
            return str(value)
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    return _fields(value) if is_dataclass(value) else value


def _fields(value: Any) -> dict[str, Any]:
    return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
