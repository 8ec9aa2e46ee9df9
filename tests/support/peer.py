"""A server of another kind on loopback, as small, as odd or as hostile as a test wants it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from twisted.internet import reactor
from twisted.web.client import Agent, FileBodyProducer, readBody
from twisted.web.http_headers import Headers
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from pleromad.accounts.keys import Pair, new_ed25519
from protocols.activitypub import message_signatures, multikey, proofs, signatures
from protocols.activitypub.signing import ed25519_key
from tests.support.federation import another_pair

ACTIVITY_JSON = "application/activity+json"


@dataclass
class Page:
    body: bytes
    media_type: str = ACTIVITY_JSON
    status: int = 200
    headers: Mapping[str, str] | None = None


@dataclass
class Asked:
    """A request that came."""

    method: str
    path: str  # with query
    headers: dict[str, str]
    body: bytes


class Peer:
    """`pages`: path (with or without query) -> Page, or a function of the request that gives one, or None for no answer at all."""

    def __init__(self) -> None:
        self.pages: dict[str, Page | Callable[[Asked], Page | None]] = {}
        self.asked: list[Asked] = []
        self.pairs: dict[str, Pair] = {}
        self.ed25519: dict[str, str] = {}  # private keys (PEM) of those who have one
        self.inbox_status = 202
        self.inbox_headers: dict[str, str] = {}
        self._site = _Site(_Everything(self))
        self._port = reactor.listenTCP(0, self._site, interface="127.0.0.1")
        self.domain = f"localhost:{self._port.getHost().port}"
        self.url = f"http://{self.domain}"

    async def stop(self) -> None:
        """Hang up on everybody and take no more calls."""
        result = self._port.stopListening()
        if result is not None:
            await result
        for channel in self._site.channels:
            transport = getattr(channel._channel, "transport", None)  # of the channel inside Twisted's wrapper
            if transport is not None:
                transport.abortConnection()

    def start_again(self) -> None:
        """On the same port, after `stop`."""
        self._port = reactor.listenTCP(int(self.domain.partition(":")[2]), self._site, interface="127.0.0.1")

    # ---- what it shows

    def put(self, path: str, document: Any, **more: Any) -> str:
        self.pages[path] = Page(json.dumps(document).encode(), **more)
        return self.url + path

    def person(self, name: str, **more: Any) -> str:
        """An actor with a key and a handle; returns the id."""
        uri = f"{self.url}/users/{name}"
        pair = self.pairs.setdefault(uri, another_pair())
        document = {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": uri,
            "type": "Person",
            "preferredUsername": name,
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "followers": f"{uri}/followers",
            "endpoints": {"sharedInbox": f"{self.url}/inbox"},
            "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": pair.public},
            **more,
        }
        self.put(f"/users/{name}", document)
        self.finger(name, uri)
        return uri

    def multikey(self, uri: str) -> dict[str, str]:
        """A new Ed25519 key for an actor, as it stands in `assertionMethod`."""
        pem = self.ed25519[uri] = new_ed25519()
        return {"id": f"{uri}#ed25519-key", "type": "Multikey", "controller": uri, "publicKeyMultibase": multikey.of_key(ed25519_key(pem).public_key())}

    def proved(self, document: dict[str, Any], *, by: str) -> dict[str, Any]:
        """With an object integrity proof of `by`."""
        return proofs.prove(document, ed25519_key(self.ed25519[by]), f"{by}#ed25519-key", datetime.now(UTC))

    def finger(self, name: str, uri: str, *, domain: str = "", subject: str = "") -> None:
        """What WebFinger says of `name`."""
        acct = f"acct:{name}@{domain or self.domain}"
        links = [{"rel": "self", "type": ACTIVITY_JSON, "href": uri}]
        self.pages[f"/.well-known/webfinger?{acct}"] = Page(
            json.dumps({"subject": subject or acct, "links": links}).encode(), "application/jrd+json"
        )

    def note(self, author: str, number: int, **more: Any) -> dict[str, Any]:
        """A public note's document, shown under /notes/NUMBER."""
        document = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{self.url}/notes/{number}",
            "type": "Note",
            "attributedTo": author,
            "content": f"<p>note {number}</p>",
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "cc": [f"{author}/followers"],
            "published": datetime.now(UTC).isoformat(),
            **more,
        }
        self.put(f"/notes/{number}", document)
        return document

    # ---- what it sends

    async def post(
        self, url: str, activity: Any, *, by: str, key_id: str = "", pair: Pair | None = None, host: str = "", media_type: str = ACTIVITY_JSON,
        extra: Mapping[str, str] | None = None,
    ) -> int:
        """POST signed by `by` (or its key id, or with another key); returns the status."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        parts = urlsplit(url)
        private = signatures.private_key((pair or self.pairs[by]).private)
        signed = signatures.sign(
            private, key_id or f"{by}#main-key", method="POST", host=host or parts.netloc, path=parts.path, body=body, now=datetime.now(UTC)
        )
        return (await self.send("POST", url, {**signed, "Content-Type": media_type, **(extra or {})}, body))[0]

    async def post_rfc9421(self, url: str, activity: Any, *, by: str, ed25519: bool = False) -> int:
        """POST signed with RFC 9421, with `by`'s RSA or Ed25519 key."""
        body = json.dumps(activity).encode()
        parts = urlsplit(url)
        private: Any = ed25519_key(self.ed25519[by]) if ed25519 else signatures.private_key(self.pairs[by].private)
        key_id = f"{by}#ed25519-key" if ed25519 else f"{by}#main-key"
        signed = message_signatures.sign(
            private, key_id, method="POST", scheme=parts.scheme, host=parts.netloc, path=parts.path, body=body, now=datetime.now(UTC)
        )
        return (await self.send("POST", url, {**signed, "Content-Type": ACTIVITY_JSON}, body))[0]

    async def get(self, url: str, *, by: str | None = None) -> tuple[int, bytes]:
        """GET as ActivityStreams, signed by `by`."""
        parts = urlsplit(url)
        headers = {"Accept": ACTIVITY_JSON}
        if by is not None:
            private = signatures.private_key(self.pairs[by].private)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            headers |= signatures.sign(private, f"{by}#main-key", method="GET", host=parts.netloc, path=path, body=None, now=datetime.now(UTC))
        return await self.send("GET", url, headers)

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> tuple[int, bytes]:
        from io import BytesIO

        producer = FileBodyProducer(BytesIO(body)) if body is not None else None
        address = url.replace("//localhost:", "//127.0.0.1:")
        given = {"Host": urlsplit(url).netloc, **headers}
        response = await Agent(reactor).request(
            method.encode(), address.encode(), Headers({name: [value] for name, value in given.items()}), producer
        )
        return response.code, await readBody(response)

    def received(self, type: str | None = None) -> list[dict[str, Any]]:
        """The activities that were posted here."""
        found = [json.loads(one.body) for one in self.asked if one.method == "POST"]
        return [one for one in found if type is None or one["type"] == type]

    def asked_for(self, path: str) -> int:
        return sum(1 for one in self.asked if one.path.partition("?")[0] == path and one.method == "GET")


