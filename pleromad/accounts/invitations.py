"""Invitations: codes with which somebody signs up whatever the mode of registrations. Only hashes of them are kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from pleromad.accounts.desk import Clerk
from pleromad.model.account import Role
from pleromad.model.moderation import Invitation
from store import invites

INVITATION = "invitation"  # the letter
MOST_LISTED = 500


def digest(secret: str) -> str:
    """What is stored of a code or a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Invitations(Clerk):
    async def owner_link(self) -> str | None:
        """The path of a sign-up page that makes the owner, once; None when there is one."""
        if await invites.has_owner(self._desk.database):
            return None
        return f"/sign-up?invite={await self.invite(None, role=Role.OWNER)}"

    async def invite(self, created_by: int | None, *, role: Role = Role.USER, uses: int = 1, days: int = 7) -> str:
        """A new invitation's code."""
        code = secrets.token_urlsafe(18)
        expires = self._desk.clock.now() + timedelta(days=days)
        await invites.add(self._desk.database, digest(code), role.value, created_by, uses, expires)
        return code

    async def invite_role(self, code: str) -> Role | None:
        """What role an invitation gives; None when it is used up, over, or never was."""
        role = await invites.role(self._desk.database, digest(code), use=False)
        return Role(role) if role else None

    async def invitations(self) -> list[Invitation]:
        """Newest first, without their codes."""
        return await invites.newest(self._desk.database, MOST_LISTED)

    async def invitation(self, code: str) -> Invitation | None:
        return await invites.one(self._desk.database, digest(code))

    async def end_invitation(self, code: str, id: int | None) -> Invitation | None:
        """By its code or its number; None when there is none."""
        return await invites.end(self._desk.database, digest(code), id)

    async def send_invitation(self, created_by: int, email: str) -> None:
        """A letter with one; nothing happens while mail is off."""
        await self._desk.write_letter(created_by, INVITATION, to=email)
