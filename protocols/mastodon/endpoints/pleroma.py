"""What Pleroma's front-ends ask at start, and what a person sets for them."""

from __future__ import annotations

import resource
from typing import Any

import msgspec

from pleromad.clock import iso
from pleromad.errors import Forbidden, Invalid
from pleromad.model.account import ProfileChange
from pleromad.model.activity import Update
from protocols.mastodon.door import Call, Listed, NoForm
from protocols.mastodon.endpoints.accounts import named
from protocols.mastodon.endpoints.apps import application
from protocols.mastodon.endpoints.profile import MAX_STORE_BYTES, STORE
from protocols.mastodon.entities.app import Application
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.pleroma import (
    Captcha,
    FederationStatus,
    Health,
    Interaction,
    PleromaEmoji,
    Stored,
)
from protocols.mastodon.entities.security import Success
from web.answers import Answer
from web.remote import interaction_page

MAX_APP = 60
WEB = "web_settings"
HIDDEN_CONTENTS = "hide_notification_contents"


class RemoteForm(msgspec.Struct):
    ap_id: str
    profile: str


class NotificationSettingsForm(msgspec.Struct):
    block_from_strangers: bool | None = None
    hide_notification_contents: bool | None = None


async def emoji(call: Call[NoForm]) -> dict[str, PleromaEmoji]:
    return {
        one.shortcode: PleromaEmoji(image_url=one.url, tags=[one.category] if one.category else [])
        for one in await call.core.reading.emojis()
    }


async def captcha(call: Call[NoForm]) -> Captcha:
    """Sign-ups are bounded by rates, approval and invitations instead."""
    return Captcha(type="none")


async def healthcheck(call: Call[NoForm]) -> Answer:
    """503 when something is wrong, as Pleroma does."""
    health = await call.core.reading.health()
    entity = Health(
        healthy=health.healthy,
        active=health.connections_busy,
        idle=health.connections - health.connections_busy,
        pool_size=health.connections,
        memory_used=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 2),
        job_queue_stats=health.jobs,
    )
    return Answer.json(entity, status=200 if health.healthy else 503)


async def federation_status(call: Call[NoForm]) -> FederationStatus:
    return FederationStatus(unreachable={host: iso(since) for host, since in (await call.core.reading.unreachable_hosts()).items()})


async def frontend_configurations(call: Call[NoForm]) -> dict[str, Stored]:
    """What this server wants of front-ends; they have defaults of their own for the rest."""
    formats = call.core.settings.posts.formats
    return {"pleroma_fe": {"postContentType": formats[0], "scopeCopy": True, "loginMethod": "password"}}


async def favourites(call: Call[NoForm]) -> Listed:
    """What somebody likes, if it is oneself or they show it (`hide_favorites`): of that, what the viewer may see."""
    account = await named(call)
    if account.id != call.viewer_id and not (account.local and account.show_likes):
        raise Forbidden("Can't get favorites")
    found = await call.core.reading.likes(call.viewer_id, call.page, owner=account.id)
    return Listed.of(call.render.statuses.many(found.items, call.viewer_id), found)


async def set_notification_settings(call: Call[NotificationSettingsForm]) -> Success:
    """Strangers are whom one does not follow: with Mastodon's words, the notification policy for them is `drop`."""
    form = call.form
    if form.block_from_strangers is not None:
        word = "drop" if form.block_from_strangers else "accept"
        await call.core.personal.set_notification_policy(call.me.id, {"for_not_following": word})
    if form.hide_notification_contents is not None:
        await _keep(call, {HIDDEN_CONTENTS: form.hide_notification_contents})
    return Success()


async def settings(call: Call[NoForm]) -> Answer:
    return Answer.json((await _stores(call)).get(_app(call), {}))


async def set_settings(call: Call[NoForm]) -> Answer:
    """Only what is named changes; null takes a key away."""
    try:
        changes = msgspec.json.decode(call.request.body or b"{}", type=dict[str, object])
    except msgspec.DecodeError:
        raise Invalid("The settings must be a JSON object") from None
    stores = await _stores(call)
    mine = stores.get(_app(call))
    kept = {**(mine if isinstance(mine, dict) else {}), **changes}
    kept = {name: value for name, value in kept.items() if value is not None}
    stores = {**stores, _app(call): kept}
    if len(msgspec.json.encode(stores)) > MAX_STORE_BYTES:
        raise Invalid("The settings are too large")
    await _keep(call, {STORE: stores})
    return Answer.json(kept)


async def set_web_settings(call: Call[NoForm]) -> Empty:
    """What the web client of Mastodon's looks keeps for itself (`data`)."""
    try:
        data = msgspec.json.decode(call.request.body or b"{}", type=_WebSettings).data
    except msgspec.DecodeError:
        raise Invalid("data must be a JSON object", field="data") from None
    if len(msgspec.json.encode(data)) > MAX_STORE_BYTES:
        raise Invalid("The settings are too large", field="data")
    await _keep(call, {WEB: data})
    return Empty()


class _WebSettings(msgspec.Struct):
    data: dict[str, Any] = {}


async def apps(call: Call[NoForm]) -> list[Application]:
    """Those that may act for the person."""
    found = {token.app.id: token.app for token in await call.core.accounts.tokens_of(call.me.id) if token.app is not None}
    return [await application(call.core, found[id]) for id in sorted(found)]


async def remote_interaction(call: Call[RemoteForm]) -> Interaction:
    """Where somebody of another server (`profile`, a handle) goes on at home with something here (`ap_id`)."""
    return Interaction(url=await interaction_page(call.core, call.form.profile, call.form.ap_id))


def _app(call: Call[NoForm]) -> str:
    return call.request.params["app"][:MAX_APP]


async def _stores(call: Call[NoForm]) -> dict[str, Any]:
    kept = (await call.core.accounts.user(call.me.id)).settings.get(STORE)
    return kept if isinstance(kept, dict) else {}


async def _keep(call: Call[Any], settings: dict[str, object]) -> None:
    await call.submit(Update(actor_id=call.me.id, profile=ProfileChange(settings=settings)))
