"""A whole core over a real database, and short ways to make people and notes in it."""

from __future__ import annotations

import tempfile
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from twisted.internet import defer, reactor

from pleromad.accounts import keys, passwords
from pleromad.config import Settings, build
from pleromad.core import Core
from pleromad.daemon import settle
from pleromad.model.account import Account, ActorType, RemoteActor, Role
from pleromad.model.activity import Accept, Activity, Create, Follow, Origin, Outcome
from pleromad.model.note import Note, NoteDraft
from tests.support.postgres import PostgresCase

PASSWORD = "correct horse battery"
_numbers = count(1)
_new_pair = keys.new_pair  # the real one: tests put `shared_pair` in its place
_quick_hasher = PasswordHasher.from_parameters(CHEAPEST)  # as real, but not made to be slow


@cache
def shared_pair(number: int = 0) -> keys.Pair:
    """RSA keys are slow to make: tests of what does not sign share them."""
    return _new_pair()


def settings_of(tables: dict[str, dict[str, Any]] | None = None, data_dir: str = "") -> Settings:
    """Settings of a test: defaults, then `tables` by section."""
    base: dict[str, dict[str, Any]] = {
        "instance": {"domain": "here.example", "name": "Here", "registrations": "open"},
        "http": {"public_url": "https://here.example"},
        "store": {"data_dir": data_dir or tempfile.gettempdir()},
    }
    for section, values in (tables or {}).items():
        base[section] = {**base.get(section, {}), **values}
    return build(base, "", Path.cwd())


class CoreCase(PostgresCase):
    """`self.core`, with the settings of SETTINGS (tables by section) over the defaults of `settings_of`."""

    SETTINGS: dict[str, dict[str, Any]] = {}
    core: Core

    @defer.inlineCallbacks
    def setUp(self):
        yield super().setUp()
        folder = self.mktemp()
        Path(folder).mkdir(parents=True)
        self.remote_keys: dict[int, keys.Pair] = {}
        self.patch(keys, "new_pair", shared_pair)
        self.patch(passwords, "_hasher", _quick_hasher)
        self.core = Core(settings_of(self.SETTINGS, folder), self.database, reactor)
        self.addCleanup(lambda: defer.ensureDeferred(settle()))
        self.addCleanup(lambda: defer.ensureDeferred(self.core.stop()))
        self.addCleanup(lambda: defer.ensureDeferred(self.core.jobs.stop()))
        yield defer.ensureDeferred(self.core.start())
        self.core.bus._paced = False  # other daemons are told at once: tests count statements

    async def person(self, name: str, **more: Any) -> Account:
        """Somebody who has a log-in here; the password is PASSWORD."""
        given = {"email": f"{name}@mail.example", "password": PASSWORD, "role": Role.USER, **more}
        return (await self.core.accounts.register(username=name, **given)).account

    async def remote(self, name: str, host: str = "far.example", **more: Any) -> Account:
        """Somebody on another server; their keys are in `self.remote_keys`."""
        base = f"https://{host}/users/{name}"
        pair = shared_pair(1)
        given: dict[str, Any] = {
            "uri": base,
            "type": ActorType.PERSON,
            "username": name,
            "domain": host,
            "inbox": f"{base}/inbox",
            "shared_inbox": f"https://{host}/inbox",
            "outbox": f"{base}/outbox",
            "followers_uri": f"{base}/followers",
            "following_uri": f"{base}/following",
            "key_id": f"{base}#main-key",
            "public_key_pem": pair.public,
            **more,
        }
        account = await self.core.accounts.keep_remote(RemoteActor(**given))
        self.remote_keys[account.id] = pair
        return account

    async def submit(self, activity: Activity, by: Account, **origin: Any) -> Outcome:
        if by.local:
            return await self.core.activities.submit(activity, Origin.local(by.id, **origin))
        return await self.core.activities.submit(activity, Origin.remote(by.id, by.domain or ""))

    async def say(self, author: Account, text: str, **draft: Any) -> Note:
        """A note of somebody here, as its author sees it."""
        outcome = await self.submit(Create(actor_id=author.id, note=NoteDraft(text=text, **draft)), author)
        assert outcome.note_id is not None
        return (await self.core.reading.note(author.id, outcome.note_id)).note

    async def follow(self, follower: Account, target: Account) -> None:
        """A follow that is accepted."""
        uri = None if follower.local else f"{follower.uri}/follows/{next(_numbers)}"
        raw = None if follower.local else {"id": uri, "type": "Follow", "actor": follower.uri, "object": target.uri}
        outcome = await self.submit(Follow(actor_id=follower.id, target_id=target.id, uri=uri, raw=raw), follower)
        if outcome.pending:
            await self.submit(Accept(actor_id=target.id, follower_id=follower.id, uri=None if target.local else f"{target.uri}/accepts/{next(_numbers)}"), target)
