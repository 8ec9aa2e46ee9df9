"""OAuth 2 as the clients of Mastodon and Pleroma use it."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from twisted.trial.unittest import TestCase

from pleromad.errors import Invalid
from pleromad.model.token import App
from tests.support.core import PASSWORD
from tests.support.http import Browser, Reply, SiteCase
from web.oauth.redirects import OOB, check_redirect_uri, matches, source_of, with_answer
from web.oauth.scopes import granted, in_words, parse

ELSEWHERE = "https://app.example/callback"


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's last form (the first is the log-out button)."""
    form = page[page.rindex("<form ") :]
    pairs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in pairs}


class OAuthCase(SiteCase):
    DOORS = ("pages",)

    async def app(self, *redirect_uris: str, scopes: str = "read write follow push") -> App:
        return await self.core.accounts.add_app(
            name="Test <app>",
            website="https://app.example/",
            redirect_uris=redirect_uris or (ELSEWHERE, OOB),
            scopes=frozenset(scopes.split()),
        )

    async def logged_in(self, name: str = "alice") -> Browser:
        browser = self.browser()
        form = hidden((await browser.get("/log-in")).text)
        reply = await browser.post("/log-in", {**form, "login": name, "password": PASSWORD}, follow=False)
        self.assertEqual(reply.status, 303, reply.text)
        return browser

    def ask(self, app: App, **more: str | None) -> str:
        asked = {
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": ELSEWHERE,
            "scope": "read write",
            **more,
        }
        return "/oauth/authorize?" + urlencode(
            {name: value for name, value in asked.items() if value is not None}
        )

    async def allow(self, browser: Browser, url: str, answer: str = "allow") -> Reply:
        page = await browser.get(url)
        self.assertEqual(page.status, 200, page.text)
        return await browser.post("/oauth/authorize", {**hidden(page.text), "answer": answer}, follow=False)

    async def token(self, app: App, **form: Any) -> Reply:
        return await self.post(
            "/oauth/token", {"client_id": app.client_id, "client_secret": app.client_secret, **form}
        )


