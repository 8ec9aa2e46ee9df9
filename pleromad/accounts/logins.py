"""People here: signing up, logging in, passwords, roles, leaving."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pleromad import surface
from pleromad.accounts import admission, keys, passwords
from pleromad.accounts.desk import LOBBY, MAIL, Desk
from pleromad.accounts.invitations import Invitations, digest
from pleromad.accounts.throttle import Throttle
from pleromad.errors import Conflict, Forbidden, Invalid, NeedsCode, NotFound, Unauthenticated
from pleromad.model import event
from pleromad.model.account import Account, ActorType, Role, User
from pleromad.model.activity import Delete, Origin
from pleromad.model.event import Event
from pleromad.model.push import PUSH
from pleromad.searching import documents
from store import accounts as account_rows
from store import invites, security
from store import notifications as notification_rows
from store import tokens as token_rows
from store import users as user_rows
from store.notifications import Told
from store.pool import Transaction

NAME = re.compile(r"[A-Za-z0-9_]{1,30}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,250}")
RESERVED = frozenset(
    ["about", "abuse", "account", "accounts", "actor", "admin", "administrator", "api", "auth", "autoconfig", "chanserv", "contact", "everyone", "fedi", "help", "here", "home", "host", "hostmaster", "inbox", "info", "instance", "internal", "login", "logout", "mailer_daemon", "me", "media", "memoserv", "mod", "moderator", "nickserv", "noreply", "notes", "oauth", "operserv", "owner", "postmaster", "public", "relay", "room", "rooms", "root", "security", "server", "service", "settings", "sign_in", "sign_up", "staff", "static", "status", "statuses", "support", "system", "tags", "test_owner", "users", "webmaster"]
)


# Why somebody may not log in yet: Mastodon's words, which its apps know.
WAITS = {
    "confirmation": "Your login is missing a confirmed e-mail address",
    "approval": "Your login is currently pending approval",
}


def check_email(email: str) -> None:
    """Raises Invalid."""
    if not EMAIL.fullmatch(email.strip()) or not email.isprintable():
        raise Invalid("Validation failed: Email is not a valid address", field="email")


def user_of(row: Sequence[Any], account: Account) -> User:
    """A row of `store.users.COLUMNS` as a User."""
    return User(
        account=account,
        email=row[1],
        role=Role(row[2]),
        confirmed=row[3],
        approved=row[4],
        disabled=row[5],
        locale=row[6],
        default_visibility=row[7],
        default_sensitive=row[8],
        default_language=row[9],
        default_content_type=row[10],
        created_at=row[11],
        settings=row[12],
        reason=row[14],
        two_factor=row[15],
        app_id=row[16],
        default_quote_policy=row[17],
    )


class Logins(Invitations):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._by_address = Throttle(30)
        self._by_name = Throttle(10)

    async def register(
        self,
        *,
        username: str,
        email: str,
        password: str,
        reason: str = "",
        locale: str = "en",
        app_id: int | None = None,
        invite: str = "",
        role: Role | None = None,
        without_email: bool = False,  # it may be left out: a server that sends no mail has no use for it
        address: str = "",
    ) -> User:
        """A new person. `role` is given by an administrator and passes by the mode of registrations and by what staff keep out.

        `address`: the IP address they come from. Raises Forbidden when that mode does not let them in, Invalid (field username, email, password, reason, invite) and Conflict.
        """
        desk = self._desk
        mode = desk.settings().instance.registrations
        invited = await self.invite_role(invite) if invite else None
        if invite and invited is None:
            raise Invalid("Validation failed: This invitation is not valid any more", field="invite")
        if role is None and invited is None:
            if mode == "closed":
                raise Forbidden("Registrations are closed here")
            if mode == "invite":
                raise Forbidden("You need an invitation to register here")
            if mode == "approval" and not reason.strip():
                raise Invalid("Validation failed: Please say why you want to join", field="reason")
        self._check_names(username, email, optional_email=without_email or role is not None or invited is Role.OWNER)
        passwords.check_quality(password)
        hashed = await desk.in_thread(passwords.hash_password, password)
        pair = await desk.in_thread(keys.new_pair)
        id = await desk.ids.mint()
        now = desk.clock.now()
        granted = role or invited or Role.USER
        look_first = False
        if role is None and invited is not Role.OWNER:
            look_first = await admission.check_sign_up(desk.database, email, address, now)
        approved = (role is not None or invited is not None or mode == "open") and not look_first
        prove = desk.settings().mail.on and role is None and invited is not Role.OWNER

        async def work(tx: Transaction) -> list[Told]:
            uris = desk.settings().uris
            if invite:
                used = await invites.role(tx, digest(invite), use=True)
                if used is None:
                    raise Invalid("Validation failed: This invitation is not valid any more", field="invite")
            if granted is Role.OWNER and role is None and await invites.has_owner(tx):
                raise Forbidden("This server has an owner already")
            added = await account_rows.add_local(
                tx,
                id=id,
                uri=uris.person(username),
                url=uris.profile(username),
                type=ActorType.PERSON,
                username=username,
                display_name="",
                shared_inbox=uris.shared_inbox,
                public_key_pem=pair.public,
                private_key_pem=pair.private,
            )
            if not added:
                raise Invalid("Validation failed: Username has already been taken", field="username")
            await documents.keep_name(tx, id, username, "")
            added = await user_rows.add(
                tx,
                account_id=id,
                email=email.strip(),
                password_hash=hashed,
                role=granted.value,
                reason=reason.strip()[:2000],
                locale=locale[:10],
                confirmed_at=None if prove else now,
                approved_at=now if approved else None,
                app_id=app_id,
            )
            if not added:
                raise Invalid("Validation failed: Email has already been taken", field="email")
            if invite:
                await invites.set_inviter(tx, id, digest(invite))
            await admission.remember_address(tx, id, address)
            if prove:
                await desk.write_letter(id, "confirm", within=tx)
            elif approved:
                await desk.welcome(id, within=tx)
            if role is not None:
                return []
            staff = await notification_rows.staff(tx)
            return await surface.tell(tx, desk.ids, staff, type="admin.sign_up", from_id=id, now=now)

        told = await desk.database.transaction(work)
        desk.jobs.wake(MAIL)
        desk.jobs.wake(LOBBY)
        desk.jobs.wake(PUSH)
        desk.bus.publish(surface.events_of(told))
        return await self.user(id)

    def _check_names(self, username: str, email: str, *, optional_email: bool) -> None:
        if not NAME.fullmatch(username):
            raise Invalid(
                "Validation failed: Username must be 1 to 30 letters, digits and underscores", field="username"
            )
        if username.lower() in RESERVED:
            raise Invalid("Validation failed: Username is reserved", field="username")
        if not (optional_email and not email):
            check_email(email)

    async def log_in(self, login: str, password: str, *, address: str = "") -> User:
        """`login` is a name (with or without our domain) or an e-mail address.

        Raises Unauthenticated, Forbidden, RateLimited; NeedsCode when there is a second factor: a door that can ask for it goes
        on with `challenge` and `answer`, the others let that be said.
        """
        desk = self._desk
        now = desk.clock.seconds()
        name = login.strip().removeprefix("@").removesuffix(f"@{desk.settings().domain}").lower()
        if address:
            self._by_address.check(address, now)
        self._by_name.check(name, now)
        row = await user_rows.by_login(desk.database, name)
        stored = row[13] if row is not None else None
        if not await desk.in_thread(passwords.verify_password, stored, password):
            if address:
                self._by_address.failed(address, now)
            self._by_name.failed(name, now)
            raise Unauthenticated("Invalid username, e-mail address or password")
        assert row is not None
        self._by_name.forget(name)
        user = await self.user(row[0])
        self.check_may_enter(user)
        await admission.remember_address(desk.database, user.account.id, address)
        if user.two_factor:
            raise NeedsCode(user.account.id)
        return user

    def check_may_enter(self, user: User) -> None:
        """Raises Forbidden with the reason why not."""
        if user.disabled or user.account.suspended:
            raise Forbidden("Your login is currently disabled")
        if not user.confirmed:
            raise Forbidden(WAITS["confirmation"])
        if not user.approved:
            raise Forbidden(WAITS["approval"])

    async def check_password(self, account_id: int, password: str) -> None:
        """Before something that cannot be taken back. Raises Unauthenticated, RateLimited."""
        desk = self._desk
        name, now = f"#{account_id}", desk.clock.seconds()
        self._by_name.check(name, now)
        row = await user_rows.one(desk.database, account_id)
        if not await desk.in_thread(passwords.verify_password, row[13] if row else None, password):
            self._by_name.failed(name, now)
            raise Unauthenticated("The password is wrong")
        self._by_name.forget(name)

    async def is_login_of(self, login: str, account_id: int) -> bool:
        """Whether somebody goes by this name or e-mail address."""
        name = login.strip().removeprefix("@").removesuffix(f"@{self._desk.settings().domain}").lower()
        row = await user_rows.by_login(self._desk.database, name)
        return row is not None and row[0] == account_id

    async def user(self, account_id: int) -> User:
        """Raises NotFound."""
        row = await user_rows.one(self._desk.database, account_id)
        account = await account_rows.one(self._desk.database, account_id)
        if row is None or account is None:
            raise NotFound
        return user_of(row, account)

    async def usual(self, account_id: int) -> tuple[str, bool]:
        """(content type, sensitive): what somebody posts with, when the app says nothing. Raises NotFound."""
        row = await user_rows.one(self._desk.database, account_id)
        if row is None:
            raise NotFound
        return str(row[10]), bool(row[8])

    async def user_by_name(self, username: str) -> User:
        """Raises NotFound."""
        account = await account_rows.by_handle(self._desk.database, username.lstrip("@"), None)
        if account is None:
            raise NotFound(f"There is no account {username} here")
        return await self.user(account.id)

    async def users(self) -> list[User]:
        rows = await user_rows.all_rows(self._desk.database)
        found = await account_rows.by_ids(self._desk.database, [row[0] for row in rows])
        return [user_of(row, found[row[0]]) for row in rows if row[0] in found]

    async def set_password(self, account_id: int, password: str, *, but: int | None = None) -> None:
        """By an administrator: also ends all sessions and tokens, `but` one."""
        passwords.check_quality(password)
        hashed = await self._desk.in_thread(passwords.hash_password, password)
        await user_rows.change(self._desk.database, account_id, {"password_hash": hashed})
        await security.drop_links(self._desk.database, account_id, ["password"])
        await self._revoke_all(account_id, but=but)

    async def change_password(self, account_id: int, old: str, new: str, *, but: int | None = None) -> None:
        """By the person; all sessions and tokens end, `but` the one they sit at. Raises Unauthenticated when `old` is wrong, Invalid."""
        await self.check_password(account_id, old)
        await self.set_password(account_id, new, but=but)
        await self._desk.write_letter(account_id, "password_changed")

    async def set_role(self, account_id: int, role: Role) -> None:
        await user_rows.change(self._desk.database, account_id, {"role": role.value})
        # The role is shown with the account: its version must change.
        await account_rows.change(self._desk.database, account_id, {"discoverable": (await self.user(account_id)).account.discoverable})

    async def approve(self, account_id: int) -> None:
        """Let somebody in; they are told by mail. Raises NotFound."""
        if not (await self.user(account_id)).approved:
            await user_rows.change(self._desk.database, account_id, {"approved_at": self._desk.clock.now()})
            await self._desk.write_letter(account_id, "approved")
            await self._desk.welcome(account_id)

    async def turn_away(self, account_id: int) -> None:
        """Somebody who waits is not let in: nothing of them stays. Raises NotFound, Conflict for who is in already."""
        user = await self.user(account_id)
        if user.approved:
            raise Conflict(f"@{user.account.username} was let in already")
        await user_rows.forget(self._desk.database, account_id)
        self._desk.bus.publish([Event(event.ACCOUNT_DELETED, 0, account_id)])

    async def waiting(self, limit: int = 100) -> list[User]:
        """Who waits for approval, longest first."""
        rows = await user_rows.waiting(self._desk.database, limit)
        found = await account_rows.by_ids(self._desk.database, [row[0] for row in rows])
        return [user_of(row, found[row[0]]) for row in rows if row[0] in found]

    async def delete_user(self, account_id: int) -> None:
        """The account with all it said; other servers are told. The name stays taken."""
        await self._desk.activities.submit(Delete(actor_id=account_id, account=True), Origin.system())

    async def disable(self, account_id: int, password: str) -> None:
        """By the person: nobody can log in any more, until staff undoes it; what was said stays. Raises Unauthenticated, RateLimited."""
        await self.check_password(account_id, password)
        await user_rows.change(self._desk.database, account_id, {"disabled_at": self._desk.clock.now()})
        await self._revoke_all(account_id)

    async def leave(self, account_id: int, password: str) -> None:
        """By the person: `delete_user`. Raises Unauthenticated, RateLimited; Forbidden for the last owner."""
        await self.check_password(account_id, password)
        user = await self.user(account_id)
        if user.role is Role.OWNER and sum(each.role is Role.OWNER for each in await self.users()) == 1:
            raise Forbidden("You are the owner of this server: make somebody else its owner first")
        await self.delete_user(account_id)

    async def seen(self, account_id: int) -> None:
        """They are here today."""
        today = self._desk.clock.now().date()
        await user_rows.seen_today(self._desk.database, account_id, today)
        await user_rows.was_here(self._desk.database, account_id, today)

    async def void_password(self, account_id: int) -> None:
        """By staff: the old password opens nothing any more, and all sessions end. Where mail is on they get a link to choose another."""
        await user_rows.change(self._desk.database, account_id, {"password_hash": None})
        await self._revoke_all(account_id)
        await self._desk.write_letter(account_id, "password")

    async def _revoke_all(self, account_id: int, *, but: int | None = None) -> None:
        gone = await token_rows.delete(self._desk.database, account_id=account_id, but=but)
        self._desk.bus.publish([Event(event.TOKEN_REVOKED, 0, account_id, id) for id, _ in gone])


__all__ = ["WAITS", "Logins", "check_email", "digest", "user_of"]
