from __future__ import annotations

from pleromad.model.note import Emoji
from store import emojis
from tests.protocols.mastodon.case import MastodonCase


class InstanceTests(MastodonCase):
    SETTINGS = {
        "instance": {
            "description": "A <small> place",
            "post_limit": 1234,
            "rules": ("Be kind", "No spam"),
            "contact_account": "olga",
            "contact_email": "olga@here.example",
            "languages": ("en", "de"),
        }
    }

    async def test_the_server_tells_what_it_is_and_allows(self) -> None:
        olga = await self.person("olga")
        await self.say(olga, "hello")
        new, old = await self.call("GET", "/api/v2/instance"), await self.call("GET", "/api/v1/instance")
        self.assertEqual((new["domain"], new["title"], old["uri"], old["title"]), ("here.example", "Here", "here.example", "Here"))
        self.assertTrue(new["version"].startswith("4.6.0 (compatible; pleromad "))
        self.assertEqual(new["configuration"]["statuses"]["max_characters"], 1234)
        self.assertEqual(old["max_toot_chars"], 1234)
        self.assertEqual(new["configuration"]["urls"]["streaming"], "wss://here.example")
        self.assertEqual((new["contact"]["email"], new["contact"]["account"]["acct"]), ("olga@here.example", "olga"))
        self.assertEqual([rule["text"] for rule in new["rules"]], ["Be kind", "No spam"])
        self.assertEqual((old["stats"]["user_count"], old["stats"]["status_count"]), (1, 1))
        self.assertEqual((new["registrations"]["enabled"], old["registrations"], old["approval_required"]), (True, True, False))
        self.assertIn("image/png", new["configuration"]["media_attachments"]["supported_mime_types"])
        self.assertEqual(new["pleroma"]["metadata"]["post_formats"], ["text/plain", "text/markdown", "text/html", "text/bbcode"])

    async def test_its_texts_are_told(self) -> None:
        self.assertEqual([rule["id"] for rule in await self.call("GET", "/api/v1/instance/rules")], ["1", "2"])
        self.assertEqual((await self.call("GET", "/api/v1/instance/extended_description"))["content"], "<p>A &lt;small&gt; place</p>")
        self.assertEqual([one["name"] for one in await self.call("GET", "/api/v1/instance/languages")], ["English", "Deutsch"])

    async def test_custom_emojis_are_listed_and_used(self) -> None:
        await emojis.put(self.database, Emoji("blob", "https://here.example/blob.png", category="blobs"))
        [one] = await self.call("GET", "/api/v1/custom_emojis")
        self.assertEqual((one["shortcode"], one["category"], one["visible_in_picker"]), ("blob", "blobs", True))
        note = await self.say(await self.person("alice"), "look :blob:")
        seen = await self.call("GET", f"/api/v1/statuses/{note.id}")
        self.assertEqual([emoji["shortcode"] for emoji in seen["emojis"]], ["blob"])


class AppTests(MastodonCase):
    async def test_an_app_registers_itself(self) -> None:
        form = {"client_name": "App", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob\napp://back", "scopes": "read write:statuses", "website": "https://app.example"}
        for body in ({"data": form}, {"json": form}):
            made = await self.call("POST", "/api/v1/apps", None, 200, **body)
            self.assertEqual(made["redirect_uris"], ["urn:ietf:wg:oauth:2.0:oob", "app://back"])
            self.assertEqual((made["scopes"], made["website"]), (["read", "write:statuses"], "https://app.example"))
        made = await self.call("POST", "/api/v1/apps", json={"client_name": "A", "redirect_uris": ["http://localhost:9/x"], "scopes": "read,write"})
        self.assertEqual(made["scopes"], ["read", "write"])
        token = await self.token(None)
        self.assertEqual((await self.call("GET", "/api/v1/apps/verify_credentials", token))["name"], "Test app")

    async def test_bad_apps_are_refused(self) -> None:
        good = {"client_name": "App", "redirect_uris": "app://back"}
        for wrong, field in [
            ({"client_name": " "}, "client_name"),
            ({"redirect_uris": "javascript:alert(1)"}, "redirect_uris"),
            ({"redirect_uris": ""}, "redirect_uris"),
            ({"scopes": "read session"}, "scopes"),
            ({"website": "ftp://x"}, "website"),
        ]:
            error = await self.call("POST", "/api/v1/apps", None, 422, data={**good, **wrong})
            self.assertEqual(list(error["details"]), [field])
        await self.call("GET", "/api/v1/apps/verify_credentials", None, 401)


class SearchTests(MastodonCase):
    async def test_people_statuses_and_tags_are_found(self) -> None:
        alice = await self.person("alice")
        await self.remote("wonder")
        token = await self.token(alice)
        note = await self.say(alice, "a #wonderful thing")
        found = await self.call("GET", "/api/v2/search?q=wonder", token)
        self.assertEqual([one["acct"] for one in found["accounts"]], ["wonder@far.example"])
        self.assertEqual([one["name"] for one in found["hashtags"]], ["wonderful"])
        found = await self.call("GET", "/api/v2/search?q=thing&type=statuses", token)
        self.assertEqual(([one["id"] for one in found["statuses"]], found["accounts"], found["hashtags"]), ([str(note.id)], [], []))
        self.assertEqual((await self.call("GET", "/api/v1/search?q=%23wonder", token))["hashtags"], ["wonderful"])
        self.assertEqual((await self.call("GET", "/api/v1/tags/wonderful"))["url"], "https://here.example/tags/wonderful")
        await self.call("GET", "/api/v2/search?q=", token, 422)
        await self.call("GET", "/api/v2/search?q=x&resolve=true", None, 401)

    async def test_an_address_means_one_thing(self) -> None:
        alice = await self.person("alice")
        bob = await self.remote("bob")
        token = await self.token(alice)
        note = await self.say(alice, "here")
        for address in (note.uri, note.url):
            found = await self.call("GET", f"/api/v2/search?q={address}", token)
            self.assertEqual([one["id"] for one in found["statuses"]], [str(note.id)])
        for address in (bob.uri, "@bob@far.example", "bob@far.example", "acct:bob@far.example"):
            found = await self.call("GET", f"/api/v2/search?q={address}", token)
            self.assertEqual([one["id"] for one in found["accounts"]], [str(bob.id)])
        for address in (alice.uri, alice.url):
            found = await self.call("GET", f"/api/v2/search?q={address}&type=accounts", token)
            self.assertEqual([one["acct"] for one in found["accounts"]], ["alice"])

    async def test_what_is_not_here_is_asked_for_elsewhere(self) -> None:
        case = self

        class Resolver:
            asked: list[str] = []

            async def account(self, name: str):
                self.asked.append(name)
                return await case.remote("eve", "new.example")

            async def note(self, uri: str, viewer: int | None) -> int | None:
                return None

            async def mentions(self, text: str) -> None:
                await case.remote("dan", "new.example")

        self.core.resolver = Resolver()
        token = await self.token(await self.person("alice"))
        self.assertEqual((await self.call("GET", "/api/v2/search?q=eve@new.example", token))["accounts"], [])
        found = await self.call("GET", "/api/v2/search?q=@eve@new.example&resolve=true", token)
        self.assertEqual([one["acct"] for one in found["accounts"]], ["eve@new.example"])
        self.assertEqual(Resolver.asked, ["eve@new.example"])
        made = await self.call("POST", "/api/v1/statuses", token, data={"status": "hi @dan@new.example"})
        self.assertEqual([one["acct"] for one in made["mentions"]], ["dan@new.example"])
