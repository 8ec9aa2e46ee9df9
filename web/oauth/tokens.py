"""The endpoints that applications call: token, revoke, userinfo, and the description of them all (RFC 8414)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pleromad.errors import Forbidden, Invalid, NeedsCode, Unauthenticated
from pleromad.model.token import Grant
from web.auth import viewer_of
from web.bodies import Fields, fields
from web.limits import BY_ADDRESS
from web.oauth import scopes
from web.oauth.clients import NO_STORE, OAuthError, client_of, missing, render_json, text_of
from web.site import Answer, Request, Site

if TYPE_CHECKING:
    from pleromad.core import Core

GRANTS = ("authorization_code", "password", "client_credentials", "refresh_token")
CHALLENGE = "/oauth/mfa/challenge"
METADATA = "/.well-known/oauth-authorization-server"


class Tokens:
    def __init__(self, core: Core, site: Site) -> None:
        self.core = core
        self.site = site

    def register(self) -> None:
        site = self.site
        site.route("POST", "/oauth/token", self.token, max_body=50_000)
        site.route("POST", CHALLENGE, self.challenge, max_body=50_000)
        site.route("POST", "/oauth/revoke", self.revoke, max_body=50_000)
        site.route("GET POST", "/oauth/userinfo", self.userinfo, max_body=50_000)
        site.route("GET", "/oauth/token/info", self.info)
        site.route("GET", METADATA, self.metadata)
        for path in ("/oauth/token", CHALLENGE, "/oauth/revoke", "/oauth/userinfo", METADATA):
            site.errors(path, render_json)
            site.cors(path)

    async def token(self, request: Request) -> Answer:
        """POST /oauth/token (RFC 6749, sections 4.1.3, 4.3.2, 4.4.2 and 6)."""
        self.site.limits.take(request, BY_ADDRESS)
        found = fields(request)
        kind = text_of(found, "grant_type")
        if kind is None:
            raise missing("grant_type")
        if kind not in GRANTS:
            raise OAuthError("unsupported_grant_type")
        try:
            grant = await self._grant(kind, request, found)
        except Invalid as error:
            if error.field == "scope":
                raise OAuthError("invalid_scope") from None
            raise OAuthError("invalid_grant") from None
        return Answer.json(await self._entity(grant), headers=NO_STORE)

    async def _grant(self, kind: str, request: Request, found: Fields) -> Grant:
        accounts = self.core.accounts
        app = await client_of(request, found, self.core)
        scope = text_of(found, "scope") or text_of(found, "scopes")
        match kind:
            case "authorization_code":
                code, redirect_uri = text_of(found, "code"), text_of(found, "redirect_uri")
                if code is None:
                    raise missing("code")
                if redirect_uri is None:
                    raise missing("redirect_uri")
                return await accounts.use_code(code, app, redirect_uri, text_of(found, "code_verifier"))
            case "client_credentials":
                return await accounts.issue(app, None, scopes.granted(scope, app.scopes))
            case "refresh_token":
                old = text_of(found, "refresh_token")
                if old is None:
                    raise missing("refresh_token")
                return await accounts.refresh(app, old)
            case _:
                name, password = text_of(found, "username"), text_of(found, "password")
                if name is None or password is None:
                    raise missing("username" if name is None else "password")
                wanted = scopes.granted(
                    scope, app.scopes, default=app.scopes
                )  # none asked: all, as Pleroma does
                try:
                    user = await accounts.log_in(name, password, address=request.address)
                except NeedsCode as error:
                    secret = await accounts.challenge(error.account_id, app_id=app.id, scopes=wanted)
                    more: dict[str, object] = {"mfa_token": secret, "supported_challenge_types": ["totp"]}
                    raise OAuthError("mfa_required", status=403, more=more) from None
                except Unauthenticated:
                    raise OAuthError("invalid_grant") from None
                except Forbidden as error:  # disabled, not yet confirmed or approved
                    raise OAuthError("invalid_grant", error.public) from None
                return await accounts.issue(app, user.account.id, wanted)

    async def challenge(self, request: Request) -> Answer:
        """POST /oauth/mfa/challenge: the second step of a password grant, as Pleroma has it."""
        self.site.limits.take(request, BY_ADDRESS)
        found = fields(request)
        app = await client_of(request, found, self.core)
        secret, code = text_of(found, "mfa_token"), text_of(found, "code")
        kind = text_of(found, "challenge_type") or "totp"
        if secret is None or code is None:
            raise missing("mfa_token" if secret is None else "code")
        if kind not in ("totp", "recovery"):
            raise OAuthError("invalid_request", "The challenge type is totp or recovery.")
        accounts = self.core.accounts
        try:
            answered = await accounts.answer(secret, code, app_id=app.id, backup=kind == "recovery")
        except (Unauthenticated, Invalid, Forbidden) as error:
            raise OAuthError("invalid_grant", error.public) from None
        grant = await accounts.issue(app, answered.user.account.id, answered.scopes)
        return Answer.json(await self._entity(grant), headers=NO_STORE)

    async def _entity(self, grant: Grant) -> dict[str, Any]:
        """Mastodon's Token with what Pleroma adds (id, me, refresh_token, expires_in)."""
        token = grant.token
        entity: dict[str, Any] = {
            "access_token": grant.access_token,
            "token_type": "Bearer",
            "scope": " ".join(sorted(token.scopes)),
            "created_at": int(token.created_at.timestamp()),
        }
        if token.expires_at is not None:
            entity["expires_in"] = int((token.expires_at - token.created_at).total_seconds())
        if grant.refresh_token is not None:
            entity["refresh_token"] = grant.refresh_token
        if token.account_id is not None:
            entity["id"] = token.id
            entity["me"] = (await self.core.reading.account(token.account_id)).uri
        return entity

    async def revoke(self, request: Request) -> Answer:
        """POST /oauth/revoke (RFC 7009): an unknown token is as good as revoked."""
        found = fields(request)
        try:
            app = await client_of(request, found, self.core)
        except OAuthError:
            raise OAuthError("unauthorized_client", status=403) from None
        token = text_of(found, "token")
        if token is not None:
            await self.core.accounts.revoke(app, token)
        return Answer.json({}, headers=NO_STORE)

    async def userinfo(self, request: Request) -> Answer:
        """OpenID Connect's claims as Mastodon 4.4 gives them."""
        viewer = await viewer_of(request, self.core)
        account = viewer.need("profile", "read:accounts")
        claims = {
            "iss": f"{self.core.uris.base}/",
            "sub": account.uri,
            "name": account.display_name or account.username,
            "preferred_username": account.username,
            "profile": account.url,
            "picture": account.avatar_url,
        }
        return Answer.json(claims, headers=NO_STORE)

    async def info(self, request: Request) -> Answer:
        """GET /oauth/token/info, as doorkeeper (Mastodon's OAuth library) answers it."""
        token = (await viewer_of(request, self.core)).token
        if token is None or token.app is None:
            raise OAuthError("invalid_request", "Missing access token.", 401)
        expires = token.expires_at
        value = {
            "resource_owner_id": None if token.account_id is None else str(token.account_id),
            "scope": sorted(token.scopes),
            "expires_in": None if expires is None else int((expires - self.core.clock.now()).total_seconds()),
            "application": {"uid": token.app.client_id},
            "created_at": int(token.created_at.timestamp()),
        }
        return Answer.json(value, headers=NO_STORE)

    async def metadata(self, request: Request) -> Answer:
        base = self.core.uris.base
        return Answer.json(
            {
                "issuer": f"{base}/",
                "service_documentation": f"{base}/about",
                "authorization_endpoint": f"{base}/oauth/authorize",
                "token_endpoint": f"{base}/oauth/token",
                "app_registration_endpoint": f"{base}/api/v1/apps",
                "revocation_endpoint": f"{base}/oauth/revoke",
                "userinfo_endpoint": f"{base}/oauth/userinfo",
                "scopes_supported": scopes.SUPPORTED,
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": list(GRANTS),
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256", "plain"],
            },
            headers=(("Cache-Control", "max-age=3600"),),
        )
