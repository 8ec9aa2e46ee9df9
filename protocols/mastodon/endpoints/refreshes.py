"""What is fetched from other servers after an answer was given: Mastodon's async refreshes (4.4), here of threads."""

from __future__ import annotations

from collections.abc import Sequence

from pleromad.errors import NotFound
from pleromad.model.note import Seen
from protocols.mastodon.door import Call, NoForm, id_of
from protocols.mastodon.entities.refresh import AsyncRefresh, AsyncRefreshState

HEADER = "Mastodon-Async-Refresh"
RETRY_SECONDS = 3
_THREAD = "thread-"


async def of_thread(call: Call[NoForm], others: Sequence[Seen]) -> tuple[tuple[str, str], ...]:
    """The header for a thread that is being completed. For people with a log-in: strangers do not make us ask other servers."""
    if call.viewer.token is None or call.core.resolver is None:
        return ()
    own = await call.core.reading.notes(call.viewer_id, [call.id])
    walk = await call.core.walks.wish([*own, *others], call.id)
    if walk is None or not walk.running:
        return ()
    return ((HEADER, f'id="{_THREAD}{walk.note_id}", retry={RETRY_SECONDS}, result_count={walk.found}'),)


async def show(call: Call[NoForm]) -> AsyncRefresh:
    kind, id = call.request.params["id"][: len(_THREAD)], call.request.params["id"][len(_THREAD) :]
    if kind != _THREAD:
        raise NotFound
    note_id = id_of(id)
    walk = await call.core.walks.of(note_id)
    if walk is None or not await call.core.reading.notes(call.viewer_id, [note_id]):
        raise NotFound
    return AsyncRefresh(AsyncRefreshState(f"{_THREAD}{note_id}", "running" if walk.running else "finished", walk.found))
