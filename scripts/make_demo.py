"""Makes climatebudget/demo/oslo-2023.json of the published tables beside it.

Run it after a change here: `.venv/bin/python scripts/make_demo.py`. tests/test_demo.py fails when
the file is not what this makes.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from climatebudget.core.budget import Control, Municipality
from climatebudget.core.exchange import Draft, Exchange, dumps, written
from climatebudget.core.field import read_number, show_number
from climatebudget.core.measure import Basis, Measure, effect_in
from climatebudget.core.paths import Allowance, ReferencePath, Start, Target
from climatebudget.core.quantity import tonnes

DEMO = Path(__file__).resolve().parent.parent / "climatebudget" / "demo"
MEASURES = "oslo_2023_measures.csv"
STATEMENT = "oslo_2023_statement_published.csv"
STATEMENT_2030 = "oslo_2023_statement_2030_published.csv"
ALLOWANCE = "oslo_2023_allowance_path_published.csv"
YEARS = {2023: "F", 2030: "G"}  # the columns of the measures' effects

SECTORS = {
    "Waste incineration and energy supply": "energiforsyning",
    "Waste and waste water": "avfall-og-avlop",
    "Road transport": "veitrafikk",
    "Other mobile combustion": "annen-mobil-forbrenning",
    "Waterborne navigation": "sjofart",
}
NAMES = {
    "REG": "Renovasjons- og gjenvinningsetaten",
    "EBY": "Eiendoms- og byfornyelsesetaten",
    "BYM": "Bymiljøetaten",
    "KLI": "Klimaetaten",
    "UKE": "Utviklings- og kompetanseetaten",
    "PBE": "Plan- og bygningsetaten",
    "HAV": "Oslo Havn",
    "Port of Oslo": "Oslo Havn",
    "Hafslund Oslo Celsio/KON": "Hafslund Oslo Celsio",
}
STEPS = "Oslo oppgir prosenten for hvert år mellom målene i stedet for en rett linje."
EVERYBODY = "All"  # every unit of the city: no department of its own
WHY = {
    "Not calculated": "Ikke beregnet",
    "Facilitating mitigation measures": "Legger til rette",
    "": "Tom celle i kilden",
}
IN_BOKMAL = """
Bygge gasskjel som lager fjernvarme av deponigass
Fange karbon ved avfallsforbrenningen på Klemetsrud
Vedlikeholde deponigassanleggene på Rommen og Grønmo
Innføre nye takster i bomringen
Kjøpe inn utslippsfrie og fossilfrie kjøretøy i kommunen
Etablere nullutslippssone i området for Bilfritt byliv
Gjøre det enklere å sykle og gå (tilskudd, reiser til jobb, infrastruktur)
Bedre kollektivtilbudet (framkommelighet, nye trikker, bedre T-bane)
Legge til rette for delingsløsninger (bildeling, elsykler)
Stramme inn på parkering (høyere takster, færre plasser, ny norm)
Redusere transporten av masser og avfall
Bygge ladeplasser for personbiler
Stimulere til utslippsfrie drosjer fra 2025 (krav, tilskudd, lading)
Kreve utslippsfri varelevering på oppdrag for kommunen
Stimulere til utslippsfrie varebiler (lading, samlastsentre, parkering)
Anskaffe utslippsfrie busser i kollektivtrafikken
Anskaffe utslippsfri transport for personer med nedsatt funksjonsevne
Stimulere til utslippsfrie tur- og ekspressbusser (lading)
Kreve utslippsfrie lastebiler på oppdrag for kommunen
Stimulere til utslippsfri tungtransport (bomring, lading, energistasjoner)
Kreve utslippsfrie bygge- og anleggsplasser i kommunens prosjekter
Stille krav om fossilfrie byggeplasser i reguleringsplaner
Legge til rette for utslippsfri lasthåndtering i Oslo havn
Anskaffe utslippsfrie maskiner i kommunens maskinpark
Stimulere til utslippsfrie maskiner og arrangementer (tilskudd, strøm)
Anskaffe utslippsfrie hurtigbåter i kollektivtrafikken
Etablere landstrøm for container-, tank- og cruiseskip
""".strip().splitlines()


def table(name: str) -> list[list[str]]:
    with (DEMO / "sources" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def cell(name: str, row: int, column: str) -> str:
    """A cell as a spreadsheet names it: the header is row 1, the first column A."""
    return table(name)[row - 1]["ABCDEFG".index(column)]


def cites(name: str, row: int | str, column: str) -> str:
    return f"{name}, rad {row}, kolonne {column}"


def number(text: str) -> Decimal:
    """A number of the English tables: their comma groups thousands."""
    return read_number(text, decimal_mark=".")


def department(responsible: str) -> str:
    """The first unit with a star, which reports; else the first named; else none."""
    units = [unit.strip() for unit in responsible.split(",")]
    named = [unit for unit in units if unit and unit.rstrip("*") != EVERYBODY]
    first = next((unit for unit in named if unit.endswith("*")), (named or [""])[0]).rstrip("*")
    return NAMES.get(first, first)


def measure(row: int) -> Measure:
    sector, group, nr, english, responsible, *written_effects = table(MEASURES)[row - 1]
    effects = dict(zip(YEARS, written_effects, strict=True))
    known = {y: number(text) for y, text in effects.items() if text[:1].isdigit()}
    places = {y: cites(MEASURES, row, YEARS[y]) for y in known}
    code = f"{SECTORS[sector]}/ufordelt"
    return Measure(
        id=f"oslo-2023-{nr}",
        number=int(nr),
        name=IN_BOKMAL[int(nr) - 1],
        change=f"Oslos tabell (engelsk): {english}",
        department=department(responsible),
        responsible=responsible,
        basis=Basis.CALCULATED if known else Basis.UNQUANTIFIED,
        why="" if known else WHY[effects[2023]],
        code=code,
        effects=(effect_in(code, known, places),) if known else (),
        adjusted=bool(known),
        group=group,
    )


def reference_path(measures: tuple[Measure, ...]) -> ReferencePath:
    """What is left after the measures, as printed, and the measures' own rows on top of it."""
    printed = {
        2023: (number(cell(STATEMENT, 4, "D")), cites(STATEMENT, 4, "D")),
        2030: (number(cell(STATEMENT_2030, 4, "E")), cites(STATEMENT_2030, 4, "E")),
    }
    cuts = {y: sum((m.effect(y) or Decimal(0) for m in measures), Decimal(0)) for y in YEARS}
    rows = f"2–{len(measures) + 1}"
    return ReferencePath(
        {"": tonnes({y: value + cuts[y] for y, (value, _) in printed.items()})},
        policy=(
            "Politikk vedtatt til og med 2021. Tonn er utslippene etter klimatiltakene pluss "
            "kuttene. For 2026 oppgir Oslo bare en prosent mot 2009 "
            f"({cell(STATEMENT, 2, 'E')}: {cites(STATEMENT, 2, 'E')}), så 2024–2026 er ukjent."
        ),
        cut_off=date(2021, 12, 31),
        author="Oslo kommune",
        cites={
            ("", y): f"{show_number(value)} ({place}) + "
            f"{show_number(cuts[y])} ({cites(MEASURES, rows, YEARS[y])})"
            for y, (value, place) in printed.items()
        },
    )


