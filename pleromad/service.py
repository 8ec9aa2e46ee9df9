"""The one pipeline. Whatever happens here, said by a person in any door or sent by another server, goes through `submit`:

authorise the origin -> policies -> one transaction { check and apply; store the activity; a job per durable listener } -> bus.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from pleromad import errors, policies
from pleromad.activities import authoring
from pleromad.activities.previewing import preview
from pleromad.activities.table import APPLY
from pleromad.activities.work import Result, Work, require
from pleromad.bus import Bus
from pleromad.clock import Clock
from pleromad.config import Settings
from pleromad.gatekeeper import Gatekeeper
from pleromad.ids import Ids
from pleromad.jobs import Jobs
from pleromad.model.account import Account, RemoteActor
from pleromad.model.activity import Activity, Create, Delete, Origin, Outcome, Reject, Suspend, Undo, Update
from pleromad.model.note import Note, NoteDraft, RemoteNote
from pleromad.model.push import PUSH
from pleromad.policies.kept import HostRules, Kept
from pleromad.policies.tags import Tags
from store import activities as activity_rows
from store.activities import Before
from store.pool import Database, Taken, Transaction


class ActivityService:
    def __init__(
        self,
        database: Database,
        settings: Callable[[], Settings],
        ids: Ids,
        clock: Clock,
        bus: Bus,
        jobs: Jobs,
        gatekeeper: Gatekeeper,
    ) -> None:
        self._database = database
        self._settings = settings
        self._ids = ids
        self._clock = clock
        self._bus = bus
        self._jobs = jobs
        self.gatekeeper = gatekeeper
        self._durable: list[str] = []
        self._chain: tuple[Settings, HostRules, policies.Chain] | None = None

    def add_durable(self, kind: str) -> None:
        """From now on each activity of ours also leaves a job of this kind with {"activity_id": id}, in the same transaction."""
        self._durable.append(kind)

    @property
    def policies(self) -> policies.Chain:
        """The chain of the settings in force, and behind it what staff decided of accounts and of hosts."""
        settings, rules = self._settings(), self.gatekeeper.hosts
        if self._chain is None or self._chain[0] is not settings or self._chain[1] is not rules:
            chain = policies.Chain.of(settings)
            limited = settings.federation.limited
            last: list[policies.Policy] = [Tags()]
            if limited or rules.blocks:
                last.append(Kept(rules, limited=limited, shown=settings.instance.show_domain_blocks == "all"))
            chain = policies.Chain((*chain.policies, *last))
            self._chain = (settings, rules, chain)
        return self._chain[2]

    async def submit(self, activity: Activity, origin: Origin) -> Outcome:
        """Let it happen, once. Raises what `pleromad.errors` has; then nothing has happened.

        An activity that was submitted before (same uri, or same Idempotency-Key) changes nothing and has the outcome of the first time.
        """
        before = await self._before(activity, origin)
        actor = before.actor
        authorise(activity, origin, actor)
        earlier = _earlier(activity, before)
        if earlier is not None:
            return earlier
        activity = self.policies.apply(activity, policies.Context(actor, origin, self._settings().domain, before.visibility, self._clock.now()))

        async def work(tx: Transaction) -> tuple[Work, Result]:
            prepared = await self._prepare(tx, activity, origin, before)
            result = await APPLY[type(activity)](prepared, activity)
            await self._record(prepared, activity, result)
            return prepared, result

        # What another server sent is kept as a job until this is done: should PostgreSQL crash and forget it, it is done again. The
        # job's row goes in a later transaction, and PostgreSQL never keeps a later one without the earlier.
        lasting = origin.kind != "remote"
        try:
            done, result = await self._database.transaction(work, lasting=lasting)
        except Taken:
            # Another daemon, or another connection of the same client, was quicker with the activity or with the note in it.
            known = _earlier(activity, await self._before(activity, origin))
            if known is not None:
                return known
            done, result = await self._database.transaction(work, lasting=lasting)
        durable = () if result.stays and not done.also else self._durable
        for kind in (*durable, *done.wake):
            self._jobs.wake(kind)
        if done.notified:
            self._jobs.wake(PUSH)
        self._bus.publish(done.events)
        stored = result.data is not None
        return Outcome(
            type=activity.type,
            activity_id=done.activity_id if stored else None,
            activity_uri=done.activity_uri if stored else None,
            actor_id=actor.id,
            note_id=result.note_id,
            account_id=result.account_id,
            duplicate=result.unchanged,
            pending=result.pending,
            report_id=result.report_id,
            local=actor.local,
            notified=tuple(done.notified),
        )

    async def check(self, activity: Create, origin: Origin) -> None:
        """Raise what `submit` would raise of a draft now, and let nothing happen."""
        before = await self._before(activity, origin)
        authorise(activity, origin, before.actor)
        self.policies.apply(activity, policies.Context(before.actor, origin, self._settings().domain, before.visibility, self._clock.now()))
        draft = activity.note
        assert isinstance(draft, NoteDraft)

        async def work(tx: Transaction) -> None:
            await authoring.compose(await self._prepare(tx, activity, origin, before), draft)

        await self._database.transaction(work)

    async def _before(self, activity: Activity, origin: Origin) -> Before:
        key = origin.idempotency_key if activity.uri is None and origin.account_id == activity.actor_id else None
        before = await activity_rows.before(self._database, activity.actor_id, activity.uri, key)
        require(before is not None and not before.actor.deleted, errors.NotFound(station="authorise"))
        assert before is not None
        return before

    async def preview(self, activity: Create, origin: Origin) -> Note:
        """What a person here would say with it; nothing happens. Raises as `submit` does."""
        before = await self._before(activity, origin)
        authorise(activity, origin, before.actor)
        require(isinstance(activity.note, NoteDraft), errors.Forbidden(station="authorise"))

        async def work(tx: Transaction) -> Note:
            assert isinstance(activity.note, NoteDraft)
            return await preview(await self._prepare(tx, activity, origin, before), activity.note)

        return await self._database.transaction(work)

    async def _prepare(self, tx: Transaction, activity: Activity, origin: Origin, before: Before) -> Work:
        settings = self._settings()
        id = await self._ids.mint()
        return Work(
            tx=tx,
            ids=self._ids,
            uris=settings.uris,
            now=self._clock.now(),
            actor=before.actor,
            origin=origin,
            usual_visibility=before.visibility,
            usual_language=before.language,
            bells=before.bells,
            usual_quote_policy=before.quote_policy,
            settings=settings,
            media_url=settings.uris.media(""),
            activity_id=id,
            activity_uri=activity.uri or settings.uris.activity(id),
        )

    async def _record(self, work: Work, activity: Activity, result: Result) -> None:
        rows: list[tuple[int, str, Account, dict[str, Any], str]] = []
        if result.data is not None and not result.unchanged:
            rows.append((work.activity_id, work.activity_uri, work.actor, result.data, result.visibility.value))
        for uri, account, data, visibility in work.also:
            rows.append((await work.ids.mint(), uri, account, data, visibility))
        for id, uri, account, data, visibility in rows:
            await activity_rows.add(
                work.tx,
                id=id,
                uri=uri,
                type=name[:60] if isinstance(name := data.get("type"), str) and name else activity.type,
                account_id=account.id,
                note_id=result.note_id,
                visibility=visibility,
                local=account.local,
                data=data,
                jobs=self._durable if account.local and not (result.stays and id == work.activity_id) else (),
            )
        if work.origin.idempotency_key:
            await activity_rows.remember(work.tx, work.actor.id, work.origin.idempotency_key, work.activity_id, result.note_id)


def _earlier(activity: Activity, before: Before) -> Outcome | None:
    """What came of it the first time."""
    found = before.same_key
    if before.same_uri is not None:
        id, account_id, note_id = before.same_uri
        require(account_id == activity.actor_id, errors.Forbidden("This activity is somebody else's", station="authorise"))
        found = (id, note_id)
    if found is None:
        return None
    return Outcome(activity.type, found[0], activity.uri, activity.actor_id, found[1], duplicate=True)


def authorise(activity: Activity, origin: Origin, actor: Account) -> None:
    """Does the origin speak for the actor, and the actor's host for the ids? Raises Forbidden, Unauthenticated."""
    refused = errors.Forbidden("This is not yours to say", station="authorise")
    require(origin.kind == "system" or not isinstance(activity, Suspend), refused)
    match origin.kind:
        case "system":
            return
        case "local":
            require(origin.account_id == actor.id and actor.local, refused)
            require(not actor.suspended, errors.Forbidden("Your login is currently disabled", station="authorise"))
            return
        case "remote":
            require(origin.account_id == actor.id and not actor.local, refused)
        case "fetched":
            require(not actor.local and origin.host == host_of(actor.uri), refused)
        case _:
            raise refused
    require(
        not actor.suspended or _only_takes_back(activity),
        errors.Forbidden("This account is suspended", station="authorise"),
    )
    host = host_of(actor.uri)
    uris = [activity.uri] if activity.uri else []
    if isinstance(activity, Create | Update):
        thing = activity.note if activity.note is not None else getattr(activity, "profile", None)
        require(thing is None or isinstance(thing, RemoteNote | RemoteActor), refused)
        uris += [thing.uri] if isinstance(thing, RemoteNote | RemoteActor) else []
    require(all(host_of(uri) == host for uri in uris), errors.Forbidden("The ids are on another host than the actor", station="authorise"))


def _only_takes_back(activity: Activity) -> bool:
    """What we hear from a suspended account all the same, as Mastodon does: that it goes, that less is so, and who it is now."""
    match activity:
        case Delete(account=True) | Undo() | Reject():
            return True
        case Update(profile=RemoteActor()):
            return True
        case _:
            return False


def host_of(uri: str) -> str:
    """The host with its port, in lower case; '' for what is no URL."""
    try:
        parts = urlsplit(uri)
        return parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
