"""What becomes of other implementations' documents in our inbox: `make sweep FIXTURES=DIR` prints a table.

Every JSON document below DIR is sent to an inbox of a fresh server as if its actor had signed it: actors get a key of ours in
their documents, nothing else is changed in them. Fetches are answered out of the same files, and are 404 where there is none; an
actor without a file is made up. What must speak of something here (Follow, Like, Accept, Flag ...) is pointed at something here.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twisted.internet import reactor
from twisted.logger import LogLevel, globalLogPublisher

from pleromad.errors import PleromadError
from pleromad.ids import PUBLIC
from pleromad.model.activity import Accept, Follow, Origin
from pleromad.model.note import PollDraft
from protocols.activitypub.to_core.pieces import as_id, as_ids, as_list, as_object, prop, type_of
from protocols.activitypub.vocabulary import ACTIVITIES, ACTORS
from tests.support.federation import FederationCase, another_pair
from tests.support.peer import ACTIVITY_JSON, Peer
from tests.sweep.world import Fixture, World, created
from web.outbound.client import Reply, client_of

FIXTURES = os.environ.get("FIXTURES", "")


@dataclass
class Result:
    fixture: Fixture
    type: str
    status: int = 0
    stored: bool = False
    shown: str = "–"
    why: str = ""
    errors: list[str] = field(default_factory=list)


class Sweep(FederationCase):
    timeout = 3600
    if not FIXTURES:
        skip = "FIXTURES names no folder"

    async def test_every_fixture(self) -> None:
        world = World(Path(FIXTURES))
        pair = another_pair()
        peer = await self.peer()
        results = []
        only = os.environ.get("ONLY", "")
        for fixture in world.fixtures:
            if fixture.kind and only in fixture.path:
                results.append(await _Trial(self, world, fixture, peer, pair).run())
        print(table(results))
        bad = [result for result in results if result.errors or result.status >= 500]
        self.assertEqual([(result.fixture.path, result.status, result.errors) for result in bad], [])
        self.assertTrue(results)


class _Trial:
    def __init__(self, case: Sweep, world: World, fixture: Fixture, peer: Peer, pair: Any) -> None:
        self._case, self._world, self._fixture, self._peer, self._pair = case, world, fixture, peer, pair
        self._made_up: set[str] = set()
        self._reasons: list[str] = []
        self._errors: list[str] = []

    def _log(self, happening: dict[str, Any]) -> None:
        template = str(happening.get("log_format") or "")
        if template.startswith(("Job {kind} {id} dropped", "Nothing is done with")) and happening.get("kind", "inbox") == "inbox":
            self._reasons.append(str(happening.get("reason") or "nothing is done with it"))
        if "log_failure" in happening or happening.get("log_level") in (LogLevel.error, LogLevel.critical):
            failure = happening.get("log_failure")
            self._errors.append(failure.getErrorMessage() if failure else template)

    async def run(self) -> Result:
        document = self._fixture.document
        result = Result(self._fixture, type_of(document, ACTIVITIES | ACTORS))
        server = await self._case.server()
        globalLogPublisher.addObserver(self._log)
        try:
            client = client_of(server.core, reactor)
            self._case.patch(client, "get", self._get)
            self._case.patch(client, "post", self._post)
            self._server = server
            self._alice = await server.person("alice")
            await getattr(self, f"_{self._fixture.kind}")(result)
        except PleromadError as error:
            result.why = f"{type(error).__name__}: {error}"
        finally:
            globalLogPublisher.removeObserver(self._log)
            await server.stop()
        result.errors = [*self._errors]
        self._case.flushLoggedErrors()
        if not result.stored and not result.why:
            result.why = self._reasons[-1] if self._reasons else f"answered {result.status}"
        return result

    # ---- the world outside

    async def _get(self, url: str, **_: Any) -> Reply:
        document = self._world.shown(url, self._pair.public, self._made_up)
        if document is None and url == self._fixture.document.get("id"):
            document = self._fixture.document
        if document is None:
            return Reply(404, {"content-type": "text/plain"}, b"", url)
        return Reply(200, {"content-type": ACTIVITY_JSON}, json.dumps(document).encode(), url)

    async def _post(self, url: str, *_: Any, **__: Any) -> Reply:
        return Reply(202, {}, b"", url)

    # ---- kinds

    async def _actor(self, result: Result) -> None:
        uri = str(self._fixture.document["id"])
        known = await self._server.core.resolver.account(uri)  # type: ignore[union-attr]
        result.status, result.stored = 200, True
        result.shown = "yes" if (await self._server.core.reading.account(known.id)).username else "no"

    async def _object(self, result: Result) -> None:
        document = self._fixture.document
        authors = as_list(prop(document, "attributedTo"))
        person = next((as_id(item) for item in authors if isinstance(item, dict) and item.get("type") == "Person"), None)
        author = person or as_id(authors) or ""
        if prop(document, "name") and not prop(document, "content") and prop(document, "inReplyTo") and document["type"] == "Note":
            note = await self._server.say(self._alice, "vote", poll=PollDraft(options=(str(document["name"]), "another"), expires_in_seconds=3600))
            document = {**document, "inReplyTo": note.uri}
            result.status = await self._send(created(document, author), author)
            votes = await self._server.database.fetch_value("SELECT count(*) FROM activities WHERE type = 'Vote' OR NOT local AND type = 'Create'")
            result.stored = bool(votes)
            return
        result.status = await self._send(self._to_alice(created(document, author)), author)
        await self._look(result, str(document["id"]))

    async def _activity(self, result: Result) -> None:
        activity = dict(self._fixture.document)
        actor = as_id(prop(activity, "actor")) or ""
        activity = await self._aimed(activity, actor)
        result.status = await self._send(self._to_alice(activity), actor)
        type = type_of(activity, ACTIVITIES)
        inner = as_object(prop(activity, "object"))
        if type == "Announce" and type_of(inner, ACTIVITIES) in ACTIVITIES:
            inner = as_object(prop(inner, "object")) or {"id": as_id(prop(inner, "object"))}
            await self._look(result, str(inner.get("id")))
        elif type == "Create":
            await self._look(result, as_id(prop(activity, "object")) or "")
        elif type == "Announce":
            await self._look(result, str(activity["id"]))
        if type == "Delete" and as_id(object := prop(activity, "object")) == actor:
            known = await self._server.database.fetch_value("SELECT deleted_at IS NOT NULL FROM accounts WHERE uri = %s", (as_id(object),))
            result.stored = bool(known)
        if not result.stored:
            row = await self._server.core.reading.activity_by_uri(str(activity["id"]))
            # What is done in the name of a group, or of a note, leaves no row of its own.
            done = type in ("Add", "Remove", "Update", "Delete") and result.status == 202 and not self._reasons
            result.stored = row is not None or done

    async def _look(self, result: Result, uri: str) -> None:
        reading = self._server.core.reading
        id = await reading.note_id_of(uri)
        result.stored = id is not None
        if id is None:
            return
        seen = await reading.notes(self._alice.id, [id])
        note = seen[0].note if seen else None
        if note is None:
            result.shown, result.why = "no", "not addressed to anybody here"
        else:
            note = note.boost_of if note.boost_of is not None else note
            result.shown = "yes" if note.content or note.media or note.poll or note.title else "empty"

    # ---- sending

    async def _send(self, activity: dict[str, Any], actor: str) -> int:
        if type_of(activity, ACTIVITIES) not in ("Accept", "Reject"):
            await self._befriend(actor)
        await self._make_known(activity)
        inner = as_object(prop(activity, "object"))
        if inner and type_of(inner, ACTIVITIES) in ACTIVITIES:
            self._made_up.add(as_id(prop(inner, "actor")) or "")
            self._made_up.add(as_id(prop(as_object(prop(inner, "object")), "attributedTo")) or "")
        elif inner:
            self._made_up.add(as_id(prop(inner, "attributedTo")) or "")
        document = self._world.shown(actor, self._pair.public, self._made_up) or {}
        key_id = as_id(as_object(prop(document, "publicKey"))) or f"{actor}#main-key"
        status = await self._peer.post(f"{self._server.url}/inbox", activity, by=actor, key_id=key_id, pair=self._pair)
        await self._case.quiet(self._server)
        return status

    async def _befriend(self, actor: str, *, accepted: bool = True) -> None:
        """alice follows whoever sends, so that nothing is refused because nobody here listens."""
        self._made_up.add(actor)
        known = await self._server.core.resolver.account(actor)  # type: ignore[union-attr]
        try:
            outcome = await self._server.submit(Follow(actor_id=self._alice.id, target_id=known.id))
        except PleromadError:
            return  # they have blocked alice
        if not outcome.pending or not accepted:
            return
        uri = f"{known.uri}#sweep-accept"
        raw = {"id": uri, "type": "Accept", "actor": known.uri, "object": f"{self._alice.uri}"}
        origin = Origin.remote(known.id, urlsplit(known.uri).netloc)
        await self._server.core.activities.submit(Accept(actor_id=known.id, uri=uri, raw=raw, follower_id=self._alice.id), origin)

    async def _make_known(self, activity: dict[str, Any]) -> None:
        """Groups and people it names who are in the files are known here before."""
        named = [uri for place in ("audience", "to", "cc", "target", "object") for uri in as_ids(prop(activity, place))]
        for uri in dict.fromkeys([*named, *(uri.removesuffix("/moderators").removesuffix("/featured") for uri in named)]):
            if type_of(self._world.by_id.get(uri), ACTORS) in ACTORS:
                try:
                    await self._server.core.resolver.account(uri)  # type: ignore[union-attr]
                except PleromadError:
                    continue

    def _to_alice(self, activity: dict[str, Any]) -> dict[str, Any]:
        """A private message is for alice."""
        inner = prop(activity, "object")
        if not isinstance(inner, dict) or not (private(activity) and private(inner)):
            return activity
        return {**activity, "to": [self._alice.uri], "object": {**inner, "to": [self._alice.uri]}}

    async def _aimed(self, activity: dict[str, Any], actor: str) -> dict[str, Any]:
        """Pointed at something here, in the shape it has."""
        type = type_of(activity, ACTIVITIES)
        object = prop(activity, "object")
        match type:
            case "Follow" | "Join" | "Block" | "Invite" if as_id(object) not in self._world.by_id or type in ("Follow", "Block"):
                return {**activity, "object": _pointed(object, self._alice.uri)}
            case "Like" | "EmojiReact" | "Dislike":
                return {**activity, "object": _pointed(object, await self._note())}
            case "Announce" if as_id(object) not in self._world.by_id and not isinstance(object, dict):
                return {**activity, "object": await self._note()}
            case "Accept" | "Reject":
                await self._befriend(actor, accepted=False)
                uri = await self._server.database.fetch_value("SELECT uri FROM activities WHERE type = 'Follow' AND local LIMIT 1")
                given = {"id": uri, "actor": self._alice.uri, "object": actor}
                return {**activity, "object": {**object, **given} if isinstance(object, dict) else uri}
            case "Flag":
                note = await self._note()
                return {**activity, "object": [self._alice.uri, note] if isinstance(object, list) else note}
            case "Undo":
                inner = object if isinstance(object, dict) else self._world.by_id.get(str(object), {})
                if type_of(inner, ACTIVITIES) in ACTIVITIES and inner.get("id"):
                    inner = await self._aimed({**inner}, actor)
                    await self._send(inner, actor)
                    return {**activity, "object": inner if isinstance(object, dict) else object}
            case "Delete" | "Update" | "Add" | "Remove":
                uri = as_id(object) or ""
                note = self._world.by_id.get(uri) or as_object(object)
                if isinstance(object, dict) and type_of(object, ACTIVITIES) in ACTIVITIES:
                    return activity
                if uri and uri != actor and type_of(note, ACTORS) not in ACTORS:
                    usable = note if prop(note, "attributedTo") and type_of(note, ACTIVITIES) not in ACTIVITIES else {}
                    note = {"id": uri, "type": "Note", "attributedTo": actor, "content": "before", "to": [PUBLIC], **usable}
                    await self._send(self._to_alice({**created(note, actor), "object": note}), actor)
            case "Create":
                inner = as_object(object)
                if inner.get("type") == "Note" and prop(inner, "name") and not prop(inner, "content"):
                    poll = PollDraft(options=(str(inner["name"]), "another"), expires_in_seconds=3600)
                    question = await self._server.say(self._alice, "vote", poll=poll)
                    return {**activity, "object": {**inner, "inReplyTo": question.uri}}
        return activity

    async def _note(self) -> str:
        return (await self._server.say(self._alice, "what is spoken of")).uri


def private(document: dict[str, Any]) -> bool:
    to = [*as_ids(prop(document, "to")), *as_ids(prop(document, "cc"))]
    return bool(to) and not any(uri.endswith(("Public", "/followers")) for uri in to)


def _pointed(object: Any, uri: str) -> Any:
    return {**object, "id": uri} if isinstance(object, dict) else [uri] if isinstance(object, list) else uri


def table(results: list[Result]) -> str:
    """By implementation: how many, and each that was not stored and shown with the reason."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[result.fixture.implementation].append(result)
    lines = ["| implementation | documents | stored | shown | refused or left alone, and why |", "|---|---|---|---|---|"]
    for name in sorted(groups, key=str.lower):
        group = groups[name]
        shown = [result for result in group if result.shown != "–"]
        why: dict[str, list[str]] = defaultdict(list)
        for result in group:
            if not result.stored or result.shown in ("no", "empty"):
                why[result.why or "shown empty"].append(f"{result.type} `{Path(result.fixture.path).stem}`")
        reasons = "; ".join(f"{', '.join(sorted(set(files)))}: {reason}" for reason, files in sorted(why.items()))
        lines.append(
            f"| {name} | {len(group)} | {sum(result.stored for result in group)} "
            f"| {sum(result.shown == 'yes' for result in shown)} of {len(shown)} | {reasons.replace('|', '/')} |"
        )
    stored = sum(result.stored for result in results)
    lines.append(f"| **all** | **{len(results)}** | **{stored}** | | 5xx: {sum(result.status >= 500 for result in results)}, tracebacks: {sum(bool(result.errors) for result in results)} |")
    return "\n".join(lines)


