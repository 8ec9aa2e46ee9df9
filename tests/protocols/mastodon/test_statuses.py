from __future__ import annotations

from dataclasses import replace
from typing import Any

from pleromad.ids import PUBLIC
from pleromad.model.activity import Create, Like, Origin, Update
from pleromad.model.note import PollDraft, RemoteAttachment, RemoteNote, Visibility
from tests.protocols.mastodon.case import MastodonCase
from tests.support.pictures import drawn, encoded


class WritingTests(MastodonCase):
    async def test_what_is_posted_is_answered_and_read(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        made = await self.call("POST", "/api/v1/statuses", token, data={"status": "Hello #World", "language": "en"})
        self.assertIn("Hello", made["content"])
        self.assertEqual(made["account"]["acct"], "alice")
        self.assertEqual(made["visibility"], "public")
        self.assertEqual(made["language"], "en")
        self.assertEqual(made["tags"], [{"name": "world", "url": "https://here.example/tags/world"}])
        self.assertEqual(made["application"], {"name": "Test app", "website": None})
        self.assertEqual(made["pleroma"]["content"], {"text/plain": "Hello #World"})
        self.assertFalse(made["pinned"])
        self.assertEqual(await self.call("GET", f"/api/v1/statuses/{made['id']}", token), made)

    async def test_the_address_of_a_hashtag_is_percent_encoded(self) -> None:
        token = await self.token(await self.person("alice"))
        made = await self.call("POST", "/api/v1/statuses", token, data={"status": "#Gänse"})
        self.assertEqual(made["tags"][0]["url"], "https://here.example/tags/g%C3%A4nse")
        self.assertIn("/tags/g%C3%A4nse", made["content"])

    async def test_somebody_without_a_token_is_not_told_what_only_others_are(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "Hello")
        seen = await self.call("GET", f"/api/v1/statuses/{note.id}")
        self.assertNotIn("favourited", seen)
        self.assertNotIn("pinned", seen)

    async def test_the_same_idempotency_key_posts_once(self) -> None:
        token = await self.token(await self.person("alice"))
        headers = {"Idempotency-Key": "k1"}
        one = await self.call("POST", "/api/v1/statuses", token, data={"status": "once"}, headers=headers)
        two = await self.call("POST", "/api/v1/statuses", token, data={"status": "once"}, headers=headers)
        self.assertEqual(one["id"], two["id"])
        self.assertEqual(len(await self.ids("/api/v1/timelines/home", token)), 1)

    async def test_json_with_a_poll_is_posted(self) -> None:
        alice = await self.person("alice")
        bob = await self.token(await self.person("bob"))
        token = await self.token(alice)
        form = {"status": "Which?", "poll": {"options": ["a", "b"], "expires_in": 3600, "multiple": True}, "media_ids": []}
        made = await self.call("POST", "/api/v1/statuses", token, json=form)
        poll = made["poll"]
        self.assertEqual([option["title"] for option in poll["options"]], ["a", "b"])
        self.assertTrue(poll["multiple"] and poll["voted"] and not poll["expired"])
        voted = await self.call("POST", f"/api/v1/polls/{poll['id']}/votes", bob, data=[("choices[]", "0"), ("choices[]", "1")])
        self.assertEqual(voted["own_votes"], [0, 1])
        self.assertEqual((voted["votes_count"], voted["voters_count"]), (2, 1))
        again = await self.call("POST", f"/api/v1/polls/{poll['id']}/votes", bob, 422, data={"choices[]": "0"})
        self.assertIn("already voted", again["error"])
        self.assertNotIn("voted", await self.call("GET", f"/api/v1/polls/{poll['id']}"))

    async def test_hidden_totals_are_hidden_until_the_end(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "?", poll=PollDraft(("a", "b"), 3600, hide_totals=True))
        poll = await self.call("GET", f"/api/v1/polls/{note.id}")
        self.assertEqual([option["votes_count"] for option in poll["options"]], [None, None])

    async def test_bad_input_names_the_field(self) -> None:
        token = await self.token(await self.person("alice"))
        cases = [
            ({}, "status"),
            ({"status": "x" * 5001}, "status"),
            ({"status": "x", "visibility": "everyone"}, "visibility"),
            ({"status": "x", "media_ids[]": "12"}, "media_ids"),
            ({"status": "x", "poll[options][]": "a", "poll[expires_in]": "600"}, "poll[options]"),
            ({"status": "x", "poll[options][]": ["a", "b"]}, "poll[expires_in]"),
            ({"status": "x", "content_type": "text/rtf"}, "content_type"),
            ({"status": "x", "scheduled_at": "soon"}, "scheduled_at"),
        ]
        for form, field in cases:
            error = await self.call("POST", "/api/v1/statuses", token, 422, data=form)
            self.assertEqual(list(error["details"]), [field], error)
        self.assertEqual(
            (await self.call("POST", "/api/v1/statuses", token, 422, data={"status": "x" * 5001}))["error"],
            "Validation failed: Text character limit of 5000 exceeded",
        )

    async def test_a_reply_to_what_is_not_there_is_not_found(self) -> None:
        token = await self.token(await self.person("alice"))
        error = await self.call("POST", "/api/v1/statuses", token, 404, data={"status": "x", "in_reply_to_id": "7"})
        self.assertEqual(error["error"], "Record not found")

    async def test_markdown_and_local_visibility_are_taken(self) -> None:
        token = await self.token(await self.person("alice"))
        form = {"status": "**bold**", "content_type": "text/markdown", "visibility": "local", "spoiler_text": "care", "expires_in": "3600"}
        made = await self.call("POST", "/api/v1/statuses", token, data=form)
        self.assertIn("<strong>bold</strong>", made["content"])
        self.assertEqual((made["visibility"], made["spoiler_text"], made["sensitive"]), ("local", "care", True))
        self.assertIsNotNone(made["pleroma"]["expires_at"])
        await self.call("GET", f"/api/v1/statuses/{made['id']}", None, 404)

    async def test_a_preference_of_the_writer_is_kept(self) -> None:
        token = await self.token(await self.person("alice"))
        await self.call("PATCH", "/api/v1/accounts/update_credentials", token, data={"source[sensitive]": "true", "source[privacy]": "unlisted"})
        made = await self.call("POST", "/api/v1/statuses", token, data={"status": "x"})
        self.assertEqual((made["sensitive"], made["visibility"]), (True, "unlisted"))

    async def test_an_edit_leaves_a_history(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        made = await self.call("POST", "/api/v1/statuses", token, data={"status": "one"})
        edited = await self.call("PUT", f"/api/v1/statuses/{made['id']}", token, data={"status": "two", "spoiler_text": "cw"})
        self.assertIn("two", edited["content"])
        self.assertIsNotNone(edited["edited_at"])
        history = await self.call("GET", f"/api/v1/statuses/{made['id']}/history")
        self.assertEqual([stage["spoiler_text"] for stage in history], ["", "cw"])
        source = await self.call("GET", f"/api/v1/statuses/{made['id']}/source", token)
        self.assertEqual((source["text"], source["content_type"]), ("two", "text/plain"))
        other = await self.token(await self.person("bob"))
        await self.call("PUT", f"/api/v1/statuses/{made['id']}", other, 404, data={"status": "mine"})

    async def test_what_is_sent_again_unchanged_is_no_stage(self) -> None:
        token = await self.token(await self.person("alice"))
        form = {"status": "same", "spoiler_text": "cw", "sensitive": "true", "language": "de"}
        path = f"/api/v1/statuses/{(await self.call('POST', '/api/v1/statuses', token, data=form))['id']}"
        self.assertIsNone((await self.call("PUT", path, token, data=form))["edited_at"])
        again = await self.call("PUT", path, token, data={**form, "quote_approval_policy": "nobody"})
        self.assertEqual((again["edited_at"], again["quote_approval"]["automatic"]), (None, []))
        self.assertEqual(len(await self.call("GET", f"{path}/history")), 1)
        self.assertIsNotNone((await self.call("PUT", path, token, data={**form, "language": "fr"}))["edited_at"])

    async def test_the_history_has_what_pictures_were_described_as(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        picture = await self.core.media.upload(alice.id, encoded(drawn(8, 8), "PNG"), filename="a.png", description="red")
        form: dict[str, Any] = {"status": "x", "media_ids": [str(picture.id)]}
        path = f"/api/v1/statuses/{(await self.call('POST', '/api/v1/statuses', token, json=form))['id']}"
        for said in ("red", "crimson"):
            await self.call("PUT", path, token, json={**form, "media_attributes": [{"id": str(picture.id), "description": said}]})
        history = await self.call("GET", f"{path}/history")
        self.assertEqual([stage["media_attachments"][0]["description"] for stage in history], ["red", "crimson"])

    async def test_an_edit_elsewhere_may_be_of_a_description_alone(self) -> None:
        far = await self.remote("far")
        picture = RemoteAttachment("https://far.example/a.png", "image/png", "red")
        said = RemoteNote("https://far.example/n/1", "Note", (PUBLIC,), (), "<p>look</p>", self.core.clock.now(), attachments=(picture,))
        raw = {"id": "https://far.example/a/1", "type": "Create"}
        origin = Origin.remote(far.id, "far.example")
        made = await self.core.activities.submit(Create(actor_id=far.id, note=said, uri=raw["id"], raw=raw), origin)
        for number, now in enumerate((said, replace(said, attachments=(replace(picture, description="crimson"),)))):
            raw = {"id": f"https://far.example/u/{number}", "type": "Update"}
            await self.core.activities.submit(Update(actor_id=far.id, note_id=made.note_id, note=now, uri=raw["id"], raw=raw), origin)
        history = await self.call("GET", f"/api/v1/statuses/{made.note_id}/history")
        self.assertEqual([stage["media_attachments"][0]["description"] for stage in history], ["red", "crimson"])

    async def test_a_warning_of_nothing_is_what_is_said(self) -> None:
        token = await self.token(await self.person("alice"))
        made = await self.call("POST", "/api/v1/statuses", token, data={"spoiler_text": "boo"})
        self.assertEqual((made["content"], made["spoiler_text"], made["sensitive"]), ("<p>boo</p>", "", True))
        edited = await self.call("PUT", f"/api/v1/statuses/{made['id']}", token, data={"status": " ", "spoiler_text": "baa"})
        self.assertEqual((edited["content"], edited["spoiler_text"]), ("<p>baa</p>", ""))

    async def test_an_edited_poll_keeps_the_votes_of_the_same_question_only(self) -> None:
        token, other = await self.token(await self.person("alice")), await self.token(await self.person("bob"))
        poll: dict[str, Any] = {"options": ["a", "b"], "expires_in": 3600}
        made = await self.call("POST", "/api/v1/statuses", token, json={"status": "?", "poll": poll})
        path, votes = f"/api/v1/statuses/{made['id']}", f"/api/v1/polls/{made['poll']['id']}/votes"
        await self.call("POST", votes, other, json={"choices": [1]})
        longer = await self.call("PUT", path, token, json={"status": "?", "poll": {**poll, "expires_in": 7200, "hide_totals": True}})
        self.assertEqual((longer["edited_at"], longer["poll"]["votes_count"], longer["poll"]["options"][1]["votes_count"]), (None, 1, None))
        self.assertGreater(longer["poll"]["expires_at"], made["poll"]["expires_at"])
        data = await self.database.fetch_value("SELECT data FROM activities WHERE type = 'Update'")
        self.assertEqual(data["object"]["endTime"][:19], longer["poll"]["expires_at"][:19])
        self.assertEqual([option["replies"]["totalItems"] for option in data["object"]["oneOf"]], [0, 0])  # they are hidden
        several = await self.call("PUT", path, token, json={"status": "?", "poll": {**poll, "multiple": True}})
        self.assertEqual((several["poll"]["votes_count"], several["poll"]["voters_count"]), (0, 0))
        data = await self.database.fetch_value("SELECT data FROM notes WHERE id = %s", (int(made["id"]),))
        self.assertEqual(data["endTime"][:19], several["poll"]["expires_at"][:19])
        self.assertFalse((await self.call("GET", path, other))["poll"]["voted"])
        voted = await self.call("POST", votes, other, json={"choices": [0, 1]})
        self.assertEqual((voted["own_votes"], voted["voters_count"]), ([0, 1], 1))
        gone = await self.call("PUT", path, token, json={"status": "no question"})
        self.assertIsNone(gone["poll"])
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM polls"), 0)
        history = await self.call("GET", f"{path}/history")
        self.assertEqual(["poll" in stage for stage in history], [True, True, False])

    async def test_what_is_deleted_comes_back_as_it_was_typed(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        made = await self.call("POST", "/api/v1/statuses", token, data={"status": "a **b**", "content_type": "text/markdown"})
        await self.call("DELETE", f"/api/v1/statuses/{made['id']}", await self.token(await self.person("bob")), 404)
        gone = await self.call("DELETE", f"/api/v1/statuses/{made['id']}", token)
        self.assertEqual(gone["text"], "a **b**")
        await self.call("GET", f"/api/v1/statuses/{made['id']}", token, 404)

    async def test_a_thread_is_told_up_and_down(self) -> None:
        alice = await self.person("alice")
        first = await self.say(alice, "1")
        second = await self.say(alice, "2", in_reply_to_id=first.id)
        third = await self.say(alice, "3", in_reply_to_id=second.id)
        context = await self.call("GET", f"/api/v1/statuses/{second.id}/context")
        self.assertEqual([one["id"] for one in context["ancestors"]], [str(first.id)])
        self.assertEqual([one["id"] for one in context["descendants"]], [str(third.id)])
        self.assertEqual(context["descendants"][0]["in_reply_to_account_id"], str(alice.id))
        self.assertEqual(context["descendants"][0]["pleroma"]["in_reply_to_account_acct"], "alice")

    async def test_several_are_read_at_once(self) -> None:
        alice = await self.person("alice")
        one, two = await self.say(alice, "1"), await self.say(alice, "2")
        self.assertEqual(await self.ids(f"/api/v1/statuses?id[]={two.id}&id[]={one.id}&id[]=9"), [str(two.id), str(one.id)])


class ActionTests(MastodonCase):
    async def actors(self):
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.by_alice, self.by_bob = await self.token(self.alice), await self.token(self.bob)
        self.note = await self.say(self.alice, "Hello")
        return f"/api/v1/statuses/{self.note.id}"

    async def test_each_action_is_seen_and_taken_back(self) -> None:
        path = await self.actors()
        for do, undo, flag in [
            ("favourite", "unfavourite", "favourited"),
            ("bookmark", "unbookmark", "bookmarked"),
            ("mute", "unmute", "muted"),
        ]:
            self.assertTrue((await self.call("POST", f"{path}/{do}", self.by_bob))[flag], do)
            self.assertTrue((await self.call("GET", path, self.by_bob))[flag], do)
            self.assertFalse((await self.call("GET", path, self.by_alice))[flag], do)
            self.assertFalse((await self.call("POST", f"{path}/{undo}", self.by_bob))[flag], undo)

    async def test_a_boost_holds_what_it_boosts(self) -> None:
        path = await self.actors()
        boost = await self.call("POST", f"{path}/reblog", self.by_bob)
        self.assertEqual(boost["reblog"]["id"], str(self.note.id))
        self.assertTrue(boost["reblogged"] and boost["reblog"]["reblogged"])
        self.assertEqual(boost["reblog"]["reblogs_count"], 1)
        self.assertEqual([one["acct"] for one in await self.call("GET", f"{path}/reblogged_by")], ["bob"])
        again = await self.call("POST", f"{path}/reblog", self.by_bob)
        self.assertEqual(again["id"], boost["id"])
        plain = await self.call("POST", f"{path}/unreblog", self.by_bob)
        self.assertEqual((plain["id"], plain["reblogged"], plain["reblogs_count"]), (str(self.note.id), False, 0))

    async def test_deleting_a_boost_takes_it_back(self) -> None:
        path = await self.actors()
        boost = await self.call("POST", f"{path}/reblog", self.by_bob)
        await self.call("DELETE", f"/api/v1/statuses/{boost['id']}", self.by_bob)
        self.assertEqual((await self.call("GET", path))["reblogs_count"], 0)

    async def test_who_likes_it_is_told(self) -> None:
        path = await self.actors()
        await self.submit(Like(actor_id=self.bob.id, note_id=self.note.id), self.bob)
        self.assertEqual([one["acct"] for one in await self.call("GET", f"{path}/favourited_by", self.by_alice)], ["bob"])
        self.assertEqual((await self.call("GET", path))["favourites_count"], 1)

    async def test_one_pins_what_is_ones_own(self) -> None:
        path = await self.actors()
        self.assertTrue((await self.call("POST", f"{path}/pin", self.by_alice))["pinned"])
        self.assertEqual(await self.ids(f"/api/v1/accounts/{self.alice.id}/statuses?pinned=true"), [str(self.note.id)])
        await self.call("POST", f"{path}/pin", self.by_bob, 422)
        self.assertFalse((await self.call("POST", f"{path}/unpin", self.by_alice))["pinned"])

    async def test_a_reaction_is_counted_and_mine(self) -> None:
        await self.actors()
        emoji = f"/api/v1/pleroma/statuses/{self.note.id}/reactions/%F0%9F%8E%89"
        reacted = await self.call("PUT", emoji, self.by_bob)
        [one] = reacted["pleroma"]["emoji_reactions"]
        self.assertEqual((one["name"], one["count"], one["me"], one["account_ids"]), ("🎉", 1, True, [str(self.bob.id)]))
        [told] = await self.call("GET", f"/api/v1/pleroma/statuses/{self.note.id}/reactions", self.by_alice)
        self.assertEqual(([a["acct"] for a in told["accounts"]], told["me"]), (["bob"], False))
        self.assertEqual(len(await self.call("GET", emoji.replace("/v1", ""), self.by_alice)), 1)
        self.assertEqual((await self.call("DELETE", emoji, self.by_bob))["pleroma"]["emoji_reactions"], [])
        await self.call("PUT", f"/api/v1/pleroma/statuses/{self.note.id}/reactions/nonsense", self.by_bob, 422)

    async def test_what_is_not_for_one_cannot_be_touched(self) -> None:
        await self.actors()
        secret = await self.say(self.alice, "secret", visibility=Visibility.FOLLOWERS)
        for action in ("favourite", "reblog", "bookmark", "pin", "unpin", "mute", "unreblog", "unfavourite"):
            await self.call("POST", f"/api/v1/statuses/{secret.id}/{action}", self.by_bob, 404)
        for part in ("", "/context", "/history", "/favourited_by", "/reblogged_by", "/source", "/quotes"):
            await self.call("GET", f"/api/v1/statuses/{secret.id}{part}", self.by_bob, 404)
        await self.call("PUT", f"/api/v1/statuses/{secret.id}", self.by_bob, 404, data={"status": "x"})
