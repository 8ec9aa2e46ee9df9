"""ActivityPub for apps: the outbox takes what its owner says, and nothing that is somebody else's."""

from __future__ import annotations

import json
from typing import Any

from pleromad.ids import PUBLIC
from pleromad.model.account import Account
from pleromad.model.note import Visibility
from tests.protocols.activitypub.test_inbox import InboxCase
from tests.protocols.mastodon.case import EVERYTHING
from tests.protocols.mastodon.test_accounts import picture
from tests.support.http import encode_form, encode_multipart
from tests.support.peer import ACTIVITY_JSON

URN = "urn:ietf:wg:oauth:2.0:oob"


class ClientCase(InboxCase):
    async def set_up(self) -> None:
        await super().set_up()
        self.token = await self.token_of(self.alice)
        self.actor = json.loads((await self.far.get(self.alice.uri))[1])

    async def token_of(self, account: Account, *scopes: str) -> str:
        accounts = self.here.core.accounts
        app = await accounts.add_app(name="C2S", website=None, redirect_uris=[URN], scopes=EVERYTHING)
        return (await accounts.issue(app, account.id, scopes or EVERYTHING)).access_token

    async def say(self, document: Any, *, token: str | None = None, outbox: str = "") -> tuple[int, Any]:
        """POST to the outbox; (status, the answer)."""
        headers = {"Content-Type": ACTIVITY_JSON, "Authorization": f"Bearer {token or self.token}"}
        status, body = await self.far.send("POST", outbox or self.alice.outbox, headers, json.dumps(document).encode())
        await self.quiet(self.here)
        return status, json.loads(body) if body else None

    def note_of(self, **more: Any) -> dict[str, Any]:
        return {"type": "Note", "content": "<p>hello</p>", "to": [PUBLIC], "cc": [self.alice.followers_uri], **more}


class WhoTests(ClientCase):
    async def test_a_token_tells_whose_it_is(self) -> None:
        status, body = await self.far.send("GET", f"{self.here.url}/api/ap/whoami", {"Authorization": f"Bearer {self.token}"}, b"")
        self.assertEqual((status, json.loads(body)["id"]), (200, self.alice.uri))
        self.assertEqual((await self.far.get(f"{self.here.url}/api/ap/whoami"))[0], 401)


