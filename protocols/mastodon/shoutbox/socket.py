"""One connection to the shoutbox: joins, lines and heartbeats in, what the lobby says out."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.python.failure import Failure

from pleromad.daemon import spawn
from pleromad.errors import NotFound, PleromadError
from pleromad.model.account import Account
from protocols.mastodon.shoutbox.phoenix import CLOSE, HEARTBEAT, JOIN, PHOENIX, REPLY, Frame, Ref, Wording
from web.websocket import POLICY, WebSocketTransport

if TYPE_CHECKING:
    from protocols.mastodon.shoutbox.box import Shoutbox

TOPIC = "chat:public"
BACKLOG = 20  # lines that are shown at first, and kept to be shown again when one of them changes
MAX_WAITING = 20  # frames of a client that were not answered yet


class ShoutSocket:
    """What twisted.web.websocket calls a WebSocketProtocol. `room_id`: the lobby while it is joined, else None."""

    def __init__(self, box: Shoutbox, account: Account, token_id: int, wording: Wording) -> None:
        self.account = account
        self.token_id = token_id
        self.room_id: int | None = None
        self._box = box
        self._wording = wording
        self._join_ref: Ref = None
        self._shown: dict[int, msgspec.Raw] = {}
        self._frames: deque[Frame] = deque()
        self._busy = False
        self._transport: Any = None

    # from the network

    def negotiationStarted(self, transport: WebSocketTransport) -> None:
        self._transport = transport

    def negotiationFinished(self) -> None:
        pass

    def textMessageReceived(self, message: str) -> None:
        try:
            frame = self._wording.read(message)
        except msgspec.DecodeError:
            return  # of another kind than those we answer
        if frame.topic == PHOENIX and frame.event == HEARTBEAT:
            self._reply(frame)
            return
        if len(self._frames) >= MAX_WAITING:
            self.close()
            return
        self._frames.append(frame)
        if not self._busy:
            spawn(self._work(), "a frame of the shoutbox")

    def bytesMessageReceived(self, data: bytes | bytearray) -> None:
        pass

    def pongReceived(self, payload: bytes) -> None:
        pass

    def connectionLost(self, reason: Failure) -> None:
        self._transport, self.room_id = None, None
        self._frames.clear()
        self._box.leave(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.loseConnection(POLICY, "The token is no longer valid")
        self.room_id = None
        self._box.leave(self)

    # frames, one after the other

    async def _work(self) -> None:
        self._busy = True
        try:
            while self._frames:
                frame = self._frames.popleft()
                try:
                    await self._obey(frame)
                except PleromadError as error:
                    self._reply(frame, "error", {"reason": error.public})
        finally:
            self._busy = False

    async def _obey(self, frame: Frame) -> None:
        if frame.topic != TOPIC or (frame.event != JOIN and self.room_id is None):
            raise NotFound("unmatched topic")  # Phoenix's own words
        match frame.event:
            case "phx_join":
                await self._join(frame)
            case "phx_leave":
                self.room_id = None
                self._reply(frame)
                self._push(CLOSE, {})
            case "new_msg" if self.room_id is not None:
                said = frame.payload.text.strip()
                if said:
                    await self._box.say(self, self.room_id, said)
                    self._reply(frame)

    async def _join(self, frame: Frame) -> None:
        room = await self._box.lobby(self.account)
        self._join_ref = frame.join_ref if frame.join_ref is not None else frame.ref
        self._shown.clear()
        self.room_id = room.id  # what is said from here on is not missed
        self._reply(frame)
        earlier = await self._box.backlog(self.account, room)
        self._shown = dict(sorted((earlier | self._shown).items()))
        self._show_all()

    # what the lobby says

    def shows(self, note_id: int) -> bool:
        return note_id in self._shown

    def show(self, note_id: int, message: msgspec.Raw, *, again: bool = False) -> None:
        """`again`: it was changed. The protocol knows no edits, but takes all lines anew."""
        known = note_id in self._shown
        self._shown[note_id] = message
        while len(self._shown) > BACKLOG:
            del self._shown[next(iter(self._shown))]
        if again:
            self._show_all()
        elif not known:
            self._push("new_msg", message)

    def take_back(self, note_id: int) -> None:
        if self._shown.pop(note_id, None) is not None:
            self._show_all()

    def _show_all(self) -> None:
        self._push("messages", {"messages": list(self._shown.values())[-BACKLOG:]})

    def _push(self, event: str, payload: Any) -> None:
        self._send(self._wording.write(TOPIC, event, payload, None, self._join_ref))

    def _reply(self, frame: Frame, status: str = "ok", response: dict[str, str] | None = None) -> None:
        payload = {"status": status, "response": response or {}}
        join_ref = None if frame.topic == PHOENIX else frame.join_ref
        self._send(self._wording.write(frame.topic, REPLY, payload, frame.ref, join_ref))

    def _send(self, text: str) -> None:
        if self._transport is not None:
            self._transport.sendTextMessage(text)
