from __future__ import annotations

import io
import json

from PIL import Image

from pleromad.model.account import Role
from pleromad.model.moderation import Sanction
from pleromad.model.note import Visibility
from tests.protocols.mastodon.case import MastodonCase, links


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 10, 10)).save(out, "PNG")
    return out.getvalue()


class AccountTests(MastodonCase):
    async def test_somebody_is_found_by_id_name_and_handle(self) -> None:
        alice = await self.person("alice")
        far = await self.remote("bob", display_name="Bob")
        shown = await self.call("GET", f"/api/v1/accounts/{alice.id}")
        self.assertEqual((shown["acct"], shown["fqn"], shown["url"]), ("alice", "alice@here.example", "https://here.example/@alice"))
        self.assertEqual(shown["avatar"], "https://here.example/avatars/original/missing.png")
        self.assertEqual(await self.call("GET", "/api/v1/accounts/alice"), shown)
        for handle in ("alice", "@alice", "alice@here.example"):
            self.assertEqual(await self.call("GET", f"/api/v1/accounts/lookup?acct={handle}"), shown)
        self.assertEqual((await self.call("GET", "/api/v1/accounts/lookup?acct=bob@far.example"))["id"], str(far.id))
        self.assertEqual((await self.call("GET", "/api/v1/accounts/7", None, 404))["error"], "Record not found")
        await self.call("GET", "/api/v1/accounts/lookup?acct=nobody", None, 404)
        self.assertEqual(await self.ids(f"/api/v1/accounts?id[]={far.id}&id[]={alice.id}"), [str(far.id), str(alice.id)])

    async def test_the_pictures_of_those_without_are_there(self) -> None:
        for path in ("/avatars/original/missing.png", "/headers/original/missing.png"):
            reply = await self.get(path)
            self.assertEqual((reply.status, reply.headers["content-type"], reply.body[:4]), (200, "image/png", b"\x89PNG"))

    async def test_people_are_searched(self) -> None:
        token = await self.token(await self.person("alice"))
        await self.person("alina")
        self.assertEqual({one["acct"] for one in await self.call("GET", "/api/v1/accounts/search?q=ali", token)}, {"alice", "alina"})
        self.assertEqual(await self.call("GET", "/api/v1/accounts/search?q=ali&following=true", token), [])
        await self.call("GET", "/api/v1/accounts/search?q=", token, 422)

    async def test_staff_have_a_role(self) -> None:
        owner = await self.person("olga", role=Role.OWNER)
        shown = await self.call("GET", f"/api/v1/accounts/{owner.id}")
        self.assertEqual([role["name"] for role in shown["roles"]], ["Owner"])
        mine = await self.call("GET", "/api/v1/accounts/verify_credentials", await self.token(owner))
        self.assertEqual((mine["role"]["id"], mine["role"]["highlighted"]), ("3", True))

    async def test_statuses_of_somebody_are_narrowed(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        theirs = await self.say(bob, "theirs")
        one = await self.say(alice, "#one")
        answer = await self.say(alice, "@bob two", in_reply_to_id=theirs.id)
        token = await self.token(alice)
        boost = await self.call("POST", f"/api/v1/statuses/{theirs.id}/reblog", token)
        path = f"/api/v1/accounts/{alice.id}/statuses"
        self.assertEqual(await self.ids(path), [boost["id"], str(answer.id), str(one.id)])
        self.assertEqual(await self.ids(f"{path}?exclude_replies=true"), [boost["id"], str(one.id)])
        self.assertEqual(await self.ids(f"{path}?exclude_reblogs=1"), [str(answer.id), str(one.id)])
        self.assertEqual(await self.ids(f"{path}?tagged=one"), [str(one.id)])
        self.assertEqual(await self.ids(f"{path}?only_media=on"), [])
        reply = await self.reply("GET", f"{path}?limit=1")
        self.assertEqual(await self.ids(links(reply)["next"]), [str(answer.id)])

    async def test_one_sees_and_changes_oneself(self) -> None:
        token = await self.token(await self.person("alice"))
        form = {
            "display_name": "Alice L.",
            "note": "about #me",
            "locked": "true",
            "bot": "1",
            "fields_attributes[0][name]": "Site",
            "fields_attributes[0][value]": "https://alice.example",
            "fields_attributes[1][name]": "",
            "fields_attributes[1][value]": "",
            "source[language]": "de",
        }
        files = {"avatar": ("a.png", "image/png", picture()), "header": ("h.png", "image/png", picture())}
        mine = await self.call("PATCH", "/api/v1/accounts/update_credentials", token, data=form, files=files)
        self.assertEqual((mine["display_name"], mine["locked"], mine["bot"]), ("Alice L.", True, True))
        self.assertEqual((mine["source"]["note"], mine["source"]["language"]), ("about #me", "de"))
        self.assertEqual(mine["source"]["fields"], [{"name": "Site", "value": "https://alice.example", "verified_at": None}])
        self.assertIn("<a ", mine["fields"][0]["value"])
        self.assertTrue(mine["avatar"].startswith("https://here.example/media/"), mine["avatar"])
        self.assertTrue(mine["header"].startswith("https://here.example/media/"))
        self.assertEqual(await self.call("GET", "/api/v1/accounts/verify_credentials", token), mine)
        plain = await self.call("PATCH", "/api/v1/accounts/update_credentials", token, json={"avatar": "", "locked": False})
        self.assertEqual((plain["avatar"], plain["locked"]), ("https://here.example/avatars/original/missing.png", False))
        plain = await self.call("DELETE", "/api/v1/profile/header", token)
        self.assertTrue(plain["header"].endswith("missing.png"))
        preferences = await self.call("GET", "/api/v1/preferences", token)
        self.assertEqual((preferences["posting:default:language"], preferences["posting:default:visibility"]), ("de", "public"))

    async def test_a_picture_that_is_none_is_refused_by_its_name(self) -> None:
        token = await self.token(await self.person("alice"))
        files = {"avatar": ("a.png", "image/png", b"<svg/>")}
        error = await self.call("PATCH", "/api/v1/accounts/update_credentials", token, 422, files=files)
        self.assertEqual(list(error["details"]), ["avatar"])

    async def test_each_front_end_keeps_its_settings(self) -> None:
        token = await self.token(await self.person("alice"))
        path = "/api/v1/accounts/update_credentials"
        await self.call("PATCH", path, token, json={"pleroma_settings_store": {"fe": {"dark": True, "n": 1}}})
        mine = await self.call("PATCH", path, token, data={"pleroma_settings_store": json.dumps({"other": {"x": None}})})
        self.assertEqual(mine["pleroma"]["settings_store"], {"fe": {"dark": True, "n": 1}, "other": {"x": None}})
        await self.call("PATCH", path, token, 422, data={"pleroma_settings_store": "no"})

    async def test_an_app_signs_people_up(self) -> None:
        app = await self.token(None)
        form = {"username": "carol", "email": "carol@mail.example", "password": "a long pass phrase", "agreement": "true", "locale": "en"}
        made = await self.call("POST", "/api/v1/accounts", app, data=form)
        self.assertEqual((await self.call("GET", "/api/v1/accounts/verify_credentials", made["access_token"]))["acct"], "carol")
        error = await self.call("POST", "/api/v1/accounts", app, 422, data=form)
        self.assertEqual(list(error["details"]), ["username"])
        await self.call("POST", "/api/v1/accounts", app, 422, data={**form, "username": "dan", "agreement": "false"})
        await self.call("POST", "/api/v1/accounts", None, 401, data=form)


class ApprovalTests(MastodonCase):
    SETTINGS = {"instance": {"registrations": "approval"}}

    FORM = {"username": "carol", "email": "c@mail.example", "password": "a long pass phrase", "agreement": "1", "reason": "because"}

    async def test_the_token_of_who_waits_for_approval_is_good_for_nothing_yet(self) -> None:
        made = await self.call("POST", "/api/v1/accounts", await self.token(None), data=self.FORM)
        token = made["access_token"]
        for path in ("/api/v1/accounts/verify_credentials", "/api/v1/timelines/home", "/api/v1/timelines/public"):
            error = await self.call("GET", path, token, 403)
            self.assertEqual(error["error"], "Your login is currently pending approval")
        [user] = await self.core.accounts.waiting()
        await self.core.accounts.approve(user.account.id)
        self.assertEqual((await self.call("GET", "/api/v1/accounts/verify_credentials", token))["acct"], "carol")

    async def test_a_front_end_of_pleroma_is_told_what_they_wait_for(self) -> None:
        form = {**self.FORM, "fullname": "Carol", "confirm": self.FORM["password"]}
        made = await self.call("POST", "/api/v1/accounts", await self.token(None), data=form)
        self.assertEqual(made["identifier"], "awaiting_approval")


class RelationTests(MastodonCase):
    async def people(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.by_alice, self.by_bob = await self.token(self.alice), await self.token(self.bob)
        self.path = f"/api/v1/accounts/{self.bob.id}"

    async def test_each_relation_begins_and_ends(self) -> None:
        await self.people()
        for begin, end, flag in [("follow", "unfollow", "following"), ("block", "unblock", "blocking"), ("mute", "unmute", "muting")]:
            self.assertTrue((await self.call("POST", f"{self.path}/{begin}", self.by_alice))[flag])
            [known] = await self.call("GET", f"/api/v1/accounts/relationships?id[]={self.bob.id}", self.by_alice)
            self.assertTrue(known[flag])
            self.assertFalse((await self.call("POST", f"{self.path}/{end}", self.by_alice))[flag])

    async def test_a_follow_has_options(self) -> None:
        await self.people()
        known = await self.call("POST", f"{self.path}/follow", self.by_alice, data={"reblogs": "false", "notify": "true", "languages[]": "de"})
        self.assertEqual((known["showing_reblogs"], known["notifying"], known["subscribing"], known["languages"]), (False, True, True, ["de"]))
        self.assertEqual([a["acct"] for a in await self.call("GET", f"{self.path}/followers")], ["alice"])
        self.assertEqual([a["acct"] for a in await self.call("GET", f"/api/v1/accounts/{self.alice.id}/following")], ["bob"])
        self.assertFalse((await self.call("POST", f"/api/v1/accounts/{self.alice.id}/remove_from_followers", self.by_bob))["followed_by"])
        self.assertEqual(await self.call("GET", f"{self.path}/followers"), [])
        self.assertFalse((await self.call("POST", f"/api/v1/accounts/{self.alice.id}/remove_from_followers", self.by_bob))["followed_by"])

    async def test_with_relationships_says_how_one_stands(self) -> None:
        await self.people()
        await self.follow(self.alice, self.bob)
        shown = await self.call("GET", f"{self.path}?with_relationships=true", self.by_alice)
        self.assertTrue(shown["pleroma"]["relationship"]["following"])
        self.assertEqual((await self.call("GET", self.path, self.by_alice))["pleroma"]["relationship"], {})

    async def test_who_is_locked_decides(self) -> None:
        await self.people()
        await self.call("PATCH", "/api/v1/accounts/update_credentials", self.by_bob, data={"locked": "true"})
        known = await self.call("POST", f"{self.path}/follow", self.by_alice)
        self.assertEqual((known["following"], known["requested"]), (False, True))
        self.assertEqual([a["acct"] for a in await self.call("GET", "/api/v1/follow_requests", self.by_bob)], ["alice"])
        mine = await self.call("GET", "/api/v1/accounts/verify_credentials", self.by_bob)
        self.assertEqual(mine["source"]["follow_requests_count"], 1)
        known = await self.call("POST", f"/api/v1/follow_requests/{self.alice.id}/authorize", self.by_bob)
        self.assertTrue(known["followed_by"])
        await self.call("POST", f"{self.path}/unfollow", self.by_alice)
        await self.call("POST", f"{self.path}/follow", self.by_alice)
        known = await self.call("POST", f"/api/v1/follow_requests/{self.alice.id}/reject", self.by_bob)
        self.assertEqual((known["followed_by"], known["requested_by"]), (False, False))
        await self.call("POST", f"/api/v1/follow_requests/{self.alice.id}/reject", self.by_bob, 404)

    async def test_blocks_mutes_and_domains_are_listed(self) -> None:
        await self.people()
        await self.call("POST", f"{self.path}/block", self.by_alice)
        self.assertEqual([a["acct"] for a in await self.call("GET", "/api/v1/blocks", self.by_alice)], ["bob"])
        await self.call("POST", f"{self.path}/unblock", self.by_alice)
        known = await self.call("POST", f"{self.path}/mute", self.by_alice, data={"duration": "3600", "notifications": "false"})
        self.assertEqual((known["muting"], known["muting_notifications"]), (True, False))
        [muted] = await self.call("GET", "/api/v1/mutes", self.by_alice)
        self.assertIsNotNone(muted["mute_expires_at"])
        await self.call("POST", "/api/v1/domain_blocks", self.by_alice, data={"domain": "Bad.example"})
        self.assertEqual(await self.call("GET", "/api/v1/domain_blocks", self.by_alice), ["bad.example"])
        await self.call("DELETE", "/api/v1/domain_blocks?domain=bad.example", self.by_alice)
        self.assertEqual(await self.call("GET", "/api/v1/domain_blocks", self.by_alice), [])
        await self.call("POST", "/api/v1/domain_blocks", self.by_alice, 422)

    async def test_a_private_note_is_ones_own(self) -> None:
        await self.people()
        known = await self.call("POST", f"{self.path}/note", self.by_alice, json={"comment": "met at a party"})
        self.assertEqual(known["note"], "met at a party")
        [other] = await self.call("GET", f"/api/v1/accounts/relationships?id={self.alice.id}", self.by_bob)
        self.assertEqual(other["note"], "")

    async def test_who_blocks_cannot_be_followed(self) -> None:
        await self.people()
        await self.call("POST", f"/api/v1/accounts/{self.alice.id}/block", self.by_bob)
        await self.call("POST", f"{self.path}/follow", self.by_alice, 403)
        await self.call("POST", f"/api/v1/accounts/{self.alice.id}/follow", self.by_alice, 403)
        await self.call("POST", "/api/v1/accounts/9/follow", self.by_alice, 404)

    async def test_somebody_is_followed_by_their_handle(self) -> None:
        await self.people()
        self.assertEqual((await self.call("POST", "/api/v1/follows", self.by_alice, data={"uri": "bob"}))["acct"], "bob")
        [known] = await self.call("GET", f"/api/v1/accounts/relationships?id[0]={self.bob.id}", self.by_alice)
        self.assertTrue(known["following"])


class ProfileTests(MastodonCase):
    async def test_the_profile_is_read_and_changed_as_typed(self) -> None:
        token = await self.token(await self.person("alice"))
        given = {
            "note": "I like #tea", "fields_attributes[0][name]": "Site", "fields_attributes[0][value]": "https://a.example",
            "show_media": "false", "show_media_replies": "false", "show_featured": "false", "indexable": "true",
            "attribution_domains[]": ["Blog.example", "https://news.example/me", "*.many.example"],
        }  # fmt: skip
        for method in ("PATCH", "PUT"):
            mine = await self.call(method, "/api/v1/profile", token, data=given)
        self.assertEqual((mine["note"], mine["fields"][0]["value"], mine["avatar"]), ("I like #tea", "https://a.example", None))
        self.assertEqual(mine["attribution_domains"], ["blog.example", "news.example", "many.example"])
        self.assertEqual(await self.call("GET", "/api/v1/profile", token), mine)
        shown = await self.call("GET", "/api/v1/accounts/alice")
        self.assertEqual([shown[name] for name in ("show_media", "show_media_replies", "show_featured")], [False] * 3)
        own = await self.call("GET", "/api/v1/accounts/verify_credentials", token)
        self.assertEqual(own["source"]["attribution_domains"], mine["attribution_domains"])
        await self.call("PATCH", "/api/v1/profile", token, 422, data={"attribution_domains[]": "no host"})
        none = await self.call("PATCH", "/api/v1/profile", token, json={"attribution_domains": []})
        self.assertEqual(none["attribution_domains"], [])

    async def test_relationships_with_suspended_people_are_told_only_when_asked_for(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.core.moderation.sanction(None, bob.id, Sanction.SUSPEND)
        path = f"/api/v1/accounts/relationships?id[]={bob.id}"
        token = await self.token(alice)
        self.assertEqual(await self.ids(path, token), [])
        self.assertEqual(await self.ids(f"{path}&with_suspended=true", token), [str(bob.id)])

    async def test_a_block_of_a_host_says_first_what_it_would_end(self) -> None:
        alice, far, other = await self.person("alice"), await self.remote("bob"), await self.remote("carol", "other.example")
        for one in (far, other):
            await self.follow(alice, one)
        await self.follow(far, alice)
        seen = await self.call("GET", "/api/v1/domain_blocks/preview?domain=far.example", await self.token(alice))
        self.assertEqual(seen, {"following_count": 1, "followers_count": 1})

    async def test_what_ended_long_ago_is_said_truthfully(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        self.assertEqual(await self.call("GET", f"/api/v1/accounts/{alice.id}/identity_proofs", token), [])
        await self.call("POST", f"/api/v1/accounts/{alice.id}/email_subscriptions", None, 404, data={"email": "x@mail.example"})
        await self.call("GET", "/api/proofs?provider=keybase&username=alice", None, 404)
        await self.call("POST", "/api/v1/polls", token, 404)


class OEmbedTests(MastodonCase):
    async def test_a_public_status_is_embedded(self) -> None:
        alice = await self.person("alice")
        said = await self.say(alice, "hello <world>")
        found = await self.call("GET", f"/api/oembed?url={said.url}&maxwidth=300")
        self.assertEqual((found["author_name"], found["width"], found["provider_url"]), ("alice", 300, "https://here.example/"))
        self.assertIn("hello &lt;world&gt;", found["html"])

    async def test_nothing_else_is(self) -> None:
        alice = await self.person("alice")
        said = await self.say(alice, "for friends", visibility=Visibility.FOLLOWERS)
        for url in (said.url, "https://here.example/notes/1", "https://elsewhere.example/x", "nonsense"):
            await self.call("GET", f"/api/oembed?url={url}", await self.token(alice), 404)
