"""Who is who: log-ins, applications and their tokens, the actors of this server and those known from others."""

from __future__ import annotations

from pleromad.accounts.actors import Actors
from pleromad.accounts.certificates import Certificates
from pleromad.accounts.desk import Desk
from pleromad.accounts.links import Links
from pleromad.accounts.moving import Moving
from pleromad.accounts.second_factor import SecondFactor

__all__ = ["Accounts"]


class Accounts(Links, SecondFactor, Certificates, Moving, Actors):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
