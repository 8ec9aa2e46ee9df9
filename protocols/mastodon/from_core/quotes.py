"""What a status quotes, and who may quote it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pleromad import quoting
from pleromad.model.note import Note, NoteState, Seen
from protocols.mastodon.entities import status as entities
from protocols.mastodon.from_core.accounts import encode

_SHOWN = ("accepted", "blocked_account", "blocked_domain", "muted_account")


def quote_of(seen: Seen, quoted: bytes | None) -> bytes:
    """Quote as JSON; `quoted` is the status as the viewer may see it. `null` for a status that quotes nothing."""
    if not seen.quote_state:
        return b"null"
    shown = quoted if quoted is not None and seen.quote_state in _SHOWN else b"null"
    return b'{"state":"' + seen.quote_state.encode() + b'","quoted_status":' + shown + b"}"


def shallow_quote_of(seen: Seen) -> bytes:
    """ShallowQuote: of a status that is itself quoted."""
    quote = seen.note.quote
    if quote is None:
        return b"null"
    shown = str(quote.quoted_id) if quote.quoted_id is not None and quote.state == "accepted" else None
    shallow: bytes = encode(entities.Quote(state=quote.state, quoted_status_id=shown))  # type: ignore[arg-type]  # one of the words
    return shallow


def approval_of(note: Note, state: NoteState, viewer: int | None) -> bytes:
    """QuoteApproval as JSON."""
    note = note.boost_of or note
    said = "denied"
    if viewer is not None:
        said = quoting.verdict(
            note.visibility,
            note.quote_policy,
            author=viewer == note.account.id,
            follows=state.follows_author,
            followed=state.followed_by_author,
        )
    policy = note.quote_policy if note.quote_policy is not None else quoting.PUBLIC_POLICY
    if note.visibility not in quoting.OPEN:
        policy = quoting.NOBODY
    return _approval(policy.automatic, policy.manual, said)


@lru_cache(maxsize=200)
def _approval(automatic: tuple[Any, ...], manual: tuple[Any, ...], said: Any) -> bytes:
    approval: bytes = encode(entities.QuoteApproval(automatic=list(automatic), manual=list(manual), current_user=said))
    return approval


