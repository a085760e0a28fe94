"""Names in a file and what they stand for: a known code, or a question. Never a guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from climatebudget.catalogue import (
    Alias,
    Area,
    aliases,
    areas,
    areas_named,
    english_sectors,
    english_sources,
    normalised,
    sector_codes,
    sources,
    successor,
)
from climatebudget.core.field import clean, show_number
from climatebudget.core.findings import Cell, Choice, Finding, Level, Question
from climatebudget.core.inventory import UNALLOCATED
from climatebudget.core.reading import OPEN
from climatebudget.core.text import N_
from climatebudget.sheets.tables import Spelling

NUMBER = re.compile(r"(?:k-?)?(\d{1,4})(?:\.0)?(?: .*)?", re.IGNORECASE)
WRITTEN_PLAINLY = re.compile(r"\d{4}|\d{2}|0")


@dataclass(frozen=True)
class Resolved:
    """Names as the file writes them → code or number, ``?…`` while its question is open."""

    codes: Mapping[tuple[str, str], str]
    questions: tuple[Question, ...] = ()
    findings: tuple[Finding, ...] = ()


Lookup = Callable[[str, str], Alias | None]
SectorOf = Callable[[str], str | None]


def norwegian(sector: str, source: str) -> Alias | None:
    return aliases().get((normalised(sector), normalised(source)))


def norwegian_sector(sector: str) -> str | None:
    return sector_codes().get(normalised(sector))


def english(sector: str, source: str) -> Alias | None:
    return english_sources().get((english_sector(sector) or "", normalised(source)))


def english_sector(sector: str) -> str | None:
    alias = english_sectors().get(normalised(sector))
    return alias.code if alias else None


def resolve_sources(
    spellings: Mapping[tuple[str, str], Spelling],
    lookup: Lookup,
    sector_of: SectorOf,
    added: Mapping[tuple[str, str], str],
) -> Resolved:
    """Codes for every (sector, source); ``added`` are a person's own names, and go first."""
    own = {
        (normalised(sector), normalised(source)): code for (sector, source), code in added.items()
    }
    codes: dict[tuple[str, str], str] = {}
    questions: dict[str, Question] = {}
    unsure: dict[str, Cell | None] = {}
    for (sector, source), spelling in spellings.items():
        chosen = own.get((normalised(sector), normalised(source)))
        alias = Alias(chosen, certain=True, note="") if chosen else lookup(sector, source)
        if alias is None:
            question = _which_source(sector, source, spelling, sector_of(sector))
            questions.setdefault(question.code, question)
            codes[sector, source] = OPEN + question.code
            continue
        codes[sector, source] = alias.code
        if not alias.certain:
            unsure.setdefault(_translated(source, alias), spelling.first)
    return Resolved(codes, tuple(questions.values()), tuple(_unsure(unsure)))


def _translated(source: str, alias: Alias) -> str:
    return f"«{clean(source)}» som «{sources()[alias.code].name}»"


def _unsure(names: Mapping[str, Cell | None]) -> Iterable[Finding]:
    if names:
        yield Finding(
            "W_NAME_UNSURE",
            N_("Vi er ikke sikre på %(count)s navn: %(names)s. Sjekk dem før du bruker tallene."),
            {"count": len(names), "names": ", ".join(names)},
            Level.INFO,
            next(iter(names.values())),
        )


def _which_source(sector: str, source: str, spelling: Spelling, code: str | None) -> Question:
    sector, source = clean(sector), clean(source)
    values = {"sector": sector, "source": source, "rows": show_number(spelling.count)}
    if code and source:
        text = N_(
            "Utslippskilden «%(source)s» i «%(sector)s» er ukjent. Den har %(rows)s tall. "
            "Hvilken utslippskilde er det?"
        )
    elif source:
        text = N_(
            "Utslippssektoren «%(sector)s», med utslippskilden «%(source)s», er ukjent. Den har "
            "%(rows)s tall. Hvilken utslippssektor er det?"
        )
    else:
        text = N_(
            "Utslippssektoren «%(sector)s» er ukjent. Den har %(rows)s tall. "
            "Hvilken utslippssektor er det?"
        )
    return Question(f"name:{sector}|{source}", text, _source_choices(code), values, spelling.first)


