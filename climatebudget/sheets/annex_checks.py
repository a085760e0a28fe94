"""«Avstemming»: the same tonnes divided in several ways, and cells that show 0 when they agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from climatebudget.catalogue import national_name
from climatebudget.core.acceptance import remarks
from climatebudget.core.field import show_day
from climatebudget.core.findings import About, Finding
from climatebudget.core.inventory import UNALLOCATED
from climatebudget.core.quantity import ZERO, Figure, Yearly, exactly
from climatebudget.core.statement import Cut, at
from climatebudget.sheets.annex_adjustments import added
from climatebudget.sheets.annex_measures import Sums
from climatebudget.sheets.annex_parts import (
    Annex,
    department_label,
    in_book,
    opening,
    sector_label,
    source_name,
)
from climatebudget.sheets.writer import (
    BODY,
    BOLD,
    HEAD,
    HISTORY,
    PLAIN,
    QUIET,
    RIGHT,
    SECTION,
    TEXT,
    TONNES,
    TOTAL,
    Page,
    Ref,
    Style,
    Value,
    lines_of,
    live,
    style,
)

NAME_WIDTH, NUMBER_WIDTH, LONG_WIDTH = 44.0, 13.0, 15.0
CHECK = HISTORY | style(num_format="#,##0.0;-#,##0.0;0")
NONE = "–"  # does not apply


@dataclass(frozen=True)
class Heading:
    """A number column: a year of the inventory, what is adjusted in it, or the cut ahead."""

    year: int
    ahead: bool
    adjustment: bool = False


@dataclass(frozen=True)
class Part:
    """One line of a division: what it is called and what it holds in each column."""

    name: str
    values: Mapping[Heading, Value]


@dataclass(frozen=True)
class Division:
    """The total divided one way; the parts' sum is held against the statement's total."""

    title: str
    check: str
    parts: Sequence[Part]


@dataclass
class Checks:
    """Where the check cells ended, for the sheet that sums them up."""

    absolute: list[Ref] = field(default_factory=list)
    difference: Decimal = ZERO


def headings(annex: Annex) -> list[Heading]:
    inventory = annex.budget.inventory
    years = {annex.budget.reference_year, inventory.last_year} if inventory else set()
    history = sorted(y for y in years if y is not None and inventory and y in inventory.years)
    adjusted = added(annex)
    past = [Heading(y, False, a) for y in history for a in (False, True) if not a or y in adjusted]
    return [*past, *(Heading(y, True) for y in annex.years)]


def widths(annex: Annex) -> list[float]:
    return [NAME_WIDTH, *[NUMBER_WIDTH] * len(headings(annex)), LONG_WIDTH, LONG_WIDTH]


def write(page: Page, annex: Annex, sums: Sums) -> Checks:
    _ = annex.translate
    note = _("Tonn CO₂-ekvivalenter. En kontroll viser 0 når summene stemmer, og blir rød ellers.")
    row = opening(page, annex, _("Avstemming"), note) - 1
    columns = headings(annex)
    for column, label in enumerate(["", *(heading(h, annex) for h in columns)]):
        page.put(row, column, label, HEAD | (RIGHT if column else Style()))
    page.put(row, len(columns) + 1, _("Netto"), HEAD | RIGHT)
    page.put(row, len(columns) + 2, _("Sum av absolutte differanser"), HEAD | RIGHT)
    page.steady(row + 1, 1)
    return blocks(page, row + 2, annex, sums, columns)


def heading(one: Heading, annex: Annex) -> str:
    _ = annex.translate
    if one.ahead:
        return _("Kutt %(year)s") % {"year": one.year}
    if one.adjustment:
        return _("Herav justering %(year)s") % {"year": one.year}
    return _("Utslipp %(year)s") % {"year": one.year}


def blocks(page: Page, row: int, annex: Annex, sums: Sums, columns: Sequence[Heading]) -> Checks:
    """The checks first, then the divisions they are about, then what a person should look at."""
    _ = annex.translate
    ways = divisions(annex, sums, columns)
    page.put(row, 0, _("Kontroller"), SECTION)
    total = stated_total(page, row + 1, annex, columns)
    first_check = row + 2
    checks = Checks()
    if sums.overlap:
        overlap = stated_overlap(page, first_check, annex, columns)
        first_check += 1
        check_overlap(page, first_check + len(ways) + 1, annex, sums, overlap, columns, checks)
    last_check = first_check + len(ways) + bool(sums.overlap)
    row = last_check + 2
    for number, way in enumerate(ways):
        row, reached = division(page, row, way, annex, columns)
        check(page, first_check + number, way.check, reached, total, columns, checks)
    check_measures(page, first_check + len(ways), annex, sums, total, columns, checks)
    page.red_unless_zero(first_check, 1, last_check, len(columns) + 2)
    stated_by_source(page, row, annex, sums)
    row += len(annex.budget.controls) + 3 if annex.budget.controls else 0
    write_findings(page, row, annex)
    return checks


# ---- the ways of dividing ----------------------------------------------------------------------


def divisions(annex: Annex, sums: Sums, columns: Sequence[Heading]) -> list[Division]:
    _ = annex.translate
    statement = annex.statement
    return [
        Division(
            _("Per utslippssektor"),
            _("Utslippssektorene mot totalen"),
            [
                Part(
                    sector_label(code, annex),
                    {
                        h: cut(line.cut, h.year)
                        if h.ahead
                        else past(h, annex, line.inventory, code)
                        for h in columns
                    },
                )
                for code, line in statement.sectors.items()
            ],
        ),
        Division(_("Per utslippskilde"), _("Utslippskildene mot totalen"), sources(annex, columns)),
        Division(
            _("Per sektor i kommunen"),
            _("Sektorene i kommunen mot totalen"),
            [
                Part(department_label(name, annex), linked(own, sums.departments[name], columns))
                for name, own in statement.departments.items()
            ],
        ),
        Division(
            _("Per Klimakur-tiltak"),
            _("Klimakur-tiltakene og resten mot totalen"),
            [
                Part(
                    national_name(name) or _("Uten Klimakur-tiltak"),
                    {h: cut(own, h.year) if h.ahead else NONE for h in columns},
                )
                for name, own in statement.categories.items()
            ],
        ),
    ]


def past(h: Heading, annex: Annex, history: Yearly, code: str = "") -> Figure:
    """What was emitted, or what the municipality adjusts it by."""
    if h.adjustment:
        return Figure(added(annex, code).get(h.year, ZERO))
    return Figure(history[h.year])


def cut(own: Cut, year: int) -> Value:
    """A dash where nothing is registered, «ukjent» where what is registered has no number."""
    return at(own.net, year) if own.measures else NONE


def linked(
    own: Cut, cells: Mapping[int, Ref], columns: Sequence[Heading]
) -> Mapping[Heading, Value]:
    return {
        h: live("={}", cells.get(h.year), value=at(own.net, h.year)) if h.ahead else NONE
        for h in columns
    }


def sources(annex: Annex, columns: Sequence[Heading]) -> list[Part]:
    """Each source of the inventory and each place of a cut, counted here anew from the measures."""
    inventory, cuts = annex.budget.inventory, cut_by_source(annex)
    codes = dict.fromkeys([*(inventory.sources if inventory else ()), *cuts])
    parts = []
    for code in codes:
        history = inventory.source(code) if inventory else None
        values: dict[Heading, Value] = {}
        for h in columns:
            if h.ahead:
                values[h] = Figure(cuts[code].get(h.year)) if code in cuts else NONE
            else:
                values[h] = past(h, annex, history, code).value if history else None
        if any(value not in (NONE, ZERO) for value in values.values()):
            parts.append(Part(source_name(code, annex), values))
    return parts


def cut_by_source(annex: Annex) -> Mapping[str, Mapping[int, Decimal]]:
    found: dict[str, dict[int, Decimal]] = {}
    for measure in annex.budget.measures:
        if not measure.counted or not in_book(measure, annex):
            continue
        own = [e for e in measure.effects if e.book is annex.budget.book]
        if not own:
            found.setdefault(measure.code or UNALLOCATED, {})
        for effect in own:
            sums = found.setdefault(effect.code, {})
            for year, value in effect.yearly.by_year.items():
                sums[year] = sums.get(year, ZERO) + value
    return found


# ---- writing them --------------------------------------------------------------------------------


def stated_total(
    page: Page, row: int, annex: Annex, columns: Sequence[Heading]
) -> Mapping[Heading, tuple[Ref, Figure]]:
    page.put(row, 0, annex.translate("Totalen i klimabudsjettet"), BODY | BOLD)
    found = {}
    for column, h in enumerate(columns, start=1):
        value = total_of(h, annex)
        found[h] = page.put(row, column, value, look(h) | BOLD), value
    for column in (len(columns) + 1, len(columns) + 2):
        page.put(row, column, None, BODY)
    return found


def stated_overlap(
    page: Page, row: int, annex: Annex, columns: Sequence[Heading]
) -> Mapping[Heading, tuple[Ref, Figure]]:
    page.put(row, 0, annex.translate("Overlapp i klimabudsjettet"), BODY | BOLD)
    found = {}
    for column, h in enumerate(columns, start=1):
        value = at(annex.statement.total.overlap, h.year) if h.ahead else Figure(None)
        shown: Value = value if h.ahead else NONE
        found[h] = page.put(row, column, shown, look(h) | (BOLD if h.ahead else QUIET)), value
    for column in (len(columns) + 1, len(columns) + 2):
        page.put(row, column, None, BODY)
    return found


def total_of(h: Heading, annex: Annex) -> Figure:
    line = annex.statement.total
    return at(line.cut.net, h.year) if h.ahead else past(h, annex, line.inventory)


def look(h: Heading) -> Style:
    return TONNES if h.ahead else HISTORY


def division(
    page: Page, row: int, way: Division, annex: Annex, columns: Sequence[Heading]
) -> tuple[int, Mapping[Heading, tuple[Ref, Figure]]]:
    """A way of dividing, with its sum below; the next free row, and where the sums stand."""
    page.put(row, 0, way.title, SECTION)
    first = row + 1
    for at_row, part in enumerate(way.parts, start=first):
        page.put(at_row, 0, part.name, TEXT)
        for column, h in enumerate(columns, start=1):
            value = part.values[h]
            page.put(at_row, column, value, look(h) | (QUIET if value == NONE else Style()))
    last = first + len(way.parts) - 1
    page.put(last + 1, 0, annex.translate("Sum"), BODY | TOTAL)
    found = {}
    for column, h in enumerate(columns, start=1):
        sums = added_up(part.values[h] for part in way.parts)
        shown: Value = live(
            "=SUM({}:{})", page.ref(first, column), page.ref(last, column), value=sums
        )
        if not h.ahead and all(part.values[h] == NONE for part in way.parts):
            shown = NONE  # this division is not about the inventory
        cell = page.put(last + 1, column, shown, look(h) | TOTAL)
        if sums.known:
            found[h] = cell, sums
    return last + 3, found


def added_up(values: Iterable[Value]) -> Figure:
    known = [v for v in map(number, values) if v is not None]
    return exactly(sum(known, ZERO) if known else None)


def number(value: Value) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    figure = value if isinstance(value, Figure) else getattr(value, "figure", None)
    return figure.value if figure else None


def check(
    page: Page,
    row: int,
    label: str,
    reached: Mapping[Heading, tuple[Ref, Figure]],
    total: Mapping[Heading, tuple[Ref, Figure]],
    columns: Sequence[Heading],
    checks: Checks,
) -> None:
    """Sum minus total for each column, to the gram; then net and absolute, so that none cancel."""
    page.put(row, 0, label, TEXT)
    cells, differences = [], []
    for column, h in enumerate(columns, start=1):
        stated_at, stated = total[h]
        if h not in reached or stated.value is None:
            page.put(row, column, NONE, CHECK | QUIET)
            continue
        sum_at, found = reached[h]
        difference = known(found) - known(stated)
        value = live("=ROUND({}-{},6)", sum_at, stated_at, value=difference)
        cells.append(page.put(row, column, value, CHECK))
        differences.append(difference)
    after = len(columns) + 1
    net, absolute = sum(differences, ZERO), sum(map(abs, differences), ZERO)
    if not cells:
        page.put(row, after, NONE, CHECK | QUIET)
        page.put(row, after + 1, NONE, CHECK | QUIET)
        return
    page.put(row, after, live(summed(cells), *cells, value=net), CHECK | BOLD)
    sizes = live(summed(cells, "ABS({})"), *cells, value=absolute)
    checks.absolute.append(page.put(row, after + 1, sizes, CHECK | BOLD))
    checks.difference += absolute


def known(figure: Figure) -> Decimal:
    return figure.value if figure.value is not None else ZERO


def summed(cells: Sequence[Ref], each: str = "{}") -> str:
    return "=" + "+".join([each] * len(cells))


def check_measures(
    page: Page,
    row: int,
    annex: Annex,
    sums: Sums,
    total: Mapping[Heading, tuple[Ref, Figure]],
    columns: Sequence[Heading],
    checks: Checks,
) -> None:
    """The sheet of measures against the statement: it turns red when a figure there is changed."""
    reached = {
        h: (sums.total[h.year], figure)
        for h in columns
        if h.ahead and (figure := at(annex.statement.total.cut.net, h.year)).known
    }
    label = annex.translate("Arket «Klimatiltak per sektor» mot totalen")
    check(page, row, label, reached, total, columns, checks)


def check_overlap(
    page: Page,
    row: int,
    annex: Annex,
    sums: Sums,
    stated: Mapping[Heading, tuple[Ref, Figure]],
    columns: Sequence[Heading],
    checks: Checks,
) -> None:
    """The groups' deductions, reckoned on the sheet of measures, against the statement's."""
    reached = {h: (sums.overlap[h.year], f) for h, (_, f) in stated.items() if h.ahead}
    label = annex.translate("Overlappgruppene mot overlapp i klimabudsjettet")
    check(page, row, label, reached, stated, columns, checks)


def stated_by_source(page: Page, row: int, annex: Annex, sums: Sums) -> None:
    """What the measures' source states as its own sums, and how far ours are from them."""
    _ = annex.translate
    if not annex.budget.controls:
        return
    page.put(row, 0, _("Summer som kilden selv oppgir"), SECTION)
    for column, label in enumerate([_("Oppgitt"), _("Vår sum"), _("Forskjell")], start=1):
        page.put(row, column, label, PLAIN | BOLD | RIGHT)
    for at_row, control in enumerate(annex.budget.controls, start=row + 1):
        ours = at(annex.statement.total.cut.net, control.year)
        place = sums.total.get(control.year)
        text = _("Kutt %(year)s, %(cites)s") % {"year": control.year, "cites": control.cites}
        page.put(at_row, 0, text, TEXT)
        stated = page.put(at_row, 1, control.tonnes, TONNES)
        found = page.put(at_row, 2, live("={}", place, value=ours), TONNES)
        difference = None if ours.value is None else ours.value - control.tonnes
        page.put(at_row, 3, live("=ROUND({}-{},6)", found, stated, value=difference), CHECK)
        page.red_unless_zero(at_row, 3, at_row, 3)


