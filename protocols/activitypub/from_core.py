"""The core's nouns -> ActivityStreams documents. Stored JSON goes out as it is, with what only the moment of sending knows."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pleromad.clock import iso
from pleromad.ids import Uris
from pleromad.model.account import Account, ActorType
from pleromad.model.note import Note
from pleromad.model.room import FLAGS, Room, modes_of
from protocols.activitypub.vocabulary import AS2, PUBLIC, SENT_AS

__all__ = ["CONTEXT", "SENT_AS"]

# AS2 first (naive peers look at the first entry only); the rest are the terms used below and in stored notes.
CONTEXT: list[Any] = [
    AS2,
    "https://w3id.org/security/v1",
    {
        "toot": "http://joinmastodon.org/ns#",
        "schema": "http://schema.org#",
        "ostatus": "http://ostatus.org#",
        "litepub": "http://litepub.social/ns#",
        "lemmy": "https://join-lemmy.org/ns#",
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "sensitive": "as:sensitive",
        "Hashtag": "as:Hashtag",
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "Emoji": "toot:Emoji",
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "discoverable": "toot:discoverable",
        "suspended": "toot:suspended",
        "indexable": "toot:indexable",
        "attributionDomains": {"@id": "toot:attributionDomains", "@type": "@id"},
        "votersCount": "toot:votersCount",
        "blurhash": "toot:blurhash",
        "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
        "conversation": "ostatus:conversation",
        "EmojiReact": "litepub:EmojiReact",
        "ChatMessage": "litepub:ChatMessage",
        "capabilities": "litepub:capabilities",
        "acceptsChatMessages": "litepub:acceptsChatMessages",
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
        "gts": "https://gotosocial.org/ns#",
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
        "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
        "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
        "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
        "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
        "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
        "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
        "quoteUrl": "as:quoteUrl",
        "quoteUri": "http://fedibird.com/ns#quoteUri",
        "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
        "moderators": {"@id": "lemmy:moderators", "@type": "@id"},
        "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
        "modes": "litepub:modes",
        "rank": "litepub:rank",
        "ranks": "litepub:ranks",
    },
]


UPLOAD_PATH = "/api/ap/upload_media"
PROXY_PATH = "/api/ap/proxy"
_PEOPLE = (ActorType.PERSON, ActorType.SERVICE)

MULTIKEY = "https://w3id.org/security/multikey/v1"  # of Multikey, in actors
# Of `proof`. v1 is the one that other implementations have at hand; for JCS the version makes no difference.
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v1"


def with_proof_context(document: Mapping[str, Any]) -> dict[str, Any]:
    return {**document, "@context": [*CONTEXT[:2], DATA_INTEGRITY, MULTIKEY, *CONTEXT[2:]]}


def with_actor_context(document: Mapping[str, Any]) -> dict[str, Any]:
    return {"@context": [*CONTEXT[:2], MULTIKEY, *CONTEXT[2:]], **document}


def without_context(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "@context"}


def with_context(document: Mapping[str, Any]) -> dict[str, Any]:
    return {"@context": CONTEXT, **{key: value for key, value in document.items() if key != "@context"}}


def actor(account: Account, uris: Uris, room: Room | None, assertion_method: Mapping[str, str]) -> dict[str, Any]:
    """An actor of ours (ActivityPub 4.1), without @context. A room is a Group (FEP-1b12). `assertion_method`: its Ed25519 key (FEP-521a)."""
    document: dict[str, Any] = {
        "id": account.uri,
        "type": account.type.value,
        "preferredUsername": account.username,
        "name": account.display_name or account.username,
        "summary": account.note,
        "url": account.url,
        "inbox": account.inbox,
        "outbox": account.outbox,
        "followers": account.followers_uri,
        "following": account.following_uri,
        "featured": account.featured_uri,
        "endpoints": {"sharedInbox": account.shared_inbox or uris.shared_inbox, **(_for_apps(uris) if account.type in _PEOPLE else {})},
        "publicKey": {"id": account.key_id, "owner": account.uri, "publicKeyPem": account.public_key_pem},
        "assertionMethod": [dict(assertion_method)],
        "manuallyApprovesFollowers": account.locked or (room is not None and room.invite_only),
        "discoverable": account.discoverable and not (room is not None and room.secret),
        "indexable": account.indexable,
        "published": iso(account.created_at),
        "attachment": [{"type": "PropertyValue", "name": field.name, "value": field.value} for field in account.fields],
        "tag": [
            {"id": emoji.url, "type": "Emoji", "name": f":{emoji.shortcode}:", "icon": {"type": "Image", "url": emoji.url}}
            for emoji in account.emojis
        ],
        "webfinger": f"{account.username}@{uris.domain}",
    }
    if account.suspended:
        # Known, but nothing of it is shown (Mastodon).
        document |= {"suspended": True, "name": account.username, "summary": "", "discoverable": False, "indexable": False, "attachment": [], "tag": []}
    if account.uri == uris.instance_actor:
        # The instance's own actor only signs: it has no collections that anybody could read.
        for name in ("following", "followers", "featured"):
            document.pop(name)
    if account.type in (ActorType.PERSON, ActorType.SERVICE):
        document["capabilities"] = {"acceptsChatMessages": True}
    if account.group:
        document["attributedTo"] = f"{account.uri}/moderators"
        document["postingRestrictedToMods"] = room is not None and room.moderated
        if room is not None:
            document["modes"] = modes_of({name: getattr(room, name) for name in FLAGS.values()})
    if account.avatar_url and not account.suspended:
        document["icon"] = _picture(account.avatar_url, account.avatar_description)
    if account.header_url and not account.suspended:
        document["image"] = _picture(account.header_url, account.header_description)
    if account.attribution_domains:
        document["attributionDomains"] = list(account.attribution_domains)  # Mastodon 4.3
    if account.also_known_as:
        document["alsoKnownAs"] = list(account.also_known_as)
    if account.moved_to_uri:
        document["movedTo"] = account.moved_to_uri
    return document


def _for_apps(uris: Uris) -> dict[str, str]:
    """The endpoints of client-to-server ActivityPub, under the names Pleroma gives them."""
    return {
        "oauthAuthorizationEndpoint": f"{uris.base}/oauth/authorize",
        "oauthTokenEndpoint": f"{uris.base}/oauth/token",
        "oauthRegistrationEndpoint": f"{uris.base}/api/v1/apps",
        "uploadMedia": uris.base + UPLOAD_PATH,
        "proxyUrl": uris.base + PROXY_PATH,
    }


def _picture(url: str, description: str) -> dict[str, Any]:
    picture: dict[str, Any] = {"type": "Image", "url": url}
    media_type = mimetypes.guess_type(urlsplit(url).path)[0]
    if media_type:
        picture["mediaType"] = media_type
    if description:
        picture["name"] = description
    return picture


def note(stored: Mapping[str, Any], seen: Note | None = None, now: datetime | None = None) -> dict[str, Any]:
    """A note of ours as it was written, with the counts of `now`, without @context."""
    document = {key: value for key, value in stored.items() if key not in ("@context", "bto", "bcc")}
    uri = str(document.get("id", ""))
    if seen is None or now is None:
        return document
    if seen.poll is not None:
        over = seen.poll.expires_at is not None and seen.poll.expires_at <= now
        options = [
            {
                "type": "Note",
                "name": option.title,
                "replies": {"type": "Collection", "totalItems": option.votes_count if over or not seen.poll.hide_totals else 0},
            }
            for option in seen.poll.options
        ]
        document["anyOf" if seen.poll.multiple else "oneOf"] = options
        document["votersCount"] = seen.poll.voters_count or 0
        if over and seen.poll.expires_at is not None:
            document["closed"] = iso(seen.poll.expires_at)
    document["replies"] = {"id": f"{uri}/replies", "type": "OrderedCollection", "totalItems": seen.replies_count}
    document["likes"] = {"id": f"{uri}/likes", "type": "Collection", "totalItems": seen.likes_count}
    document["shares"] = {"id": f"{uri}/shares", "type": "Collection", "totalItems": seen.boosts_count}
    return document


def activity(stored: Mapping[str, Any]) -> dict[str, Any]:
    """An activity of ours as it goes out: whoever got it blind is not named (ActivityPub 6)."""
    document = {key: value for key, value in stored.items() if key not in ("bto", "bcc")}
    inner = document.get("object")
    if isinstance(inner, dict) and ("bto" in inner or "bcc" in inner):
        document["object"] = {key: value for key, value in inner.items() if key not in ("bto", "bcc")}
    return with_context(document)


def line(note: Note, room: Account) -> dict[str, Any]:
    """What was said in a room of ours, as the room passes it on."""
    return {
        "id": f"{room.uri}/lines/{note.id}",
        "type": "Announce",
        "actor": room.uri,
        "published": iso(note.created_at),
        "to": [room.followers_uri],
        "cc": [PUBLIC],
        "object": note.uri,
    }


def tombstone(uri: str, deleted_at: str | None = None) -> dict[str, Any]:
    document: dict[str, Any] = {"id": uri, "type": "Tombstone"}
    if deleted_at:
        document["deleted"] = deleted_at
    return with_context(document)


def collection(uri: str, total: int | None, *, first: str | None = None, items: Sequence[Any] | None = None) -> dict[str, Any]:
    """An OrderedCollection: with its items, or with the way to its first page, or (hidden) neither."""
    document: dict[str, Any] = {"id": uri, "type": "OrderedCollection"}
    if total is not None:
        document["totalItems"] = total
    if first is not None:
        document["first"] = first
    if items is not None:
        document["orderedItems"] = list(items)
    return with_context(document)


def collection_page(uri: str, part_of: str, items: Sequence[Any], *, next: str | None, total: int | None = None) -> dict[str, Any]:
    document: dict[str, Any] = {"id": uri, "type": "OrderedCollectionPage", "partOf": part_of, "orderedItems": list(items)}
    if total is not None:
        document["totalItems"] = total
    if next is not None:
        document["next"] = next
    return with_context(document)
