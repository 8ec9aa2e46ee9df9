"""FEP-8fcf: both sides compare who of one server follows somebody of the other, so that what is for followers goes astray less often."""

from __future__ import annotations

import re
from collections.abc import Mapping

from twisted.logger import Logger

from pleromad.errors import Forbidden, Invalid, PleromadError, StoreUnavailable
from pleromad.model.account import Account
from pleromad.model.activity import Accept, Follow, Origin, Undo
from protocols.activitypub import from_core
from protocols.activitypub.door import Door
from protocols.activitypub.keyring import Keyring
from protocols.activitypub.origins import host_of, same_origin
from protocols.activitypub.to_core.pieces import as_ids, prop
from web.answers import Answer
from web.request import Request

log = Logger(namespace="activitypub")

HEADER = "Collection-Synchronization"
PATH = "followers_synchronization"
MAX_HEADER = 4_000
MAX_CHANGES = 1_000  # of one comparison
_PARAMETER = re.compile(r'\s*([A-Za-z]{1,40})\s*=\s*"([^"\\]{0,2000})"\s*(?:,|$)')


def parse(header: str) -> dict[str, str]:
    """The parameters of the header; empty for what is none."""
    found: dict[str, str] = {}
    at = 0
    while at < len(header) <= MAX_HEADER:
        match = _PARAMETER.match(header, at)
        if match is None or match[1] in found:
            return {}
        found[match[1]] = match[2]
        at = match.end()
    return found


class FollowerSync:
    def __init__(self, door: Door) -> None:
        self._door = door
        self._core = door.core

    # ---- ours, told to others

    async def headers(self, account_id: int, uri: str, followers_uri: str, inbox: str) -> Mapping[str, str]:
        """Sent with what is for followers only."""
        digest = await self._core.reading.followers_digest(account_id, host_of(inbox))
        return {HEADER: f'collectionId="{followers_uri}", url="{uri}/{PATH}", digest="{digest}"'}

    # ---- theirs, compared with what is known here

    async def compare(self, account: Account, header: str) -> None:
        """What somebody says of their followers here. When it is not what is known, the list is asked for, by a job."""
        told = parse(header)
        url, digest = told.get("url", ""), told.get("digest", "").lower()
        if told.get("collectionId") != account.followers_uri or not account.followers_uri or not same_origin(url, account.uri):
            return
        if not re.fullmatch(r"[0-9a-f]{64}", digest) or digest == await self._core.reading.followers_digest(account.id, None):
            return
        payload = {"what": "followers", "account_id": account.id, "url": url}
        await self._core.jobs.add("fetch", payload, key=account.domain, dedupe=f"followers {account.id}", max_attempts=3)

    async def mend(self, account: Account, url: str) -> None:
        """Follows they do not have are given up here; those they have and we wait for are accepted. Raises what fetching raises."""
        document = await self._door.fetcher.document(url, fresh=True)
        if document.get("id") != url and document.get("id") is not None:
            raise Invalid("This is another collection", detail=url)
        theirs = {uri for uri in as_ids(prop(document, "orderedItems")) or as_ids(prop(document, "items")) if self._core.uris.ours(uri)}
        ours = set(await self._core.reading.followers_on(account.id, None))
        lost = await self._core.reading.accounts_by_uris(sorted(ours - theirs)[:MAX_CHANGES])
        for follower in lost.values():
            await self._try(Undo(actor_id=follower.id, of=Follow(actor_id=follower.id, target_id=account.id)), Origin.local(follower.id))
        found = await self._core.reading.accounts_by_uris(sorted(theirs - ours)[:MAX_CHANGES])
        for follower in found.values():
            if follower.local and await self._waits(follower, account):
                await self._try(Accept(actor_id=account.id, follower_id=follower.id), Origin.fetched(host_of(account.uri)))

    async def _waits(self, follower: Account, account: Account) -> bool:
        (relation,) = await self._core.reading.relationships(follower.id, [account.id])
        return relation.requested

    async def _try(self, activity: Undo | Accept, origin: Origin) -> None:
        try:
            await self._core.activities.submit(activity, origin)
        except StoreUnavailable:
            raise
        except PleromadError as error:
            log.debug("A follow could not be mended: {error}", error=str(error))


class FollowerLists:
    """GET /users/NAME/followers_synchronization: of the signer's server only."""

    def __init__(self, door: Door, keyring: Keyring) -> None:
        self._core = door.core
        self._keyring = keyring

    async def show(self, request: Request) -> Answer:
        signer = await self._keyring.signer(request, with_body=False)
        account = await self._core.reading.account_by_handle(request.params["name"])
        if signer.suspended or signer.local or account.suspended or not account.local:
            raise Forbidden("This is not for you")
        uris = await self._core.reading.followers_on(account.id, host_of(signer.uri))
        document = from_core.collection(f"{account.uri}/{PATH}", None, items=uris)
        return Answer.json(document, media_type=from_core.SENT_AS, headers=(("Cache-Control", "private, no-store"), ("Vary", "Accept, Signature")))
