"""Ask other servers' WebFinger (RFC 7033): JRD, or XRD from older ones; host-meta (RFC 6415) where the usual place has nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from pleromad.cache import Cache
from pleromad.core import Core
from pleromad.errors import Gone, Invalid, NotFound, Rejected, Unreachable
from pleromad.hosts import ascii_host
from protocols.activitypub import documents
from protocols.activitypub.fetching import FRESH_SECONDS, Shared
from protocols.activitypub.origins import origin_of
from protocols.activitypub.to_core.pieces import as_list
from protocols.activitypub.vocabulary import ACTIVITY_JSON, LD_JSON
from web.outbound.client import Client, Reply
from web.xml import read

ACCEPT = "application/jrd+json, application/json;q=0.9, application/xrd+xml;q=0.8"
HOST_META_ACCEPT = "application/xrd+xml, application/xml;q=0.9"
MAX_BYTES = 100_000
MAX_LINKS = 100
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
XRD = "{http://docs.oasis-open.org/ns/xri/xrd-1.0}"


@dataclass(frozen=True, slots=True)
class Finger:
    """What a host says of a handle: the canonical handle, and the actor it belongs to."""

    username: str
    host: str  # lower-case ASCII
    actor: str
    subscribe: str = ""  # template of the page where its people follow somebody elsewhere


class Fingers:
    def __init__(self, core: Core, client: Client) -> None:
        self._core = core
        self._client = client
        self._shared: Shared[Finger] = Shared()
        self._fresh: Cache[str, tuple[float, Finger]] = Cache(200)

    async def ask(self, username: str, host: str) -> Finger:
        """Raises NotFound, Gone, Invalid, Rejected, Unreachable."""
        resource = f"acct:{username}@{host}"
        if self._core.activities.policies.host_refused(host.partition(":")[0]):
            raise Rejected("This server has nothing to do with that one", policy="host", detail=host)
        known = self._fresh.get(resource)
        if known is not None and known[0] > self._core.clock.seconds():
            return known[1]
        finger = await self._shared.get(resource, lambda: self._ask(username, host, resource))
        self._fresh.put(resource, (self._core.clock.seconds() + FRESH_SECONDS, finger))
        return finger

    async def _ask(self, username: str, host: str, resource: str) -> Finger:
        query = f"/.well-known/webfinger?resource={quote(resource, safe='@:')}"
        base, other = f"https://{host}", f"http://{host}"
        if ":" in host and self._core.settings.federation.allow_http:
            base, other = other, base  # a test's server on a port of its own has no TLS, as a rule
        try:
            reply = await self._get(base + query)
        except Unreachable:
            if not self._core.settings.federation.allow_http:
                raise
            base = other
            reply = await self._get(base + query)
        if reply.status in (404, 400) or (reply.status == 200 and "html" in reply.media_type):
            template = await self._template(base)
            if template is not None:
                reply = await self._get(template.replace("{uri}", quote(resource, safe="@:")))
        if reply.status == 410:
            raise Gone(detail=f"{host} says {username} is gone")
        if reply.status in (400, 404):
            raise NotFound(detail=f"{host} knows no {username}")
        if reply.status != 200:
            raise Unreachable(detail=f"{host} answers WebFinger with {reply.status}")
        return self._finger(reply, resource)

    async def _get(self, url: str) -> Reply:
        return await self._client.get(url, accept=ACCEPT, max_bytes=MAX_BYTES, other_hosts=True, deadline_seconds=15)

    async def _template(self, base: str) -> str | None:
        """Where host-meta sends those who look for somebody; None when there is none (Fedify, WordPress have none)."""
        try:
            reply = await self._client.get(f"{base}/.well-known/host-meta", accept=HOST_META_ACCEPT, max_bytes=MAX_BYTES, other_hosts=True)
            if reply.status != 200:
                return None
            tree = read(reply.body)
        except (Unreachable, Invalid):
            return None
        for link in tree.findall(f"{XRD}Link")[:MAX_LINKS]:
            template = link.get("template", "")
            if link.get("rel") == "lrdd" and "{uri}" in template and origin_of(template.replace("{uri}", "x")) is not None:
                return str(template)
        return None

    def _finger(self, reply: Reply, resource: str) -> Finger:
        subject, links = _xrd(reply.body) if "xml" in reply.media_type or reply.body[:1] == b"<" else _jrd(reply.body)
        username, host = split_acct(subject if subject.startswith("acct:") else resource)
        subscribe = next((link.template for link in links if link.rel == SUBSCRIBE and "{uri}" in link.template), "")
        for rel, type, href, _ in links:
            if rel != "self":
                continue
            base, _, parameters = type.partition(";")
            if base.strip() == ACTIVITY_JSON or (base.strip() == LD_JSON and "activitystreams" in parameters):
                if origin_of(href) is not None:
                    return Finger(username, host, href, subscribe)
        raise NotFound(detail=f"{resource} is no ActivityPub actor")


def split_acct(acct: str) -> tuple[str, str]:
    """`acct:name@host` -> name, host in lower-case ASCII. Raises Invalid."""
    name, _, host = acct.removeprefix("acct:").lstrip("@").rpartition("@")
    if not name or len(name) > 300:
        raise Invalid("This is no handle", detail=acct[:200])
    try:
        return name, ascii_host(host)
    except ValueError as error:
        raise Invalid("This is no handle", detail=acct[:200]) from error


class _Link(NamedTuple):
    rel: str
    type: str
    href: str
    template: str


def _jrd(body: bytes) -> tuple[str, list[_Link]]:
    """(subject, links)."""
    document = documents.parse(body)
    subject = document.get("subject")
    links = [
        _Link(*(str(link.get(name) or "") for name in _Link._fields))
        for link in as_list(document.get("links"))[:MAX_LINKS]
        if isinstance(link, dict)
    ]
    return subject if isinstance(subject, str) else "", links


def _xrd(body: bytes) -> tuple[str, list[_Link]]:
    tree = read(body)
    links = [_Link(*(link.get(name, "") for name in _Link._fields)) for link in tree.findall(f"{XRD}Link")[:MAX_LINKS]]
    return (tree.findtext(f"{XRD}Subject") or "").strip(), links
