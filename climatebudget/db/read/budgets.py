"""One version, whole; or one of its measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget import catalogue
from climatebudget.core.acceptance import Acceptance
from climatebudget.core.adjustments import Adjustment, adjusted, holding
from climatebudget.core.boundary import Boundary, Facility, inside
from climatebudget.core.budget import Budget, Control, Municipality
from climatebudget.core.inventory import Edition, Inventory
from climatebudget.core.measure import Book, Category, Cost, CostKind, Effect, Measure
from climatebudget.core.overlap import Member, OverlapGroup
from climatebudget.core.path_rule import PathRule, by_rule
from climatebudget.core.paths import Allowance, ReferencePath, Start, Target
from climatebudget.core.quantity import Unit, Yearly, from_grams, tonnes
from climatebudget.db.models import (
    AcceptanceRow,
    AdjustmentRow,
    AllowanceFigureRow,
    ControlTotalRow,
    CostRow,
    EditionRow,
    EffectFigureRow,
    EffectRow,
    FacilityFigureRow,
    FacilityRow,
    LeftOutRow,
    MeasureRow,
    MunicipalityNumberRow,
    OverlapGroupRow,
    OverlapMemberRow,
    PathFigureRow,
    TargetRow,
    VersionRow,
)
from climatebudget.db.read.editions import INSTALLATION, edition_of, inventory_of
from climatebudget.db.read.places import departments
from climatebudget.db.values import Place

COLUMNS = MeasureRow.__table__.c
# A measure's fields that are one column of the same name.
PLAIN = tuple(field for field in Measure.__dataclass_fields__ if field in COLUMNS)
BOOKS, COST_KINDS = list(Book), list(CostKind)
PATH, ALLOWANCE, CONTROL, LEFT_OUT = "path", "allowance", "control", "left out"
ADJUSTMENT = "adjustment"


def budget(session: Session, place: Place) -> Budget:
    """One version, whole: a fixed handful of selects; everything else is arithmetic."""
    version, targets = _frame(session, place)
    edition, published = _edition(session, place, version.edition_id)
    figures = _figures(session, place)
    boundary = _boundary(session, place, figures[LEFT_OUT])
    adjustments = tuple(_adjustment(row) for row in figures[ADJUSTMENT])
    whole = published and adjusted(published, holding(adjustments, edition), catalogue.sources())
    inventory = inside(whole, boundary, catalogue.sources())
    return Budget(
        municipality=_as_frozen(place.municipality, version),
        budget_year=place.budget_year,
        version=place.version,
        edition=edition,
        inventory=inventory,
        targets=targets,
        path=_path(version, figures[PATH], inventory, place.budget_year.horizon),
        allowance=_allowance(version, figures[ALLOWANCE]),
        departments=departments(session, place.municipality_id),
        measures=_measures(session, place),
        controls=tuple(Control(f.year, from_grams(f.value), f.cites) for f in figures[CONTROL]),
        overlaps=_overlaps(session, place),
        boundary=boundary,
        published=published,
        acceptances=_acceptances(session, place),
        book=version.book,
        categories=catalogue.categories(),
        adjustments=adjustments,
    )


def measure(session: Session, place: Place, key: str | int) -> Measure | None:
    """One measure by its public id, or by its number."""
    column = MeasureRow.number if isinstance(key, int) else MeasureRow.public_id
    one = select(MeasureRow.public_id).where(*_of(MeasureRow, place), column == key)
    public_id = session.scalar(one)
    found = _measures(session, place, public_id) if public_id is not None else ()
    return next(iter(found), None)


def measures(session: Session, place: Place) -> tuple[Measure, ...]:
    """A version's measures, by number."""
    return _measures(session, place)


def measure_lock(session: Session, place: Place, public_id: str) -> int | None:
    """The counter a form carries, so that a save can tell that somebody else has saved."""
    lock = select(MeasureRow.lock).where(*_of(MeasureRow, place))
    return session.scalar(lock.where(MeasureRow.public_id == public_id))


def measure_locks(session: Session, place: Place) -> dict[str, int]:
    """The counter of every measure by its public id, for an import's preview."""
    rows = session.execute(
        select(MeasureRow.public_id, MeasureRow.lock).where(*_of(MeasureRow, place))
    )
    return {row.public_id: row.lock for row in rows}


