"""What each column of a table of measures may become."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from climatebudget.core.budget import Budget
from climatebudget.core.field import FIRST_YEAR, LAST_YEAR
from climatebudget.core.findings import Choice
from climatebudget.core.measure import Category
from climatebudget.core.table import Column, Table, normal, texts_of
from climatebudget.core.text import N_, Text

NOTHING: Mapping[str, str] = MappingProxyType({})
YEAR = re.compile(r"(?<!\d)(?:19|20|21)\d\d(?!\d)")


@dataclass(frozen=True)
class Names:
    """What the catalogue knows of names, and a table's reader must: core has no catalogue.

    `climatebudget.sheets.measure_tables.names` gives them.
    """

    place: Callable[[str], str | None]  # «Road transport» → veitrafikk/ufordelt
    category: Callable[[str], Category | None]  # «Klimakur 2030: T01»
    places: tuple[Choice, ...]  # what a name may stand for: sectors, sources, and not known


# ---- what a column may become --------------------------------------------------------------------

MEASURE, WHO, CUT, MONEY = N_("Klimatiltaket"), N_("Ansvar"), N_("Utslippskutt"), N_("Penger")
EFFECT, OPERATING, INVESTMENT = "effect", "operating", "investment"
LABELS = {
    EFFECT: N_("Utslippskutt %(year)s, tonn CO₂e"),
    OPERATING: N_("Drift %(year)s, 1 000 kr"),
    INVESTMENT: N_("Investering %(year)s, 1 000 kr"),
}


@dataclass(frozen=True)
class Field:
    key: str  # "name", "effect-2030": a yearly field ends in its year
    label: Text
    group: str  # a msgid

    @property
    def year(self) -> int | None:
        return int(self.key.rpartition("-")[2]) if "-" in self.key else None


PLAIN = (
    Field("number", Text(N_("Nummer")), MEASURE),
    Field("name", Text(N_("Klimatiltak")), MEASURE),
    Field("change", Text(N_("Hva endres?")), MEASURE),
    Field("group", Text(N_("Gruppe i kilden")), MEASURE),
    Field("place", Text(N_("Utslippssektor eller utslippskilde")), MEASURE),
    Field("instrument", Text(N_("Virkemiddel")), MEASURE),
    Field("start", Text(N_("Oppstart")), MEASURE),
    Field("full", Text(N_("Full virkning")), MEASURE),
    Field("decision", Text(N_("Beslutning")), MEASURE),
    Field("category", Text(N_("Klimakur-tiltak")), MEASURE),
    Field("indicator", Text(N_("Resultatindikator")), MEASURE),
    Field("target_value", Text(N_("Måltall")), MEASURE),
    Field("municipality", Text(N_("Kommune, bare til kontroll")), MEASURE),
    Field("department", Text(N_("Ansvarlig enhet")), WHO),
    Field("position", Text(N_("Ansvarlig stilling")), WHO),
    Field("responsible", Text(N_("Ansvarlige, slik kilden skriver dem")), WHO),
    Field("basis", Text(N_("Tallgrunnlag")), CUT),
    Field("why", Text(N_("Hvorfor er det ikke tallfestet?")), CUT),
    Field("method", Text(N_("Slik er tallet funnet")), CUT),
    Field("in_path", Text(N_("Referansebane")), CUT),
)
FINANCING = Field("financing", Text(N_("Finansiering")), MONEY)


def fields(budget: Budget, table: Table) -> tuple[Field, ...]:
    """What a column may become, group by group; years of the budget and of the headings."""
    found = {year for column in table.columns for year in _years(column.heading)}
    targets = {target.year for target in budget.targets}
    cuts = sorted({*budget.budget_year.columns, *targets, *found})
    costs = sorted({*budget.budget_year.plan, *found})
    return (
        *PLAIN,
        *(_yearly(EFFECT, year, CUT) for year in cuts),
        FINANCING,
        *(_yearly(kind, year, MONEY) for kind in (OPERATING, INVESTMENT) for year in costs),
    )


def _yearly(kind: str, year: int, group: str) -> Field:
    return Field(f"{kind}-{year}", Text(LABELS[kind], {"year": year}), group)


def _years(heading: str) -> list[int]:
    found = (int(year) for year in YEAR.findall(normal(heading)))
    return [year for year in found if FIRST_YEAR <= year <= LAST_YEAR]


# ---- what a column's heading says ----------------------------------------------------------------

# Whole headings, or how they begin. «Sektor» alone is two things: see `_sector`.
HEADINGS = {
    "number": "nr|no|nummer|number|id|tiltak nr|tiltaksnr|tiltaksnummer|klimatiltak nr|measure no",
    "name": "klimatiltak|tiltak|navn|namn|measure|measures|measures and instruments|name|tittel"
    "|tiltak og virkemidler|navn på klimatiltak|navn på tiltak|tiltaksnavn",
    "change": "hva endres|kva blir endra|beskrivelse|skildring|omtale|description|change",
    "group": "gruppe|group|kategori|tema|innsatsområde|satsingsområde",
    "place": "utslippssektor|utslippskilde|utsleppssektor|utsleppskjelde|emission sector"
    "|emissions sector|emission source|emissions sector and source|utslippssektor og kilde",
    "instrument": "virkemiddel|virkemidler|verkemiddel|instrument|instruments",
    "start": "oppstart|start|startår|oppstartsår|fra år",
    "full": "full virkning|full effekt|ferdig|full effect",
    "decision": "beslutning|vedtaksstatus|vedtak|avgjerd|decision",
    "category": "klimakur|klimakur-tiltak|klimakurtiltak",
    "indicator": "resultatindikator|indikator|indicator",
    "target_value": "måltall|måltal|target value",
    "municipality": "kommune|kommunenr|kommunenummer|kommunenavn|municipality",
    "department": "ansvarlig enhet|ansvarleg eining|enhet|eining|virksomhet|etat|tjenesteområde"
    "|sektor i kommunen|kommunalområde|department|unit",
    "position": "ansvarlig stilling|stilling|ansvarleg stilling|rolle|position",
    "responsible": "ansvarlig|ansvarlige|ansvarleg|ansvarlege|ansvar|responsible|responsibility",
    "basis": "tallgrunnlag|talgrunnlag|basis",
    "why": "hvorfor ikke tallfestet|hvorfor er det ikke tallfestet|why not quantified",
    "method": "slik er tallet funnet|metode|beregningsmetode|method",
    "in_path": "referansebane|med i referansebanen|in path",
    "financing": "finansiering|penger|financing",
}
KEYS = {name: key for key, names in HEADINGS.items() for name in names.split("|")}
LONGEST_FIRST = sorted(KEYS, key=len, reverse=True)
MOST_WORDS = 6  # a heading that only begins as one we know; a longer text is a title or a note
SECTOR = ("sektor", "sector")
OTHER_UNIT = re.compile(r"%|\bprosent|\bpercent|\bmill|\bmrd|\bkt\b|kilotonn|ktonn|1 ?000 tonn")
EFFECTS = re.compile(r"effe[ck]t|kutt|reduksjon|reduction|impact|virkning|verknad|tonn|co2")
OPERATINGS = re.compile(r"drift|operating")
INVESTMENTS = re.compile(r"invest")


def key_of(heading: str) -> str:
    """What a heading is known to mean; "" where it is not. «Sektor» is, and is not said which.

    >>> key_of("effect_2030_as_written"), key_of("Responsible"), key_of("Tiltak nr."), key_of("Hm")
    ('effect-2030', 'responsible', 'number', '')
    """
    text = normal(heading)
    years = _years(heading)
    if years:
        return f"{kind}-{years[0]}" if len(years) == 1 and (kind := _kind(text)) else ""
    if text in KEYS:
        return KEYS[text]
    if len(text.split()) > MOST_WORDS:
        return ""
    return next((KEYS[name] for name in LONGEST_FIRST if text.startswith(f"{name} ")), "")


def _kind(text: str) -> str:
    """What a heading with a year counts; a year alone is the cut of that year."""
    if OTHER_UNIT.search(text):
        return ""
    if OPERATINGS.search(text):
        return OPERATING
    if INVESTMENTS.search(text):
        return INVESTMENT
    return EFFECT if EFFECTS.search(text) or YEAR.fullmatch(text) else ""


def recognised(headings: Iterable[str]) -> int:
    """How many different things these headings are known to mean."""
    texts = list(headings)
    keys = {key_of(text) for text in texts} - {""}
    return len(keys) + any(normal(text) in SECTOR for text in texts)


def proposed(
    table: Table, budget: Budget, names: Names, remembered: Mapping[str, str] = NOTHING
) -> dict[str, str]:
    """Letter → key for every column, "" for one that is not to be read; no key twice.

    ``remembered`` is what the headings became the last time, and goes first.
    """
    known = {field.key for field in fields(budget, table)} | {""}
    last = {k: v for k, v in table.mapped(remembered).items() if v in known}
    used = {key for key in last.values() if key}
    mapping = dict(last)
    for column in table.columns:
        if column.letter in mapping:
            continue
        key = _key(table, column, budget, names)
        mapping[column.letter] = "" if key in used else key
        used |= {key} - {""}
    return {c.letter: mapping[c.letter] for c in table.columns}


def _key(table: Table, column: Column, budget: Budget, names: Names) -> str:
    return _sector(table, column, budget, names) or key_of(column.heading)


def _sector(table: Table, column: Column, budget: Budget, names: Names) -> str:
    """«Sektor»: departments or emissions, as its cells say; nothing where they say neither."""
    if not normal(column.heading).startswith(SECTOR):
        return ""
    texts = set(texts_of(table, column.letter))
    if texts & set(budget.departments):
        return "department"
    return "place" if any(names.place(text) for text in texts) else ""
