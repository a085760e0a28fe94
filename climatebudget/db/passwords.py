"""Passwords: argon2id, 46 MiB a hash, at most two at once."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher, exceptions

from climatebudget.core.text import N_, Sentence

SHORTEST, LONGEST = 15, 512
HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
AT_ONCE = threading.Semaphore(2)


class Unfit(Sentence, ValueError):
    """A password that is not taken; the message says what to do."""


def hashed(password: str) -> str:
    """The hash to store; raises `Unfit` for what is too short or too long to be a password."""
    if not SHORTEST <= len(password) <= LONGEST:
        text = N_("Passordet må ha mellom %(shortest)s og %(longest)s tegn.")
        raise Unfit(text, shortest=SHORTEST, longest=LONGEST)
    with AT_ONCE:
        return HASHER.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; the same work is done where nobody is stored."""
    if len(password) > LONGEST:
        return False
    with AT_ONCE:
        try:
            return HASHER.verify(stored or _nobody(), password) and stored is not None
        except (exceptions.VerificationError, exceptions.InvalidHashError):
            return False


@cache
def _nobody() -> str:
    return HASHER.hash("ingen har dette passordet")
