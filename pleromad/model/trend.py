"""What is used a lot lately, whom one might like to follow, and what happened here week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pleromad.model.account import Account
from pleromad.model.card import Card


@dataclass(frozen=True, slots=True)
class Day:
    """How often something was used in public on a day (UTC), and by how many people."""

    day: date
    uses: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class TrendingLink:
    card: Card
    days: tuple[Day, ...]  # the newest first
    id: int = 0  # of the card


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody to follow, and why."""

    account: Account
    sources: tuple[Literal["featured", "friends_of_friends", "most_followed"], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Begins on that Monday (UTC). `logins` are people who were here."""

    begins: date
    notes: int
    logins: int
    registrations: int
