"""Words of ActivityStreams 2.0 and the extensions around it, in the spelling that goes over the wire."""

from __future__ import annotations

from pleromad.ids import PUBLIC

__all__ = ["PUBLIC"]

AS2 = "https://www.w3.org/ns/activitystreams"
ACTIVITY_JSON = "application/activity+json"
LD_JSON = "application/ld+json"
LD_PROFILE = f'{LD_JSON}; profile="{AS2}"'
SENT_AS = f"{ACTIVITY_JSON}; charset=utf-8"
OFFERS = f"{ACTIVITY_JSON}, {LD_PROFILE}"  # what our documents answer to
ACCEPT = f"{ACTIVITY_JSON}, {LD_PROFILE}"  # what we ask for

# ActivityPub 5.6 and JSON-LD compaction: three spellings of the same address.
PUBLIC_SPELLINGS = frozenset({PUBLIC, "as:Public", "Public"})

ACTORS = frozenset({"Person", "Service", "Application", "Group", "Organization"})
# What becomes a note here. Question has a poll; the rest may have a title.
NOTES = frozenset({"Note", "Question", "Article", "Page", "Video", "Audio", "Image", "Event", "Document", "ChatMessage"})
ACTIVITIES = frozenset(
    {
        "Accept", "Add", "Announce", "Block", "Create", "Delete", "Dislike", "EmojiReact", "Flag", "Follow", "Invite", "Join",
        "Leave", "Like", "Listen", "Move", "Offer", "Read", "Reject", "Remove", "TentativeAccept", "TentativeReject", "Undo",
        "Update", "View", "Travel", "Arrive", "Ignore", "QuoteRequest",
    }
)  # fmt: skip
COLLECTIONS = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})

# Prefixes that some peers leave in place because their JSON-LD library compacts so (Takahe: `toot:discoverable`).
PREFIXES = ("as", "toot", "sc", "schema", "ostatus", "litepub", "misskey", "sec", "vcard", "gts", "lemmy", "pt")
