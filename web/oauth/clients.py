"""Applications that speak for themselves: how they prove who they are, and how a refusal is told to them."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from pleromad.errors import PleromadError, Unauthenticated
from pleromad.model.token import App
from web.answers import Headers
from web.auth import basic_of
from web.bodies import Fields
from web.request import Request
from web.site import Answer, status_of

if TYPE_CHECKING:
    from pleromad.core import Core

NO_STORE: Headers = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))

DESCRIPTIONS = {
    "invalid_client": (
        "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."
    ),
    "invalid_grant": (
        "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the"
        " authorization request, or was issued to another client."
    ),
    "invalid_scope": "The requested scope is invalid, unknown, or malformed.",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization server.",
    "unsupported_response_type": "The authorization server does not support this response type.",
    "unauthorized_client": "You are not authorized to revoke this token",
    "mfa_required": "A code of an authenticator app, or a backup code, is needed.",
    "access_denied": "The resource owner or authorization server denied the request.",
    "invalid_redirect_uri": "The requested redirect uri is malformed or doesn't match client redirect URI.",
    "invalid_code_challenge_method": "The code challenge method must be S256 or plain.",
}


class OAuthError(PleromadError):
    """An error in the words of RFC 6749, section 5.2. It never leaves web.oauth but as an answer."""

    def __init__(self, error: str, description: str = "", status: int = 400, more: dict[str, object] | None = None) -> None:
        super().__init__(description or DESCRIPTIONS.get(error, error))
        self.error = error
        self.status = status
        self.more = more or {}  # what else the application is told


def missing(name: str) -> OAuthError:
    return OAuthError("invalid_request", f"Missing required parameter: {name}.")


def render_json(request: Request, error: PleromadError) -> Answer:
    """Refusals of the endpoints that applications call."""
    headers = NO_STORE
    if isinstance(error, OAuthError):
        if error.status == 401:
            headers += (("WWW-Authenticate", 'Basic realm="OAuth"'),)
        value = {"error": error.error, "error_description": error.public, **error.more}
        return Answer.json(value, status=error.status, headers=headers)
    return Answer.json({"error": error.public}, status=status_of(error), headers=headers)


def text_of(found: Fields, name: str) -> str | None:
    """The last text of a name, None when absent or empty."""
    texts = [value for key, value in found if key == name and isinstance(value, str)]
    return texts[-1] if texts and texts[-1] else None


async def client_of(request: Request, found: Fields, core: Core) -> App:
    """The application, by HTTP Basic (RFC 6749, section 2.3.1) or in the body. OAuthError invalid_client else."""
    client_id, secret = text_of(found, "client_id"), text_of(found, "client_secret")
    kind, _, credentials = request.header("authorization").partition(" ")
    if kind.lower() == "basic":
        try:
            name, password = basic_of(credentials.strip())
        except Unauthenticated:
            raise OAuthError("invalid_client", status=401) from None
        client_id, secret = unquote_plus(name), unquote_plus(password)
    app = await core.accounts.app(client_id) if client_id and len(client_id) < 200 else None
    if app is None or not secret or not hmac.compare_digest(app.client_secret.encode(), secret.encode()):
        raise OAuthError("invalid_client", status=401)
    return app
