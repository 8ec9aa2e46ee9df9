"""Actor documents into the one strict form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pleromad import text
from pleromad.errors import Invalid
from pleromad.hosts import ascii_host
from pleromad.model.account import ActorType, RemoteActor
from protocols.activitypub import multikey
from protocols.activitypub.origins import host_of, origin_of, same_origin, without_fragment
from protocols.activitypub.to_core import tags
from protocols.activitypub.to_core.pieces import (
    as_bool,
    as_id,
    as_ids,
    as_list,
    as_number,
    as_object,
    as_text,
    as_time,
    is_url,
    link_of,
    prop,
    text_of,
    type_of,
    types_of,
)
from protocols.activitypub.vocabulary import ACTORS

MAX_NAME = 2_048
MAX_BIO = 20_000
MAX_FIELDS = 50
MAX_FIELD = 2_047
MAX_ALIASES = 256
MAX_HOSTS = 100
MAX_PEM = 10_000
MAX_KEYS = 10

_HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
_USERNAME = re.compile(r"\w(?:[\w.~-]{0,298}\w)?")


def actor(document: Mapping[str, Any], *, key_id: str | None = None) -> RemoteActor:
    """An actor. `key_id`: the key to take when there are several. Raises Invalid.

    `domain` is the host of its id: whoever keeps it asks WebFinger whether the handle is on another.
    """
    uri = document.get("id")
    if not isinstance(uri, str) or origin_of(uri) is None:
        raise Invalid("This actor has no id")
    type = type_of(document, ACTORS)
    if type not in ACTORS:
        raise Invalid("This is no actor", detail=f"{uri}: {type[:60]!r}")
    inbox = as_id(prop(document, "inbox")) or ""
    if not is_url(inbox):
        raise Invalid("This actor has no inbox", detail=uri)
    used_key_id, pem = key_of(document, uri, key_id)
    avatar, avatar_text = picture(prop(document, "icon"))
    header, header_text = picture(prop(document, "image"))
    moved = as_id(prop(document, "movedTo"))
    return RemoteActor(
        uri=uri,
        type=ActorType(type),
        username=username_of(document, uri),
        domain=host_of(uri),
        inbox=inbox,
        key_id=used_key_id,
        public_key_pem=pem,
        assertion_keys=assertion_keys_of(document, uri),
        shared_inbox=shared_inbox_of(document),
        outbox=own(document, "outbox", uri),
        followers_uri=own(document, "followers", uri),
        following_uri=own(document, "following", uri),
        featured_uri=own(document, "featured", uri),
        url=link_of(prop(document, "url")) or uri,
        display_name=text_of(document, "name", MAX_NAME),
        note=text_of(document, "summary", MAX_BIO),
        fields=fields_of(document),
        emojis=tags.emojis(document),
        avatar_url=avatar,
        header_url=header,
        avatar_description=avatar_text,
        header_description=header_text,
        locked=as_bool(prop(document, "manuallyApprovesFollowers")),
        # Of a group only who says so is hidden: Lemmy says nothing, a secret room of ours says no.
        discoverable=as_bool(prop(document, "discoverable")) or (type == "Group" and prop(document, "discoverable") is None),
        indexable=as_bool(prop(document, "indexable")),
        suspended=as_bool(prop(document, "suspended")),
        published=as_time(prop(document, "published")),
        also_known_as=tuple(alias for alias in as_ids(prop(document, "alsoKnownAs")) if is_url(alias))[:MAX_ALIASES],
        moved_to_uri=moved if moved and is_url(moved) else None,
        attribution_domains=attribution_domains_of(document),
        raw=dict(document),
    )


def username_of(document: Mapping[str, Any], uri: str) -> str:
    """`preferredUsername`; without one (relays, Hubzilla's channels) the last part of the id. Raises Invalid."""
    name = text_of(document, "preferredUsername", 400).strip().lstrip("@")
    if not name:
        name = uri.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2].lstrip("@")
    if not _USERNAME.fullmatch(name):
        raise Invalid("This actor has no usable name", detail=f"{uri}: {name[:60]!r}")
    return name


