"""How people here get in: what staff do about passwords, second factors, addresses and invitations; and follows made for somebody."""

from __future__ import annotations

from pleromad.accounts.logins import EMAIL
from pleromad.errors import Conflict, Forbidden, Invalid, NotFound
from pleromad.model.account import Account, ProfileChange, User
from pleromad.model.activity import Follow, Origin, Undo, Update
from pleromad.model.moderation import Dossier, Invitation, Permission
from pleromad.moderation.desk import NOT_ALLOWED
from pleromad.moderation.people import People
from store import users as user_rows

ACCESS = Permission.MANAGE_USER_ACCESS


class Access(People):
    async def login_of(self, by: Account | None, id: int) -> User:
        """Of somebody here below whoever asks. Raises NotFound, Forbidden."""
        self.need(by, ACCESS)
        known = (await self._dossier(id)).account
        self.check_below(by, known)
        if known.role is None:
            raise NotFound
        return await self._desk.accounts.user(id)

    async def change_login(self, by: Account | None, id: int, *, email: str | None = None, password: str | None = None) -> None:
        """Raises Invalid. A new password ends all sessions."""
        user = await self.login_of(by, id)
        if email is not None and email.strip() != user.email:
            if not EMAIL.fullmatch(email.strip()) or not await user_rows.take_email(self._database, id, email.strip()):
                raise Invalid("Validation failed: Email is not valid, or has already been taken", field="email")
            await self.log(self._database, by, "change_email", "account", id, user.account.acct)
        if password is not None:
            await self._desk.accounts.set_password(id, password)
            await self.log(self._database, by, "change_password", "account", id, user.account.acct)

    async def change_profile(self, by: Account | None, id: int, change: ProfileChange) -> Dossier:
        """What they say of themselves; it federates. Raises Invalid."""
        user = await self.login_of(by, id)
        await self._desk.activities.submit(Update(actor_id=id, profile=change), Origin.system())
        await self.log(self._database, by, "update", "account", id, user.account.acct)
        return await self._dossier(id)

    async def end_second_factor(self, by: Account | None, id: int) -> None:
        """Somebody has lost it. Nothing happens to those who have none."""
        user = await self.login_of(by, id)
        if await self._desk.accounts.end_two_factor(id):
            await self.log(self._database, by, "disable_2fa", "account", id, user.account.acct)

    async def force_new_password(self, by: Account | None, id: int) -> None:
        """The old one is void and all sessions end; they choose another by the letter they ask for, or staff's link."""
        user = await self.login_of(by, id)
        await self._desk.accounts.void_password(id)
        await self.log(self._database, by, "force_password_reset", "account", id, user.account.acct)

    async def confirm_address(self, by: Account | None, id: int) -> Dossier:
        user = await self.login_of(by, id)
        if not user.confirmed:
            await self._desk.accounts.confirm_by_admin(id)
            await self.log(self._database, by, "confirm", "account", id, user.account.acct)
        return await self._dossier(id)

    async def resend_confirmation(self, by: Account | None, id: int) -> None:
        """Raises RateLimited. Nothing happens to those who have confirmed theirs."""
        user = await self.login_of(by, id)
        try:
            await self._desk.accounts.ask_confirmation(id)
        except Conflict:
            return
        await self.log(self._database, by, "resend", "account", id, user.account.acct)

    async def follow_for(self, by: Account | None, follower_id: int, target_id: int, *, ended: bool = False) -> None:
        """Let somebody here follow somebody, or end it. Raises as a follow does."""
        user = await self.login_of(by, follower_id)
        target = (await self._dossier(target_id)).account
        follow = Follow(actor_id=follower_id, target_id=target_id)
        await self._desk.activities.submit(Undo(actor_id=follower_id, of=follow) if ended else follow, Origin.system())
        await self.log(self._database, by, "unfollow" if ended else "follow", "account", follower_id, f"{user.account.acct} {target.acct}")

    # invitations

    async def invitations(self, by: Account | None) -> list[Invitation]:
        """Newest first. Their codes are not known: only hashes of them are kept."""
        self.need(by, Permission.MANAGE_INVITES)
        return await self._desk.accounts.invitations()

    async def revoke_invitation(self, by: Account | None, code_or_id: str) -> Invitation:
        """By its code, or the number it has in the list. Raises NotFound."""
        self.need(by, Permission.MANAGE_INVITES)
        id = int(code_or_id) if code_or_id.isascii() and code_or_id.isdigit() and len(code_or_id) < 16 else None
        gone = await self._desk.accounts.end_invitation(code_or_id, id)
        if gone is None:
            raise NotFound
        await self.log(self._database, by, "revoke", "invite", gone.id)
        return gone

    async def write_invitation(self, by: Account | None, email: str) -> None:
        """A letter with an invitation in it. Raises Invalid, Forbidden where no mail is sent."""
        self.need(by, Permission.MANAGE_INVITES)
        if not EMAIL.fullmatch(email.strip()) or not email.isprintable():
            raise Invalid("Validation failed: Email is not a valid address", field="email")
        if not self._desk.accounts.mail_is_on:
            raise Forbidden("This server sends no mail")
        if by is None:
            raise Forbidden(NOT_ALLOWED)
        await self._desk.accounts.send_invitation(by.id, email.strip())
        await self.log(self._database, by, "invite", "address")
