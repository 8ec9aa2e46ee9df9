"""Who is who: log-ins, applications and their tokens, the actors of this server and those known from others."""

from __future__ import annotations

from pleromad.accounts.actors import Actors
from pleromad.accounts.desk import Desk
from pleromad.accounts.grants import Grants
from pleromad.accounts.logins import Logins

__all__ = ["Accounts"]


class Accounts(Logins, Grants, Actors):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