class AuthorizationCodeTests(OAuthCase):
    async def code(self, app: App, **more: str | None) -> str:
        reply = await self.allow(self.someone, self.ask(app, **more))
        self.assertEqual(reply.status, 302, reply.text)
        return parse_qs(urlsplit(reply.location).query)["code"][0]

    async def start(self) -> App:
        self.alice = await self.person("alice")
        self.someone = await self.logged_in()
        return await self.app()

    async def test_the_whole_way(self):
        app = await self.start()
        reply = await self.allow(self.someone, self.ask(app, state="a b&c"))
        target = urlsplit(reply.location)
        self.assertTrue(reply.location.startswith(ELSEWHERE + "?"))
        answer = parse_qs(target.query)
        self.assertEqual(answer["state"], ["a b&c"])
        reply = await self.token(
            app, grant_type="authorization_code", code=answer["code"][0], redirect_uri=ELSEWHERE
        )
        self.assertEqual(reply.status, 200, reply.text)
        self.assertEqual(reply.headers["cache-control"], "no-store")
        token = reply.json()
        self.assertEqual(
            (token["token_type"], token["scope"], token["me"]), ("Bearer", "read write", self.alice.uri)
        )
        self.assertIsInstance(token["created_at"], int)
        info = await self.get("/oauth/userinfo", token=token["access_token"])
        self.assertEqual(info.json()["preferred_username"], "alice")
        self.assertEqual(info.json()["sub"], self.alice.uri)

    async def test_who_is_not_logged_in_goes_there_first_and_comes_back(self):
        app = await self.start()
        browser = self.browser()
        page = await browser.get(self.ask(app, state="x"))
        self.assertEqual(browser.path.partition("?")[0], "/log-in")
        self.assertIn("Test &lt;app&gt;", page.text)
        page = await browser.post(
            "/log-in", {**hidden(page.text), "login": "alice@mail.example", "password": PASSWORD}
        )
        self.assertIn("Let Test &lt;app&gt; in?", page.text)
        reply = await browser.post("/oauth/authorize", {**hidden(page.text), "answer": "allow"}, follow=False)
        self.assertEqual(parse_qs(urlsplit(reply.location).query)["state"], ["x"])

    async def test_force_login_asks_again(self):
        app = await self.start()
        page = await self.someone.get(self.ask(app, force_login="true"))
        self.assertEqual(self.someone.path.partition("?")[0], "/log-in")
        await self.person("bob")
        page = await self.someone.post("/log-in", {**hidden(page.text), "login": "bob", "password": PASSWORD})
        self.assertIn("@bob@here.example", page.text)

    async def test_the_page_tells_what_it_could_do(self):
        app = await self.start()
        page = await self.someone.get(self.ask(app, scope="read:statuses write"))
        self.assertIn("read posts", page.text)
        self.assertIn("@alice@here.example", page.text)
        policy = page.headers["content-security-policy"]
        self.assertIn("form-action 'self' https://app.example;", policy)
        self.assertIn("frame-ancestors 'none'", policy)

    async def test_no_is_told(self):
        app = await self.start()
        reply = await self.allow(self.someone, self.ask(app, state="s"), "deny")
        answer = parse_qs(urlsplit(reply.location).query)
        self.assertEqual((answer["error"], answer["state"]), (["access_denied"], ["s"]))

    async def test_out_of_band_shows_the_code(self):
        app = await self.start()
        reply = await self.allow(self.someone, self.ask(app, redirect_uri=OOB))
        self.assertEqual(reply.status, 200)
        [code] = re.findall(r"<code>([^<]+)</code>", reply.text)
        reply = await self.token(app, grant_type="authorization_code", code=code, redirect_uri=OOB)
        self.assertEqual(reply.status, 200, reply.text)

    async def test_a_custom_scheme(self):
        await self.start()
        app = await self.app("tusky://oauth")
        reply = await self.allow(self.someone, self.ask(app, redirect_uri="tusky://oauth"))
        self.assertTrue(reply.location.startswith("tusky://oauth?code="))

    async def test_pkce(self):
        app = await self.start()
        verifier = "v" * 50
        hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        for challenge, method in ((hashed, "S256"), (verifier, "plain"), (verifier, None)):
            for given, status in ((verifier, 200), ("x" * 50, 400), (None, 400)):
                code = await self.code(app, code_challenge=challenge, code_challenge_method=method)
                form = {"code_verifier": given} if given else {}
                reply = await self.token(
                    app, grant_type="authorization_code", code=code, redirect_uri=ELSEWHERE, **form
                )
                self.assertEqual(reply.status, status, (method, given))

    async def test_a_code_works_once_for_its_app_and_its_redirect_uri(self):
        app = await self.start()
        other = await self.app()
        code = await self.code(app)
        good = {"grant_type": "authorization_code", "code": code, "redirect_uri": ELSEWHERE}
        self.assertEqual((await self.token(app, **good)).status, 200)
        for who, form in (
            (app, good),
            (other, {**good, "code": await self.code(app)}),
            (app, {**good, "code": await self.code(app), "redirect_uri": OOB}),
        ):
            reply = await self.token(who, **form)
            self.assertEqual((reply.status, reply.json()["error"]), (400, "invalid_grant"))

    async def test_an_app_that_cannot_be_trusted_gets_no_redirect(self):
        app = await self.start()
        for url, status in (
            (self.ask(app, client_id="nobody"), 401),
            (self.ask(app, client_id=None), 400),
            (self.ask(app, redirect_uri="https://evil.example/"), 400),
            (self.ask(app, redirect_uri=ELSEWHERE + "/more"), 400),
            (self.ask(app, redirect_uri=None), 400),
            (self.ask(app, redirect_uri="javascript:alert(1)"), 400),
        ):
            reply = await self.someone.get(url, follow=False)
            self.assertEqual(reply.status, status, url)
            self.assertIn("text/html", reply.headers["content-type"])

    async def test_other_mistakes_are_told_to_the_app(self):
        app = await self.start()
        for more, error in (
            ({"scope": "admin:write"}, "invalid_scope"),
            ({"scope": "nonsense"}, "invalid_scope"),
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"code_challenge": "x", "code_challenge_method": "S512"}, "invalid_request"),
        ):
            reply = await self.someone.get(self.ask(app, state="s", **more), follow=False)
            answer = parse_qs(urlsplit(reply.location).query)
            self.assertEqual((reply.status, answer["error"], answer["state"]), (302, [error], ["s"]))

    async def test_consent_needs_the_form(self):
        app = await self.start()
        url = self.ask(app)
        form = hidden((await self.someone.get(url)).text)
        reply = await self.someone.post(
            "/oauth/authorize", {**form, "csrf": "x", "answer": "allow"}, follow=False
        )
        self.assertEqual(reply.status, 403)
        reply = await self.someone.post(
            "/oauth/authorize",
            {**form, "redirect_uri": "https://evil.example/", "answer": "allow"},
            follow=False,
        )
        self.assertEqual(reply.status, 400)


