"""Questions to the database, answered in core values. None takes an id alone."""

from climatebudget.db.read.aliases import added_names
from climatebudget.db.read.budgets import (
    budget,
    frame_lock,
    measure,
    measure_lock,
    measure_locks,
    measures,
    next_number,
    overlap_lock,
)
from climatebudget.db.read.comparisons import (
    inventory_at,
    inventory_in,
    standing_on,
    together,
    totals,
)
from climatebudget.db.read.edition_rows import emissions
from climatebudget.db.read.editions import (
    added_aliases,
    edition_by_content,
    edition_by_file,
    edition_by_slug,
    edition_file,
    edition_findings,
    editions,
    inventory,
    sources,
)
from climatebudget.db.read.files import parts_of
from climatebudget.db.read.measure_imports import last_import
from climatebudget.db.read.people import (
    IDLE,
    LONGEST,
    people,
    session_is_due,
    staged,
    user,
    user_by_email,
    user_for_session,
)
from climatebudget.db.read.places import (
    budget_years,
    departments,
    languages,
    municipalities,
    municipality,
    place,
    versions,
)
from climatebudget.db.read.records import head, history_of, record
from climatebudget.db.read.tables import remembered_table
from climatebudget.db.values import (
    AcceptedFinding,
    LastImport,
    Line,
    Person,
    Place,
    Staged,
    Stored,
)

__all__ = [
    "IDLE",
    "LONGEST",
    "AcceptedFinding",
    "LastImport",
    "Line",
    "Person",
    "Place",
    "Staged",
    "Stored",
    "added_aliases",
    "added_names",
    "budget",
    "budget_years",
    "departments",
    "edition_by_content",
    "edition_by_file",
    "edition_by_slug",
    "edition_file",
    "edition_findings",
    "editions",
    "emissions",
    "frame_lock",
    "head",
    "history_of",
    "inventory",
    "inventory_at",
    "inventory_in",
    "languages",
    "last_import",
    "measure",
    "measure_lock",
    "measure_locks",
    "measures",
    "municipalities",
    "municipality",
    "next_number",
    "overlap_lock",
    "parts_of",
    "people",
    "place",
    "record",
    "remembered_table",
    "session_is_due",
    "sources",
    "staged",
    "standing_on",
    "together",
    "totals",
    "user",
    "user_by_email",
    "user_for_session",
    "versions",
]
