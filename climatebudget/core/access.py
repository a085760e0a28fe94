"""Who may do what, and when: role × stage × whether the version is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from climatebudget.core.budget import Stage, Version


class Role(Enum):
    FINANCE = "økonomi"
    FINANCE_ADVISER = "økonomirådgiver"
    CLIMATE = "klimarådgiver"
    DIRECTOR = "kommunedirektør"
    SECTOR_HEAD = "sektorleder"
    DEPUTY = "stedfortreder"
    OWNER = "tiltaksansvarlig"
    SECRETARIAT = "politisk sekretariat"
    POLITICIAN = "folkevalgt"
    AUDITOR = "revisor"
    ADMINISTRATOR = "administrator"


class Action(Enum):
    OPEN = auto()  # for anybody, signed in or not
    SIGNED_IN = auto()  # one's own pages: the municipalities one belongs to, signing out
    READ = auto()  # a version: the draft, or what is lagt fram
    EDIT_MEASURE = auto()
    IMPORT_MEASURES = auto()  # a whole table of them into the draft
    EDIT_FRAME = auto()  # edition, targets, path, allowance, horizon
    ACCEPT_FINDINGS = auto()  # with a reason that becomes public
    IMPORT_EDITION = auto()
    MOVE_STAGE = auto()
    FREEZE = auto()
    PRESENT = auto()  # legge fram
    READ_RECORD = auto()
    ADMINISTER = auto()  # people, departments
    OPERATE = auto()  # the installation: municipalities, national editions


@dataclass(frozen=True)
class Membership:
    """A person's role in one municipality; a sector head's department limits what is edited."""

    municipality: str  # kommunenummer
    role: Role
    department: str = ""


@dataclass(frozen=True)
class User:
    id: int
    email: str
    name: str
    memberships: tuple[Membership, ...] = ()
    operator: bool = False

    def roles(self, municipality: str) -> frozenset[Role]:
        return frozenset(m.role for m in self.memberships if m.municipality == municipality)

    def departments(self, municipality: str) -> frozenset[str]:
        return frozenset(
            m.department
            for m in self.memberships
            if m.municipality == municipality and m.department
        )


EVERY_STAGE = frozenset(Stage)
EARLY = frozenset({Stage.PREPARATION, Stage.REGISTRATION, Stage.QUALITY, Stage.PRIORITY})
POLITICAL = frozenset({Stage.RECOMMENDATION, Stage.DECISION})
R, S = Role, Stage

# Who may read a draft; what is lagt fram everybody in the municipality may read.
READS_DRAFT = frozenset(Role) - {R.POLITICIAN}

# The one table: action → role → the stages in which the role may do it on an open version.
MAY: dict[Action, dict[Role, frozenset[Stage]]] = {
    Action.EDIT_MEASURE: {
        R.CLIMATE: EARLY,
        R.FINANCE: frozenset({S.QUALITY, S.PROPOSAL, S.RECOMMENDATION, S.DECISION}),
        R.FINANCE_ADVISER: frozenset({S.REGISTRATION}),
        R.SECTOR_HEAD: frozenset({S.REGISTRATION, S.QUALITY}),
        R.DEPUTY: frozenset({S.REGISTRATION, S.QUALITY}),
        R.OWNER: frozenset({S.REGISTRATION, S.QUALITY}),
    },
    Action.IMPORT_MEASURES: {
        R.CLIMATE: EARLY,
        R.FINANCE: frozenset({S.QUALITY, S.PROPOSAL, S.RECOMMENDATION, S.DECISION}),
    },
    Action.EDIT_FRAME: {
        R.FINANCE: frozenset({S.PREPARATION, S.REGISTRATION, S.QUALITY, S.PROPOSAL}),
        R.CLIMATE: frozenset({S.PREPARATION, S.REGISTRATION, S.QUALITY}),
    },
    Action.ACCEPT_FINDINGS: {
        R.FINANCE: frozenset({S.PREPARATION, S.REGISTRATION, S.QUALITY, S.PROPOSAL, *POLITICAL}),
        R.CLIMATE: EARLY,
    },
    Action.IMPORT_EDITION: {R.FINANCE: EVERY_STAGE, R.CLIMATE: EVERY_STAGE},
    Action.MOVE_STAGE: {R.FINANCE: EVERY_STAGE},
    Action.FREEZE: {R.FINANCE: frozenset({S.PROPOSAL}), R.SECRETARIAT: POLITICAL},
    Action.PRESENT: {R.DIRECTOR: frozenset({S.PROPOSAL}), R.SECRETARIAT: POLITICAL},
    Action.READ_RECORD: {R.AUDITOR: EVERY_STAGE, R.ADMINISTRATOR: EVERY_STAGE},
    Action.ADMINISTER: {R.ADMINISTRATOR: EVERY_STAGE},
}
CHANGES_VERSION = frozenset(
    {Action.EDIT_MEASURE, Action.IMPORT_MEASURES, Action.EDIT_FRAME, Action.ACCEPT_FINDINGS}
)


def may(
    user: User | None,
    action: Action,
    municipality: str | None = None,
    stage: Stage | None = None,
    version: Version | None = None,
) -> bool:
    """Whether the user may do this, to this version in this stage; closed unless stated.

    Without a stage the answer is for some stage: what the list of pages in ``access.txt`` shows.
    """
    if action is Action.OPEN:
        return True
    if user is None:
        return False
    if action is Action.SIGNED_IN:
        return True
    if action is Action.OPERATE:
        return user.operator
    if municipality is None:
        return False
    roles = user.roles(municipality)
    if action is Action.READ:
        return bool(roles & _readers(version))
    if version is not None and version.frozen and action in CHANGES_VERSION:
        return False
    stages = MAY[action]
    return any(role in stages and (stage is None or stage in stages[role]) for role in roles)


def _readers(version: Version | None) -> frozenset[Role]:
    presented = version is None or version.presented_at is not None
    return frozenset(Role) if presented else READS_DRAFT


def may_edit(user: User, municipality: str, department: str) -> bool:
    """Whether a measure of this department is the user's to edit, given that the stage allows it.

    Advisers and finance edit all; sector heads, deputies and owners their department's.
    """
    free = {R.CLIMATE, R.FINANCE}
    bound = {R.SECTOR_HEAD, R.DEPUTY, R.OWNER, R.FINANCE_ADVISER}
    roles = user.roles(municipality)
    return bool(roles & free) or bool(
        roles & bound and (not department or department in user.departments(municipality))
    )
