"""A version as bytes that never change: what freezing stores and `verify` renders again.

Grams and øre as integers, public ids, positions, sorted keys, NFC; no personal names. A new format
gets a new number and a new function; the old ones stay, so that old bytes can be made again.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from climatebudget.core.budget import Budget
from climatebudget.core.measure import Cost, Effect, Measure
from climatebudget.core.quantity import Unit, Yearly

FORMAT = 3


def canonical(budget: Budget, format_number: int = FORMAT) -> bytes:
    """The version's bytes in a format; raises KeyError for a format that never was."""
    text = json.dumps(
        FORMATS[format_number](budget), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return unicodedata.normalize("NFC", text).encode()


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _format_1(budget: Budget) -> dict[str, Any]:
    edition = budget.edition
    return {
        "format": 1,
        "municipality": budget.municipality.number,
        "budget_year": budget.budget_year.year,
        "horizon": budget.budget_year.horizon,
        "book": budget.book.name,
        "kind": budget.version.kind.name,
        "slug": budget.version.slug,
        "decision": budget.version.decision,
        "edition": edition
        and {
            "slug": edition.slug,
            "sha256": edition.sha256,
            "content_sha256": edition.content_sha256,
        },
        "targets": [
            {
                "thousandths": _whole(t.percent.scaleb(3)),
                "year": t.year,
                "reference_year": t.reference_year,
                "decision": t.decision,
                "cites": t.cites,
            }
            for t in budget.targets
        ],
        "path": budget.path
        and {
            "figures": {code: _amounts(y) for code, y in sorted(budget.path.figures.items())},
            "cites": [[c, y, t] for (c, y), t in sorted(budget.path.cites.items())],
            "policy": budget.path.policy,
            "cut_off": budget.path.cut_off and budget.path.cut_off.isoformat(),
            "author": budget.path.author,
        },
        "allowance": {
            "thousandths": {
                str(y): _whole(p.scaleb(3)) for y, p in budget.allowance.stated.items()
            },
            "cites": _keys(budget.allowance.cites),
        },
        "controls": [[c.year, _whole(c.tonnes.scaleb(6)), c.cites] for c in budget.controls],
        "measures": [_measure(m) for m in budget.measures],
    }


def _format_2(budget: Budget) -> dict[str, Any]:
    """With boundary, overlap and accepted findings; path by rule; where the allowance begins."""
    before = _format_1(budget)
    path, allowance = budget.path, budget.allowance
    rule = path.rule if path else None
    return {
        **before,
        "format": 2,
        "path": path
        and {
            **before["path"],
            "rule": rule
            and [rule.rule.name, rule.level.name, rule.years, _whole(rule.percent.scaleb(3))],
        },
        "allowance": {
            **before["allowance"],
            "start": allowance.start.name,
            "whole_percent": allowance.whole_percent,
            "reasons": _keys(allowance.reasons),
        },
        "boundary": {
            "left_out": dict(budget.boundary.left_out),
            "facilities": [
                {"name": f.name, "code": f.code, "grams": _amounts(f.yearly), "reason": f.reason}
                for f in budget.boundary.facilities
            ],
        },
        "overlaps": [
            {
                "id": g.id,
                "name": g.name,
                "rule": g.rule.name,
                "thousandths": None if g.percent is None else _whole(g.percent.scaleb(3)),
                "reason": g.reason,
                "members": [[m.measure, m.code] for m in g.members],
            }
            for g in budget.overlaps
        ],
        "acceptances": [
            [a.code, a.place, a.fingerprint, a.reason, a.by, a.at and a.at.isoformat()]
            for a in budget.acceptances
        ],
    }


def _format_3(budget: Budget) -> dict[str, Any]:
    """With the municipality's own adjustments, those of other editions too."""
    return {
        **_format_2(budget),
        "format": 3,
        "adjustments": [
            {
                "edition": a.edition,
                "own": a.own,
                "code": a.code,
                "year": a.year,
                "grams": _whole(a.tonnes.scaleb(6)),
                "reason": a.reason,
                "approved_by": a.approved_by,
            }
            for a in budget.adjustments
        ],
    }


# Without the contact person: no personal name is frozen.
TEXTS = (
    *("id", "number", "name", "change", "department", "position", "responsible", "instrument"),
    *("start", "full", "why", "code", "method", "adjusted", "indicator", "target_value", "group"),
)
KINDS = ("actor", "control", "basis", "size", "in_path", "decision", "financing")


def _measure(m: Measure) -> dict[str, Any]:
    return {
        **{name: getattr(m, name) for name in TEXTS},
        **{name: getattr(m, name).name for name in KINDS},
        "category": m.category and [m.category.report, m.category.code],
        "effects": [_effect(e) for e in m.effects],
        "costs": [_cost(c) for c in m.costs],
    }


def _effect(e: Effect) -> dict[str, Any]:
    return {
        "book": e.book.name,
        "code": e.code,
        "grams": _amounts(e.yearly),
        "low": _amounts(e.low),
        "high": _amounts(e.high),
        "cites": _keys(e.cites),
    }


def _cost(c: Cost) -> dict[str, Any]:
    return {"kind": c.kind.name, "ore": _amounts(c.yearly)}


def _amounts(yearly: Yearly) -> dict[str, int]:
    """Whole grams or øre by year."""
    places = 6 if yearly.unit is Unit.TONNES else 5
    return {str(y): _whole(v.scaleb(places)) for y, v in sorted(yearly.by_year.items())}


def _whole(value: Decimal) -> int:
    if value != int(value):
        raise ValueError(f"{value} is finer than what is kept")
    return int(value)


def _keys(texts: Mapping[int, str]) -> dict[str, str]:
    return {str(year): text for year, text in sorted(texts.items())}


FORMATS: dict[int, Callable[[Budget], dict[str, Any]]] = {
    1: _format_1,
    2: _format_2,
    3: _format_3,
}
