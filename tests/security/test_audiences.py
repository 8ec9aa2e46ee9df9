"""Who may see what, and who may say it: S20, S21, S22, S24, S26, S29."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wsproto.events import CloseConnection

from pleromad.errors import Forbidden, NotFound, PleromadError
from pleromad.ids import PUBLIC
from pleromad.model.account import Account, ProfileChange
from pleromad.model.activity import Delete, Follow, Origin, Suspend, Update
from pleromad.model.note import NoteDraft, Visibility
from pleromad.model.page import Page as Slot
from protocols.mastodon.streaming import hub
from tests.protocols.activitypub.test_serving import ServingCase
from tests.protocols.mastodon.case import MastodonCase
from tests.protocols.mastodon.test_accounts import picture
from tests.protocols.mastodon.test_streaming import StreamingCase
from tests.security.case import HostileCase
from tests.support.core import PASSWORD, CoreCase, settings_of
from tests.support.peer import Peer


class FollowersTests(HostileCase):
    """S20: a follow counts when it was accepted, on either side."""

    async def test_s20_who_only_asked_to_follow_reads_nothing(self) -> None:
        """A locked bob has not answered alice; his server sends her what is for his followers all the same."""
        bob = await self.resolver.account(self.bob)
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=bob.id))
        await self.send(self.create(1, to=[f"{self.bob}/followers"], cc=[]))
        self.assertEqual(await self.notes(), 0)
        self.assertIsNone(await self.here.note(f"{self.far.url}/notes/1", self.alice))

    async def test_s20_one_follower_here_opens_it_to_nobody_else(self) -> None:
        await self.follow_bob()
        carol = await self.here.person("carol")
        await self.here.submit(Follow(actor_id=carol.id, target_id=(await self.account(self.bob)).id))
        await self.send(self.create(1, to=[f"{self.bob}/followers"], cc=[]))
        uri = f"{self.far.url}/notes/1"
        self.assertIsNotNone(await self.here.note(uri, self.alice))
        for viewer in (carol, None):
            self.assertIsNone(await self.here.note(uri, viewer))
        self.assertEqual(await self.here.home(carol), [])

    async def test_s20_ours_goes_to_accepted_followers_only(self) -> None:
        await self.here.submit(Update(actor_id=self.alice.id, profile=ProfileChange(locked=True)))
        await self.resolver.account(self.bob)
        await self.send(self.activity("Follow", self.alice.uri, 1))
        await self.here.say(self.alice, "for my followers", visibility=Visibility.FOLLOWERS)
        await self.quiet(self.here)
        self.assertEqual(self.far.received("Create"), [])

    async def test_s20_somebody_elses_followers_are_not_the_readers(self) -> None:
        """bob's followers collection on another server, or one that is really alice's, does not make it readable."""
        self.far.person("bob", followers=f"{self.here.url}/users/alice/followers")
        await self.follow_bob()
        self.assertEqual((await self.account(self.bob)).followers_uri, "")


class PrivateTests(ServingCase):
    """S21: one rule for every exit; what may not be seen is not there, in the same words."""

    DOORS = ("activitypub", "mastodon", "pages", "ostatus")  # type: ignore[assignment]

    async def test_s21_what_is_private_leaves_by_no_exit(self) -> None:
        alice, bob, eve = [await self.person(name) for name in ("alice", "bob", "eve")]
        stranger = await self.remote("mallory", "evil.example")
        public = await self.say(alice, "all may read #tag")
        secrets = [
            await self.say(alice, "zebra gnu for followers #tag", visibility=Visibility.FOLLOWERS, in_reply_to_id=public.id),
            await self.say(alice, "zebra yak @bob #tag", visibility=Visibility.DIRECT),
            await self.say(alice, "zebra for this server #tag", visibility=Visibility.LOCAL),
        ]
        account = f"/api/v1/accounts/{alice.id}"
        paths = [
            *(f"/users/alice{rest}" for rest in ("", "/outbox", "/outbox?page=true", "/featured", "/followers")),
            *("/@alice", "/@alice?with=replies", "/@alice.atom", "/users/alice/feed.atom", "/tags/tag", "/tags/tag.atom", "/@alice.rss"),
            *("/api/v1/timelines/public", "/api/v1/timelines/public?local=true", "/api/v1/timelines/tag/tag", f"{account}/statuses"),
            *("/api/v2/search?q=zebra", f"/api/v1/statuses/{public.id}/context", f"/@alice/{public.id}", "/"),
            *(public.uri.removeprefix("https://here.example") + rest for rest in ("", "/replies", "/replies?page=true")),
            *(f"/api/v1/statuses/{secret.id}{rest}" for secret in secrets for rest in ("", "/context", "/source", "/history")),
            *(f"/@alice/{secret.id}" for secret in secrets),
            *(secret.uri.removeprefix("https://here.example") + rest for secret in secrets for rest in ("", "/activity", "/replies", ".atom")),
        ]
        for path in paths:
            for accept in ("application/activity+json", "text/html", "application/json", "application/atom+xml"):
                reply = await self.get(path, headers={"Accept": accept, "Host": "here.example"})
                self.assertNotIn(b"zebra", reply.body, f"{path} {accept}")
                for secret in secrets:
                    if f"{secret.id}" not in path and "search" not in path:
                        self.assertNotIn(str(secret.id).encode(), reply.body, f"{path} {accept}")
        await self.not_even_to_somebody_here(eve, paths)
        for secret in secrets:
            for by in (None, stranger):
                reply = await self.fetch(secret.uri, by=by)
                absent = await self.fetch(f"https://here.example/notes/{secret.id + 1}", by=by)
                self.assertEqual((reply.status, reply.body), (absent.status, absent.body))
                self.assertEqual(reply.status, 404)
        for viewer, query in ((None, "zebra"), (None, "zebra from:alice")):
            self.assertEqual(len((await self.core.reading.search(viewer, query, Slot())).items), 0)
        self.assertEqual(len((await self.core.reading.search(bob.id, "zebra", Slot())).items), 2)  # for bob, and for this server

    async def not_even_to_somebody_here(self, eve: Account, paths: Sequence[str]) -> None:
        """eve, who lives here, follows nobody and is named nowhere, sees what is for this server and no more."""
        app = await self.core.accounts.add_app(name="Eve's", website=None, redirect_uris=["urn:ietf:wg:oauth:2.0:oob"], scopes=["read"])
        token = (await self.core.accounts.issue(app, eve.id, ["read"])).access_token
        seen = 0
        for path in (*paths, "/api/v1/timelines/home", "/api/v1/notifications", "/api/v1/conversations"):
            reply = await self.get(path, headers={"Accept": "application/json", "Host": "here.example", "Authorization": f"Bearer {token}"})
            self.assertFalse(b"gnu" in reply.body or b"yak" in reply.body, path)
            seen += b"zebra" in reply.body
        self.assertGreater(seen, 0)


class StreamTests(StreamingCase):
    """S22: what was revoked hears nothing more, and at once: not when tokens are looked at the next time."""

    def setUp(self) -> Any:
        self.patch(hub, "HEARTBEAT_SECONDS", 3_600.0)
        return super().setUp()

    async def test_s22_a_revoked_token_ends_its_streams(self) -> None:
        await self.people()
        socket = await self.open("?stream=user", self.by_alice)
        [token] = await self.core.accounts.tokens_of(self.alice.id)
        await self.core.accounts.delete_token(self.alice.id, token.id)
        await self.post(self.bob, "said afterwards")
        self.assertIsInstance(await socket.event(), CloseConnection)
        self.assertEqual((await self.refused("?stream=user", Authorization=f"Bearer {self.by_alice}"))[0], 401)

    async def test_s22_a_suspended_person_hears_nothing_more(self) -> None:
        await self.people()
        socket = await self.open("?stream=user", self.by_alice)
        await self.suspend(self.alice.id)
        await self.post(self.bob, "said afterwards")
        self.assertIsInstance(await socket.event(), CloseConnection)
        self.assertIn((await self.refused("?stream=user", Authorization=f"Bearer {self.by_alice}"))[0], (401, 403))

    async def suspend(self, account_id: int) -> None:
        await self.core.activities.submit(Suspend(actor_id=account_id), Origin.system())


class SuspendedTests(HostileCase):
    """S24: policies and suspensions look at all that is inside."""

    async def second(self) -> Peer:
        """On another host name than bob's, so that a rule can name it."""
        peer = await self.peer()
        peer.domain = peer.domain.replace("localhost", "127.0.0.1")
        peer.url = f"http://{peer.domain}"
        return peer

    def refuse(self, host: str) -> None:
        settings = self.here.settings
        tables: dict[str, dict[str, Any]] = {
            "instance": {"domain": settings.domain},
            "http": {"public_url": settings.http.public_url},
            "federation": {"allow_http": True, "allow_private_addresses": True},
            "policies": {"simple": {"reject": [host]}},
        }
        self.here.core.settings = settings_of(tables, str(settings.data_dir))

    async def test_s24_a_refused_host_does_not_come_in_by_a_boost_a_reply_or_a_group(self) -> None:
        evil = await self.second()
        mallory = evil.person("mallory")
        await self.follow_bob()
        group = self.far.person("world", type="Group")
        await self.follow_of_group(group)
        self.refuse("127.0.0.1")
        note = evil.note(mallory, 1)
        before = await self.count("accounts")
        inner = {"id": f"{evil.url}/activities/1", "type": "Create", "actor": mallory, "object": {**note, "audience": group}}
        await self.send(self.activity("Announce", note["id"], 10, to=[PUBLIC]))
        await self.send(self.activity("Announce", note, 11, to=[PUBLIC]))
        await self.send({**self.activity("Announce", inner, 12, to=[PUBLIC]), "actor": group}, by=group)
        await self.send(self.create(13, inReplyTo=note["id"], tag=[{"type": "Mention", "href": mallory}]))
        await self.failure(self.resolver.account(mallory))
        await self.failure(self.resolver.note(note["id"], None))
        self.assertEqual(await evil.post(self.inbox, inner, by=mallory), 403)
        self.assertEqual((evil.asked, await self.content(note["id"]), await self.count("accounts")), ([], "", before))

    async def test_s24_a_suspended_account_stays_away(self) -> None:
        bob = await self.follow_bob()
        old = self.create(1)
        await self.send(old)
        await self.here.database.execute("UPDATE accounts SET suspended_at = now(), suspended_by = 'staff' WHERE id = %s", (bob.id,))
        before = await self.notes()
        await self.send(self.create(2))
        unknown = self.far.note(self.bob, 3)
        await self.send(self.activity("Update", unknown, 4))
        await self.send(self.activity("Update", {**old["object"], "content": "again"}, 5))
        await self.send(self.activity("Like", (await self.here.say(self.alice, "hi")).uri, 6))
        await self.send(self.activity("Update", json_of(self.far, "/users/bob"), 7))
        self.assertTrue((await self.account(self.bob)).suspended)
        self.assertEqual(await self.notes(), before + 1)  # alice's
        third = await self.peer()
        joe = third.person("joe")
        known = await self.resolver.account(joe)
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=known.id))
        await self.quiet(self.here)
        await third.post(self.inbox, {"id": f"{third.url}/1", "type": "Accept", "actor": joe, "object": third.received("Follow")[-1]}, by=joe)
        for number, object in enumerate((unknown["id"], unknown, old["object"]["id"])):
            await third.post(self.inbox, {"id": f"{third.url}/a{number}", "type": "Announce", "actor": joe, "object": object, "to": [PUBLIC]}, by=joe)
        await self.quiet(self.here)
        self.assertEqual((await self.content(unknown["id"]), await self.notes()), ("", before + 1))
        self.assertEqual([note.account.acct for note in await self.here.home(self.alice)], ["alice"])


