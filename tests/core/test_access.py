"""Who may do what: role × stage × frozen, as agreed with those who will use it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from climatebudget.core.access import MAY, Action, Membership, Role, User, may, may_edit
from climatebudget.core.budget import Kind, Stage, Version

DRAFT = Version("v1", "utkast", Kind.DRAFT)
FROZEN = replace(DRAFT, slug="vedtatt", kind=Kind.ADOPTED, frozen=True)
PRESENTED = replace(FROZEN, presented_at=datetime(2026, 12, 1, tzinfo=UTC))


def person(role: Role, municipality: str = "0301", department: str = "") -> User:
    return User(1, "kari@oslo.example", "Kari", (Membership(municipality, role, department),))


def stages(role: Role, action: Action, version: Version = DRAFT) -> str:
    return " ".join(
        stage.value for stage in Stage if may(person(role), action, "0301", stage, version)
    )


@pytest.mark.parametrize(
    "role, action, expected",
    [
        (
            Role.CLIMATE,
            Action.EDIT_MEASURE,
            "forberedelse innmelding kvalitetssikring prioritering",
        ),
        (Role.SECTOR_HEAD, Action.EDIT_MEASURE, "innmelding kvalitetssikring"),
        (Role.OWNER, Action.EDIT_MEASURE, "innmelding kvalitetssikring"),
        (Role.FINANCE, Action.EDIT_MEASURE, "kvalitetssikring forslag innstilling vedtak"),
        (Role.SECRETARIAT, Action.EDIT_MEASURE, ""),
        (Role.FINANCE, Action.EDIT_FRAME, "forberedelse innmelding kvalitetssikring forslag"),
        (Role.SECTOR_HEAD, Action.EDIT_FRAME, ""),
        (
            Role.FINANCE,
            Action.ACCEPT_FINDINGS,
            "forberedelse innmelding kvalitetssikring forslag innstilling vedtak",
        ),
        (
            Role.CLIMATE,
            Action.ACCEPT_FINDINGS,
            "forberedelse innmelding kvalitetssikring prioritering",
        ),
        (Role.SECTOR_HEAD, Action.ACCEPT_FINDINGS, ""),
        (Role.DIRECTOR, Action.ACCEPT_FINDINGS, ""),
        (Role.FINANCE, Action.FREEZE, "forslag"),
        (Role.SECRETARIAT, Action.FREEZE, "innstilling vedtak"),
        (Role.DIRECTOR, Action.PRESENT, "forslag"),
        (Role.SECRETARIAT, Action.PRESENT, "innstilling vedtak"),
        (Role.POLITICIAN, Action.EDIT_MEASURE, ""),
        (Role.AUDITOR, Action.EDIT_FRAME, ""),
    ],
)
def test_role_and_stage_together_decide(role, action, expected):
    assert stages(role, action) == expected


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", [Action.EDIT_MEASURE, Action.EDIT_FRAME, Action.ACCEPT_FINDINGS])
def test_nobody_changes_a_frozen_version(role, action):
    assert stages(role, action, FROZEN) == ""


def test_a_politician_reads_only_what_is_lagt_fram():
    politician = person(Role.POLITICIAN)
    readable = [
        may(politician, Action.READ, "0301", Stage.DECISION, version)
        for version in (DRAFT, FROZEN, PRESENTED)
    ]
    assert readable == [False, False, True]


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.POLITICIAN])
def test_all_others_read_the_draft(role):
    assert may(person(role), Action.READ, "0301", Stage.PREPARATION, DRAFT)


@pytest.mark.parametrize("action", [a for a in Action if a is not Action.OPEN])
def test_a_stranger_may_only_what_is_open(action):
    assert not may(None, action, "0301", Stage.REGISTRATION, DRAFT)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", [*MAY, Action.READ])
def test_a_role_in_one_municipality_is_nothing_in_another(role, action):
    elsewhere = person(role, "4014")
    assert not any(may(elsewhere, action, "0301", stage, PRESENTED) for stage in Stage)


def test_only_an_operator_operates():
    assert not may(person(Role.ADMINISTRATOR), Action.OPERATE, "0301", Stage.CLOSED, DRAFT)
    assert may(replace(person(Role.AUDITOR), operator=True), Action.OPERATE)


def test_a_sector_head_edits_the_own_department_only():
    head = person(Role.SECTOR_HEAD, department="Bymiljø")
    assert may_edit(head, "0301", "Bymiljø")
    assert not may_edit(head, "0301", "Skole")
    assert may_edit(head, "0301", "")


def test_the_climate_adviser_edits_every_department():
    assert may_edit(person(Role.CLIMATE), "0301", "Skole")
    assert not may_edit(person(Role.CLIMATE), "4014", "Skole")
