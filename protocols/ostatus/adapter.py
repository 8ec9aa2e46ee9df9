"""The OStatus door's wiring: feeds, entries, its links in WebFinger. Salmon is not spoken yet, and says so."""

from __future__ import annotations

from typing import Any

from pleromad.core import Core
from protocols.ostatus.feeds import Feeds
from protocols.ostatus.finger import links
from web.site import Answer, Request, Site

MAX_SALMON = 1_000_000


def build(core: Core, site: Site, reactor: Any) -> None:
    """Nothing runs of its own: there is no service."""
    Feeds(core, site)
    site.route("POST", "/users/<name>/salmon", salmon, max_body=MAX_SALMON)
    site.webfinger_links.append(lambda account: links(account, core.uris))


async def salmon(request: Request) -> Answer:
    """The key and the address are given out already; what swims here is not taken in yet."""
    return Answer.plain("Salmon is not spoken here yet. This server speaks ActivityPub.\n", status=501)
