"""The core's refusals in HTTP's words, as other servers read them."""

from __future__ import annotations

from functools import wraps

from twisted.logger import Logger

from pleromad.errors import Gone, Invalid, PleromadError, RateLimited, StoreUnavailable, TooLarge, Unreachable
from protocols.activitypub import from_core
from web.answers import Answer, status_of
from web.request import Request
from web.site import Route

log = Logger(namespace="activitypub")


def answering(answer: Route) -> Route:
    """A route that answers its refusals itself: under the same paths people get pages."""

    @wraps(answer)
    async def route(request: Request) -> Answer:
        try:
            return await answer(request)
        except PleromadError as error:
            return refusal(error)

    return route


def refusal(error: PleromadError) -> Answer:
    """400 for what nobody can read, 503 where the sender should try again, which also is what it means when the server of a key does not answer."""
    status = status_of(error)
    if isinstance(error, Unreachable | StoreUnavailable):
        status = 503
    elif isinstance(error, Invalid) and not isinstance(error, TooLarge):
        status = 400
    headers: tuple[tuple[str, str], ...] = ()
    if isinstance(error, RateLimited):
        headers = (("Retry-After", str(max(1, round(error.retry_after_seconds)))),)
    elif status == 503:
        headers = (("Retry-After", "60"),)
    log.debug("refused with {status}: {error}", status=status, error=str(error))
    return Answer.json({"error": error.public}, status=status, media_type="application/json; charset=utf-8", headers=headers)


def gone(uri: str, deleted_at: str | None = None) -> Answer:
    """410 with a Tombstone (ActivityPub 6.4)."""
    return Answer.json(from_core.tombstone(uri, deleted_at), status=status_of(Gone()), media_type=from_core.SENT_AS)
