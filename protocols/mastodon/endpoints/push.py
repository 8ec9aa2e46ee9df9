"""Web Push subscriptions: one per access token."""

from __future__ import annotations

import base64
import binascii
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from pleromad.core import Core
from pleromad.errors import Invalid, Unauthenticated
from pleromad.model.push import PushKeys, PushSubscription
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.entities.app import PushAlerts, WebPushSubscription
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.errors import INVALID_TOKEN
from web.auth import bearer_of

Policy = Literal["all", "followed", "follower", "none"]
# Our names of the alerts, and the types of notifications they are for.
ALERTS = {field.name: field.encode_name for field in msgspec.structs.fields(PushAlerts)}


class KeysForm(msgspec.Struct):
    p256dh: str
    auth: str


class SubscriptionForm(msgspec.Struct):
    endpoint: str
    keys: KeysForm
    standard: bool = False


class DataForm(msgspec.Struct):
    alerts: dict[str, bool] | None = None
    policy: Policy | None = None


class SubscribeForm(msgspec.Struct):
    subscription: SubscriptionForm
    data: DataForm | None = None


class ChangeForm(msgspec.Struct):
    data: DataForm | None = None
    policy: Policy | None = None  # where Mastodon's documentation has it


async def subscribe(call: Call[SubscribeForm]) -> WebPushSubscription:
    form, data = call.form.subscription, call.form.data or DataForm()
    _check_endpoint(call.core, form.endpoint)
    made = await call.core.personal.subscribe(
        call.me.id,
        _token_id(call),
        bearer_of(call.request),
        endpoint=form.endpoint,
        keys=PushKeys(_decoded(form.keys.p256dh, "p256dh"), _decoded(form.keys.auth, "auth")),
        standard=form.standard,
        alerts=_types(data.alerts or {}),
        policy=data.policy or "all",
    )
    return await _entity(call, made)


async def show(call: Call[NoForm]) -> WebPushSubscription:
    return await _entity(call, await call.core.personal.subscription(_token_id(call)))


async def change(call: Call[ChangeForm]) -> WebPushSubscription:
    data = call.form.data or DataForm()
    changed = await call.core.personal.change_subscription(
        _token_id(call),
        alerts=None if data.alerts is None else _types(data.alerts),
        policy=data.policy or call.form.policy,
    )
    return await _entity(call, changed)


async def unsubscribe(call: Call[NoForm]) -> Empty:
    await call.core.personal.unsubscribe(_token_id(call))
    return Empty()


def _token_id(call: Call[SubscribeForm] | Call[ChangeForm] | Call[NoForm]) -> int:
    token = call.viewer.token
    if token is None or not token.id:  # a password in every request (HTTP Basic) has no device to tell
        raise Unauthenticated(INVALID_TOKEN)
    return token.id


def _types(alerts: dict[str, bool]) -> list[str]:
    return [type for type in ALERTS.values() if alerts.get(type)]


def _check_endpoint(core: Core, endpoint: str) -> None:
    """What the outbound client would not call at all is refused at once; whom the name leads to is asked when it is called."""
    schemes = ("https", "http") if core.settings.federation.allow_http else ("https",)
    try:
        parts = urlsplit(endpoint)
        fine = parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc and (parts.port or 1) > 0
    except ValueError:
        fine = False
    if not fine or not endpoint.isprintable() or " " in endpoint:
        raise Invalid("Validation failed: Endpoint is not a valid URL", field="subscription[endpoint]")


def _decoded(value: str, name: str) -> bytes:
    """Base64 in either alphabet, with or without its padding: apps send all of them."""
    plain = value.strip().replace("+", "-").replace("/", "_").rstrip("=")
    try:
        if len(plain) > 200 or not plain.isascii():
            raise ValueError
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(f"Validation failed: Key {name} is not Base64", field=f"subscription[keys][{name}]") from None


async def _entity(call: Call[SubscribeForm] | Call[ChangeForm] | Call[NoForm], one: PushSubscription) -> WebPushSubscription:
    return WebPushSubscription(
        id=str(one.id),
        endpoint=one.endpoint,
        standard=one.standard,
        server_key=(await call.core.personal.vapid_key()).public,
        alerts=PushAlerts(**{name: type in one.alerts for name, type in ALERTS.items()}),
        policy=one.policy,  # type: ignore[arg-type]  # one of the words
    )