def _source_choices(sector: str | None) -> tuple[Choice, ...]:
    """The sources of a known sector; of an unknown one, each sector as a whole."""
    if sector:
        return tuple(Choice(s.code, s.name) for s in sources().values() if s.sector == sector)
    return tuple(
        Choice(s.code, s.sector_name)
        for s in sources().values()
        if s.code in (UNALLOCATED, f"{s.sector}/{UNALLOCATED}")
    )


def resolve_areas(spellings: Mapping[tuple[str, str], Spelling], chosen: str | None) -> Resolved:
    """Numbers for every (number, name): the number goes before the name, whatever the name says.

    ``chosen`` decides between areas of one name, and is the answer where a file has one area and
    does not name it, or by a name we do not know.
    """
    numbers: dict[tuple[str, str], str] = {}
    questions: dict[str, Question] = {}
    repaired: list[str] = []
    for (number, name), spelling in spellings.items():
        found = _with_number(number) if clean(number) else areas_named(name)
        unknown = not found and len(spellings) == 1
        if chosen and (unknown or chosen in {area.number for area in found}):
            found = (areas()[chosen],)
        if len(found) == 1:
            numbers[number, name] = found[0].number
            if clean(number) and not WRITTEN_PLAINLY.fullmatch(clean(number)):
                repaired.append(f"«{clean(number)}» som {found[0].number}")
            continue
        question = _which_area(clean(number) or clean(name), spelling, found)
        questions.setdefault(question.code, question)
        numbers[number, name] = OPEN + question.code
    if repaired:
        questions["repaired"] = _as_repaired(repaired)
    return Resolved(numbers, tuple(questions.values()))


def _with_number(written: str) -> tuple[Area, ...]:
    """The area with that number, or those that followed it in 2024.

    Excel drops the zero of 0301, and exports write K-0301 or «0301 Oslo».
    """
    found = NUMBER.fullmatch(clean(unicodedata.normalize("NFKC", written)))
    if not found:
        return ()
    number = found[1].zfill(4) if len(found[1]) == 3 else found[1]
    return tuple(areas()[n] for n in (number, *successor(number)) if n in areas())


def area_label(area: Area) -> str:
    """«0301 Oslo», and «1515 Herøy, Møre og Romsdal» because there are two."""
    shown = f"{area.number} {area.name}"
    return f"{shown}, {areas()[area.county].name}" if len(areas_named(area.name)) > 1 else shown


def _which_area(name: str, spelling: Spelling, found: tuple[Area, ...]) -> Question:
    if not name:
        text = N_("Filen sier ikke hvilken kommune tallene gjelder. Hvilken kommune er det?")
    elif found:
        text = N_("«%(name)s» kan være flere kommuner. Hvilken gjelder tallene?")
    else:
        text = N_("«%(name)s» er ikke en kommune vi kjenner. Hvilken kommune gjelder tallene?")
    choices = tuple(Choice(a.number, area_label(a)) for a in found or areas().values())
    return Question(f"area:{name}", text, choices, {"name": name} if name else {}, spelling.first)


def _as_repaired(repaired: list[str]) -> Question:
    return accept(
        "W_KOMMUNENR_REPAIRED",
        N_("Kommunenummer er skrevet på en uvanlig måte. Vi leser %(numbers)s. Er det riktig?"),
        {"numbers": ", ".join(dict.fromkeys(repaired))},
    )


def accept(
    code: str, text: str, values: Mapping[str, str | int] | None = None, where: Cell | None = None
) -> Question:
    """A question that only asks a person to have seen something."""
    return Question(
        f"accept:{code}", text, (Choice("yes", N_("Ja, les inn filen slik")),), values or {}, where
    )