def frame_lock(session: Session, place: Place) -> int | None:
    """The counter of the version's own fields: edition, targets, path, allowance, controls."""
    lock = select(VersionRow.lock).where(VersionRow.id == place.version_id)
    return session.scalar(lock.where(VersionRow.municipality_id == place.municipality_id))


def next_number(session: Session, place: Place) -> int:
    highest = select(sa.func.max(MeasureRow.number)).where(*_of(MeasureRow, place))
    return (session.scalar(highest) or 0) + 1


def _of(row: Any, place: Place) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return row.municipality_id == place.municipality_id, row.version_id == place.version_id


def _frame(session: Session, place: Place) -> tuple[Any, tuple[Target, ...]]:
    """The version's own columns, and its targets in order."""
    targets = sa.and_(
        TargetRow.municipality_id == VersionRow.municipality_id,
        TargetRow.version_id == VersionRow.id,
    )
    rows = session.execute(
        select(
            VersionRow.edition_id,
            VersionRow.book,
            VersionRow.path_policy,
            VersionRow.path_cut_off,
            VersionRow.path_author,
            VersionRow.path_rule,
            VersionRow.path_level,
            VersionRow.path_years,
            VersionRow.path_percent,
            VersionRow.allowance_start,
            VersionRow.allowance_whole,
            VersionRow.municipality_number,
            VersionRow.municipality_name,
            TargetRow.percent,
            TargetRow.year,
            TargetRow.reference_year,
            TargetRow.decision,
            TargetRow.cites,
        )
        .outerjoin(TargetRow, targets)
        .where(
            VersionRow.municipality_id == place.municipality_id, VersionRow.id == place.version_id
        )
        .order_by(TargetRow.position)
    ).all()
    fields = ((r.percent, r.year, r.reference_year, r.decision, r.cites) for r in rows)
    return rows[0], tuple(Target(*target) for target in fields if target[0] is not None)


def _as_frozen(now: Municipality, version: Any) -> Municipality:
    """The municipality as it was called when the version was frozen."""
    if version.municipality_number is None:
        return now
    return replace(now, number=version.municipality_number, name=version.municipality_name)


def _edition(
    session: Session, place: Place, edition_id: int | None
) -> tuple[Edition | None, Inventory | None]:
    """The edition, and the municipality's area under whichever of its numbers the edition has."""
    if edition_id is None:
        return None, None
    numbers = select(MunicipalityNumberRow.number).where(
        MunicipalityNumberRow.municipality_id == place.municipality_id
    )
    area = inventory_of(session, edition_id, numbers, place.municipality.number)
    return edition_of(session, edition_id), area


def _figures(session: Session, place: Place) -> dict[str, list[Any]]:
    """Path, allowance, controls, adjustments, what is left out: grams and thousandths, as stored.

    One statement. What an adjustment cites is who approved it.
    """
    blank, zero = sa.literal(""), sa.literal(0, sa.BigInteger)
    nothing = sa.literal(0)

    def lines(
        kind: str, row: Any, *columns: Any, edition: Any = blank, owner: Any = nothing
    ) -> sa.Select[Any]:
        names = ("code", "year", "value", "cites", "reason", "edition", "owner")
        every = zip(names, (*columns, edition, owner), strict=True)
        own = (column.label(name) for name, column in every)
        return select(sa.literal(kind).label("kind"), *own).where(*_of(row, place))

    def plain(value: Any) -> Any:
        return sa.type_coerce(value, sa.BigInteger)

    path, allowance, control, out = PathFigureRow, AllowanceFigureRow, ControlTotalRow, LeftOutRow
    own = AdjustmentRow
    on_edition = {"edition": EditionRow.slug, "owner": own.edition_owner}
    found = sa.union_all(
        lines(PATH, path, path.code, path.year, plain(path.grams), path.cites, blank),
        lines(
            ALLOWANCE,
            allowance,
            blank,
            allowance.year,
            plain(allowance.percent),
            allowance.cites,
            allowance.reason,
        ),
        lines(CONTROL, control, blank, control.year, plain(control.grams), control.cites, blank),
        lines(LEFT_OUT, out, out.code, nothing, zero, blank, out.reason),
        lines(
            ADJUSTMENT,
            own,
            *(own.code, own.year, plain(own.grams), own.approved_by, own.reason),
            **on_edition,
        ).join(EditionRow, EditionRow.id == own.edition_id),
    )
    by_kind: dict[str, list[Any]] = defaultdict(list)
    order = attrgetter("code", "year", "edition", "owner")
    for row in sorted(session.execute(found), key=order):
        by_kind[row.kind].append(row)
    return by_kind


