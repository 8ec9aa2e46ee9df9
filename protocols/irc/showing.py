"""Show notes to sessions: live, or as what was said before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pleromad.ids import moment_of
from protocols.irc.lines import pieces
from protocols.irc.message import Message, casefold
from protocols.irc.multiline import CONCAT, show, without_concat
from protocols.irc.names import nick_of
from protocols.irc.network import Network, deliver
from protocols.irc.people import Person, person_of
from protocols.irc.telling import Item, Telling, item_lines

if TYPE_CHECKING:
    from protocols.irc.session import Session
    from protocols.irc.table import Call


def speaker_of(network: Network, note: Item) -> Person:
    """The author as known here live, else a Person of the moment."""
    known = network.people.get(casefold(nick_of(note.account.acct)))
    if known is not None and known.account_id == note.account.id:
        return known
    return person_of(note.account, network.settings.domain)


def note_messages(network: Network, note: Item, target: str, lines: Sequence[str], at: datetime | None = None) -> Iterator[Message]:
    """The note as PRIVMSGs from its author, the first with its msgid."""
    speaker = speaker_of(network, note)
    about = note.note if isinstance(note, Telling) else note
    said = about.boost_of or about if about is not None else None
    tags = {"+draft/reply": str(said.in_reply_to_id)} if said is not None and said.in_reply_to_id is not None else {}
    message_id = str(about.id if about is not None else note.id)
    for line in lines:
        for number, piece in enumerate(pieces(line, speaker.source, "PRIVMSG", target)):
            if number:
                tags = {CONCAT: ""}
            yield network.line(
                speaker, "PRIVMSG", target, piece, message_id=message_id, at=at or moment_of(note.id), tags=tags
            )
            message_id, tags = "", {}


def show_note(network: Network, sessions: Iterable[Session], note: Item, target: str, lines: Sequence[str] = ()) -> None:
    """Now, to these sessions; not to those that were shown it as something said before."""
    new = [session for session in sessions if note.id not in session.read_back]
    show(network, new, list(note_messages(network, note, target, lines or item_lines(note))))


def show_earlier(
    network: Network,
    sessions: Iterable[Session],
    notes: Sequence[Item],
    target: str,
    call: Call | None,
    lines_of: Callable[[Session, Item], Sequence[str]] | None = None,
) -> None:
    """What was said before, oldest first: a chathistory batch where the client takes batches and times, else with the time
    in the text (irssi 1.4 takes server-time and does not show it)."""
    if not notes:
        return
    for session in sessions:
        session.read_back.extend(note.id for note in notes)
        messages = [message for note in notes for message in earlier(network, session, note, target, lines_of(session, note) if lines_of is not None else item_lines(note))]
        if _takes_history(session):
            name = network.next_batch()
            messages = [Message(m.command, m.params, m.source, {**m.tags, "batch": name}) for m in messages]
            messages.insert(0, network.server_line("BATCH", f"+{name}", "chathistory", target))
            messages.append(network.server_line("BATCH", f"-{name}"))
        for message in messages:
            deliver((session,), message, call)


def wanting_backlog(sessions: Iterable[Session]) -> list[Session]:
    """Those that do not ask for it themselves."""
    return [session for session in sessions if not asks_itself(session)]


def by_absence(sessions: Iterable[Session]) -> dict[int, list[Session]]:
    """By the place up to which they were shown everything; 0: not known."""
    found: dict[int, list[Session]] = {}
    for session in sessions:
        found.setdefault(session.missed_since, []).append(session)
    return found


def asks_itself(session: Session) -> bool:
    """For what was said before (draft/chathistory, znc.in/playback)."""
    return session.has("draft/chathistory") or session.has("znc.in/playback")


def earlier(network: Network, session: Session, note: Item, target: str, lines: Sequence[str]) -> Sequence[Message]:
    """Something said before as this session is shown it: with its time in the text where the client does not take times."""
    if not _takes_history(session):
        stamp = _stamp(note.created_at, network.clock.now())
        first, *others = lines
        action = first.startswith("\x01ACTION ")
        text = first.removeprefix("\x01ACTION ").rstrip("\x01")
        lines = (f"\x01ACTION {stamp} {text}\x01" if action else f"{stamp} {text}", *others)
    return without_concat(list(note_messages(network, note, target, lines)))


def _takes_history(session: Session) -> bool:
    return session.has("batch") and session.has("server-time")


def _stamp(at: datetime, now: datetime) -> str:
    return f"[{at:%H:%M}]" if now - at < timedelta(hours=20) else f"[{at:%Y-%m-%d %H:%M}]"
