"""The names of OStatus: XML namespaces, verbs and object types (Atom Activity Streams 1.0, OStatus 1.0 draft 2)."""

from __future__ import annotations

from typing import Final

ATOM: Final = "http://www.w3.org/2005/Atom"
ACTIVITY: Final = "http://activitystrea.ms/spec/1.0/"
THREAD: Final = "http://purl.org/syndication/thread/1.0"  # RFC 4685
POCO: Final = "http://portablecontacts.net/spec/1.0"
OSTATUS: Final = "http://ostatus.org/schema/1.0"
MEDIA: Final = "http://purl.org/syndication/atommedia"
MASTODON: Final = "http://mastodon.social/schema/1.0"
XML: Final = "http://www.w3.org/XML/1998/namespace"

PREFIXES: Final = {
    None: ATOM,
    "activity": ACTIVITY,
    "thr": THREAD,
    "poco": POCO,
    "ostatus": OSTATUS,
    "media": MEDIA,
    "mastodon": MASTODON,
}

SCHEMA: Final = "http://activitystrea.ms/schema/1.0/"
POST: Final = SCHEMA + "post"
SHARE: Final = SCHEMA + "share"
NOTE: Final = SCHEMA + "note"
COMMENT: Final = SCHEMA + "comment"
SHARED: Final = SCHEMA + "activity"
PERSON: Final = SCHEMA + "person"
COLLECTION: Final = SCHEMA + "collection"
EVERYBODY: Final = "http://activityschema.org/collection/public"

ATOM_TYPE: Final = "application/atom+xml"

UPDATES_FROM: Final = "http://schemas.google.com/g/2010#updates-from"
MAGIC_KEY: Final = "magic-public-key"
SALMON_REPLIES: Final = "http://salmon-protocol.org/ns/salmon-replies"
SALMON_MENTION: Final = "http://salmon-protocol.org/ns/salmon-mention"
SUBSCRIBE: Final = "http://ostatus.org/schema/1.0/subscribe"
