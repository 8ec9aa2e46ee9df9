"""The second factor at log-in: codes of an authenticator app, backup codes on paper, app passwords for programs that cannot ask."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from pleromad.accounts import totp
from pleromad.accounts.desk import Desk
from pleromad.accounts.grants import Grants
from pleromad.accounts.logins import Logins, digest
from pleromad.accounts.throttle import Throttle
from pleromad.errors import Conflict, Invalid, Unauthenticated
from pleromad.model.account import User
from store import security
from store.pool import Transaction

CHALLENGE_SECONDS = 600
BACKUP_CODES = 10
APP_PASSWORD_SCOPES = frozenset({"read", "write", "follow", "push", "profile"})
MAX_APP_PASSWORDS = 50
MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class SetUp:
    """What an authenticator app is told: the secret, and the same as a URI (for a QR code)."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Who gave the right code, and for which application."""

    user: User
    app_id: int | None
    scopes: frozenset[str]


class SecondFactor(Logins, Grants):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._codes = Throttle(10, "Too many wrong codes, please wait a few minutes")

    # ---- setting it up

    async def begin_two_factor(self, account_id: int) -> SetUp:
        """A new secret, in force when a code of it was given to `confirm_two_factor`. Raises Conflict when one is in force."""
        secret = totp.new_secret()
        if not await security.begin_totp(self._desk.database, account_id, secret):
            raise Conflict("Two-factor authentication is on already")
        return self._set_up(secret, await self.user(account_id))

    async def two_factor_set_up(self, account_id: int) -> SetUp | None:
        """The secret that waits for its first code."""
        found = await security.totp(self._desk.database, account_id)
        return self._set_up(found[0], await self.user(account_id)) if found is not None and not found[1] else None

    def _set_up(self, secret: str, user: User) -> SetUp:
        settings = self._desk.settings()
        name = f"{user.account.username}@{settings.domain}"
        return SetUp(secret, totp.provisioning_uri(secret, name=name, issuer=settings.name))

    async def confirm_two_factor(self, account_id: int, code: str, *, keep_codes: bool = False) -> list[str]:
        """The first code of a new secret: from now on it is asked for. Returns the backup codes, shown once. Raises Invalid.

        `keep_codes`: backup codes that were made before stay (Pleroma's front-ends ask for them first), and none are returned.
        """
        codes = _new_codes()

        async def work(tx: Transaction) -> None:
            found = await security.totp(tx, account_id, lock=True)
            if found is None or found[1]:
                raise Invalid("There is nothing to confirm", field="code")
            step = totp.step_of(found[0], _digits(code), self._desk.clock.seconds())
            if step is None or not await security.use_step(tx, account_id, step, confirm=True):
                raise Invalid("This code is not right. Is the clock of your phone?", field="code")
            if keep_codes and await security.count_backup_codes(tx, account_id):
                codes.clear()
            else:
                await security.set_backup_codes(tx, account_id, [digest(each) for each in codes])

        await self._desk.database.transaction(work)
        await self._desk.write_letter(account_id, "two_factor_on")
        return codes

    async def end_two_factor(self, account_id: int) -> bool:
        """False when it was off."""
        ended = await security.drop_totp(self._desk.database, account_id)
        if ended:
            await self._desk.write_letter(account_id, "two_factor_off")
        return ended

    async def new_backup_codes(self, account_id: int, *, early: bool = False) -> list[str]:
        """Those before are void. Raises Invalid while there is no second factor; `early`: it is about to be set up."""
        found = await security.totp(self._desk.database, account_id)
        if not early and (found is None or not found[1]):
            raise Invalid("Two-factor authentication is off")
        codes = _new_codes()
        hashes = [digest(each) for each in codes]
        await self._desk.database.transaction(lambda tx: security.set_backup_codes(tx, account_id, hashes))
        return codes

    async def backup_codes_left(self, account_id: int) -> int:
        return await security.count_backup_codes(self._desk.database, account_id)

    # ---- at log-in

    async def challenge(self, account_id: int, *, app_id: int | None = None, scopes: Collection[str] = ()) -> str:
        """After NeedsCode: a secret with which, and a code, the log-in goes on. Good for ten minutes and five tries."""
        secret = secrets.token_urlsafe(32)
        await security.add_challenge(
            self._desk.database,
            code_hash=digest(secret),
            account_id=account_id,
            app_id=app_id,
            scopes=scopes,
            expires_at=self._desk.clock.now() + timedelta(seconds=CHALLENGE_SECONDS),
        )
        return secret

    async def answer(self, challenge: str, code: str, *, app_id: int | None = None, backup: bool | None = None) -> Answered:
        """`backup`: whether it is a backup code; None: see by its look. `app_id`: whose challenge it must be.

        Raises Unauthenticated when the challenge is over, Invalid (field code) when the code is wrong, RateLimited, Forbidden.
        """
        found = await security.try_challenge(self._desk.database, digest(challenge))
        if found is None or found[1] != app_id:
            raise Unauthenticated("This log-in has taken too long: please begin again")
        account_id, app_id, scopes = found
        now = self._desk.clock.seconds()
        self._codes.check(str(account_id), now)
        if not await self._is_right(account_id, code, backup):
            self._codes.failed(str(account_id), now)
            raise Invalid("This code is not right", field="code")
        await security.drop_challenge(self._desk.database, digest(challenge))
        user = await self.user(account_id)
        self.check_may_enter(user)
        return Answered(user, app_id, scopes)

    async def _is_right(self, account_id: int, code: str, backup: bool | None) -> bool:
        database = self._desk.database
        digits = _digits(code)
        if backup is not True and len(digits) == totp.DIGITS and digits.isdecimal():
            found = await security.totp(database, account_id)
            step = totp.step_of(found[0], digits, self._desk.clock.seconds()) if found is not None and found[1] else None
            return step is not None and await security.use_step(database, account_id, step)
        return backup is not False and await security.use_backup_code(database, account_id, digest(_plain(code)))

    # ---- app passwords

    async def add_app_password(self, account_id: int, name: str) -> str:
        """The password, shown once: for IRC, HTTP Basic, and whatever else cannot ask for a code. Raises Invalid (field name)."""
        name = " ".join(name.split())
        if not name or len(name) > MAX_NAME or not name.isprintable():
            raise Invalid(f"Validation failed: Name must have 1 to {MAX_NAME} characters", field="name")
        if len([each for each in await self.tokens_of(account_id) if each.app is None]) >= MAX_APP_PASSWORDS:
            raise Invalid(f"Validation failed: at most {MAX_APP_PASSWORDS} app passwords and sessions", field="name")
        letters = base64.b32encode(secrets.token_bytes(15)).decode().lower()
        password = "-".join(letters[n : n + 6] for n in range(0, 24, 6))
        await self.issue(None, account_id, APP_PASSWORD_SCOPES, secret=password, name=name)
        return password


def _new_codes() -> list[str]:
    """Sixty bits each, in letters and digits that are not mistaken for one another."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    raw = ["".join(secrets.choice(letters) for _ in range(12)) for _ in range(BACKUP_CODES)]
    return [f"{each[:4]}-{each[4:8]}-{each[8:]}" for each in raw]


def _plain(code: str) -> str:
    return code.strip().lower()[:100]


def _digits(code: str) -> str:
    """`123 456` as 123456."""
    return "".join(code.split())[:20]

