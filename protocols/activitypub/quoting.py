"""Stamps of quotes (FEP-044f): a QuoteAuthorization counts when the quoted author's own server shows it and it names this very quote (S23)."""

from __future__ import annotations

from twisted.logger import Logger

from pleromad.core import Core
from pleromad.errors import PleromadError, StoreUnavailable, Unreachable
from protocols.activitypub.fetching import Fetcher
from protocols.activitypub.origins import same_origin
from protocols.activitypub.to_core.pieces import as_id, prop, types_of

log = Logger(namespace="activitypub")


class Stamps:
    def __init__(self, core: Core, fetcher: Fetcher) -> None:
        self._core = core
        self._fetcher = fetcher

    async def holds(self, stamp: str, *, quoting: str, quoted: str, author: str) -> bool:
        """Does `author`, who said `quoted`, let the note `quoting` quote it? Raises Unreachable when that is not to be known now."""
        if not same_origin(stamp, author) or not same_origin(quoted, author) or self._core.uris.ours(stamp):
            return False
        try:
            document = await self._fetcher.document(stamp, fresh=True)
        except (StoreUnavailable, Unreachable):
            raise
        except PleromadError as error:
            log.debug("A stamp is not to be had: {uri}: {error}", uri=stamp, error=str(error))
            return False
        return (
            document.get("id") == stamp
            and "QuoteAuthorization" in types_of(document)
            and as_id(prop(document, "interactingObject")) == quoting
            and as_id(prop(document, "interactionTarget")) == quoted
            and as_id(prop(document, "attributedTo")) == author
        )
