"""Authorized fetch (Mastodon's secure mode): with the setting on, documents are for servers that sign and are not refused here."""

from __future__ import annotations

from dataclasses import replace

from pleromad.core import Core
from pleromad.errors import Forbidden, NotFound, Unauthenticated
from protocols.activitypub.fetching import host_key
from protocols.activitypub.keyring import Keyring
from web.answers import Answer
from web.request import Request
from web.site import Route

HEADERS = (("Cache-Control", "private, no-store"), ("Vary", "Accept, Signature"))


class Guard:
    """The instance's own actor stays open to all: without its key nobody could check our signatures, nor we theirs."""

    def __init__(self, core: Core, keyring: Keyring) -> None:
        self._core = core
        self._keyring = keyring

    def signed(self, route: Route) -> Route:
        async def guarded(request: Request) -> Answer:
            if not self._core.settings.federation.authorized_fetch:
                return await route(request)
            await self._check(request)
            answer = await route(request)
            kept = tuple(header for header in answer.headers if header[0] not in ("Cache-Control", "Vary"))
            return replace(answer, headers=(*kept, *HEADERS))

        return guarded

    async def _check(self, request: Request) -> None:
        """Raises Unauthenticated, Forbidden."""
        try:
            signer = await self._keyring.signer(request, with_body=False)
        except NotFound as error:
            raise Unauthenticated("The signature is not valid", detail=str(error)) from error
        if signer.suspended or self._core.activities.policies.host_refused(host_key(signer.uri).partition(":")[0]):
            raise Forbidden("This server has nothing to do with yours", detail=signer.uri)