def _adjustment(row: Any) -> Adjustment:
    return Adjustment(
        row.code,
        row.year,
        from_grams(row.value),
        row.reason,
        approved_by=row.cites,
        edition=row.edition,
        own=row.owner != INSTALLATION,
    )


def _path(
    version: Any, rows: Iterable[Any], inventory: Inventory | None, horizon: int
) -> ReferencePath | None:
    """As given, or by rule from the inventory; what is frozen keeps the figures it had."""
    if version.path_policy is None:
        return None
    figures: dict[str, dict[int, Decimal]] = defaultdict(dict)
    cites: dict[tuple[str, int], str] = {}
    for row in rows:
        figures[row.code][row.year] = from_grams(row.value)
        if row.cites:
            cites[row.code, row.year] = row.cites
    given: Mapping[str, Yearly] = {code: tonnes(by_year) for code, by_year in figures.items()}
    rule = version.path_rule and PathRule(
        version.path_rule, version.path_level, version.path_years, version.path_percent
    )
    if rule and not given and inventory is not None:
        given = by_rule(rule, inventory, horizon)
    return ReferencePath(
        given,
        version.path_policy,
        version.path_cut_off,
        version.path_author,
        cites,
        rule,
    )


def _allowance(version: Any, rows: Iterable[Any]) -> Allowance:
    rows = list(rows)
    as_before = Start.STATED if rows else Start.REFERENCE
    return Allowance(
        {row.year: Decimal(row.value).scaleb(-3) for row in rows},
        {row.year: row.cites for row in rows if row.cites},
        version.allowance_start or as_before,
        version.allowance_whole,
        {row.year: row.reason for row in rows if row.reason},
    )


def _boundary(session: Session, place: Place, left_out: Iterable[Any]) -> Boundary:
    """What is left out, and the facilities that are added; one statement."""
    own = sa.and_(
        FacilityFigureRow.municipality_id == FacilityRow.municipality_id,
        FacilityFigureRow.version_id == FacilityRow.version_id,
        FacilityFigureRow.name == FacilityRow.name,
    )
    rows = session.execute(
        select(
            FacilityRow.name,
            FacilityRow.code,
            FacilityRow.reason,
            FacilityFigureRow.year,
            FacilityFigureRow.grams,
        )
        .outerjoin(FacilityFigureRow, own)
        .where(*_of(FacilityRow, place))
    )
    facilities: dict[tuple[str, str, str], dict[int, Decimal]] = {}
    for name, code, reason, year, value in sorted(rows, key=lambda r: (r.name, r.year or 0)):
        figures = facilities.setdefault((name, code, reason), {})
        if year is not None:
            figures[year] = value
    return Boundary(
        {row.code: row.reason for row in left_out},
        tuple(
            Facility(name, code, tonnes(figures), reason)
            for (name, code, reason), figures in facilities.items()
        ),
    )


def overlap_lock(session: Session, place: Place, public_id: str) -> int | None:
    """The counter a form carries, as for a measure."""
    lock = select(OverlapGroupRow.lock).where(*_of(OverlapGroupRow, place))
    return session.scalar(lock.where(OverlapGroupRow.public_id == public_id))


def _overlaps(session: Session, place: Place) -> tuple[OverlapGroup, ...]:
    """The groups by name, with their members; one statement."""
    own = sa.and_(
        OverlapMemberRow.municipality_id == OverlapGroupRow.municipality_id,
        OverlapMemberRow.version_id == OverlapGroupRow.version_id,
        OverlapMemberRow.group_id == OverlapGroupRow.public_id,
    )
    group, member = OverlapGroupRow, OverlapMemberRow
    rows = session.execute(
        select(
            *(group.public_id, group.name, group.rule, group.reason, group.percent),
            *(member.measure_id, member.code),
        )
        .outerjoin(member, own)
        .where(*_of(group, place))
    ).all()
    found: dict[str, OverlapGroup] = {}
    for row in sorted(rows, key=lambda r: (r.name, r.public_id, r.measure_id or "", r.code or "")):
        has = (Member(row.measure_id, row.code),) if row.measure_id is not None else ()
        seen = found.get(row.public_id)
        found[row.public_id] = (
            replace(seen, members=(*seen.members, *has))
            if seen
            else OverlapGroup(row.public_id, row.name, row.rule, has, row.reason, row.percent)
        )
    return tuple(found.values())


