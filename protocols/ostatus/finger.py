"""What WebFinger says of somebody here for OStatus: the feed, the key, where salmons swim to."""

from __future__ import annotations

from pleromad.ids import Uris
from pleromad.model.account import Account, ActorType
from protocols.ostatus import namespaces as ns
from protocols.ostatus.from_core import feed_of, salmon_of
from protocols.ostatus.keys import magic_key


def links(account: Account, uris: Uris) -> list[dict[str, str]]:
    """Links of a JRD (RFC 7033, section 4.4.4), which the XRD form repeats. None for rooms and the server's own actor."""
    if not account.local or account.type in (ActorType.GROUP, ActorType.APPLICATION):
        return []
    found = [
        {"rel": ns.UPDATES_FROM, "type": ns.ATOM_TYPE, "href": feed_of(account, uris)},
        {"rel": "salmon", "href": salmon_of(account)},
        {"rel": ns.SALMON_REPLIES, "href": salmon_of(account)},
        {"rel": ns.SALMON_MENTION, "href": salmon_of(account)},
    ]
    key = magic_key(account.public_key_pem)
    if key is not None:
        found.append({"rel": ns.MAGIC_KEY, "href": f"data:application/magic-public-key,{key}"})
    return found