def oslo() -> Exchange:
    measures = tuple(measure(row) for row in range(2, 2 + len(IN_BOKMAL)))
    sums = len(measures) + 2
    steps = [(n, row) for n, row in enumerate(table(ALLOWANCE)[1:], 2) if 2023 < int(row[0]) < 2030]
    return Exchange(
        Municipality("0301", "Oslo", "nb"),
        (
            Draft(
                year=2023,
                horizon=2030,
                edition="2020-tall",
                departments=tuple(dict.fromkeys(m.department for m in measures if m.department)),
                targets=(
                    target(2023, STATEMENT, "D"),
                    target(2030, STATEMENT_2030, "E"),
                ),
                path=reference_path(measures),
                allowance=Allowance(
                    {int(row[0]): Decimal(row[1]) for _, row in steps},
                    {int(row[0]): cites(ALLOWANCE, n, "B") for n, row in steps},
                    Start.LAST,
                    whole_percent=True,
                    reasons={int(row[0]): STEPS for _, row in steps},
                ),
                controls=tuple(
                    Control(y, number(cell(MEASURES, sums, column)), cites(MEASURES, sums, column))
                    for y, column in YEARS.items()
                ),
                measures=measures,
            ),
        ),
    )


def target(year: int, name: str, column: str) -> Target:
    percent = -number(cell(name, 5, column).rstrip("% "))
    return Target(percent, year, 2009, cites=cites(name, 5, column))


if __name__ == "__main__":
    (DEMO / "oslo-2023.json").write_text(dumps(written(oslo())), encoding="utf-8")