class OutboxTests(ClientCase):
    async def test_a_bare_note_is_created_and_delivered(self) -> None:
        await self.follow_bob()
        status, create = await self.say(self.note_of(content=f"<p>hello @bob@{self.far.domain}</p>", summary="greeting", sensitive=True, to=[PUBLIC, self.bob]))
        self.assertEqual((status, create["type"], create["actor"]), (201, "Create", self.alice.uri))
        note = await self.here.note(create["object"]["id"])
        assert note is not None
        self.assertEqual((note.visibility, note.spoiler_text, note.sensitive, [m.acct for m in note.mentions]), (Visibility.PUBLIC, "greeting", True, [f"bob@{self.far.domain}"]))
        self.assertEqual(self.far.received("Create")[-1]["object"]["id"], note.uri)

    async def test_audiences(self) -> None:
        for to, cc, visibility in (
            ([PUBLIC], [], Visibility.PUBLIC),
            ([self.alice.followers_uri], ["as:Public"], Visibility.UNLISTED),
            ([self.alice.followers_uri], [], Visibility.FOLLOWERS),
            ([self.bob], [], Visibility.DIRECT),
        ):
            status, create = await self.say({"type": "Create", "to": to, "cc": cc, "object": {"type": "Note", "content": "x", "source": {"content": "*x*", "mediaType": "text/markdown"}}})
            self.assertEqual(status, 201, create)
            seen = await self.here.core.reading.note_by_uri(self.alice.id, create["object"]["id"])
            assert seen is not None
            self.assertEqual((seen.note.visibility, seen.note.content), (visibility, "<p><em>x</em></p>"))
            if visibility is Visibility.DIRECT:
                self.assertEqual(self.far.received("Create")[-1]["to"], [self.bob])
        self.assertEqual((await self.say(self.note_of(bcc=[self.bob])))[0], 201)  # of the object it counts for nothing
        self.assertEqual((await self.say({"type": "Create", "bcc": [self.bob], "object": self.note_of()}))[0], 400)

    async def test_all_that_can_be_done_and_taken_back(self) -> None:
        theirs = self.far.note(self.bob, 1)["id"]
        done: dict[str, Any] = {}
        for type, object in (("Follow", self.bob), ("Like", theirs), ("Announce", theirs)):
            status, done[type] = await self.say({"type": type, "object": object, "to": [PUBLIC]})
            self.assertEqual((status, done[type]["type"], self.far.received(type)[-1]["id"]), (201, type, done[type]["id"]))
        status, reaction = await self.say({"type": "EmojiReact", "object": theirs, "content": "\U0001f431"})
        self.assertEqual((status, self.far.received("EmojiReact")[-1]["content"]), (201, "\U0001f431"))
        note = await self.here.note(theirs)
        assert note is not None
        self.assertEqual((note.likes_count, note.boosts_count, sum(r.count for r in note.reactions)), (1, 1, 1))
        for activity in (*done.values(), reaction):
            self.assertEqual((await self.say({"type": "Undo", "object": activity["id"]}))[0], 201, activity)
        note = await self.here.note(theirs)
        assert note is not None
        self.assertEqual((note.likes_count, note.boosts_count, list(note.reactions)), (0, 0, []))
        bob = await self.account(self.bob)
        self.assertIsNone(await self.here.core.reading.follow_of(self.alice.id, bob.id))

    async def test_a_note_is_answered_edited_pinned_and_deleted(self) -> None:
        theirs = self.far.note(self.bob, 1)["id"]
        _, create = await self.say(self.note_of(inReplyTo=theirs))
        uri = create["object"]["id"]
        status, _ = await self.say({"type": "Update", "object": {"id": uri, "type": "Note", "content": "<p>goodbye</p>"}})
        note = await self.here.note(uri)
        assert note is not None
        self.assertEqual((status, note.content, note.in_reply_to_id), (201, "<p>goodbye</p>", await self.here.core.reading.note_id_of(theirs)))
        self.assertEqual((await self.say({"type": "Add", "object": uri, "target": self.alice.featured_uri}))[0], 201)
        self.assertEqual(json.loads((await self.far.get(self.alice.featured_uri))[1])["orderedItems"], [uri])
        self.assertEqual((await self.say({"type": "Delete", "object": uri}))[0], 201)
        self.assertEqual((await self.far.get(uri))[0], 410)

    async def test_media_and_polls(self) -> None:
        body, media_type = encode_multipart({"description": "a picture"}, {"file": ("a.png", "image/png", picture())})
        upload = self.actor["endpoints"]["uploadMedia"]
        status, said = await self.far.send("POST", upload, {"Content-Type": media_type, "Authorization": f"Bearer {self.token}"}, body)
        made = json.loads(said)
        self.assertEqual((status, made["type"], made["name"]), (201, "Image", "a picture"))
        _, create = await self.say(self.note_of(attachment=[made]))
        self.assertEqual(create["object"]["attachment"][0]["url"], made["url"])
        status, edited = await self.say({"type": "Update", "object": {**self.note_of(attachment=[made]), "id": create["object"]["id"], "content": "again"}})
        self.assertEqual((status, edited["object"]["attachment"][0]["url"]), (201, made["url"]))
        status, create = await self.say({**self.note_of(), "type": "Question", "oneOf": [{"type": "Note", "name": "yes"}, {"type": "Note", "name": "no"}]})
        self.assertEqual((status, [option["name"] for option in create["object"]["oneOf"]]), (201, ["yes", "no"]))

    async def test_the_profile(self) -> None:
        forged = {"publicKey": {"publicKeyPem": "x"}, "inbox": "https://evil.example/", "assertionMethod": [], "movedTo": self.bob, "preferredUsername": "eve"}
        status, _ = await self.say({"type": "Update", "object": {"id": self.alice.uri, "type": "Person", "name": "Alice", "summary": "<p>hello</p>", **forged}})
        now = await self.here.core.reading.account(self.alice.id)
        self.assertEqual((status, now.display_name, now.username, now.inbox, now.public_key_pem, now.moved_to_uri), (201, "Alice", "alice", self.alice.inbox, self.alice.public_key_pem, None))

    async def test_requests_to_follow_are_answered(self) -> None:
        await self.say({"type": "Update", "object": {"id": self.alice.uri, "type": "Person", "manuallyApprovesFollowers": True}})
        follow = self.activity("Follow", self.alice.uri, 7)
        await self.send(follow)
        self.assertEqual(self.far.received("Accept"), [])
        self.assertEqual((await self.say({"type": "Accept", "object": follow["id"]}))[0], 201)
        self.assertEqual(self.far.received("Accept")[-1]["object"]["id"], follow["id"])

    async def test_s26_only_ones_own(self) -> None:
        eve = await self.here.person("eve")
        by_eve = await self.token_of(eve)
        _, create = await self.say(self.note_of())
        uri = create["object"]["id"]
        before = await self.notes()
        for status, document in (
            (403, {"type": "Delete", "object": uri}),
            (403, {"type": "Update", "object": {"id": uri, "type": "Note", "content": "forged"}}),
            (403, {"type": "Create", "actor": self.alice.uri, "object": self.note_of()}),
            (403, self.note_of(attributedTo=self.alice.uri)),
            (403, {"type": "Undo", "object": create}),
            (400, {"type": "Update", "object": {"id": self.alice.uri, "type": "Person", "name": "forged"}}),
            (400, self.note_of(attachment=[{"type": "Image", "url": f"{self.here.url}/media/somebody/elses.png"}])),
            (400, self.note_of(attachment=[{"type": "Image", "url": "https://far.example/a.png"}])),
            (400, {"type": "Move", "object": eve.uri, "target": self.bob}),
            (400, {"type": "Delete"}),
            (400, {"type": "Nonsense"}),
            (400, {}),
        ):
            answered, _ = await self.say(document, token=by_eve, outbox=eve.outbox)
            self.assertIn(answered, (status, 404), document)
        self.assertEqual((await self.say(self.note_of(), token=by_eve))[0], 403)
        self.assertEqual((await self.say(self.note_of(), token="nobody"))[0], 401)
        self.assertEqual((await self.say(self.note_of(), token=await self.token_of(self.alice, "read")))[0], 403)
        self.assertEqual((await self.say(self.note_of(), token=await self.token_of(self.alice, "write:follows")))[0], 403)
        self.assertEqual(await self.notes(), before)
        self.assertIn("hello", (await self.here.note(uri)).content)  # type: ignore[union-attr]


