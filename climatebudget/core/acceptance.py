"""A finding somebody has accepted, with a reason that follows the version and becomes public."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from climatebudget.core.findings import About, Finding, Level


@dataclass(frozen=True)
class Acceptance:
    """It holds for one finding as it was: (code, place, fingerprint of its figures)."""

    code: str
    place: str
    fingerprint: str
    reason: str
    by: str = ""  # the role that accepted it; never a personal name
    at: datetime | None = None


def place_of(finding: Finding) -> str:
    """Where in the budget a finding stands, as text: «measure/12/2030»."""
    where = finding.where
    if isinstance(where, About):
        return "/".join([where.kind, where.key, str(where.year or "")]).rstrip("/")
    return str(where) if where else ""


def fingerprint(finding: Finding) -> str:
    """The same as long as the finding's own figures are; another wording changes nothing."""
    values = sorted((key, str(value)) for key, value in finding.values.items())
    return sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()[:16]


def may_be_accepted(finding: Finding) -> bool:
    """What stops the next step is mended, not explained away; what informs needs no reason."""
    return finding.level is Level.EXPLAIN


def accepted(
    findings: Iterable[Finding], acceptances: Iterable[Acceptance]
) -> Mapping[int, Acceptance]:
    """Which findings are accepted as they are now, by their position. The rest have lapsed."""
    given = {(a.code, a.place, a.fingerprint): a for a in acceptances}
    found = {}
    for n, finding in enumerate(findings):
        own = given.get((finding.code, place_of(finding), fingerprint(finding)))
        if own is not None and may_be_accepted(finding):
            found[n] = own
    return found


@dataclass(frozen=True)
class Remark:
    """A finding with what is said of it: accepted as it is now, or once with other figures."""

    finding: Finding
    accepted: Acceptance | None = None
    lapsed: Acceptance | None = None

    @property
    def open(self) -> bool:
        """Whether it waits for somebody: what only informs waits for nobody."""
        return self.finding.stops or (may_be_accepted(self.finding) and not self.accepted)


def remarks(findings: Iterable[Finding], acceptances: Iterable[Acceptance]) -> tuple[Remark, ...]:
    """The findings in their order, each with its acceptance or the one that has lapsed."""
    findings, acceptances = list(findings), list(acceptances)
    now = accepted(findings, acceptances)
    given = {(a.code, a.place): a for a in acceptances}
    found = []
    for n, finding in enumerate(findings):
        old = given.get((finding.code, place_of(finding)))
        lapsed = old if may_be_accepted(finding) and n not in now else None
        found.append(Remark(finding, now.get(n), lapsed))
    return tuple(found)
