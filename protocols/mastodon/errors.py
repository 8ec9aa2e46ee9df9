"""Refusals in Mastodon's words and codes (its documentation, "Error"; what its controllers answer)."""

from __future__ import annotations

from msgspec import UNSET

from pleromad import errors
from pleromad.errors import PleromadError
from protocols.mastodon.entities.base import Error
from web.answers import Answer
from web.request import Request

INVALID_TOKEN = "The access token is invalid"
NEEDS_USER = "This method requires an authenticated user"
OUT_OF_SCOPE = "This action is outside the authorized scopes"

# The first that fits wins: narrower classes stand before wider ones.
_STATUSES: tuple[tuple[type[PleromadError], int], ...] = (
    (errors.Invalid, 422),
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),  # Gone, too: apps know no 410 here
    (errors.Conflict, 422),
    (errors.RateLimited, 429),
    (errors.Rejected, 403),
    (errors.Unreachable, 503),
    (errors.StoreUnavailable, 503),
)


def status_of(error: PleromadError) -> int:
    if isinstance(error, errors.TooLarge) and not error.field:
        return 413  # the body as a whole
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def render(request: Request, error: PleromadError) -> Answer:
    """`{"error": ...}`; what is wrong with one field is told in `details`, too, as Mastodon does at sign-up."""
    status = status_of(error)
    public = "Record not found" if isinstance(error, errors.NotFound) and error.public in _DULL else error.public
    field = getattr(error, "field", "")
    details = {field: [{"error": "ERR_INVALID", "description": error.public}]} if field else UNSET
    headers: tuple[tuple[str, str], ...] = ()
    if status == 401:
        headers = (("WWW-Authenticate", f'Bearer realm="{request.header("host") or "pleromad"}", error="invalid_token"'),)
    return Answer.json(Error(error=public, details=details), status=status, headers=headers)


_DULL = (errors.NotFound.default, errors.Gone.default)
