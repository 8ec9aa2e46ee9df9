"""The OStatus door's wiring: feeds, entries, its links in WebFinger, and where salmons swim to."""

from __future__ import annotations

from typing import Any

from pleromad.core import Core
from protocols.ostatus.feeds import Feeds
from protocols.ostatus.finger import links
from protocols.ostatus.salmon import Salmon
from web.site import Site


def build(core: Core, site: Site, reactor: Any) -> None:
    """Nothing runs of its own: there is no service."""
    Feeds(core, site)
    Salmon(core, site)
    site.webfinger_links.append(lambda account: links(account, core.uris))