class TokenTests(OAuthCase):
    async def test_an_application_on_its_own(self):
        app = await self.app()
        reply = await self.token(app, grant_type="client_credentials", scope="read write")
        token = reply.json()
        self.assertEqual((reply.status, token["scope"]), (200, "read write"))
        self.assertNotIn("me", token)
        self.assertEqual((await self.get("/oauth/userinfo", token=token["access_token"])).status, 401)

    async def test_without_a_scope_it_is_read(self):
        reply = await self.token(await self.app(), grant_type="client_credentials")
        self.assertEqual(reply.json()["scope"], "read")

    async def test_name_and_password(self):
        await self.person("alice")
        app = await self.app()
        for form in ({}, {"scope": "read write follow push"}):
            reply = await self.token(app, grant_type="password", username="alice", password=PASSWORD, **form)
            self.assertEqual((reply.status, reply.json()["scope"]), (200, "follow push read write"))
        reply = await self.token(app, grant_type="password", username="alice", password="wrong")
        self.assertEqual((reply.status, reply.json()["error"]), (400, "invalid_grant"))

    async def test_a_refresh_token_makes_a_new_one_and_ends_the_old(self):
        await self.person("alice")
        app = await self.app()
        old = (await self.token(app, grant_type="password", username="alice", password=PASSWORD)).json()
        new = (await self.token(app, grant_type="refresh_token", refresh_token=old["refresh_token"])).json()
        self.assertNotEqual(old["access_token"], new["access_token"])
        self.assertEqual((await self.get("/oauth/userinfo", token=new["access_token"])).status, 200)
        self.assertEqual((await self.get("/oauth/userinfo", token=old["access_token"])).status, 401)
        reply = await self.token(app, grant_type="refresh_token", refresh_token=old["refresh_token"])
        self.assertEqual((reply.status, reply.json()["error"]), (400, "invalid_grant"))

    async def test_revoking(self):
        await self.person("alice")
        app = await self.app()
        token = (await self.token(app, grant_type="password", username="alice", password=PASSWORD)).json()[
            "access_token"
        ]
        self.assertEqual((await self.get("/oauth/userinfo", token=token)).status, 200)
        for _ in range(2):
            reply = await self.post(
                "/oauth/revoke",
                {"client_id": app.client_id, "client_secret": app.client_secret, "token": token},
            )
            self.assertEqual((reply.status, reply.json()), (200, {}))
        self.assertEqual((await self.get("/oauth/userinfo", token=token)).status, 401)
        reply = await self.post("/oauth/revoke", {"token": token})
        self.assertEqual((reply.status, reply.json()["error"]), (403, "unauthorized_client"))

    async def test_a_client_proves_itself_by_header_or_body_in_any_format(self):
        app = await self.app()
        basic = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
        form = {
            "grant_type": "client_credentials",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
        }
        for kw in (
            {"data": {"grant_type": "client_credentials"}, "headers": {"Authorization": f"Basic {basic}"}},
            {"data": form},
            {"json": form},
            {"data": form, "files": {}},
        ):
            reply = await self.request("POST", "/oauth/token", **kw)
            self.assertEqual(reply.status, 200, reply.text)

    async def test_mistakes_are_told_in_json(self):
        app = await self.app()
        for form, status, error in (
            ({"grant_type": "client_credentials", "client_secret": "wrong"}, 401, "invalid_client"),
            ({"grant_type": "client_credentials", "client_id": "nobody"}, 401, "invalid_client"),
            ({"grant_type": "magic"}, 400, "unsupported_grant_type"),
            ({}, 400, "invalid_request"),
            ({"grant_type": "authorization_code"}, 400, "invalid_request"),
            (
                {"grant_type": "authorization_code", "code": "x", "redirect_uri": ELSEWHERE},
                400,
                "invalid_grant",
            ),
            ({"grant_type": "client_credentials", "scope": "admin"}, 400, "invalid_scope"),
            ({"grant_type": "client_credentials", "scope": "nonsense"}, 400, "invalid_scope"),
        ):
            reply = await self.token(app, **form)
            self.assertEqual((reply.status, reply.json()["error"]), (status, error), form)
            self.assertTrue(reply.json()["error_description"])
            self.assertEqual(reply.headers["access-control-allow-origin"], "*")

    async def test_userinfo_needs_the_scope(self):
        await self.person("alice")
        app = await self.app(scopes="write")
        token = (await self.token(app, grant_type="password", username="alice", password=PASSWORD)).json()
        self.assertEqual((await self.get("/oauth/userinfo", token=token["access_token"])).status, 403)
        self.assertEqual((await self.get("/oauth/userinfo")).status, 401)

    async def test_the_server_describes_itself(self):
        reply = await self.get("/.well-known/oauth-authorization-server")
        told = reply.json()
        self.assertEqual(told["issuer"], "https://here.example/")
        self.assertEqual(told["token_endpoint"], "https://here.example/oauth/token")
        self.assertEqual(told["app_registration_endpoint"], "https://here.example/api/v1/apps")
        self.assertEqual(told["code_challenge_methods_supported"], ["S256", "plain"])
        self.assertEqual(reply.headers["access-control-allow-origin"], "*")