def json_of(peer: Peer, path: str) -> Any:
    import json

    page = peer.pages[path]
    assert not callable(page)
    return json.loads(page.body)


class ClientTests(MastodonCase):
    """S26: apps write what is their user's, and never what other servers go by."""

    DOORS = ("activitypub", "mastodon", "pages")  # type: ignore[assignment]

    async def test_s26_somebody_elses_media_and_notes(self) -> None:
        alice, eve = await self.person("alice"), await self.person("eve")
        by_alice, by_eve = await self.token(alice), await self.token(eve)
        made = await self.call("POST", "/api/v1/media", by_alice, files={"file": ("a.png", "image/png", picture())})
        said = await self.call("POST", "/api/v1/statuses", by_alice, data={"status": "mine"})
        reply = await self.request("POST", "/api/v1/statuses", token=by_eve, data={"status": "x", "media_ids[]": made["id"]})
        self.assertIn(reply.status, (404, 422))
        for method in ("PUT", "DELETE"):
            reply = await self.request(method, f"/api/v1/statuses/{said['id']}", token=by_eve, data={"status": "forged"})
            self.assertIn(reply.status, (403, 404))
        self.assertIn("mine", (await self.call("GET", f"/api/v1/statuses/{said['id']}"))["content"])
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM notes"), 1)

    async def test_s26_a_client_does_not_write_keys_or_addresses(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        forged = {"publicKey": {"publicKeyPem": "x"}, "public_key_pem": "x", "inbox": "https://evil.example/", "endpoints": {"sharedInbox": "https://evil.example/"}, "uri": "https://evil.example/", "display_name": "A"}
        await self.call("PATCH", "/api/v1/accounts/update_credentials", token, json=forged)
        now = await self.core.reading.account(alice.id)
        self.assertEqual((now.display_name, now.public_key_pem, now.inbox, now.shared_inbox, now.uri), ("A", alice.public_key_pem, alice.inbox, alice.shared_inbox, alice.uri))

    async def test_s26_the_core_asks_too_whose_note_it_is(self) -> None:
        """No door has to be trusted with it."""
        alice, eve = await self.person("alice"), await self.person("eve")
        note = await self.say(alice, "mine")
        for forged in (
            Update(actor_id=eve.id, note_id=note.id, note=NoteDraft(text="forged")),
            Delete(actor_id=eve.id, note_id=note.id),
            Update(actor_id=alice.id, note_id=note.id, note=NoteDraft(text="forged")),
        ):
            with self.assertRaises((Forbidden, NotFound)):
                await self.submit(forged, eve)
        self.assertIn("mine", (await self.core.reading.note(None, note.id)).note.content)

    async def test_s26_nobody_posts_to_an_outbox_without_being_its_owner(self) -> None:
        """With somebody else's token, in somebody else's name, of somebody else's things: nothing, and nothing in the own name either."""
        alice, eve = await self.person("alice"), await self.person("eve")
        token = await self.token(eve)
        mine = await self.say(alice, "mine")
        note = {"type": "Note", "content": "forged", "to": [PUBLIC]}
        theirs = {**note, "attributedTo": alice.uri}
        for outbox, bearers in (("alice", (None, token)), ("eve", (None,))):
            for bearer in bearers:
                for activity in (note, {"type": "Create", "object": note}, {"type": "Create", "actor": alice.uri, "object": theirs}):
                    await self.refused(outbox, bearer, activity)
        for activity in (
            theirs,
            {"type": "Create", "object": theirs},
            {"type": "Create", "actor": alice.uri, "object": note},
            {"type": "Create", "actor": [eve.uri, alice.uri], "object": note},
            {"type": "Update", "object": {**note, "id": mine.uri}},
            {"type": "Update", "object": {"type": "Person", "id": alice.uri, "name": "forged"}},
            {"type": "Delete", "object": mine.uri},
            {"type": "Add", "object": mine.uri, "target": eve.featured_uri},
            {"type": "Add", "object": mine.uri, "target": alice.featured_uri},
        ):
            await self.refused("eve", token, activity)
        self.assertEqual(await self.database.fetch_value("SELECT array_agg(content) FROM notes"), [mine.content])
        self.assertEqual((await self.core.reading.account(alice.id)).display_name, alice.display_name)

    async def refused(self, outbox: str, bearer: str | None, activity: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/activity+json"}
        reply = await self.request("POST", f"/users/{outbox}/outbox", token=bearer, json=activity, headers=headers)
        self.assertIn(reply.status, (400, 401, 403, 404, 422), f"{outbox} {activity}")


class NameTests(CoreCase):
    """S29: a name that was somebody's is nobody else's."""

    async def test_s29_a_deleted_name_is_not_given_again(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.say(bob, "@alice between us", visibility=Visibility.DIRECT)
        await self.core.accounts.delete_user(alice.id)
        for name in ("alice", "Alice", "ALICE"):
            with self.assertRaises(PleromadError):
                await self.core.accounts.register(username=name, email="new@mail.example", password=PASSWORD)
        eve = await self.person("eve")
        self.assertEqual(len((await self.core.reading.search(eve.id, "between", Slot())).items), 0)
        with self.assertRaises(PleromadError):
            await self.core.accounts.open_room(eve.id, "alice")
