"""Who asks: tokens, passwords, sessions, forms."""

from __future__ import annotations

import base64

from pleromad.errors import PleromadError
from tests.support.core import PASSWORD
from tests.support.http import SiteCase
from web.auth import check_csrf, close_session, csrf, open_session, session_of, viewer_of
from web.bodies import fields
from web.site import Answer, Request, status_of


def told(request: Request, error: PleromadError) -> Answer:
    return Answer.json({"error": error.public}, status=status_of(error))


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


class AuthTests(SiteCase):
    async def start(self) -> None:
        self.alice = await self.person("alice")

        async def who(request: Request) -> Answer:
            viewer = await viewer_of(request, self.core)
            scope = request.first("need")
            account = viewer.need(scope) if scope else viewer.account
            return Answer.json({"who": account.username if account else None})

        self.site.errors("", told)
        self.site.route("GET", "/who", who)

    async def token(self, *scopes: str, app_only: bool = False) -> str:
        app = await self.core.accounts.add_app(
            name="app",
            website=None,
            redirect_uris=("urn:ietf:wg:oauth:2.0:oob",),
            scopes=frozenset({"read", "write"}),
        )
        grant = await self.core.accounts.issue(app, None if app_only else self.alice.id, frozenset(scopes))
        return grant.access_token

    async def test_a_bearer_token_is_somebody(self):
        await self.start()
        token = await self.token("read")
        self.assertEqual((await self.get("/who", token=token)).json(), {"who": "alice"})
        self.assertEqual((await self.get(f"/who?access_token={token}")).json(), {"who": "alice"})

    async def test_no_token_and_an_empty_one_are_nobody(self):
        await self.start()
        for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "}):
            self.assertEqual((await self.get("/who", headers=headers)).json(), {"who": None})

    async def test_a_wrong_token_is_refused(self):
        await self.start()
        reply = await self.get("/who", token="wrong")
        self.assertEqual((reply.status, reply.json()), (401, {"error": "The access token is invalid"}))

    async def test_scopes_are_enforced(self):
        await self.start()
        token = await self.token("read:accounts")
        self.assertEqual((await self.get("/who?need=read:accounts", token=token)).status, 200)
        reply = await self.get("/who?need=write:statuses", token=token)
        self.assertEqual(
            (reply.status, reply.json()["error"]), (403, "This action is outside the authorized scopes")
        )
        reply = await self.get("/who?need=read")
        self.assertEqual(
            (reply.status, reply.json()["error"]), (401, "This method requires an authenticated user")
        )

    async def test_the_token_of_an_application_is_no_person(self):
        await self.start()
        token = await self.token("read", app_only=True)
        self.assertEqual((await self.get("/who", token=token)).json(), {"who": None})
        self.assertEqual((await self.get("/who?need=read", token=token)).status, 401)

    async def test_name_and_password_are_somebody(self):
        await self.start()
        reply = await self.get("/who?need=write:statuses", headers=basic("alice", PASSWORD))
        self.assertEqual(reply.json(), {"who": "alice"})
        self.assertEqual((await self.get("/who", headers=basic("alice", "wrong"))).status, 401)
        self.assertEqual((await self.get("/who", headers={"Authorization": "Basic !!"})).status, 401)


class SessionTests(SiteCase):
    async def start(self) -> None:
        self.alice = await self.person("alice")

        async def page(request: Request) -> Answer:
            account = await session_of(request, self.core)
            return Answer.json(
                {"who": account.username if account else None, "csrf": csrf(request, self.core)}
            )

        async def enter(request: Request) -> Answer:
            check_csrf(request, self.core, fields(request))
            await open_session(request, self.core, self.alice.id)
            return Answer()

        async def leave(request: Request) -> Answer:
            await close_session(request, self.core)
            return Answer()

        self.site.errors("", told)
        self.site.route("GET", "/page", page)
        self.site.route("POST", "/enter", enter)
        self.site.route("POST", "/leave", leave)

    async def test_a_session_lasts_until_it_is_closed(self):
        await self.start()
        browser = self.browser()
        page = (await browser.get("/page")).json()
        self.assertEqual(page["who"], None)
        self.assertEqual((await browser.post("/enter", {"csrf": page["csrf"]})).status, 200)
        self.assertEqual((await browser.get("/page")).json()["who"], "alice")
        stolen = dict(browser.cookies)
        await browser.post("/leave")
        self.assertEqual((await browser.get("/page")).json()["who"], None)
        browser.cookies = stolen
        self.assertEqual((await browser.get("/page")).json()["who"], None)

    async def test_the_cookie_is_kept_from_scripts_and_other_sites(self):
        await self.start()
        browser = self.browser()
        page = (await browser.get("/page")).json()
        reply = await browser.post("/enter", {"csrf": page["csrf"]})
        for part in ("__Host-session=", "HttpOnly", "SameSite=Lax", "Secure", "Path=/"):
            self.assertIn(part, reply.headers["set-cookie"])

    async def test_a_session_is_no_access_token(self):
        await self.start()
        secret = await self.core.accounts.open_session(self.alice.id)

        async def who(request: Request) -> Answer:
            return Answer.json({"who": (await viewer_of(request, self.core)).id})

        self.site.route("GET", "/who", who)
        self.assertEqual((await self.get("/who", token=secret)).status, 401)

    async def test_an_access_token_is_no_session(self):
        await self.start()
        app = await self.core.accounts.add_app(
            name="a", website=None, redirect_uris=("a:b",), scopes=frozenset({"read"})
        )
        grant = await self.core.accounts.issue(app, self.alice.id, frozenset({"read"}))
        reply = await self.get("/page", headers={"Cookie": f"__Host-session={grant.access_token}"})
        self.assertEqual(reply.json()["who"], None)

    async def test_a_forged_form_is_refused(self):
        await self.start()
        browser = self.browser()
        page = (await browser.get("/page")).json()
        other = (await self.browser().get("/page")).json()
        for form, headers in [
            ({}, {}),
            ({"csrf": "x"}, {}),
            ({"csrf": other["csrf"]}, {}),
            ({"csrf": page["csrf"]}, {"Origin": "https://evil.example"}),
        ]:
            self.assertEqual((await browser.post("/enter", form, headers=headers)).status, 403)
        reply = await browser.post(
            "/enter", {"csrf": page["csrf"]}, headers={"Origin": "https://here.example"}
        )
        self.assertEqual(reply.status, 200)