class ScopeTests(TestCase):
    def test_separators(self):
        self.assertEqual(parse("read,write+follow  push"), {"read", "write", "follow", "push"})

    def test_unknown_ones_are_refused(self):
        for text in ("nonsense", "read:", "read:a:b:c", "READ", "read " * 0 + "write;"):
            self.assertRaises(Invalid, parse, text)

    def test_a_grant_is_never_wider_than_the_app(self):
        self.assertEqual(granted("read:statuses", {"read"}), {"read:statuses"})
        self.assertRaises(Invalid, granted, "read", {"read:statuses"})
        self.assertEqual(granted(None, {"read", "write"}), {"read"})
        self.assertEqual(granted("", {"write:media"}), {"write:media"})

    def test_words_leave_out_what_is_covered(self):
        self.assertEqual(in_words({"read", "read:statuses"}), ["read everything you can read here"])


class RedirectTests(TestCase):
    def test_only_exact_ones_match(self):
        self.assertTrue(matches(ELSEWHERE, [ELSEWHERE]))
        for wanted in (
            ELSEWHERE + "?x",
            ELSEWHERE + "/",
            "https://app.example",
            "http://app.example/callback",
        ):
            self.assertFalse(matches(wanted, [ELSEWHERE]))

    def test_any_port_will_do_on_the_machine_itself(self):
        self.assertTrue(matches("http://localhost:1234/cb", ["http://localhost/cb"]))
        self.assertTrue(matches("http://127.0.0.1:9/cb", ["http://127.0.0.1:80/cb"]))
        for wanted in (
            "http://localhost:1234/other",
            "https://localhost:1234/cb",
            "http://localhost.evil.example:1/cb",
            "http://localhost:99999/cb",
            "http://me@localhost:1/cb",
            "http://localhost:1\\@evil.example/cb",
        ):
            self.assertFalse(matches(wanted, ["http://localhost/cb"]), wanted)

    def test_what_can_be_registered(self):
        for uri in (OOB, ELSEWHERE, "tusky://oauth", "com.example.app:/oauth", "http://localhost:80/x"):
            self.assertEqual(check_redirect_uri(uri), uri)
        for uri in (
            "javascript:alert(1)",
            "JAVASCRIPT:x",
            "data:text/html,x",
            "/relative",
            "",
            "https://",
            "https://a b/",
            "x://a#f",
            "https://h/\n",
        ):
            self.assertRaises(Invalid, check_redirect_uri, uri)

    def test_the_answer_joins_a_query(self):
        self.assertEqual(with_answer("a://b?c=d", code="1 2", state=None), "a://b?c=d&code=1+2")

    def test_what_a_form_may_lead_to(self):
        self.assertEqual(source_of("https://a.example:8/x?y"), "https://a.example:8")
        self.assertEqual(source_of("tusky://oauth"), "tusky:")
