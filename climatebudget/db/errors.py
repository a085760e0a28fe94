"""What the database refuses; each message is a sentence for the person who asked."""

from __future__ import annotations

from climatebudget.core.text import Sentence


class Refused(Sentence):
    """Base of the others: what was asked cannot be done, and why."""


class Locked(Refused):
    """Somebody tried to change what may no longer be changed."""


class Stale(Refused):
    """Somebody else has saved since this was read."""


class Taken(Refused):
    """The number, name or address is in use already."""


class Unknown(Refused):
    """What was referred to does not exist here."""
