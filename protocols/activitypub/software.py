"""What another server runs (NodeInfo), and so how a room of ours speaks to it: whole activities (FEP-1b12), or boosts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec

from pleromad.core import Core
from pleromad.model.account import Account
from protocols.activitypub.fetching import host_key
from protocols.activitypub.origins import same_origin
from web.outbound.client import Client

MAX_BYTES = 64 * 1024
MAX_NAME = 100
SECONDS = 15
FEATURE = "fep-1b12"  # what servers like this one say of themselves
ROOMS = "room_members"  # takes what a room says of who comes and goes, in Add and Remove
# Those known to take an Announce of a whole activity; what others make of it is nothing at all (Mastodon, Pleroma, GoToSocial).
GROUPS = frozenset({"lemmy", "piefed", "mbin", "kbin", "friendica", "nodebb", "hubzilla", "streams", "forte", "discourse"})


class Software:
    def __init__(self, core: Core, client: Client) -> None:
        self._core = core
        self._client = client

    async def ask(self, account: Account) -> None:
        """Look up what that account's server runs, and remember it. Raises Unreachable; who has no NodeInfo knows no groups."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(account.uri))
        try:
            links = (await self._json(f"{origin}/.well-known/nodeinfo")).get("links")
            wanted = [str(each.get("href")) for each in links if isinstance(each, dict)][:5] if isinstance(links, list) else []
            address = next((each for each in reversed(wanted) if "/nodeinfo/" in each and same_origin(each, account.uri)), None)
            document = await self._json(address) if address is not None else {}
        except msgspec.DecodeError:
            document = {}
        name, groups, rooms = understood(document)
        await self._core.accounts.remember_software(host_key(account.inbox), name, groups, rooms)

    async def _json(self, url: str) -> dict[str, Any]:
        reply = await self._client.get(url, accept="application/json", max_bytes=MAX_BYTES, other_hosts=False, deadline_seconds=SECONDS)
        if reply.status != 200:
            return {}
        found = msgspec.json.decode(reply.body)
        return found if isinstance(found, dict) else {}


def understood(document: dict[str, Any]) -> tuple[str, bool, bool]:
    """(name of the software, whether it knows groups, and our rooms) from NodeInfo; ('', False, False) from anything else."""
    software, metadata = document.get("software"), document.get("metadata")
    name = software.get("name") if isinstance(software, dict) else None
    given = metadata.get("features") if isinstance(metadata, dict) else None
    features = given if isinstance(given, list) else []
    shown = name.lower()[:MAX_NAME] if isinstance(name, str) else ""
    return shown, shown in GROUPS or FEATURE in features, ROOMS in features
