"""Applications: they sign up by themselves."""

from __future__ import annotations

import re

import msgspec

from pleromad.core import Core
from pleromad.errors import Invalid, Unauthenticated
from pleromad.model.token import App
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.entities.app import Application, CredentialApplication
from protocols.mastodon.errors import INVALID_TOKEN
from web.limits import Limit
from web.oauth import scopes
from web.oauth.redirects import check_redirect_uri

NEW_APPS = Limit.of("new_apps")
MAX_NAME = 200
MAX_WEBSITE = 2000
MAX_REDIRECTS = 20


class AppForm(msgspec.Struct):
    client_name: str
    redirect_uris: list[str]  # also one text with a URI per line
    scopes: list[str] = []  # also one text, split by blanks or (Pleroma) commas
    website: str = ""


async def create(call: Call[AppForm]) -> CredentialApplication:
    form = call.form
    name = form.client_name.strip()
    if not name or len(name) > MAX_NAME:
        raise Invalid(f"Validation failed: Application name must have 1 to {MAX_NAME} characters", field="client_name")
    redirects = [uri for text in form.redirect_uris for uri in text.split()]
    if not redirects or len(redirects) > MAX_REDIRECTS:
        raise Invalid("Validation failed: Redirect URI can't be blank", field="redirect_uris")
    website = form.website.strip()
    if website and (len(website) > MAX_WEBSITE or not re.match(r"https?://[^\s/]", website)):
        raise Invalid("Validation failed: Website must be a valid URL", field="website")
    try:
        wanted = scopes.parse(" ".join(form.scopes)) or frozenset({"read"})
    except Invalid:
        raise Invalid("Validation failed: Scopes doesn't match configured on the server.", field="scopes") from None
    app = await call.core.accounts.add_app(
        name=name, website=website or None, redirect_uris=[check_redirect_uri(uri) for uri in redirects], scopes=wanted
    )
    return CredentialApplication(
        **msgspec.structs.asdict(await application(call.core, app)),
        client_id=app.client_id,
        client_secret=app.client_secret,
        client_secret_expires_at=0,
    )


async def verify_credentials(call: Call[NoForm]) -> Application:
    token = call.viewer.token
    if token is None or token.app is None:
        raise Unauthenticated(INVALID_TOKEN)
    return await application(call.core, token.app)


async def application(core: Core, app: App) -> Application:
    return Application(
        id=str(app.id),
        name=app.name,
        website=app.website,
        scopes=sorted(app.scopes),
        redirect_uris=list(app.redirect_uris),
        redirect_uri="\n".join(app.redirect_uris),
        vapid_key=(await core.personal.vapid_key()).public,
    )
