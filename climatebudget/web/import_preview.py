"""What a preview says of a file that has been read: sums, sentences, and what stops it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from climatebudget.core.budget import Budget, Municipality
from climatebudget.core.findings import Finding, Level
from climatebudget.core.inventory import sector_of
from climatebudget.core.quantity import ZERO, from_grams
from climatebudget.core.reading import OPEN, Reading
from climatebudget.core.sums import SectorSum
from climatebudget.core.text import N_, Text, Translate, filled

AREA_WORKBOOK = "area-workbook"
WORDS = N_("null ett to tre fire fem seks sju åtte ni ti")


@dataclass(frozen=True)
class YearLine:
    """A year of the file beside what the file states, and what the version stands on now."""

    year: int
    rows: int
    read: Decimal | None
    stated: Decimal | None
    own: Decimal | None  # the municipality's part of what was read
    now: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.read is None or self.stated is None else self.read - self.stated

    @property
    def change(self) -> Decimal | None:
        return None if self.own is None or self.now is None else self.own - self.now


@dataclass(frozen=True)
class Held:
    """The file's own sums held against its rows; differences never cancel each other."""

    sums: int
    differing: int
    difference: Decimal
    sheet: str
    per_sector: bool


def is_long(reading: Reading) -> bool:
    """Whether one row of the file gives one figure."""
    return len(reading.emissions) + len(reading.skipped) == reading.rows


def asks(count: int, translate: Translate) -> str:
    """«Svar på tre spørsmål»"""
    if count == 1:
        return translate(N_("Svar på ett spørsmål"))
    words = translate(WORDS).split()
    said = words[count] if count < len(words) else str(count)
    return filled(N_("Svar på %(count)s spørsmål"), {"count": said}, translate)


def figures(reading: Reading) -> dict[str, int]:
    codes = reading.codes
    return {
        "sources": len(codes),
        "sectors": len({sector_of(code) for code in codes}),
        "gases": len(reading.packed.gases),
        "with_emissions": len(reading.emissions) - reading.zeros,
    }


def held(reading: Reading) -> Held | None:
    """None where the file states no sums of its own."""
    if not reading.stated:
        return None
    differences = list(_differences(reading))
    return Held(
        len(reading.stated),
        sum(f.code == "stated-total" for f in reading.findings),
        sum(differences, ZERO),
        reading.stated[0].where.sheet,
        all(s.sector for s in reading.stated),
    )


def _differences(reading: Reading) -> Iterator[Decimal]:
    """How far each stated sum is from its parts; per year while a name still waits for its answer.

    A sector's parts are its rows; the whole's parts are the sectors, where the file states them,
    so that what differs in a sector is not counted twice.
    """
    if any(code.startswith(OPEN) for code in reading.codes):
        yield from (abs(y.tonnes - y.stated) for y in reading.year_sums() if y.stated is not None)
        return
    for area in sorted({s.area for s in reading.stated}):
        yield from _differences_of(reading, area)


def _differences_of(reading: Reading, area: str) -> Iterator[Decimal]:
    stated = [s for s in reading.stated if s.area == area]
    rows: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    for kind, (_, grams) in reading.packed.of_area(area).items():
        rows[sector_of(kind.code), kind.year] += from_grams(grams)
        rows["", kind.year] += from_grams(grams)
    sectors: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for s in stated:
        if s.sector:
            sectors[s.year] += s.tonnes
    for s in stated:
        parts = rows[s.sector, s.year] if s.sector or s.year not in sectors else sectors[s.year]
        yield abs(parts - s.tonnes)


def year_lines(reading: Reading, budget: Budget) -> list[YearLine]:
    """Every year of the file, and every year of the version's edition that the file lacks."""
    now = budget.published.total if budget.published else None
    own: dict[int, Decimal] = defaultdict(lambda: ZERO)
    area = reading.areas[0] if len(reading.areas) == 1 else budget.municipality.number
    for kind, (_, grams) in reading.packed.of_area(area).items():
        own[kind.year] += from_grams(grams)
    found = {
        s.year: YearLine(
            s.year, s.rows, s.tonnes, s.stated, own.get(s.year), now[s.year] if now else None
        )
        for s in reading.year_sums()
    }
    lacking = {y: YearLine(y, 0, None, None, None, now[y]) for y in now or ()} if now else {}
    return [line for _, line in sorted({**lacking, **found}.items())]


