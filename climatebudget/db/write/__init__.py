"""Changes to the database, one function for each thing a person can do.

Nothing here commits: one POST, one commit, by the caller.
"""

from climatebudget.db.errors import Locked, Refused, Stale, Taken, Unknown
from climatebudget.db.read.budgets import next_number
from climatebudget.db.write.aliases import add_alias
from climatebudget.db.write.budgets import move_stage, open_budget_year, set_frame, set_path
from climatebudget.db.write.editions import accept_finding, import_edition, store_edition
from climatebudget.db.write.files import put_parts
from climatebudget.db.write.measure_imports import import_measures
from climatebudget.db.write.measure_undo import undo_import
from climatebudget.db.write.measures import (
    duplicate_measure,
    remove_measure,
    save_measure,
    save_measures,
)
from climatebudget.db.write.path_moves import move_into_path, move_out_of_path
from climatebudget.db.write.people import (
    add_department,
    add_membership,
    add_municipality,
    add_person,
    remove_membership,
    renumber,
    set_active,
    set_language,
    set_password,
    sign_in,
    sign_out,
    touch_session,
)
from climatebudget.db.write.reckonings import (
    accept,
    remove_overlap,
    save_overlap,
    set_adjustments,
    set_boundary,
    withdraw,
)
from climatebudget.db.write.staging import stage_upload, take_staged
from climatebudget.db.write.uploads import count_upload
from climatebudget.db.write.versions import freeze, present

__all__ = [
    "Locked",
    "Refused",
    "Stale",
    "Taken",
    "Unknown",
    "accept",
    "accept_finding",
    "add_alias",
    "add_department",
    "add_membership",
    "add_municipality",
    "add_person",
    "count_upload",
    "duplicate_measure",
    "freeze",
    "import_edition",
    "import_measures",
    "move_into_path",
    "move_out_of_path",
    "move_stage",
    "next_number",
    "open_budget_year",
    "present",
    "put_parts",
    "remove_measure",
    "remove_membership",
    "remove_overlap",
    "renumber",
    "save_measure",
    "save_measures",
    "save_overlap",
    "set_active",
    "set_adjustments",
    "set_boundary",
    "set_frame",
    "set_language",
    "set_password",
    "set_path",
    "sign_in",
    "sign_out",
    "stage_upload",
    "store_edition",
    "take_staged",
    "touch_session",
    "undo_import",
    "withdraw",
]
