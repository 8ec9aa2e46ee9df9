from __future__ import annotations

from typing import Any

from mastodon import Mastodon
from twisted.internet import defer, reactor
from twisted.internet.task import deferLater

from pleromad.model.account import Account
from pleromad.model.activity import EmojiReact, Follow, Like
from pleromad.model.note import Visibility
from pleromad.model.push import PushKeys, PushSubscription
from pleromad.personal.push import new_vapid_key
from protocols.mastodon.push.encryption import MAX_PLAIN_BYTES, Signer, joined, seal
from tests.protocols.mastodon.case import MastodonCase
from tests.support.push import App, Pushed, PushService, decode, encode
from web.outbound.client import client_of

HERE = "/api/v1/push/subscription"


class PushCase(MastodonCase):
    timeout = 60
    SETTINGS = {"federation": {"allow_http": True, "allow_private_addresses": True}}

    @defer.inlineCallbacks
    def setUp(self):
        yield super().setUp()
        self.service = PushService()
        self.addCleanup(self.service.stop)
        self.addCleanup(lambda: defer.ensureDeferred(client_of(self.core, reactor).close()))
        yield defer.ensureDeferred(self.core.jobs.start())
        self.app = App()

    def form(self, *alerts: str, standard: bool = True, policy: str | None = None, path: str = "/secret") -> dict[str, Any]:
        return {
            "subscription": {
                "endpoint": self.service.url + path,
                "keys": {"p256dh": encode(self.app.point), "auth": encode(self.app.auth)},
                "standard": standard,
            },
            "data": {"alerts": dict.fromkeys(alerts, True), **({"policy": policy} if policy else {})},
        }

    async def people(self) -> tuple[Account, Account]:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.by_alice = await self.token(self.alice)
        return self.alice, self.bob

    async def idle(self) -> None:
        """Until every job of ours was tried."""
        while await self.database.fetch_value("SELECT count(*) FROM jobs WHERE kind = 'push' AND (run_at <= now() OR locked_until > now())"):
            await deferLater(reactor, 0.02, lambda: None)


class SubscriptionTests(PushCase):
    async def test_one_is_made_seen_changed_and_removed(self) -> None:
        await self.people()
        await self.call("GET", HERE, self.by_alice, 404)
        await self.call("PUT", HERE, self.by_alice, 404, json={"data": {"policy": "none"}})
        made = await self.call("POST", HERE, self.by_alice, json=self.form("mention", "admin.sign_up", policy="followed"))
        self.assertEqual((made["endpoint"], made["standard"], made["policy"]), (f"{self.service.url}/secret", True, "followed"))
        self.assertEqual({type for type, on in made["alerts"].items() if on}, {"mention", "admin.sign_up"})
        self.assertEqual(await self.call("GET", HERE, self.by_alice), made)
        changed = await self.call("PUT", HERE, self.by_alice, data={"data[alerts][poll]": "true", "data[alerts][mention]": "false", "policy": "all"})
        self.assertEqual(({type for type, on in changed["alerts"].items() if on}, changed["policy"], changed["id"]), ({"poll"}, "all", made["id"]))
        again = await self.call("POST", HERE, self.by_alice, json=self.form(standard=False, path="/other"))
        self.assertEqual((again["endpoint"], again["standard"], set(again["alerts"].values())), (f"{self.service.url}/other", False, {False}))
        self.assertNotEqual(again["id"], made["id"])
        self.assertEqual(await self.call("DELETE", HERE, self.by_alice), {})
        self.assertEqual(await self.call("DELETE", HERE, self.by_alice), {})
        await self.call("GET", HERE, self.by_alice, 404)

    async def test_forms_and_both_spellings_of_base64_are_read(self) -> None:
        await self.people()
        padded = {"subscription[keys][p256dh]": encode(self.app.point).replace("-", "+").replace("_", "/") + "=", "subscription[keys][auth]": encode(self.app.auth) + "=="}
        await self.call("POST", HERE, self.by_alice, data={"subscription[endpoint]": f"{self.service.url}/x", **padded, "data[alerts][admin.report]": "1"})
        self.assertTrue((await self.call("GET", HERE, self.by_alice))["alerts"]["admin.report"])

    async def test_what_nothing_can_be_sent_to_is_refused(self) -> None:
        await self.people()
        good = self.form()["subscription"]
        for wrong in (
            {"endpoint": "ftp://push.example/x"},
            {"endpoint": "https://user@push.example/x"},
            {"endpoint": "https:///x"},
            {"endpoint": "https://push.example:99999/x"},
            {"endpoint": "https://push.example/" + "x" * 3000},
            {"keys": {"p256dh": encode(bytes(65)), "auth": encode(self.app.auth)}},
            {"keys": {"p256dh": "!!", "auth": encode(self.app.auth)}},
            {"keys": {"p256dh": encode(self.app.point), "auth": encode(bytes(15))}},
            {"keys": {"auth": encode(self.app.auth)}},
        ):
            await self.call("POST", HERE, self.by_alice, 422, json={"subscription": {**good, **wrong}})
        await self.call("POST", HERE, self.by_alice, 422, json={"subscription": good, "data": {"policy": "whoever"}})
        await self.call("POST", HERE, self.by_alice, 422, json={})

    async def test_it_takes_a_token_with_the_scope(self) -> None:
        await self.people()
        await self.call("POST", HERE, await self.token(self.alice, "read", "write"), 403, json=self.form())
        await self.call("POST", HERE, await self.token(None), 422, json=self.form())
        await self.call("POST", HERE, None, 401, json=self.form())

    async def test_the_servers_key_is_told_wherever_apps_look_for_it(self) -> None:
        await self.people()
        key = (await self.call("POST", HERE, self.by_alice, json=self.form()))["server_key"]
        self.assertEqual(len(decode(key)), 65)
        v1, v2 = await self.call("GET", "/api/v1/instance"), await self.call("GET", "/api/v2/instance")
        app = await self.call("POST", "/api/v1/apps", data={"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"})
        told = {v2["configuration"]["vapid"]["public_key"], v1["pleroma"]["vapid_public_key"], v1["vapid_public_key"], app["vapid_key"]}
        self.assertEqual(told, {key})


