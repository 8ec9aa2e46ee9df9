"""What the bus carries after a commit: ids only, never a body. Listeners read what they need, for their own viewer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is one of the constants below; the ids that do not apply are 0.

    note_id: the note (or boost) concerned; account_id: who did it, or whom it concerns; other_id: see the kind.
    """

    kind: str
    note_id: int = 0
    account_id: int = 0
    other_id: int = 0
    text: str = ""  # short and never content: an emoji, a reason code, a mode


NOTE_CREATED = "note_created"  # note_id, account_id author, other_id room or 0; boosts too
NOTE_UPDATED = "note_updated"  # note_id, account_id author, other_id room or 0; -1: only counters changed; -2: how it quotes
NOTE_DELETED = "note_deleted"  # note_id, account_id author, other_id room or 0, text: in a room the acct of who did it
NOTE_REACTED = "note_reacted"  # note_id, account_id who, other_id room or 0, text emoji ("-emoji" when taken back)
NOTE_KEPT = "note_kept"  # note_id, account_id of somebody here who, text: bookmark, favourite ("-bookmark" when taken back)
NOTIFIED = "notified"  # account_id whom, other_id notification id, text: "filtered" when their policy keeps it back
NOTIFICATIONS_MERGED = "notifications_merged"  # account_id: what was kept back for them came to the rest
CONVERSATION_CHANGED = "conversation_changed"  # account_id whose, other_id which
CHAT_READ = "chat_read"  # account_id whose, other_id with whom
FOLLOW_CHANGED = "follow_changed"  # account_id follower, other_id followed, text: requested, accepted, removed
ACCOUNT_UPDATED = "account_updated"  # account_id
ACCOUNT_DELETED = "account_deleted"  # account_id
ACCOUNT_MOVED = "account_moved"  # account_id, other_id where it went
ROOM_JOINED = "room_joined"  # account_id who, other_id room
ROOM_PARTED = "room_parted"  # account_id who, other_id room, text: reason
ROOM_KICKED = "room_kicked"  # account_id whom, other_id room, note_id 0, text: "<kicker acct> <reason>"
ROOM_REFUSED = "room_refused"  # account_id whom the room does not let in or do as they wished, other_id room, note_id the line, text: why
ROOM_CHANGED = "room_changed"  # account_id who, other_id room, text: what, e.g. "topic" or "+o alice" or "+m"
ROOM_INVITED = "room_invited"  # account_id whom, other_id room, text: inviter acct
TOKEN_REVOKED = "token_revoked"  # other_id token id, account_id owner
PRESENCE_CHANGED = "presence_changed"  # account_id: came to or left IRC, or is away there; text: which daemon says so
MARKER_MOVED = "marker_moved"  # account_id owner, text: which timeline, other_id last read id
FILTERS_CHANGED = "filters_changed"  # account_id owner
SETTINGS_CHANGED = "settings_changed"
BLOCKS_CHANGED = "blocks_changed"  # what staff decided of hosts and networks
ACCESS_CHANGED = "access_changed"  # account_id: staff shut out, let in, or gave another role
ANNOUNCED = "announced"  # other_id announcement
ANNOUNCEMENT_DELETED = "announcement_deleted"  # other_id announcement
ANNOUNCEMENT_REACTED = "announcement_reacted"  # account_id who, other_id announcement, text emoji
