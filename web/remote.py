"""Leading people of other servers home, to follow somebody here or to answer a note (OStatus 1.0, "subscribe")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pleromad.errors import Gone, Invalid, NotFound, Rejected, Unreachable

if TYPE_CHECKING:
    from pleromad.core import Core

MAX_HANDLE = 320
MAX_URI = 2_000
NOT_FOUND = "That server does not say where to go on: is the address right?"


async def interaction_page(core: Core, handle: str, uri: str) -> str:
    """The page of the handle's own server about `uri`. Raises Invalid (field profile, ap_id)."""
    if len(uri) > MAX_URI or not uri.startswith(("https://", "http://")):
        raise Invalid("This is no address", field="ap_id")
    if core.resolver is None or not handle.strip() or len(handle) > MAX_HANDLE:
        raise Invalid(NOT_FOUND, field="profile")
    try:
        return await core.resolver.interaction_page(handle.strip(), uri)
    except (NotFound, Gone, Invalid, Rejected, Unreachable) as error:
        raise Invalid(NOT_FOUND, field="profile", detail=str(error)) from error