class SendingTests(PushCase):
    async def test_an_app_reads_what_it_is_sent(self) -> None:
        _, bob = await self.people()
        for number, standard in enumerate((True, False)):
            made = await self.call("POST", HERE, self.by_alice, json=self.form("mention", standard=standard))
            await self.say(bob, f"@alice **hello** number {number}", content_type="text/markdown")
            message = await self.service.message(number)
            self.assertEqual((message.path, message.headers["content-encoding"]), ("/secret", "aes128gcm" if standard else "aesgcm"))
            self.assertEqual((message.headers["ttl"], message.headers["urgency"]), ("172800", "normal"))
            payload = self.app.open(message, made["server_key"])
            [newest, *_] = await self.ids("/api/v1/notifications", self.by_alice)
            expected = {
                "access_token": self.by_alice,
                "preferred_locale": "en",
                "notification_id": int(newest),
                "notification_type": "mention",
                "title": "bob mentioned you",
                "body": f"@alice hello number {number}",
                "icon": "https://here.example/avatars/original/missing.png",
            }
            self.assertEqual(payload, expected)
            claims = App.check_signature(message, made["server_key"], standard)
            self.assertEqual((claims["aud"], claims["sub"]), (self.service.url, "https://here.example"))
            self.assertLess(claims["exp"] - self.core.clock.seconds(), 86400)

    async def test_mastodon_py_reads_it(self) -> None:
        _, bob = await self.people()
        api = Mastodon(api_base_url="https://here.example", access_token="x", version_check_mode="none")
        private, public = api.push_subscription_generate_keys()
        form = self.form("mention", standard=False)
        form["subscription"]["keys"] = {"p256dh": encode(public["pubkey"]), "auth": encode(public["auth"])}
        await self.call("POST", HERE, self.by_alice, json=form)
        await self.say(bob, "@alice hello")
        message = await self.service.message()
        read = api.push_subscription_decrypt_push(message.body, private, message.headers["encryption"], message.headers["crypto-key"])
        self.assertEqual((read.title, read.body, read.notification_type), ("bob mentioned you", "@alice hello", "mention"))

    async def test_only_what_was_asked_for_is_sent(self) -> None:
        alice, bob = await self.people()
        await self.call("POST", HERE, self.by_alice, json=self.form("favourite", "pleroma:emoji_reaction"))
        note = await self.say(alice, "x")
        await self.say(bob, "@alice hello")
        await self.submit(EmojiReact(actor_id=bob.id, note_id=note.id, emoji="🎉"), bob)
        await self.submit(Like(actor_id=bob.id, note_id=note.id), bob)
        key = (await self.call("GET", HERE, self.by_alice))["server_key"]
        titles = {self.app.open(await self.service.message(number), key)["title"] for number in range(2)}
        self.assertEqual(titles, {"bob reacted to your post with 🎉", "bob favourited your post"})
        await self.idle()
        self.assertEqual(len(self.service.messages), 2)

    async def test_a_warning_stands_for_what_it_covers_and_a_follow_says_who(self) -> None:
        _, bob = await self.people()
        key = (await self.call("POST", HERE, self.by_alice, json=self.form("mention", "follow", "status")))["server_key"]
        await self.say(bob, "@alice the butler did it", spoiler_text="the end of a film")
        self.assertEqual(self.app.open(await self.service.message(0), key)["body"], "the end of a film")
        await self.follow(bob, self.alice)
        self.assertEqual(self.app.open(await self.service.message(1), key)["title"], "bob follows you now")
        await self.submit(Follow(actor_id=self.alice.id, target_id=bob.id, notify=True), self.alice)
        await self.say(bob, "long " * 100)
        payload = self.app.open(await self.service.message(2), key)
        self.assertEqual((payload["title"], len(payload["body"]), payload["body"][-1]), ("bob posted", 140, "…"))

    async def test_a_filter_that_hides_hides_here_too(self) -> None:
        _, bob = await self.people()
        await self.call("POST", HERE, self.by_alice, json=self.form("mention"))
        hide = {"title": "x", "context": ["notifications"], "filter_action": "hide", "keywords_attributes": [{"keyword": "spoiler"}]}
        await self.call("POST", "/api/v2/filters", self.by_alice, json=hide)
        await self.say(bob, "@alice a spoiler")
        await self.idle()
        self.assertEqual(self.service.messages, [])

    async def test_one_that_is_gone_is_forgotten(self) -> None:
        _, bob = await self.people()
        for status in (404, 410):
            self.service.status = status
            await self.call("POST", HERE, self.by_alice, json=self.form("mention"))
            await self.say(bob, "@alice hello")
            await self.idle()
            await self.call("GET", HERE, self.by_alice, 404)

    async def test_a_service_that_fails_is_asked_again_later(self) -> None:
        _, bob = await self.people()
        await self.call("POST", HERE, self.by_alice, json=self.form("mention"))
        for status, headers, seconds in ((503, {}, (40, 80)), (429, {"Retry-After": "600"}, (590, 610))):
            self.service.status, self.service.headers = status, headers
            await self.say(bob, "@alice hello")
            await self.idle()
            [[wait, error]] = await self.database.fetch("SELECT extract(epoch FROM run_at - now())::int, last_error FROM jobs WHERE kind = 'push'")
            self.assertTrue(seconds[0] <= wait <= seconds[1], wait)
            self.assertIn(str(status), error)
            self.assertNotIn("secret", error)  # whoever knows the endpoint may send
            await self.database.execute("DELETE FROM jobs")
        await self.call("GET", HERE, self.by_alice)

    async def test_a_service_that_refuses_is_not_asked_again(self) -> None:
        _, bob = await self.people()
        self.service.status = 400
        await self.call("POST", HERE, self.by_alice, json=self.form("mention"))
        await self.say(bob, "@alice hello")
        await self.service.message()
        await self.idle()
        while await self.database.fetch_value("SELECT count(*) FROM jobs WHERE kind = 'push'"):
            await deferLater(reactor, 0.02, lambda: None)
        await self.call("GET", HERE, self.by_alice)

    async def test_what_was_dismissed_or_kept_back_is_not_sent(self) -> None:
        _, bob = await self.people()
        await self.core.jobs.stop()
        await self.call("POST", HERE, self.by_alice, json=self.form("mention"))
        await self.say(bob, "@alice hello")
        await self.call("POST", "/api/v1/notifications/clear", self.by_alice)
        await self.say(bob, "@alice psst", visibility=Visibility.DIRECT)
        await self.core.jobs.start()
        await self.idle()
        self.assertEqual(self.service.messages, [])


