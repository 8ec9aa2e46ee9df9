"""Does the jobs that the notifications left: each one message to one app."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import msgspec
from py_vapid import VapidException
from twisted.logger import Logger

from pleromad.core import Core
from pleromad.errors import NotFound, Unreachable
from pleromad.jobs import Drop, Job, Later, growing
from pleromad.model.notification import Notification
from pleromad.model.push import PushSubscription
from protocols.mastodon.from_core import Rendering, sentences
from protocols.mastodon.from_core.notifications import shown
from protocols.mastodon.push.encryption import MAX_PLAIN_BYTES, Signer, joined, seal
from web.outbound.client import Client, Reply

TTL_SECONDS = 48 * 3600
DEADLINE_SECONDS = 15.0
MAX_ANSWER_BYTES = 10_000
MAX_WAIT_SECONDS = 3600

log = Logger()


class Message(msgspec.Struct, omit_defaults=True):
    """What the app finds inside (Mastodon's Web::NotificationSerializer).

    `access_token` tells an app with several accounts whose it is. `notification_id` is a number: apps in Swift take nothing else.
    """

    access_token: str
    preferred_locale: str
    notification_id: int
    notification_type: str
    title: str
    body: str
    icon: str | None = None


class Sender:
    def __init__(self, core: Core, client: Client, render: Rendering) -> None:
        self._core = core
        self._client = client
        self._render = render
        self._signer: Signer | None = None

    async def send(self, job: Job) -> None:
        """One job. What is not worth sending any more is left out without a word."""
        subscription = await self._core.personal.subscription_in_force(int(job.payload["subscription_id"]))
        if subscription is None:
            return
        one = await self._notification(subscription, int(job.payload["notification_id"]))
        if one is None:
            return
        signer = await self._signer_now()
        host = urlsplit(subscription.endpoint).netloc
        user = await self._core.accounts.user(subscription.account_id)
        content = self._content(subscription, one, hidden=user.settings.get("hide_notification_contents") is True)
        body, how = seal(content, subscription)
        try:
            signed = signer.sign(subscription.endpoint, standard=subscription.standard, now=self._core.clock.seconds())
        except VapidException:
            raise Drop(f"{host} is no name a signature can be made for") from None
        headers = {"TTL": str(TTL_SECONDS), "Urgency": "normal", **joined(how, signed)}
        try:
            reply = await self._client.post(
                subscription.endpoint,
                body,
                media_type="application/octet-stream",
                headers=headers,
                max_bytes=MAX_ANSWER_BYTES,
                deadline_seconds=DEADLINE_SECONDS,
            )
        except Unreachable:
            # Its detail may name the endpoint, which is a secret: whoever knows it may send.
            raise Later(growing(job.attempts), f"{host} cannot be reached") from None
        await self._heard(job, subscription, host, reply)

    async def _notification(self, subscription: PushSubscription, id: int) -> Notification | None:
        """None when it was dismissed, is too old, or a filter hides it."""
        viewer = subscription.account_id
        try:
            one = await self._core.reading.notification(viewer, id)
        except NotFound:
            return None
        if one.filtered or not list(shown([one])):
            return None
        if one.created_at < self._core.clock.now() - timedelta(seconds=TTL_SECONDS):
            return None
        found = await self._core.personal.filtered(viewer, "notifications", [one.seen.note] if one.seen else [])
        hidden = any(match.filter.action == "hide" for matches in found.values() for match in matches)
        return None if hidden else one

    def _content(self, subscription: PushSubscription, one: Notification, *, hidden: bool = False) -> bytes:
        """`hidden`: without what was said (Pleroma: hide_notification_contents)."""
        message = Message(
            access_token=subscription.access_token,
            preferred_locale=subscription.locale,
            notification_id=one.id,
            notification_type=one.type,
            title=sentences.title(one),
            body="" if hidden else sentences.body(one),
            icon=self._render.accounts.partial(one.account).avatar,
        )
        content = msgspec.json.encode(message)
        if len(content) > MAX_PLAIN_BYTES:
            message.icon = None
            content = msgspec.json.encode(message)
        return content

    async def _signer_now(self) -> Signer:
        if self._signer is None:
            email = self._core.settings.instance.contact_email
            contact = f"mailto:{email}" if email else self._core.uris.base
            self._signer = Signer(await self._core.personal.vapid_key(), contact)
        return self._signer

    async def _heard(self, job: Job, subscription: PushSubscription, host: str, reply: Reply) -> None:
        """What the push service says (RFC 8030, sections 5 and 7.3)."""
        if 200 <= reply.status < 300:
            return
        if reply.status in (404, 410):
            await self._core.personal.drop_subscription(subscription.id)
            log.info("A push subscription at {host} is gone", host=host)
            return
        if reply.status == 429 or reply.status >= 500:
            after = reply.headers.get("retry-after", "")
            seconds = float(after) if after.isascii() and after.isdecimal() and len(after) < 9 else 0.0
            raise Later(min(max(seconds, growing(job.attempts)), MAX_WAIT_SECONDS), f"{host} answers {reply.status}")
        raise Drop(f"{host} answers {reply.status}")
