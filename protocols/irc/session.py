"""One connection: lines in, one command after the other, replies out in that order.

A session knows no transport but four methods (`Wire`), so that TCP and WebSocket share it. It reads no faster than flood
control and the client's own unanswered commands allow, and it is cut when it does not read what it is sent.
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import Logger

from pleromad.clock import iso
from pleromad.daemon import spawn
from pleromad.errors import PleromadError
from protocols.irc import numerics
from protocols.irc.capabilities import allowed_tags
from protocols.irc.errors import refusal
from protocols.irc.flood import Budget
from protocols.irc.message import LineTooLong, Message, NotUtf8, cut_text, encode, parse
from protocols.irc.replies import Replies
from protocols.irc.table import COMMANDS, Call, Refused

if TYPE_CHECKING:
    from pleromad.model.account import Account
    from protocols.irc.login import Login
    from protocols.irc.multiline import Gathering
    from protocols.irc.network import Network
    from protocols.irc.people import Person

log = Logger()
QUEUE_LIMIT = 64
READ_BACK = 100
UNKNOWN_SHOWN_BYTES = 50


class Wire(Protocol):
    """What a session needs of its connection."""

    def write(self, data: bytes) -> None: ...
    def close(self) -> None:
        """After what is written has gone out."""

    def abort(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...


class Session:
    def __init__(self, network: Network, wire: Wire, address: str, *, secure: bool = False) -> None:
        self.network = network
        self.address = address
        self.secure = secure
        self.person: Person | None = None
        self.capabilities: set[str] = set()
        self.cap_version = 0
        self.negotiating = False
        # what is known before registration is complete
        self.nick = ""
        self.wanted = ""  # the nick that was asked for last
        self.user = ""
        self.realname = ""
        self.password = ""
        self.account: Account | None = None
        self.external: Callable[[], Awaitable[Login | None]] | None = None  # asks whom the connection itself proves (SASL EXTERNAL)
        self.away: str | None = None  # said before registration (draft/pre-away)
        self.device = ""  # which of one's clients this is, when it says so
        self.missed_since = 0  # the place up to which this device was connected last time; 0: not known
        self.token_id: int | None = None  # of the token that logged in
        self.sasl: bytearray | None = None
        self.mechanism = ""
        self.monitored: dict[str, str] = {}  # key -> nick as asked for
        self.read_back: deque[int] = deque(maxlen=READ_BACK)  # notes that were shown as said before
        self.gathering: Gathering | None = None  # a message of several lines that is being sent
        self.subscribed: set[str] = set()  # keys of metadata
        self.settled = False  # it was told what its person is in
        self.closed = False
        self.quit_reason = ""
        self._wire = wire
        self._queue: deque[bytes | None] = deque()
        self._paused = False
        self._running = False
        self._timer: Any = None
        self._pinged = False
        settings = network.settings
        self._budget = Budget(settings.flood_burst, settings.flood_per_second, network.reactor.seconds())

    # state

    @property
    def registered(self) -> bool:
        return self.person is not None

    @property
    def shown_nick(self) -> str:
        """The first parameter of numerics: `*` while there is no nick."""
        if self.person is not None:
            return self.person.nick
        return self.nick or "*"

    def has(self, capability: str) -> bool:
        return capability in self.capabilities

    def watch(self, key: str, nick: str) -> None:
        """MONITOR."""
        self.monitored[key] = nick
        self.network.monitors.setdefault(key, set()).add(self)

    def unwatch(self, key: str) -> None:
        if self.monitored.pop(key, None) is None:
            return
        watchers = self.network.monitors.get(key, set())
        watchers.discard(self)
        if not watchers:
            self.network.monitors.pop(key, None)

    # life

    def opened(self) -> None:
        self.network.sessions.add(self)
        self._set_timer(self.network.settings.registration_timeout_seconds)

    def lost(self, reason: str) -> None:
        """The connection is gone. Safe to call twice."""
        if self.closed and self not in self.network.sessions:
            return
        self.closed = True
        self._queue.clear()
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self.network.sessions.discard(self)
        from protocols.irc.leaving import leave  # commands import sessions; only here the other way round

        leave(self, self.quit_reason or reason)

    def close(self, reason: str, *, said: str = "") -> None:
        """Says ERROR and hangs up. `reason` is what others see as the reason for leaving."""
        if self.closed:
            return
        self.quit_reason = said or reason
        self.send(Message("ERROR", (f"Closing link: {reason}",)))
        self.closed = True
        self._queue.clear()
        self._wire.close()

    def overflowed(self) -> None:
        """The client does not read what it is sent."""
        if not self.closed:
            self.closed = True
            self.quit_reason = "Send queue exceeded"
            self._queue.clear()
            self._wire.abort()

    # out

    def send(self, message: Message) -> None:
        if self.closed:
            return
        tags = allowed_tags(message.tags, self.capabilities) if message.tags else {}
        if "server-time" in self.capabilities and "time" not in tags:
            tags["time"] = iso(self.network.clock.now())
        self._wire.write(encode(message, tags))

    # in

    def received(self, line: bytes | None) -> None:
        """One line without its end; None for one that was beyond all limits."""
        if self.closed:
            return
        self._queue.append(line)
        self._pinged = False
        if self.registered:
            self._set_timer(self.network.settings.ping_after_seconds)
        if len(self._queue) >= QUEUE_LIMIT and not self._paused:
            self._paused = True
            self._wire.pause()
        if not self._running:
            self._start()

    async def _run(self) -> None:
        try:
            while self._queue and not self.closed:
                line = self._queue.popleft()
                if self._paused and len(self._queue) < QUEUE_LIMIT // 4:
                    self._paused = False
                    self._wire.resume()
                await self._one(line)
        finally:
            self._running = False
            if self._queue and not self.closed:  # one command failed in a way nobody foresaw: it is logged, the next follows
                self._start()

    def _start(self) -> None:
        self._running = True
        spawn(self._run(), "An IRC command")

    async def _one(self, line: bytes | None) -> None:
        try:
            message = parse(line) if line is not None else None
            if line is None:
                raise LineTooLong()
        except LineTooLong as error:
            replies = Replies(self, error.label)
            replies.add(self._numeric(numerics.ERR_INPUTTOOLONG, "Input line was too long"))
            replies.flush()
            return
        except NotUtf8 as error:
            replies = Replies(self, error.label)
            command = error.command if error.command in COMMANDS else "*"
            text = "Message rejected, this server takes UTF-8 only"
            replies.add(Message("FAIL", (command, "INVALID_UTF8", text), self.network.server_name))
            replies.flush()
            return
        if message is not None:
            await self.run(message)

    async def run(self, message: Message) -> None:
        """One command, from the table, with its replies."""
        replies = Replies(self, message.tags.get("label", ""))
        call = Call(self, message, replies)
        entry = COMMANDS.get(message.command)
        await self._wait(entry.cost if entry is not None else 1.0)
        if self.closed:
            return
        try:
            if entry is None:
                if self.registered:
                    name = cut_text(message.command, UNKNOWN_SHOWN_BYTES)
                    call.numeric(numerics.ERR_UNKNOWNCOMMAND, name, "Unknown command")
                else:
                    call.numeric(numerics.ERR_NOTREGISTERED, "You have not registered")
            elif not self.registered and not entry.before_login:
                call.numeric(numerics.ERR_NOTREGISTERED, "You have not registered")
            elif len(message.params) < entry.minimum:
                call.numeric(numerics.ERR_NEEDMOREPARAMS, entry.name, "Not enough parameters")
            else:
                self.network.used[entry.name] += 1
                await entry.function(call)
        except Refused as refused:
            call.numeric(refused.numeric, *refused.params)
        except PleromadError as error:
            call.replies.add(self._numeric(*refusal(error, message)))
        finally:
            call.replies.flush()

    async def _wait(self, cost: float) -> None:
        reactor = self.network.reactor
        exempt = self.person is not None and self.person.operator
        delay = 0.0 if exempt else self._budget.spend(cost, reactor.seconds())
        if delay > 0:
            waiting: Deferred[None] = deferLater(reactor, delay, lambda: None)
            await waiting

    def _numeric(self, code: str, *params: str) -> Message:
        return Message(code, (self.shown_nick, *params), self.network.server_name)

    # time

    def _set_timer(self, seconds: float) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.reset(seconds)
        else:
            self._timer = self.network.reactor.callLater(seconds, self._timed_out)

    def registration_done(self) -> None:
        self._set_timer(self.network.settings.ping_after_seconds)

    def _timed_out(self) -> None:
        settings = self.network.settings
        if not self.registered:
            self.close("Registration timed out")
        elif self._pinged:
            self.close(f"Ping timeout: {settings.ping_after_seconds + settings.ping_timeout_seconds:.0f} seconds")
        else:
            self._pinged = True
            self.send(Message("PING", (self.network.server_name,), ""))
            self._set_timer(settings.ping_timeout_seconds)


def sasl_chunks(data: bytes) -> list[str]:
    """Base64 in lines of 400, the last shorter, `+` for an empty one (IRCv3 sasl-3.1)."""
    text = base64.b64encode(data).decode()
    chunks = [text[at : at + 400] for at in range(0, len(text), 400)]
    return chunks if chunks and len(chunks[-1]) < 400 else [*chunks, "+"]
