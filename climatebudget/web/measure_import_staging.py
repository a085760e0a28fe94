"""A table of measures that has been read and waits, and the draft that it was read for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from climatebudget.core.budget import Budget
from climatebudget.core.measure_table import Field, fields
from climatebudget.core.table import Table
from climatebudget.db import read
from climatebudget.web.context import budget_in_sight, g, place
from climatebudget.web.uploads import Gone, Moved, digest, waiting

KIND = "measures"


@dataclass(frozen=True)
class Waits:
    """The table and its draft, and what was chosen for such a table the last time."""

    token: str
    staged: read.Staged
    table: Table
    budget: Budget
    columns_before: Mapping[str, str]  # heading → field
    answers_before: Mapping[str, str]  # question → value

    @property
    def known(self) -> tuple[Field, ...]:
        return fields(self.budget, self.table)


def waits_under(token: str) -> Waits:
    """What waits under the token; raises `Gone`, and `Moved` when the draft is another now."""
    staged = waiting(token, KIND)
    if staged is None:
        raise Gone
    if staged.base != base() or sha256(staged.payload).hexdigest() != staged.digest:
        raise Moved
    table = Table.from_bytes(staged.payload)
    before = read.remembered_table(g.session, place().municipality_id, table.signature)
    return Waits(token, staged, table, budget_in_sight(), *before)


def base() -> str:
    """What a preview rests on: every measure as it is, the departments, the version's own."""
    here = place()
    locks = sorted(read.measure_locks(g.session, here).items())
    departments = read.departments(g.session, here.municipality_id)
    return digest(here.version.id, read.frame_lock(g.session, here), locks, departments)
