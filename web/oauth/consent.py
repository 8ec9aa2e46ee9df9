"""The pages on which a person lets an application in (RFC 6749, section 4.1.1 and 4.1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pleromad.errors import Invalid
from pleromad.model.token import App
from web.auth import check_csrf, session_of
from web.bodies import Fields, fields
from web.oauth import redirects, scopes
from web.oauth.clients import NO_STORE, OAuthError, missing, text_of
from web.site import Answer, Request, Site

if TYPE_CHECKING:
    from pleromad.core import Core
    from web.pages.frame import Frame

PATH = "/oauth/authorize"
PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "lang",
)


@dataclass(frozen=True)
class Asked:
    """A request for authorization that may be answered at its redirect URI."""

    app: App
    redirect_uri: str
    scopes: frozenset[str]
    state: str | None
    challenge: str | None
    method: str | None
    parameters: tuple[tuple[str, str], ...]

    def answered(self, **answer: str | None) -> Answer:
        return Answer.redirect(
            redirects.with_answer(self.redirect_uri, **answer, state=self.state), headers=NO_STORE
        )


class _Refused(Exception):
    """An error that is told to the application, at its redirect URI."""

    def __init__(self, error: OAuthError, redirect_uri: str, state: str | None) -> None:
        self.error = error
        self.redirect_uri = redirect_uri
        self.state = state
        super().__init__(error.error)


class Consent:
    def __init__(self, core: Core, site: Site, frame: Frame) -> None:
        self.core = core
        self.frame = frame
        site.route("GET", PATH, self.ask)
        site.route("POST", PATH, self.answer, max_body=50_000)

    async def ask(self, request: Request) -> Answer:
        """The form; who is not logged in (or must do so again: force_login) goes there first."""
        found: Fields = list(request.query)
        try:
            asked = await self._asked(found)
        except _Refused as refused:
            return await self._told(request, refused)
        account = await session_of(request, self.core)
        again = (text_of(found, "force_login") or "").lower() in ("true", "1", "on")
        if account is None or again:
            back = f"{PATH}?{urlencode(asked.parameters)}"
            query = urlencode([("next", back), *([("again", "1")] if account is not None else [])])
            return Answer.redirect(f"/log-in?{query}", headers=NO_STORE)
        return await self.frame.page(
            request,
            "consent.html",
            title=f"Let {asked.app.name} in?",
            viewer=account,
            asked=asked,
            words=scopes.in_words(asked.scopes),
            oob=asked.redirect_uri == redirects.OOB,
            again=f"/log-in?{urlencode([('next', f'{PATH}?{urlencode(asked.parameters)}'), ('again', '1')])}",
            form_action=()
            if asked.redirect_uri == redirects.OOB
            else (redirects.source_of(asked.redirect_uri),),
            headers=NO_STORE,
        )

    async def answer(self, request: Request) -> Answer:
        """Yes or no. The form repeats what was asked, and all of it is checked again."""
        found = fields(request)
        account = await session_of(request, self.core)
        check_csrf(request, self.core, found)
        try:
            asked = await self._asked(found)
        except _Refused as refused:
            return await self._told(request, refused)
        if account is None:
            return Answer.redirect(
                f"/log-in?{urlencode([('next', f'{PATH}?{urlencode(asked.parameters)}')])}", 303
            )
        if text_of(found, "answer") != "allow":
            error = OAuthError("access_denied")
            return await self._told(request, _Refused(error, asked.redirect_uri, asked.state))
        code = await self.core.accounts.add_code(
            asked.app,
            account.id,
            redirect_uri=asked.redirect_uri,
            scopes=asked.scopes,
            challenge=asked.challenge,
            method=asked.method,
        )
        if asked.redirect_uri == redirects.OOB:
            return await self.frame.page(
                request,
                "code.html",
                title="Your code",
                viewer=account,
                code=code,
                app=asked.app,
                headers=NO_STORE,
            )
        return asked.answered(code=code)

    async def _asked(self, found: Fields) -> Asked:
        """OAuthError where the application cannot be trusted with an answer, _Refused where it can."""
        client_id = text_of(found, "client_id")
        if client_id is None:
            raise missing("client_id")
        app = await self.core.accounts.app(client_id) if len(client_id) < 200 else None
        if app is None:
            raise OAuthError("invalid_client", status=401)
        redirect_uri = text_of(found, "redirect_uri")
        if redirect_uri is None and len(app.redirect_uris) == 1:
            redirect_uri = app.redirect_uris[0]
        if redirect_uri is None:
            raise missing("redirect_uri")
        try:
            redirects.check_redirect_uri(redirect_uri)
        except Invalid:
            raise OAuthError("invalid_redirect_uri") from None
        if not redirects.matches(redirect_uri, app.redirect_uris):
            raise OAuthError("invalid_redirect_uri")
        state = text_of(found, "state")

        def refused(error: OAuthError) -> _Refused:
            return _Refused(error, redirect_uri, state)

        kind = text_of(found, "response_type")
        if kind != "code":
            raise refused(
                missing("response_type") if kind is None else OAuthError("unsupported_response_type")
            )
        try:
            wanted = scopes.granted(text_of(found, "scope"), app.scopes)
        except Invalid:
            raise refused(OAuthError("invalid_scope")) from None
        challenge, method = text_of(found, "code_challenge"), text_of(found, "code_challenge_method")
        if method not in (None, "S256", "plain"):
            raise refused(OAuthError("invalid_request", "The code challenge method must be S256 or plain."))
        if challenge is None and method is not None:
            raise refused(missing("code_challenge"))
        if challenge is not None and not 1 <= len(challenge) <= 128:
            raise refused(OAuthError("invalid_request", "The code challenge is malformed."))
        parameters = [(name, value) for name in PARAMETERS if (value := text_of(found, name)) is not None]
        return Asked(app, redirect_uri, wanted, state, challenge, method, tuple(parameters))

    async def _told(self, request: Request, refused: _Refused) -> Answer:
        error = refused.error
        if refused.redirect_uri == redirects.OOB:
            raise error
        target = redirects.with_answer(
            refused.redirect_uri, error=error.error, error_description=error.public, state=refused.state
        )
        return Answer.redirect(target, headers=NO_STORE)
