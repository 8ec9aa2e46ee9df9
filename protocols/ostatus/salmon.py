"""Salmon: magic envelopes that swim to somebody here. Whose they are is looked at; what they say is not taken in yet."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from urllib.parse import urlsplit

from pleromad.core import Core
from pleromad.errors import Forbidden, Invalid, NotFound
from protocols.ostatus.xml import name
from web import xml
from web.site import Answer, Request, Site

MAX_SALMON = 1_000_000
MAX_ENTRY = 500_000
ENVELOPE = "{http://salmon-protocol.org/ns/magic-env}"


@dataclass(frozen=True, slots=True)
class Slap:
    """As much of an envelope's entry as says whose it is."""

    id: str
    author: str


class Salmon:
    def __init__(self, core: Core, site: Site) -> None:
        self._core = core
        site.route("POST", "/users/<name>/salmon", self.post, max_body=MAX_SALMON)

    async def post(self, request: Request) -> Answer:
        """403 for what says it is by somebody who is known by ActivityPub (S15), 400 for what is no envelope, 501 for the rest.

        The address is handed out with the key already, so that whoever asks hears why nothing comes of it.
        """
        account = await self._core.reading.account_by_handle(request.params["name"])
        if not account.local or account.deleted:
            raise NotFound
        try:
            slap = read(request.body)
        except Invalid as error:
            return Answer.plain(f"{error.public}\n", status=400)
        if _host(slap.id) != _host(slap.author) and not slap.id.startswith("tag:"):
            raise Forbidden("The entry is on another host than its author", station="authorise")
        if await self._core.reading.account_by_uri(slap.author) is not None:
            # Whoever is known by ActivityPub speaks ActivityPub: else an older, weaker way would change who they are.
            raise Forbidden("This author is heard over ActivityPub only", station="authorise")
        return Answer.plain("Salmon is not spoken here yet. This server speaks ActivityPub.\n", status=501)


def read(body: bytes) -> Slap:
    """Raises Invalid. Its signature is not looked at: nothing that the entry says is done."""
    root = xml.read(body, max_bytes=MAX_SALMON)
    envelope = root if root.tag == f"{ENVELOPE}env" else root.find(f".//{ENVELOPE}env")  # the older form has it in me:provenance
    data = "".join((envelope if envelope is not None else root).findtext(f"{ENVELOPE}data", "").split())
    try:
        inner = urlsafe_b64decode(data + "=" * (-len(data) % 4))
    except (binascii.Error, ValueError) as error:
        raise Invalid("This is no magic envelope") from error
    entry = xml.read(inner, max_bytes=MAX_ENTRY)
    author = entry.findtext(f"{name('author')}/{name('uri')}", "").strip()
    if entry.tag != name("entry") or not author:
        raise Invalid("This entry has no author")
    return Slap(entry.findtext(name("id"), "").strip(), author)


def _host(uri: str) -> str:
    try:
        return urlsplit(uri).netloc.lower()
    except ValueError:
        return ""