# ---- findings ------------------------------------------------------------------------------------


def write_findings(page: Page, row: int, annex: Annex) -> None:
    """What waits or informs; then what is accepted, with the reason, in which role and when."""
    _ = annex.translate
    found = remarks(annex.findings, annex.budget.acceptances)
    page.put(row, 0, _("Merknader"), SECTION)
    waiting = [r.finding for r in found if not r.accepted]
    if not waiting:
        page.put(row + 1, 0, _("Ingen merknader."), PLAIN)
    for at_row, finding in enumerate(waiting, start=row + 1):
        write_finding(page, at_row, finding, annex)
    row += max(len(waiting), 1) + 2
    accepted = [(r.finding, r.accepted) for r in found if r.accepted]
    if not accepted:
        return
    page.put(row, 0, _("Godtatte merknader"), SECTION)
    for n, (finding, acceptance) in enumerate(accepted):
        write_finding(page, row + 1 + 2 * n, finding, annex)
        by = _("Godtatt av %(role)s") % {"role": _(acceptance.by)}
        if acceptance.at:
            by = f"{by} {show_day(acceptance.at)}"
        write_beside(page, row + 2 + 2 * n, by, acceptance.reason, TEXT, annex)


def write_finding(page: Page, row: int, finding: Finding, annex: Annex) -> None:
    lead = f"{annex.translate(finding.level.value)} · {finding.code}"
    place = where(finding, annex)
    name = f"{lead} · {place}" if place else lead
    write_beside(page, row, name, finding.shown(annex.translate), TEXT | BOLD, annex)


def write_beside(page: Page, row: int, name: str, text: str, look: Style, annex: Annex) -> None:
    """A name, and a paragraph over the columns to its right."""
    last = len(headings(annex)) + 2
    page.put(row, 0, name, look)
    page.across(row, 1, last, text, TEXT, characters=14 * last, least=lines_of(name, NAME_WIDTH))


def where(finding: Finding, annex: Annex) -> str:
    _ = annex.translate
    place = finding.where
    if not isinstance(place, About):
        return str(place) if place else ""
    kinds = {
        "measure": _("klimatiltak"),
        "source": _("utslippssektor"),
        "version": _("klimabudsjettet"),
        "edition": _("statistikkutgaven"),
        "path": _("referansebanen"),
        "target": _("målet"),
        "boundary": _("avgrensningen"),
        "adjustment": _("kommunens justeringer"),
        "overlap": _("overlappgruppen"),
    }
    key = sector_label(place.key, annex) if place.kind == "source" else place.key
    key = "" if place.kind in ("overlap", "adjustment") else key  # the sentence names it
    parts = [kinds.get(place.kind, place.kind), key, str(place.year or "")]
    return " ".join(filter(None, parts))
