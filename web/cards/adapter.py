"""Wiring of what asks other services on behalf of notes: cards, translations."""

from __future__ import annotations

from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred

from pleromad.core import Core
from web.cards.fetching import Fetching
from web.outbound.client import Client, client_of
from web.site import Site
from web.translation import LibreTranslate


def build(core: Core, site: Site | None, reactor: Any) -> Service:
    client = client_of(core, reactor)
    Fetching(core, client, reactor).begin()
    core.translator = LibreTranslate(core, client)
    return _Service(client)


class _Service(Service):
    """Hangs up at the end. It stops after the ActivityPub door, which uses the same client."""

    name = "cards"

    def __init__(self, client: Client) -> None:
        self._client = client

    def stopService(self) -> Deferred[None]:
        super().stopService()
        return Deferred.fromCoroutine(self._client.close())
