"""What the playback module of the bouncer ZNC does (znc.in/playback): a client asks for what was said since it last knew.

`PRIVMSG *playback :PLAY #room|nick|* [from [to]]`, times in seconds since 1970; `LIST` tells where something was said. A client
that took the capability is shown nothing of before by itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pleromad.clock import iso
from pleromad.ids import moment_of
from pleromad.model.page import Page
from protocols.irc.commands.history import recent_targets, send_history, source_of_target
from protocols.irc.history import LIMIT, Place

if TYPE_CHECKING:
    from protocols.irc.table import Call

CAPABILITY = "znc.in/playback"
NAMES = frozenset({"*playback", "*playback@znc.in"})
BUFFERS = 50
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def answer(call: Call, text: str) -> None:
    """A line said to `*playback`."""
    words = text.split()
    command = words[0].upper() if words else ""
    if command == "PLAY" and len(words) in (2, 3, 4):
        times = [_time(word) for word in words[2:]]
        if None not in times:
            since, until = (times[0] if times else LONG_AGO), (times[1] if len(times) > 1 else None)
            await _play(call, words[1], since or LONG_AGO, until)
            return
    elif command == "LIST":
        for name, key in (await recent_targets(call))[:BUFFERS]:
            _say(call, f"{name} {iso(moment_of(key))}")
        return
    elif command == "CLEAR":
        _say(call, "What was said is kept by the server; ask from a later time instead")
        return
    _say(call, "PLAY #room|nick|* [from [to]], times in seconds since 1970; LIST")


async def _play(call: Call, which: str, since: datetime, until: datetime | None) -> None:
    names = [name for name, _ in (await recent_targets(call))[:BUFFERS]] if which == "*" else which.split(",")[:BUFFERS]
    page = Page(limit=LIMIT, min_id=Place.of_time(since).last if since > LONG_AGO else None)
    if until is not None:
        page = Page(limit=LIMIT, min_id=page.min_id, max_id=Place.of_time(until).last)
    for name in names:
        source = await source_of_target(call, name)
        if source is not None:
            await send_history(call, name, source, page)


def _time(word: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(word), UTC) if len(word) < 24 else None
    except (ValueError, OverflowError, OSError):
        return None


def _say(call: Call, text: str) -> None:
    call.reply("PRIVMSG", call.session.shown_nick, text, source="*playback!znc@znc.in")
