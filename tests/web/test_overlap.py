"""Overlapp: groups of measures that cut the same tonnes, what they take off, and what is open."""

from climatebudget.core.access import Role
from tests.web.conftest import DRAFT


def test_a(client):
    b = client(Role.CLIMATE)
    for p in ("", "new"):
        a = b.get(f"{DRAFT}/overlap/{p}")
        assert a.status_code == 200
        print(a.text)