class _Site(Site):
    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self.channels: list[Any] = []

    def buildProtocol(self, addr: Any) -> Any:
        channel = super().buildProtocol(addr)
        self.channels.append(channel)
        return channel


class _Everything(Resource):
    isLeaf = True

    def __init__(self, peer: Peer) -> None:
        super().__init__()
        self._peer = peer

    def render(self, request: Any) -> Any:
        headers = {name.decode().lower(): b", ".join(values).decode() for name, values in request.requestHeaders.getAllRawHeaders()}
        asked = Asked(request.method.decode(), request.uri.decode(), headers, request.content.read())
        self._peer.asked.append(asked)
        page = self._page(asked)
        if page is None:
            return NOT_DONE_YET
        request.setResponseCode(page.status)
        if page.media_type:
            request.setHeader("content-type", page.media_type)
        for name, value in (page.headers or {}).items():
            request.setHeader(name, value)
        return page.body

    def _page(self, asked: Asked) -> Page | None:
        path, _, query = asked.path.partition("?")
        if path == "/.well-known/webfinger":
            found = self._peer.pages.get(f"{path}?{parse_qs(query).get('resource', [''])[0]}")
        else:
            found = self._peer.pages.get(asked.path) or self._peer.pages.get(path)
        if callable(found):
            return found(asked)
        if found is not None:
            return found
        if asked.method == "POST":
            return Page(b"", "", self._peer.inbox_status, self._peer.inbox_headers)
        return Page(b"not here", "text/plain", 404)