class ReadingTests(ClientCase):
    async def asked(self, url: str, token: str | None = None) -> tuple[int, Any]:
        status, body = await self.far.send("GET", url, {"Accept": ACTIVITY_JSON, "Authorization": f"Bearer {token or self.token}"})
        return status, json.loads(body)

    async def test_the_inbox_is_its_owners(self) -> None:
        await self.follow_bob()
        public, private = self.create(1), self.create(2, to=[self.alice.uri], cc=[])
        for create in (public, private):
            await self.send(create)
        status, box = await self.asked(self.alice.inbox)
        self.assertEqual((status, box["type"]), (200, "OrderedCollection"))
        _, page = await self.asked(box["first"])
        self.assertEqual({item["id"] for item in page["orderedItems"]}, {public["id"], private["id"]})
        eve = await self.here.person("eve")
        self.assertEqual((await self.asked(self.alice.inbox, await self.token_of(eve)))[0], 403)
        self.assertEqual((await self.far.send("GET", self.alice.inbox, {"Accept": ACTIVITY_JSON}))[0], 401)

    async def test_the_proxy_shows_what_all_may_read(self) -> None:
        public, private = self.far.note(self.bob, 1), self.far.note(self.bob, 2, to=[f"{self.bob}/followers"], cc=[])
        for uri, status in ((self.bob, 200), (public["id"], 200), (private["id"], 404), (self.alice.uri, 404), ("http://127.0.0.1:1/", 503), ("ftp://x/", 400)):
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Bearer {self.token}"}
            answered, body = await self.far.send("POST", self.actor["endpoints"]["proxyUrl"], headers, encode_form({"id": uri}))
            self.assertEqual(answered, status, (uri, body))
            if status == 200:
                self.assertEqual(json.loads(body)["id"], uri)
        self.assertEqual((await self.far.send("POST", self.actor["endpoints"]["proxyUrl"], {"Content-Type": "application/x-www-form-urlencoded"}, encode_form({"id": self.bob})))[0], 401)

    async def test_the_actor_says_where(self) -> None:
        self.assertLessEqual({"oauthAuthorizationEndpoint", "oauthTokenEndpoint", "oauthRegistrationEndpoint", "uploadMedia", "proxyUrl", "sharedInbox"}, set(self.actor["endpoints"]))
        _, body = await self.far.send("GET", f"{self.here.url}/actor", {"Accept": ACTIVITY_JSON})
        self.assertEqual(set(json.loads(body)["endpoints"]), {"sharedInbox"})