def _acceptances(session: Session, place: Place) -> tuple[Acceptance, ...]:
    row = AcceptanceRow
    found = session.execute(
        select(row.code, row.place, row.fingerprint, row.reason, row.by, row.at)
        .where(*_of(row, place))
        .order_by(row.code, row.place)
    )
    return tuple(Acceptance(*line) for line in found)


def _measures(session: Session, place: Place, public_id: str | None = None) -> tuple[Measure, ...]:
    """All measures by number, or one; three statements."""
    effects = _effects(session, place, public_id)
    costs = _costs(session, place, public_id)
    columns = *(COLUMNS[name] for name in PLAIN), COLUMNS.category_report, COLUMNS.category_code
    wanted = select(COLUMNS.public_id, *columns).where(*_of(COLUMNS, place))
    if public_id is not None:
        wanted = wanted.where(COLUMNS.public_id == public_id)
    return tuple(
        Measure(
            id=id_,
            **dict(zip(PLAIN, plain, strict=True)),
            effects=effects.get(id_, ()),
            costs=costs.get(id_, ()),
            category=Category(report, code) if report is not None else None,
        )
        for id_, *plain, report, code in session.execute(wanted.order_by(COLUMNS.number))
    )


def _effects(
    session: Session, place: Place, public_id: str | None
) -> dict[str, tuple[Effect, ...]]:
    """Places with their figures; a place without any is known by its own row. One statement."""
    figure, nothing = EffectFigureRow, [sa.null()] * 5
    values = (sa.type_coerce(c, sa.BigInteger) for c in (figure.grams, figure.low, figure.high))
    figures = select(
        *(figure.measure_id, figure.book, figure.code, figure.year, *values, figure.cites)
    )
    places = select(EffectRow.measure_id, EffectRow.book, EffectRow.code, *nothing)
    # A join of the two is planned badly by PostgreSQL until the tables have been analysed.
    rows: Iterable[Any] = session.execute(
        sa.union_all(
            figures.where(*_of(figure, place), _one(figure, public_id)),
            places.where(*_of(EffectRow, place), _one(EffectRow, public_id)),
        )
    )
    grouped: dict[tuple[str, Book, str], list[Any]] = defaultdict(list)
    for id_, book, code, *cells in rows:
        grouped[id_, book, code].append(cells)
    found: dict[str, list[Effect]] = defaultdict(list)
    for id_, book, code in sorted(grouped, key=lambda k: (BOOKS.index(k[1]), k[2])):
        found[id_].append(_effect(book, code, grouped[id_, book, code]))
    return {id_: tuple(effects) for id_, effects in found.items()}


def _effect(book: Book, code: str, rows: Iterable[Any]) -> Effect:
    columns: tuple[dict[int, Decimal], ...] = {}, {}, {}
    cites: dict[int, str] = {}
    for year, *values, cited in sorted((r for r in rows if r[0] is not None), key=lambda r: r[0]):
        for column, value in zip(columns, values, strict=True):
            if value is not None:
                column[year] = from_grams(value)
        if cited is not None:
            cites[year] = cited
    yearly, low, high = (tonnes(column) for column in columns)
    return Effect(code, yearly, book, low, high, cites)


def _costs(session: Session, place: Place, public_id: str | None) -> dict[str, tuple[Cost, ...]]:
    rows = session.execute(
        select(CostRow.measure_id, CostRow.kind, CostRow.year, CostRow.ore)
        .where(*_of(CostRow, place), _one(CostRow, public_id))
        .order_by(CostRow.year)
    )
    grouped: dict[tuple[str, CostKind], dict[int, Decimal]] = defaultdict(dict)
    for id_, kind, year, kroner in rows:
        grouped[id_, kind][year] = kroner
    found: dict[str, list[Cost]] = defaultdict(list)
    for id_, kind in sorted(grouped, key=lambda k: COST_KINDS.index(k[1])):
        found[id_].append(Cost(kind, Yearly(Unit.KNOK, grouped[id_, kind])))
    return {id_: tuple(costs) for id_, costs in found.items()}


def _one(row: Any, public_id: str | None) -> sa.ColumnElement[bool]:
    return sa.true() if public_id is None else row.measure_id == public_id
