"""What the doors to other servers read: stored activities, outboxes, inboxes, hosts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pleromad.model.page import Page, Slice
from pleromad.reading.shelf import Reader
from store import activities as activity_rows
from store import follower_sync as sync_rows
from store import hosts as host_rows
from store import notes as note_rows
from store.activities import ActivityRow


class FederationReading(Reader):
    async def note_json(self, id: int) -> dict[str, Any] | None:
        """The ActivityStreams object as stored, without @context for ours. Visibility was asked before."""
        facts = await note_rows.facts(self._database, id)
        return facts.data if facts is not None else None

    async def activity(self, id: int) -> ActivityRow | None:
        return await activity_rows.one(self._database, id)

    async def activity_by_uri(self, uri: str) -> ActivityRow | None:
        return await activity_rows.by_uri(self._database, uri)

    async def arrived(self, account_id: int, page: Page) -> list[int]:
        """Ids of the notes in somebody's home and of those that name them, newest first. Visibility is asked afterwards."""
        return await activity_rows.arrived(self._database, account_id, page)

    async def activities_of_notes(self, ids: Collection[int]) -> dict[int, ActivityRow]:
        """The Create or Announce of each, as far as it came as one; by note id, in one query."""
        return await activity_rows.of_notes(self._database, ids)

    async def outbox(self, account_id: int, page: Page) -> Slice[ActivityRow]:
        """Public and unlisted Creates and Announces, newest first."""
        rows = await activity_rows.outbox(self._database, account_id, page)
        if not rows:
            return Slice(())
        return Slice(tuple(rows), rows[-1].id if len(rows) >= page.limit else None, rows[0].id)

    async def outbox_count(self, account_id: int) -> int:
        return await activity_rows.outbox_count(self._database, account_id)

    async def inboxes(self, activity: ActivityRow) -> list[tuple[str, str]]:
        """(inbox, host) of everybody elsewhere this is for; shared inboxes merged. A Delete of an actor goes to all hosts known."""
        data = activity.data
        if activity.type == "Delete" and data.get("object") == data.get("actor"):
            return await activity_rows.all_inboxes(self._database)
        uris = [uri for key in ("to", "cc", "bto", "bcc", "audience") for uri in _texts(data.get(key))]
        return await activity_rows.inboxes(self._database, uris)

    async def followers_digest(self, account_id: int, host: str | None) -> str:
        """FEP-8fcf: of the followers on that host (as in their ids, with its port), None: of those here."""
        return await sync_rows.digest(self._database, account_id, host)

    async def followers_on(self, account_id: int, host: str | None) -> list[str]:
        """The ids of the followers on that host, None: of those here."""
        return await sync_rows.uris(self._database, account_id, host)

    async def buried(self, uri: str) -> datetime | None:
        """When an object of that uri was deleted."""
        return (await activity_rows.buried(self._database, [uri])).get(uri)

    async def without_groups(self, hosts: Sequence[str]) -> set[str]:
        """Of these hosts those that know boosts, but not what a group passes on (FEP-1b12)."""
        return await host_rows.without_groups(self._database, hosts)

    async def without_rooms(self, hosts: Sequence[str]) -> set[str]:
        """Of these hosts those that are known not to take what a room tells of its members."""
        return await host_rows.without_rooms(self._database, hosts)

    async def room_of_note(self, uri: str) -> int | None:
        """The room a note was said in; None when it is not here or was said in none."""
        return await note_rows.room_of(self._database, uri)

    async def signature_of(self, host: str) -> str:
        """The kind of signature the host took last, '' when not known."""
        return await host_rows.signature(self._database, host)

    async def unreachable_hosts(self) -> dict[str, datetime]:
        """Hosts that have failed for days, and since when."""
        return await host_rows.unreachable(self._database)

    async def failing(self, host: str) -> tuple[datetime, int] | None:
        """(since when, on how many days) while the host fails."""
        return await host_rows.failing(self._database, host)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
