"""Between the bus and the listeners: each event is read and rendered once, whoever listens is asked for in one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall

from pleromad.cache import Cache
from pleromad.core import Core
from pleromad.daemon import spawn
from pleromad.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from pleromad.model import event as events
from pleromad.model.event import Event
from pleromad.model.note import Note, Visibility
from pleromad.model.personal import FilterMatch
from pleromad.reading.visitors import Parts
from protocols.mastodon.errors import OUT_OF_SCOPE
from protocols.mastodon.from_core import Rendering
from protocols.mastodon.from_core.accounts import encode
from protocols.mastodon.from_core.filters import results
from protocols.mastodon.from_core.notifications import PLEROMA_TYPES, Glasses, shown
from protocols.mastodon.streaming.listener import Listener
from protocols.mastodon.streaming.message import Message
from protocols.mastodon.streaming.streams import (
    CHAT,
    DIRECT,
    HASHTAG,
    HASHTAG_LOCAL,
    LIST,
    NOTIFICATIONS,
    PUBLIC,
    USER,
    Stream,
    check,
    open_streams,
)
from web.auth import Viewer

HEARTBEAT_SECONDS = 15.0
MAX_STREAMS = 100  # of one connection
MAX_PER_PERSON = 100  # connections
MAX_ANONYMOUS = 1_000  # connections of nobody in particular, together
REMEMBERED = 10_000  # notes that are not for everybody, whose deletion only some are to hear of


@dataclass(frozen=True, slots=True)
class Shown:
    """A note as some of those who listen see it."""

    kind: str
    note: Note
    status: bytes
    message: Message


def hidden(matches: Iterable[FilterMatch], context: str) -> bool:
    """Whether a filter wants it not shown at all in this context."""
    return any(match.filter.action == "hide" and context in match.filter.contexts for match in matches)


class Hub(Service):
    """Started with the daemon, closes every stream when it stops."""

    name = "mastodon streaming"

    def __init__(self, core: Core, render: Rendering, reactor: Any) -> None:
        self._core = core
        self._render = render
        self._ears: dict[Stream, set[Listener]] = {}
        self._listeners: dict[int | None, set[Listener]] = {}
        self._restricted: Cache[int, tuple[Visibility, frozenset[int]]] = Cache(REMEMBERED)
        self._stop_hearing: Any = None
        self._heart = LoopingCall(self._beat)
        self._heart.clock = reactor

    def startService(self) -> None:
        super().startService()
        self._stop_hearing = self._core.bus.listen(self.heard)
        self._heart.start(HEARTBEAT_SECONDS, now=False)

    def stopService(self) -> Deferred[None] | None:
        super().stopService()
        if self._stop_hearing is not None:
            self._stop_hearing()
        if self._heart.running:
            self._heart.stop()
        for listener in self._all():
            listener.close("This server is going down")
        return None

    # -- who listens --

    def check_room(self, listener: Listener) -> None:
        """RateLimited when there are too many connections already."""
        most = MAX_ANONYMOUS if listener.viewer_id is None else MAX_PER_PERSON
        if len(self._listeners.get(listener.viewer_id, ())) >= most:
            raise RateLimited("Too many streams are open")

    def join(self, listener: Listener) -> None:
        """A new connection, which is to leave when it ends."""
        self._listeners.setdefault(listener.viewer_id, set()).add(listener)

    def leave(self, listener: Listener) -> None:
        """The connection is gone."""
        for stream in tuple(listener.streams):
            self.unsubscribe(listener, stream)
        same = self._listeners.get(listener.viewer_id, set())
        same.discard(listener)
        if not same:
            self._listeners.pop(listener.viewer_id, None)

    async def admit(self, viewer: Viewer, stream: Stream) -> None:
        """May they listen to it? Unauthenticated, Forbidden, NotFound for somebody else's list."""
        check(stream, viewer)
        await self._check_open(viewer.id, stream)
        if viewer.id is not None:
            if stream.name == LIST:
                await self._core.personal.list(viewer.id, int(stream.of))
            await self._core.personal.filters(viewer.id)  # so that they are at hand when the first note comes

    async def _check_open(self, viewer: int | None, stream: Stream) -> None:
        """Do staff let them see all of it? Unauthenticated, Forbidden."""
        wanted = Parts(not stream.name.startswith("public:remote"), "local" not in stream.name)
        if stream.name in PUBLIC:
            parts = await self._core.reading.open_timeline(viewer, wanted)
        elif stream.name in (HASHTAG, HASHTAG_LOCAL):
            parts = await self._core.reading.open_tags(viewer, wanted)
        else:
            return
        if parts != wanted:
            raise Forbidden(OUT_OF_SCOPE)

    async def _check_all_open(self) -> None:
        """After settings changed: who may listen no longer is cut off."""
        for stream, ears in list(self._ears.items()):
            for viewer in {one.viewer_id for one in ears}:
                try:
                    await self._check_open(viewer, stream)
                except (Unauthenticated, Forbidden):
                    self._close(one for one in tuple(ears) if one.viewer_id == viewer)

    def subscribe(self, listener: Listener, stream: Stream) -> None:
        if len(listener.streams) >= MAX_STREAMS:
            raise RateLimited("Too many subscriptions")
        listener.streams.add(stream)
        self._ears.setdefault(stream, set()).add(listener)

    def unsubscribe(self, listener: Listener, stream: Stream) -> None:
        listener.streams.discard(stream)
        ears = self._ears.get(stream)
        if ears is not None:
            ears.discard(listener)
            if not ears:
                del self._ears[stream]

    def _all(self) -> list[Listener]:
        return [listener for same in self._listeners.values() for listener in same]

    def _of(self, name: str, people: Iterable[int]) -> list[Listener]:
        """Those of these people who listen to one of the streams that each has for themselves."""
        ears = self._ears.get(Stream(name))
        if not ears:
            return []
        return [one for id in people for one in self._listeners.get(id, ()) if one in ears]

    def _people(self, name: str) -> set[int]:
        return {one.viewer_id for one in self._ears.get(Stream(name), ()) if one.viewer_id is not None}

    # -- what is heard --

    async def heard(self, event: Event) -> None:
        if not self._listeners:
            return
        match event.kind:
            case events.NOTE_CREATED:
                await self._note(event, "update")
            case events.NOTE_UPDATED if event.other_id != -1:
                await self._note(event, "status.update")
            case events.NOTE_DELETED:
                self._deleted(event.note_id)
            case events.NOTIFIED if not event.text:
                await self._notified(event.account_id, event.other_id)
            case events.NOTIFICATIONS_MERGED:
                self._merged(event.account_id)
            case events.CONVERSATION_CHANGED:
                await self._conversation(event.account_id, event.other_id)
            case events.CHAT_READ:
                await self._chat(event.account_id, event.other_id)
            case events.FILTERS_CHANGED:
                self._tell(self._of(USER, [event.account_id]), Message("filters_changed"), Stream(USER))
            case events.TOKEN_REVOKED:
                self._close(one for one in self._all() if one.token_id == event.other_id)
            case events.ANNOUNCED:
                await self._announced(event.other_id)
            case events.ANNOUNCEMENT_REACTED:
                await self._reacted(event.other_id, event.text)
            case events.ANNOUNCEMENT_DELETED:
                self._tell_everybody(Message("announcement.delete", str(event.other_id)))
            case events.SETTINGS_CHANGED:
                await self._check_all_open()
            case events.ACCESS_CHANGED:
                await self._check_tokens()
            case events.ACCOUNT_DELETED:
                self._close(self._listeners.get(event.account_id, ()))

    async def _note(self, event: Event, kind: str) -> None:
        # As its author sees it: whoever else may is asked below.
        found = await self._core.reading.notes(event.account_id, [event.note_id])
        if not found:
            return
        note = found[0].note
        if note.visibility not in (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.LOCAL):
            self._restricted.put(note.id, (note.visibility, frozenset((note.account.id, *note.recipients))))
        if note.visibility is Visibility.DIRECT:
            await self._said_in_chat(note, kind)
            return  # CONVERSATION_CHANGED tells of it as a conversation
        audience = await self._audience(note)
        if not audience:
            return
        # Without what depends on who looks, as Mastodon streams it; only what one's filters find is put in.
        people = {listener.viewer_id for _, listener in audience}
        forms: dict[int | None, Shown] = {}
        made: dict[str, Shown] = {}  # by what is to be shown of a quote: most notes have one form
        for viewer, seen in (await self._core.reading.quoting(note, people)).items():
            if seen.quote_state not in made:
                status = self._render.statuses.one(seen, None)
                made[seen.quote_state] = Shown(kind, note, status, Message(kind, status.decode()))
            forms[viewer] = made[seen.quote_state]
        own: dict[tuple[int, str], Message | None] = {}
        for stream, listener in audience:
            shown = forms[listener.viewer_id]
            message: Message | None = shown.message
            if listener.viewer_id is not None:
                key = (listener.viewer_id, "home" if stream.name in (USER, LIST) else "public")
                if key not in own:
                    own[key] = await self._filtered(*key, shown)
                message = own[key]
            if message is not None:
                listener.tell(message, stream)

    async def _said_in_chat(self, note: Note, kind: str) -> None:
        """Pleroma: each of the two has the chat as it is now."""
        people = {note.account.id, *note.recipients}
        if kind != "update" or len(people) != 2 or note.room_id is not None:
            return
        for viewer in people:
            await self._chat(viewer, next(iter(people - {viewer})))

    async def _chat(self, viewer: int, other: int) -> None:
        told = [(Stream(name), one) for name in (CHAT, USER) for one in self._of(name, [viewer])]
        if not told:
            return
        try:
            chat = await self._core.reading.chat(viewer, other)
        except NotFound:
            return
        message = Message("pleroma:chat_update", encode(self._render.chats.one(chat, viewer)).decode())
        for stream, listener in told:
            listener.tell(message, stream)

    async def _filtered(self, viewer: int, context: str, shown: Shown) -> Message | None:
        """As one person's filters want it: None when they hide it there."""
        matches = (await self._core.personal.filtered(viewer, None, [shown.note])).get(shown.note.id)
        if not matches:
            return shown.message
        if hidden(matches, context):
            return None
        return Message(shown.kind, (shown.status[:-1] + b',"filtered":' + results(matches) + b"}").decode())

    async def _audience(self, note: Note) -> list[tuple[Stream, Listener]]:
        """Everybody to be told: at whose home it is, and who listens to a stream of everybody it is in."""
        reading = self._core.reading
        at_home = self._people(USER)
        owners = await reading.home_owners(note.id, at_home) if at_home else set()
        opened = [(stream, one) for stream in open_streams(note) for one in self._ears.get(stream, ())]
        opened += await self._listed(note)
        people = owners | {one.viewer_id for _, one in opened if one.viewer_id is not None}
        may = await reading.may_see(note.id, people) if people else set()
        if note.boost_of is not None and may:
            may = await reading.may_see(note.boost_of.id, may)
        home = Stream(USER)
        told = [(home, one) for one in self._of(USER, owners & may)]
        anybody = note.visibility is Visibility.PUBLIC
        return told + [
            (stream, one) for stream, one in opened if (anybody if one.viewer_id is None else one.viewer_id in may)
        ]

    async def _listed(self, note: Note) -> list[tuple[Stream, Listener]]:
        """Those who listen to a list it is in."""
        wanted = {int(stream.of): stream for stream in self._ears if stream.name == LIST}
        holding = await self._core.reading.lists_holding(note.id, wanted) if wanted else set()
        return [(wanted[id], one) for id in holding for one in self._ears.get(wanted[id], ())]

    async def _conversation(self, viewer: int, id: int) -> None:
        told = self._of(DIRECT, [viewer])
        if not told:
            return
        try:
            one = await self._core.reading.conversation(viewer, id)
        except NotFound:
            return
        matches = await self._core.personal.filtered(viewer, None, [one.last.note])
        entity = self._render.conversations.one(one, viewer, matches)
        self._tell(told, Message("conversation", encode(entity).decode()), Stream(DIRECT))

    def _deleted(self, note_id: int) -> None:
        """The row is gone, and with it who had it: all who may have are told the id, and it tells them nothing else."""
        message = Message("delete", str(note_id))
        visibility, people = self._restricted.get(note_id) or (None, frozenset())
        self._restricted.drop(note_id)
        if visibility is Visibility.DIRECT:
            self._tell(self._of(USER, people), message, Stream(USER))
            return
        for stream, ears in list(self._ears.items()):
            if stream.name in (USER, LIST) or (visibility is None and stream.name not in (NOTIFICATIONS, DIRECT)):
                self._tell(ears, message, stream)

    async def _notified(self, viewer: int, notification_id: int) -> None:
        told = self._notified_streams(viewer)
        if not told:
            return
        try:
            one = await self._core.reading.notification(viewer, notification_id)
        except NotFound:
            return
        if one.type in PLEROMA_TYPES or not list(shown([one])):
            return
        matches = await self._core.personal.filtered(viewer, None, [one.seen.note] if one.seen else [])
        if any(hidden(each, "notifications") for each in matches.values()):
            return
        message = Message("notification", self._render.notifications.one(one, Glasses(viewer, matches=matches)).decode())
        for stream, listener in told:
            listener.tell(message, stream)

    def _merged(self, viewer: int) -> None:
        message = Message("notifications_merged", "1")  # as Mastodon; apps read the notifications anew
        for stream, listener in self._notified_streams(viewer):
            listener.tell(message, stream)

    def _notified_streams(self, viewer: int) -> list[tuple[Stream, Listener]]:
        """Where a person hears of notifications."""
        told = [(Stream(NOTIFICATIONS), one) for one in self._of(NOTIFICATIONS, [viewer])]
        return told + [(Stream(USER), one) for one in self._of(USER, [viewer]) if one.viewer.allows("read:notifications")]

    def _tell(self, listeners: Iterable[Listener], message: Message, stream: Stream) -> None:
        for listener in tuple(listeners):
            listener.tell(message, stream)

    # -- what staff tell everybody --

    async def _announced(self, id: int) -> None:
        try:
            one = await self._core.moderation.announcement(None, id)
        except NotFound:
            return
        self._tell_everybody(Message("announcement", encode(self._render.admin.announcement(one, None)).decode()))

    async def _reacted(self, id: int, name: str) -> None:
        """How many there are now, 0 when the last one was taken back."""
        try:
            one = await self._core.moderation.announcement(None, id)
        except NotFound:
            return
        count = next((each.count for each in one.reactions if each.name == name), 0)
        payload = {"name": name, "count": count, "announcement_id": str(id)}
        self._tell_everybody(Message("announcement.reaction", encode(payload).decode()))

    def _tell_everybody(self, message: Message) -> None:
        """Who listens to what concerns them."""
        self._tell(self._ears.get(Stream(USER), ()), message, Stream(USER))

    # -- life --

    def _beat(self) -> None:
        for listener in self._all():
            listener.beat()
        spawn(self._check_tokens(), "looking at the tokens of streams")

    async def _check_tokens(self) -> None:
        """A token may expire, or its person be suspended, while the stream is open."""
        for secret in {one.secret for one in self._all() if one.secret}:
            if await self._core.accounts.token(secret) is None:
                self._close(one for one in self._all() if one.secret == secret)

    def _close(self, listeners: Iterable[Listener]) -> None:
        for listener in list(listeners):
            listener.close("The access token is invalid")
