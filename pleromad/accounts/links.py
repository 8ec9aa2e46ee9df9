"""Links that work once: to prove an e-mail address, to change it, to set a new password. By mail, or given by an administrator."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pleromad.accounts import letters, passwords
from pleromad.accounts.grants import Grants
from pleromad.accounts.invitations import INVITATION
from pleromad.accounts.letters import Letter
from pleromad.accounts.logins import Logins, check_email, digest
from pleromad.errors import Conflict, Invalid, NotFound, RateLimited
from pleromad.model.account import Account, User
from store import accounts as account_rows
from store import reports, security
from store import users as user_rows
from store.pool import Transaction

MOST_AN_HOUR = 5  # letters of one kind to one person
GONE = "This link is not valid any more: it was used, it is too old, or a part of it is missing"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is for: confirm, email or password."""

    account: Account
    purpose: str
    email: str


class Links(Logins, Grants):
    @property
    def mail_is_on(self) -> bool:
        return self._desk.settings().mail.on

    async def letter(self, payload: dict[str, Any]) -> Letter:
        """The letter of a `mail` job, with a new link where it has one. Raises NotFound when nobody is to get it (any more)."""
        kind, account_id = str(payload["kind"]), int(payload["account_id"])
        if kind not in letters.KINDS:
            raise NotFound(detail=f"no letter {kind}")
        user = await self.user(account_id)
        to = str(payload.get("to") or user.email)
        if not to or (kind == "confirm" and user.confirmed):
            raise NotFound(detail="nobody to write to")
        settings = self._desk.settings()
        link, hours = "", 0
        if kind in letters.LINKS:
            purpose, hours = letters.LINKS[kind]
            link = settings.uris.base + await self._new_link(account_id, purpose, hours, email=to)
        if kind == INVITATION:
            hours = letters.INVITE_HOURS
            link = f"{settings.uris.base}/sign-up?invite={await self.invite(account_id, days=hours // 24)}"
        reason = ""
        if kind.startswith(letters.SANCTION):
            reason = await reports.last_text(self._desk.database, account_id, kind.removeprefix(letters.SANCTION))
        return letters.compose(
            kind, to=to, name=user.account.username, site=settings.name, base=settings.uris.base, link=link, hours=hours, reason=reason
        )

    async def write_of_sanction(self, account_id: int, action: str, within: Transaction) -> None:
        """Have somebody told what staff did, with the text of the last strike of this kind."""
        await self._desk.write_letter(account_id, f"{letters.SANCTION}{action}", within=within)

    async def _new_link(self, account_id: int, purpose: str, hours: int, *, email: str = "") -> str:
        """The path of a page here."""
        code = secrets.token_urlsafe(24)
        await security.add_link(
            self._desk.database,
            code_hash=digest(code),
            account_id=account_id,
            purpose=purpose,
            email=email,
            expires_at=self._desk.clock.now() + timedelta(hours=hours),
        )
        return f"/{'new-password' if purpose == 'password' else 'confirm'}/{code}"

    async def link(self, code: str) -> Link:
        """What it is for; nothing happens yet. Raises NotFound."""
        found = await security.link(self._desk.database, digest(code))
        account = await account_rows.one(self._desk.database, found[0]) if found is not None else None
        if found is None or account is None:
            raise NotFound(GONE)
        return Link(account, found[1], found[2])

    async def _not_too_many(self, account_id: int, purpose: str) -> None:
        since = self._desk.clock.now() - timedelta(hours=1)
        if await security.count_links(self._desk.database, account_id, purpose, since) >= MOST_AN_HOUR:
            raise RateLimited("There were many letters already: look whether one has come, or try again in an hour", retry_after_seconds=3600)

    async def tell_archive(self, account_id: int) -> None:
        """Their archive can be fetched."""
        await self._desk.write_letter(account_id, "archive")

    async def test_mail(self, account_id: int) -> None:
        await self._desk.write_letter(account_id, "test")

    # ---- the e-mail address

    async def ask_confirmation(self, account_id: int, email: str | None = None) -> None:
        """Once more the letter to somebody new; `email`: to another address. Raises Conflict when there is nothing to confirm, Invalid."""
        user = await self.user(account_id)
        if user.confirmed:
            raise Conflict("This method is only available while the e-mail is awaiting confirmation")
        await self._not_too_many(account_id, "confirm")
        if email is not None and email.strip().lower() != user.email.lower():
            check_email(email)
            if not await user_rows.take_email(self._desk.database, account_id, email.strip()):
                raise Invalid("Validation failed: Email has already been taken", field="email")
            await security.drop_links(self._desk.database, account_id, ["confirm"])
        await self._desk.write_letter(account_id, "confirm")

    async def ask_confirmation_of(self, login: str) -> None:
        """By name or address, from somebody who is not logged in. Whether there is such a person is not told."""
        user = await self._by_login(login)
        if user is not None and not user.confirmed:
            await self.ask_confirmation(user.account.id)

    async def confirm(self, code: str) -> User:
        """The link of a letter: the address is theirs. Raises NotFound, Invalid when somebody else has it by now."""
        old = ""

        async def work(tx: Transaction) -> int:
            nonlocal old
            found = await security.link(tx, digest(code))
            if found is None or found[1] not in ("confirm", "email"):
                raise NotFound(GONE)
            account_id, purpose, email = found
            row = await user_rows.one(tx, account_id)
            if row is None or (purpose == "confirm" and row[1].lower() != email.lower()):
                raise NotFound(GONE)
            if purpose == "email":
                old = row[1]
                if not await user_rows.take_email(tx, account_id, email):
                    raise Invalid("Validation failed: Email has already been taken", field="email")
            if not row[3]:
                await user_rows.change(tx, account_id, {"confirmed_at": self._desk.clock.now()})
            await security.drop_links(tx, account_id, ["confirm", "email"])
            return account_id

        account_id = await self._desk.database.transaction(work)
        await self._desk.welcome(account_id)
        if old:
            await self._desk.write_letter(account_id, "email_changed", to=old)
        return await self.user(account_id)

    async def confirm_by_admin(self, account_id: int) -> None:
        await user_rows.change(self._desk.database, account_id, {"confirmed_at": self._desk.clock.now()})
        await self._desk.welcome(account_id)

    async def change_email(self, account_id: int, password: str, email: str) -> bool:
        """True: it is changed; False: when the link in the letter to the new address was opened.

        Raises Unauthenticated when the password is wrong, Invalid (field email), RateLimited.
        """
        email = email.strip()
        check_email(email)
        await self.check_password(account_id, password)
        database = self._desk.database
        other = await user_rows.by_login(database, email)
        if other is not None and other[0] != account_id:
            raise Invalid("Validation failed: Email has already been taken", field="email")
        if self.mail_is_on:
            await self._not_too_many(account_id, "email")
            await self._desk.write_letter(account_id, "email", to=email)
            return False
        if not await user_rows.take_email(database, account_id, email):
            raise Invalid("Validation failed: Email has already been taken", field="email")
        return True

    # ---- the password

    async def ask_new_password(self, login: str) -> None:
        """A letter with a link, if there is somebody of that name or address. Whether there is, is not told."""
        user = await self._by_login(login)
        if user is None or not user.email or user.disabled or user.account.suspended:
            return
        try:
            await self._not_too_many(user.account.id, "password")
        except RateLimited:
            return
        await self._desk.write_letter(user.account.id, "password")

    async def reset_link(self, account_id: int) -> str:
        """By an administrator: the path of a page where a new password is set, once. Raises NotFound."""
        await self.user(account_id)
        return await self._new_link(account_id, "password", letters.ADMIN_RESET_HOURS)

    async def reset_password(self, code: str, password: str) -> User:
        """Ends all sessions. A letter that reached them also proves their address. Raises NotFound, Invalid (field password)."""
        passwords.check_quality(password)
        link = await self.link(code)
        if link.purpose != "password":
            raise NotFound(GONE)
        await self.set_password(link.account.id, password)
        user = await self.user(link.account.id)
        if link.email and link.email.lower() == user.email.lower() and not user.confirmed:
            await self.confirm_by_admin(user.account.id)
        return await self.user(user.account.id)

    async def _by_login(self, login: str) -> User | None:
        name = login.strip().removeprefix("@").removesuffix(f"@{self._desk.settings().domain}").lower()
        row = await user_rows.by_login(self._desk.database, name) if 0 < len(name) < 320 else None
        return await self.user(row[0]) if row is not None else None