def whole(lines: list[YearLine]) -> YearLine:
    """All years together: the last line of the table."""
    stated = [line.stated for line in lines if line.stated is not None]
    return YearLine(
        0,
        sum(line.rows for line in lines),
        sum((line.read for line in lines if line.read is not None), ZERO),
        sum(stated, ZERO) if stated else None,
        None,
        None,
    )


def stopping(reading: Reading, here: Municipality) -> tuple[Finding, ...]:
    """What must be put right first; that the file is somebody else's is one such thing."""
    stops = tuple(f for f in reading.findings if f.stops)
    if (
        stops
        or reading.asks_mark
        or any(area == here.number or area.startswith(OPEN) for area in reading.areas)
    ):
        return stops
    elsewhere = Finding(
        "area-elsewhere",
        N_("Filen har ikke tall for %(name)s (%(number)s). Velg en fil som har det."),
        {"name": here.name, "number": here.number},
        Level.STOPS,
    )
    return (elsewhere,)


def lead(reading: Reading, sums: Held | None, stops: int) -> Text:
    if stops:
        return Text(
            N_("Filen kan ikke leses inn slik den er. Ingenting er lagret.")
            if stops == 1
            else N_("Filen kan ikke leses inn: %(stops)s ting må rettes. Ingenting er lagret."),
            {"stops": stops},
        )
    if sums is None:
        return Text(N_("Filen har ingen egne summer å kontrollere mot. Ingenting er lagret ennå."))
    if sums.differing:
        return Text(
            N_(
                "%(differing)s av %(sums)s summer i filen er ulike det radene gir. Radene blir "
                "lest inn som de står, og forskjellene blir merknader. Ingenting er lagret ennå."
            ),
            {"differing": sums.differing, "sums": sums.sums},
        )
    return Text(
        N_(
            "Filen går opp: alle %(years)s årene gir samme sum som arket «%(sheet)s». "
            "Ingenting er lagret ennå."
        )
        if sums.sheet
        else N_(
            "Filen går opp: alle %(years)s årene gir samme sum som filen selv oppgir. "
            "Ingenting er lagret ennå."
        ),
        {"years": len(reading.years), "sheet": sums.sheet},
    )


def sector_lead(sums: Sequence[SectorSum], complete: bool) -> Text:
    """What the folded table per year and sector says while it is shut; ``complete`` is where every
    sum the file states is at hand, and not only those that differed."""
    differing = sum(bool(s.difference) for s in sums)
    if differing == 1:
        return Text(N_("Summer per år og utslippssektor: én er ulik filens egen"))
    if differing:
        text = N_("Summer per år og utslippssektor: %(count)s er ulike filens egne")
        return Text(text, {"count": differing})
    if complete and any(s.stated is not None for s in sums):
        return Text(N_("Summer per år og utslippssektor: de stemmer med filens egne"))
    return Text(N_("Summer per år og utslippssektor"))


def sheets(reading: Reading) -> Text | None:
    """Which of a workbook's sheets were read; None for a file with one table and no more."""
    if len(reading.sheets) < 2:
        return None
    if reading.layout != AREA_WORKBOOK:
        return Text(N_("%(count)s ark, og ett av dem er lest."), {"count": len(reading.sheets)})
    return Text(
        N_(
            "%(count)s ark: ett («Oversikt - detaljert») er lest, ett («Oversikt») er brukt til "
            "kontroll, og ett («Info») gir navnet på området. De %(rest)s andre er ikke lest."
        ),
        {"count": len(reading.sheets), "rest": len(reading.sheets) - 3},
    )
