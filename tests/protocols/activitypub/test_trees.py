"""Anything at all comes into the inbox and out of the fetcher: it is taken or refused, never an exception in the log, never half a row."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from pleromad.errors import PleromadError
from tests.protocols.activitypub import trees
from tests.protocols.activitypub.test_inbox import InboxCase
from tests.support.peer import ACTIVITY_JSON, Page

NUMBER = 120
# Rows that cannot be: what must be true of every note and account, whatever came in.
HALF_WRITTEN = (
    "SELECT uri FROM notes n WHERE has_media <> EXISTS (SELECT FROM media m WHERE m.note_id = n.id) AND boost_of_id IS NULL",
    "SELECT uri FROM notes n WHERE likes_count <> (SELECT count(*) FROM likes l WHERE l.note_id = n.id)",
    "SELECT uri FROM notes n WHERE reactions_count <> (SELECT count(*) FROM reactions r WHERE r.note_id = n.id)",
    "SELECT uri FROM notes n WHERE boosts_count <> (SELECT count(*) FROM notes b WHERE b.boost_of_id = n.id) AND boost_of_id IS NULL",
    "SELECT uri FROM notes n WHERE replies_count <> (SELECT count(*) FROM notes r WHERE r.in_reply_to_id = n.id) AND boost_of_id IS NULL",
    "SELECT uri FROM notes n WHERE (SELECT coalesce(array_agg(tag ORDER BY tag), '{}') FROM note_tags t WHERE t.note_id = n.id) <> (SELECT coalesce(array_agg(t ORDER BY t), '{}') FROM unnest(n.tags) t)",
    "SELECT uri FROM notes n WHERE data IS NULL AND boost_of_id IS NULL",
    "SELECT uri FROM notes n JOIN polls p ON p.note_id = n.id WHERE cardinality(p.options) <> cardinality(p.votes)",
    "SELECT uri FROM accounts a WHERE followers_count <> (SELECT count(*) FROM follows f WHERE f.target_id = a.id AND f.accepted) AND domain IS NULL",
    "SELECT uri FROM accounts WHERE domain IS NOT NULL AND (inbox = '' OR username = '' OR raw IS NULL)",
    "SELECT uri FROM activities WHERE type = '' OR type LIKE '[%%' OR type LIKE '{%%'",
    "SELECT a.uri FROM activities a WHERE type = 'Create' AND NOT local AND note_id IS NULL",
)


class TreeTests(InboxCase):
    timeout = 120

    async def set_up(self) -> None:
        await super().set_up()
        self.said = await self.here.say(self.alice, "hello #x")
        self.ids = (self.bob, self.alice.uri, self.said.uri, self.here.url, f"{self.far.url}/notes/1", f"{self.far.url}/nothing", self.far.url, f"{self.far.url}/users/carol")
        self.count = 0

    async def nothing_is_half_written(self) -> None:
        for query in HALF_WRITTEN:
            self.assertEqual(await self.here.database.fetch(query), [], query)
        self.assertEqual(self.flushLoggedErrors(), [])
        stuck = "SELECT kind, last_error FROM jobs WHERE last_error ~ '^(TypeError|ValueError|KeyError|AttributeError|IndexError|AssertionError|RecursionError|OverflowError|UnicodeError)'"
        self.assertEqual(await self.here.database.fetch(stuck), [])

    def numbered(self) -> str:
        self.count += 1
        return f"{self.far.url}/activities/{self.count}"

    async def test_the_inbox_takes_or_refuses_whatever_comes(self) -> None:
        await self.follow_bob()
        self.far.person("carol", alsoKnownAs=[self.bob])
        for each in trees.objects(self.far.url, self.bob, self.alice.uri, self.said.uri):
            self.far.put(each["id"][len(self.far.url) :], each)
        whole = trees.activities(self.far.url, self.bob, self.alice.uri, self.said.uri, self.numbered)
        found = trees.examples(st.one_of(*(trees.broken(each, self.ids) for each in whole)), NUMBER)
        statuses = set()
        for activity in found:
            if not isinstance(activity, dict):
                self.assertEqual(await self.far.post(self.inbox, activity, by=self.bob), 400)
                continue
            # mostly such that it comes through the door: what is behind it is to be shaken
            framed = {"id": self.numbered(), **activity}
            if self.count % 5:
                framed["actor"] = self.bob
            inner = framed.get("object")
            if isinstance(inner, dict) and str(inner.get("id")).startswith(f"{self.far.url}/notes/") and framed.get("type") == "Create":
                inner["id"] = f"{self.far.url}/notes/{1000 + self.count}"
            statuses.add(await self.far.post(self.inbox, framed, by=self.bob))
            if self.count % 20 == 0:
                await self.quiet(self.here)
        await self.quiet(self.here)
        self.assertLessEqual(statuses, {202, 400, 401, 403, 413, 422})
        self.assertIn(202, statuses)
        await self.nothing_is_half_written()
        self.assertGreater(await self.notes(), 1)

    async def test_the_inbox_takes_or_refuses_any_bytes(self) -> None:
        bodies = trees.examples(st.binary(max_size=200) | st.text(max_size=100).map(str.encode), 40)
        depth = [b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b"[" * 50_000, b'{"id":"\\ud800","type":"Like","actor":"' + self.bob.encode() + b'","object":"x"}', b'{"type": 1e999}', b"{" + b'"a":1,' * 50_000 + b'"b":2}']
        for body in (*bodies, *depth):
            status = await self.far.post(self.inbox, body, by=self.bob)
            self.assertIn(status, (202, 400, 401, 403, 413), body[:60])
        await self.quiet(self.here)
        await self.nothing_is_half_written()

    async def test_the_fetcher_takes_or_refuses_whatever_it_is_answered(self) -> None:
        resolver = self.here.core.resolver
        assert resolver is not None
        pem = self.far.pairs[self.bob].public
        notes = [trees.broken(each, self.ids) for each in trees.objects(self.far.url, self.bob, self.alice.uri, self.said.uri)]
        actors = trees.broken(trees.actor(self.far.url, "dave", pem), self.ids)
        found = trees.examples(st.one_of(*notes, actors, trees.junk(self.ids), st.binary(max_size=100)), NUMBER)
        taken = refused = 0
        for number, document in enumerate(found):
            kept = isinstance(document, dict) and number % 3
            path = f"/things/{number}"
            uri = f"{self.far.url}{path}"
            body = document if isinstance(document, bytes) else json.dumps({**document, "id": uri} if kept else document).encode()
            self.far.pages[path] = Page(body, ACTIVITY_JSON if number % 20 else "text/html")
            for ask in (resolver.account(uri), resolver.note(uri, self.alice.id)):
                try:
                    taken += await ask is not None
                except PleromadError:
                    refused += 1
        await self.quiet(self.here)
        self.assertGreater(min(taken, refused), 10)
        await self.nothing_is_half_written()

    async def test_collections_and_keys_of_any_form(self) -> None:
        """What is asked for on the way: a key, a pinned note, what stands above and below a note."""
        parts: Any = trees.junk(self.ids)
        for number, document in enumerate(trees.examples(parts, 60)):
            name = f"eve{number}"
            uri = self.far.person(name, featured=f"{self.far.url}/users/{name}/featured")
            page = Page(json.dumps({"id": f"{uri}/featured", "type": "OrderedCollection", "orderedItems": document, "first": document}).encode())
            self.far.pages[f"/users/{name}/featured"] = page
            self.far.pages[f"/keys/{number}"] = Page(json.dumps({"id": f"{self.far.url}/keys/{number}", "owner": document, "publicKey": document}).encode())
            create = self.create(10_000 + number, inReplyTo=f"{self.far.url}/keys/{number}", replies=document, context=document)
            self.assertEqual(await self.far.post(self.inbox, create, by=self.bob, key_id=f"{self.far.url}/keys/{number}"), 401)
            self.assertIn(await self.far.post(self.inbox, {**create, "actor": uri}, by=uri), (202, 401, 403))
            self.assertEqual(await self.far.post(self.inbox, create, by=self.bob), 202)
            await self.here.core.resolver.account(f"{name}@{self.far.domain}")  # type: ignore[union-attr]
        await self.quiet(self.here)
        await self.nothing_is_half_written()
