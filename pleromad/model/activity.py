"""The activities the core understands, in one strict form.

Doors make these in `to_core`; `ActivityService.submit` takes them. For activities of other servers `uri` and `raw` hold
the id and the JSON as received; for local ones both are empty and the core mints the id and writes the JSON.
All `*_id` are ids of rows that exist here: a door fetches what is missing before it submits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pleromad.model.account import ProfileChange, RemoteActor
from pleromad.model.note import NoteDraft, RemoteNote, Visibility
from pleromad.model.room import RoomChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    actor_id: int
    uri: str | None = None
    raw: dict[str, object] | None = None
    published: datetime | None = None

    @property
    def type(self) -> str:
        return type(self).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Activity):
    note: NoteDraft | RemoteNote


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Activity):
    """Of a note (`note_id` with a draft or a remote form), of an actor (`profile`), or of a room (`room`)."""

    note_id: int | None = None
    note: NoteDraft | RemoteNote | None = None
    profile: ProfileChange | RemoteActor | None = None
    room_id: int | None = None
    room: RoomChange | None = None
    quote_policy: str | None = None  # of a note of ours, and nothing else of it: public, followers, nobody
    counts: bool = False  # of a poll of ours, for other servers: the votes as they are now
    by_id: int | None = None  # on a room's word: its operator who did it


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Activity):
    """Of a note, or (both None) of the actor itself. Of a note that is not here: `object_uri`, remembered as deleted."""

    note_id: int | None = None
    object_uri: str | None = None
    account: bool = False
    by_id: int | None = None  # on a room's word: its operator who did it


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow(Activity):
    """Also: join a room (`target_id` is a Group). `key`: a room's +k. None leaves an option of an old follow as it is."""

    target_id: int
    show_boosts: bool | None = None
    notify: bool | None = None
    languages: tuple[str, ...] | None = None
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Activity):
    """`actor_id` accepts the follow of `follower_id`."""

    follower_id: int
    target_id: int | None = None  # a room, when its operator accepts on its behalf; else the actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Activity):
    """`actor_id` refuses or ends the follow of `follower_id`; on a room's behalf (`target_id`) this is a KICK."""

    follower_id: int
    target_id: int | None = None
    reason: str = ""
    by_id: int | None = None  # on a room's word: its operator who did it


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Activity):
    """The actor, a room, does not take what `account_id` said there (`note_id`) or wished to be done; `of` is that activity's type."""

    account_id: int
    of: str
    of_uri: str | None = None
    note_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Like(Activity):
    note_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmojiReact(Activity):
    """FEP-c0e0. `emoji` is a Unicode emoji or a shortcode without colons; `emoji_url` for the latter from elsewhere."""

    note_id: int
    emoji: str
    emoji_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(Activity):
    note_id: int
    visibility: Visibility = Visibility.PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Activity):
    """`room_id` set: a ban from that room (FEP-1b12)."""

    target_id: int
    room_id: int | None = None
    reason: str = ""
    by_id: int | None = None  # on a room's word: its operator who did it


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Activity):
    """Into a collection: `featured` (a pinned note), a room's rank, or (of a room of another server, by that room) its members."""

    collection: str  # "featured", "members" or a Rank value: q a o h v
    note_id: int | None = None
    account_id: int | None = None
    room_id: int | None = None
    by_id: int | None = None  # on a room's word: its operator who did it


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Activity):
    collection: str
    note_id: int | None = None
    account_id: int | None = None
    room_id: int | None = None
    by_id: int | None = None  # on a room's word: its operator who did it


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(Activity):
    room_id: int
    target_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Activity):
    """The actor goes to another account, which names it in `alsoKnownAs`; who follows it follows that one from then on."""

    target_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote(Activity):
    """A Create of Notes with a name (one per choice) as Mastodon and Pleroma send it; `choices` are option numbers."""

    note_id: int
    choices: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Activity):
    """A report: the actor tells staff of `target_id`. `forward`: their own server is told, too, not by whom."""

    target_id: int
    note_ids: tuple[int, ...] = ()
    collection_ids: tuple[int, ...] = ()
    rule_ids: tuple[int, ...] = ()
    category: str = "other"
    comment: str = ""
    forward: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend(Activity):
    """The actor is suspended, or (`lifted`) no longer; only we say so. `by`: staff, or (of others) their own server: origin."""

    lifted: bool = False
    by: str = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Other(Activity):
    """Of another server, of a type that changes nothing here (Dislike, Listen, Lock ...): its JSON is kept, nobody is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest(Activity):
    """FEP-044f: the actor asks to quote `note_id`, which is ours, in `quoting_id`, which is theirs."""

    note_id: int
    quoting_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteAccept(Activity):
    """The actor lets `quoting_id` quote them. `stamp_uri`: the QuoteAuthorization; who submits this has verified it."""

    quoting_id: int
    stamp_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteReject(Activity):
    quoting_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRevoke(Activity):
    """The actor no longer lets `quoting_id` quote them."""

    quoting_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Activity):
    """`of` repeats what is undone: its type and target are matched, its uri may be None. Of a Delete of another server: uri and `object_uri`."""

    of: Follow | Like | EmojiReact | Announce | Block | Delete


@dataclass(frozen=True, slots=True)
class Origin:
    """Who says so. Exactly one of: a log-in here, a verified signer elsewhere, a document fetched from its own host, us."""

    kind: str  # "local", "remote", "fetched", "system"
    account_id: int | None = None  # local: who is logged in; remote: whose key signed
    host: str | None = None  # remote and fetched: lower-case IDNA host
    app_id: int | None = None
    door: str = ""
    idempotency_key: str | None = None

    @classmethod
    def local(
        cls, account_id: int, *, door: str = "", app_id: int | None = None, idempotency_key: str | None = None
    ) -> Origin:
        return cls("local", account_id, None, app_id, door, idempotency_key)

    @classmethod
    def remote(cls, account_id: int, host: str) -> Origin:
        """Only for whoever does it again if it is lost: a job that is kept until it is done."""
        return cls("remote", account_id, host)

    @classmethod
    def fetched(cls, host: str) -> Origin:
        return cls("fetched", None, host)

    @classmethod
    def system(cls) -> Origin:
        return cls("system")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a submit. `duplicate`: it was known already and nothing changed; the ids are those of the first time."""

    type: str
    activity_id: int | None
    activity_uri: str | None
    actor_id: int
    note_id: int | None = None
    account_id: int | None = None
    duplicate: bool = False
    pending: bool = False  # a follow that waits for its Accept
    report_id: int | None = None
    local: bool = True
    notified: tuple[int, ...] = field(default=())
