"""Actors that are no log-ins: the instance's own, rooms, and those of other servers; and the keys of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pleromad import text
from pleromad.accounts import keys
from pleromad.accounts.desk import Clerk, Desk
from pleromad.cache import Cache
from pleromad.errors import Gone, Invalid, NotFound
from pleromad.model import event
from pleromad.model.account import Account, ActorType, ProfileChange, RemoteActor
from pleromad.model.activity import Origin, Update
from pleromad.model.event import Event
from pleromad.model.room import Room
from pleromad.searching import documents
from store import accounts as account_rows
from store import hosts as host_rows
from store import keys as key_rows
from store import relations
from store import rooms as room_rows
from store.pool import Transaction

ROOM_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,48}[a-z0-9_])?", re.IGNORECASE)
MAX_NAME = 200
MAX_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Keys:
    """The private keys of one of ours, as PEM, and the ids of their public halves."""

    rsa_id: str
    rsa: str
    ed25519_id: str
    ed25519: str


class Actors(Clerk):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._keys: Cache[int, Keys] = Cache(500)
        desk.bus.listen(self._heard)

    async def instance_actor(self) -> Account:
        """The Application that signs fetches; made when it is asked for the first time."""
        uris = self._desk.settings().uris
        return await self._application(uris.instance_actor, f"{uris.base}/about", self._desk.settings().hostname)

    @property
    def relay_uri(self) -> str:
        return self._desk.settings().uris.relay

    async def relay_actor(self) -> Account:
        """The Application that follows relays and is followed by who takes part in ours; made when it is asked for the first time."""
        return await self._application(self.relay_uri, self.relay_uri, "relay", f"relay.{self._desk.settings().hostname}")

    async def _application(self, uri: str, url: str, *names: str) -> Account:
        """`names`: the first that nobody has."""
        desk = self._desk
        known = (await account_rows.by_uris(desk.database, [uri])).get(uri)
        if known is not None:
            return known
        pair = await desk.in_thread(keys.new_pair)
        id = await desk.ids.mint()
        for name in names:
            added = await desk.database.transaction(
                lambda tx, name=name: account_rows.add_local(  # type: ignore[misc]
                    tx,
                    id=id,
                    uri=uri,
                    url=url,
                    type=ActorType.APPLICATION,
                    username=name,
                    display_name=desk.settings().name,
                    shared_inbox=desk.settings().uris.shared_inbox,
                    public_key_pem=pair.public,
                    private_key_pem=pair.private,
                    discoverable=False,
                )
            )
            if added:
                break
        return (await account_rows.by_uris(desk.database, [uri]))[uri]

    async def know_room(self, group: Account) -> None:
        """A group of another server is a room here, too, from now on."""
        await room_rows.add(self._desk.database, group.id, None, text.to_plain(group.note))

    async def open_room(self, account_id: int, name: str, *, topic: str = "") -> Room:
        """A new room with its founder in it. Raises Invalid (field name), also when the name is taken."""
        desk = self._desk
        if not ROOM_NAME.fullmatch(name):
            raise Invalid("A room's name is up to 50 letters, digits, dots, dashes and underscores", field="name")
        uris = desk.settings().uris
        pair = await desk.in_thread(keys.new_pair)
        id, follow_id = await desk.ids.mint(), await desk.ids.mint()

        async def work(tx: Transaction) -> Account:
            added = await account_rows.add_local(
                tx,
                id=id,
                uri=uris.room(name),
                url=uris.room(name),
                type=ActorType.GROUP,
                username=name,
                display_name=f"#{name}",
                note=text.escape(topic),
                shared_inbox=uris.shared_inbox,
                public_key_pem=pair.public,
                private_key_pem=pair.private,
            )
            if not added:
                raise Invalid("This name is taken", field="name")
            await documents.keep_name(tx, id, name, "")
            await room_rows.add(tx, id, account_id, topic)
            await relations.add_follow(
                tx,
                id=follow_id,
                account_id=account_id,
                target_id=id,
                uri=uris.activity(follow_id),
                accepted=True,
                show_boosts=True,
                notify=False,
                languages=None,
            )
            await account_rows.count_up(tx, id, followers=1)
            await account_rows.count_up(tx, account_id, following=1)
            await room_rows.set_rank(tx, id, account_id, "q", True)
            account = await account_rows.one(tx, id)
            assert account is not None
            return account

        account = await desk.database.transaction(work)
        desk.bus.publish([Event(event.ROOM_JOINED, 0, account_id, id)])
        return Room(account=account, topic=topic, created_at=desk.clock.now())

    async def keep_remote(self, actor: RemoteActor) -> Account:
        """Take in or refresh an actor of another server; its texts are sanitised here. Raises Gone when it was deleted, Rejected.

        The door has checked that the document comes from where its id points, and that the handle is its own.
        """
        desk = self._desk
        if desk.settings().uris.ours(actor.uri) or actor.domain == desk.settings().domain:
            raise Invalid("This actor says it is one of ours", station="authorise")
        actor = desk.activities.policies.actor(actor)
        id = await desk.ids.mint(actor.published)
        domain = actor.domain.lower()
        rule = desk.activities.gatekeeper.hosts.of(domain)

        async def work(tx: Transaction) -> int | None:
            await account_rows.free_handle(tx, actor.username, domain, actor.uri)
            display_name = text.plain_name(actor.display_name, MAX_NAME)
            kept = await account_rows.keep_remote(
                tx,
                id,
                actor,
                note=text.sanitise(actor.note),
                display_name=display_name,
                fields=[(text.plain_name(n, 500), text.sanitise(v), None) for n, v in actor.fields[:MAX_FIELDS]],
            )
            if kept is not None:
                await documents.keep_name(tx, kept, actor.username, display_name)
                await key_rows.keep_actor_keys(tx, kept, actor.assertion_keys)
                await account_rows.mark(tx, kept, suspended=actor.suspended, silenced=rule is not None and rule.severity == "silence")
            return kept

        kept = await desk.database.transaction(work)
        if kept is None:
            raise Gone
        account = await account_rows.one(desk.database, kept)
        assert account is not None
        if kept != id:
            desk.bus.publish([Event(event.ACCOUNT_UPDATED, 0, kept)])
        return account

    async def keep_room(self, account_id: int) -> None:
        """The row of settings of a Group elsewhere, so that it can be talked in."""
        await room_rows.add(self._desk.database, account_id, None)

    async def keys_of(self, account_id: int) -> Keys:
        """What one of ours signs with; the Ed25519 key is made when it is asked for the first time. Raises NotFound."""
        known = self._keys.get(account_id)
        if known is None:
            account = await account_rows.one(self._desk.database, account_id)
            private = await key_rows.private_keys(self._desk.database, account_id)
            if account is None or private is None:
                raise NotFound
            rsa, ed25519 = private
            if ed25519 is None:
                ed25519 = await key_rows.keep_ed25519(self._desk.database, account_id, keys.new_ed25519())
            known = Keys(account.key_id, rsa, _ed25519_id(account), ed25519)
            self._keys.put(account_id, known)
        return known

    async def replaced_keys_of(self, account_id: int) -> Keys | None:
        """What one of ours signed with before `rotate_keys`, as long as followers may have to be told."""
        account = await account_rows.one(self._desk.database, account_id)
        old = await key_rows.replaced(self._desk.database, account_id)
        return Keys(account.key_id, old[0], _ed25519_id(account), old[1]) if account is not None and old is not None else None

    async def rotate_keys(self, account: Account) -> None:
        """New keys for one of ours, under the ids of the old ones. Followers are told, under the old signature, for some servers never
        ask again for a key they know; others fetch them anew when a signature does not fit."""
        pair = await self._desk.in_thread(keys.new_pair)
        await self._desk.database.transaction(lambda tx: key_rows.replace(tx, account.id, private=pair.private, public=pair.public))
        # A profile that says what it said before: the Update takes the whole actor to the followers. The old keys are forgotten after
        # it, so that nothing signed with the new ones goes out before.
        same = ProfileChange(discoverable=account.discoverable)
        try:
            await self._desk.activities.submit(Update(actor_id=account.id, profile=same), Origin.system())
        finally:
            self._keys.drop(account.id)
            self._desk.bus.publish([Event(event.ACCOUNT_UPDATED, 0, account.id)])

    def _heard(self, what: Event) -> None:
        if what.kind in (event.ACCOUNT_UPDATED, event.ACCOUNT_DELETED):
            self._keys.drop(what.account_id)

    # what is remembered of other servers

    async def remember_signature(self, host: str, kind: str) -> None:
        await host_rows.set_signature(self._desk.database, host, kind)

    async def remember_software(self, host: str, software: str, groups: bool, rooms: bool) -> None:
        """`groups`: it takes whole activities from a group (FEP-1b12); `rooms`: what a room tells of its members, too."""
        await host_rows.set_software(self._desk.database, host, software, groups, rooms)

    async def host_succeeded(self, host: str) -> None:
        await host_rows.succeeded(self._desk.database, host)

    async def host_failed(self, host: str) -> None:
        await host_rows.failed(self._desk.database, host)


def _ed25519_id(account: Account) -> str:
    return f"{account.uri}#ed25519-key"