class PrivateAddressTests(PushCase):
    SETTINGS: dict[str, dict[str, Any]] = {}

    async def test_nobody_is_made_to_call_the_house(self) -> None:
        _, bob = await self.people()
        await self.call("POST", HERE, self.by_alice, 422, json=self.form("mention"))  # not https
        form = self.form("mention")
        form["subscription"]["endpoint"] = "https://127.0.0.1/secret"
        await self.call("POST", HERE, self.by_alice, json=form)
        await self.say(bob, "@alice hello")
        await self.idle()
        self.assertIn("127.0.0.1 cannot be reached", await self.database.fetch_value("SELECT last_error FROM jobs WHERE kind = 'push'"))
        self.assertEqual(self.service.messages, [])


class EncryptionTests(MastodonCase):
    def subscription(self, app: App, standard: bool) -> PushSubscription:
        keys = PushKeys(app.point, app.auth)
        return PushSubscription(1, 1, 1, "https://push.example:8443/x?y", keys, standard, frozenset(), "all", "token")

    async def test_the_largest_message_fits_into_one_record(self) -> None:
        app, key = App(), new_vapid_key()
        signer = Signer(key, "mailto:admin@here.example")
        for standard in (True, False):
            one = self.subscription(app, standard)
            body, headers = seal(b'"' + b"x" * (MAX_PLAIN_BYTES - 2) + b'"', one)
            self.assertLessEqual(len(body), 4096 + 16)
            signed = joined(headers, signer.sign(one.endpoint, standard=standard, now=1000.0))
            message = Pushed("/", {name.lower(): value for name, value in signed.items()}, body)
            self.assertEqual(len(app.open(message, key.public)), MAX_PLAIN_BYTES - 2)
            self.assertEqual(App.check_signature(message, key.public, standard)["aud"], "https://push.example:8443")

    async def test_a_signature_serves_for_a_while(self) -> None:
        signer = Signer(new_vapid_key(), "mailto:admin@here.example")
        first = signer.sign("https://push.example/a", standard=True, now=1000.0)
        self.assertIs(signer.sign("https://push.example/b", standard=True, now=2000.0), first)
        self.assertNotEqual(signer.sign("https://push.example/b", standard=True, now=1000.0 + 7 * 3600), first)
        self.assertNotEqual(signer.sign("https://other.example/b", standard=True, now=1000.0), first)

    async def test_secrets_are_not_in_what_is_printed(self) -> None:
        one = self.subscription(App(), True)
        self.assertNotIn("'token'", repr(one))
        self.assertNotIn(repr(one.keys.auth), repr(one))