def own(document: Mapping[str, Any], name: str, uri: str) -> str:
    """A collection of the actor. What lies on another server is not theirs: taken for theirs it could open what is private."""
    found = as_id(prop(document, name))
    return found if found is not None and same_origin(found, uri) else ""


def attribution_domains_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Hosts whose pages may name the actor as their author (Mastodon 4.3). Only texts count: an object among them is none (S27)."""
    hosts = []
    for item in as_list(prop(document, "attributionDomains"))[:MAX_HOSTS]:
        if not isinstance(item, str):
            continue
        try:
            host = ascii_host(item.strip())
        except ValueError:
            continue
        if len(host) <= 253 and _HOST.fullmatch(host):
            hosts.append(host)
    return tuple(dict.fromkeys(hosts))


def shared_inbox_of(document: Mapping[str, Any]) -> str:
    """In `endpoints`, which some give as a mere id (then it is not used), or at the top (older Pleroma)."""
    found = as_id(as_object(prop(document, "endpoints")).get("sharedInbox")) or as_id(prop(document, "sharedInbox"))
    return found if found is not None and is_url(found) else ""


def key_of(document: Mapping[str, Any], uri: str, wanted: str | None = None) -> tuple[str, str]:
    """(id, PEM) of the actor's key for HTTP Signatures; of several the wanted one. Keys of other owners or hosts are not its own.

    A key that lies neither in the actor's document nor below it is its own when it was asked for (`wanted`) and led here:
    otherwise one person of a server could name the key of another as theirs (S10).
    """
    found = ("", "")
    for key in as_list(prop(document, "publicKey")):
        if not isinstance(key, dict):
            continue
        id = as_id(key)
        pem = as_text(key.get("publicKeyPem"), MAX_PEM)
        owner = as_id(key.get("owner")) or as_id(key.get("controller")) or uri
        if id is None or not pem or owner != uri or not same_origin(id, uri):
            continue
        if id == wanted:
            return id, pem
        if not found[0] and (without_fragment(id) == uri or id.startswith(f"{uri}/")):
            found = (id, pem)
    return found


def assertion_keys_of(document: Mapping[str, Any], uri: str) -> tuple[tuple[str, str], ...]:
    """(id, PEM) of the Ed25519 Multikeys in `assertionMethod` (FEP-521a) that lie in the actor's document or below it."""
    found: dict[str, str] = {}
    for key in as_list(prop(document, "assertionMethod"))[:MAX_KEYS]:
        if not isinstance(key, dict) or "Multikey" not in types_of(key) or as_id(key.get("controller")) != uri:
            continue
        id, multibase = as_id(key), as_text(key.get("publicKeyMultibase"), multikey.MAX_MULTIBASE)
        if id is None or not (without_fragment(id) == uri or id.startswith(f"{uri}/")):
            continue
        try:
            found[id] = multikey.pem_of(multibase)
        except ValueError:
            continue  # RSA as Multikey, or a kind that is not known here
    return tuple(found.items())


def picture(value: Any) -> tuple[str | None, str]:
    """(address, description); of several the widest (PeerTube lists sizes)."""
    pictures = [item for item in as_list(value) if isinstance(item, str | dict)]
    pictures.sort(key=lambda item: -(as_number(item.get("width")) or 0) if isinstance(item, dict) else 0)
    for item in pictures:
        url = item if isinstance(item, str) else link_of(item.get("url")) or link_of(item.get("href"))
        if is_url(url):
            name = "" if isinstance(item, str) else text_of(item, "name", 1_500) or text_of(item, "summary", 1_500)
            return url, text.plain_name(name, 1_500)
    return None, ""


def fields_of(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """PropertyValues only: WordPress writes each row once more as a Note."""
    rows = []
    for item in as_list(prop(document, "attachment")):
        if isinstance(item, dict) and "PropertyValue" in types_of(item):
            name, value = text_of(item, "name", MAX_FIELD), as_text(prop(item, "value"), MAX_FIELD)
            if name:
                rows.append((name, value))
    return tuple(rows[:MAX_FIELDS])
