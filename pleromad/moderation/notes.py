"""Notes as staff see and change them. What is private stays so: they read what they could read as anybody here, and what was reported."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pleromad.errors import Invalid, NotFound
from pleromad.ids import PUBLIC
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Delete, Origin
from pleromad.model.choice import Choice
from pleromad.model.event import Event
from pleromad.model.moderation import Permission
from pleromad.model.note import Seen, Visibility
from pleromad.model.page import Page, Slice
from pleromad.moderation.people import People
from store import figures, reports
from store import notes as note_rows
from store.notes import Facts
from store.pool import Transaction

WORK = (Permission.MANAGE_REPORTS, Permission.MANAGE_USERS)
SHIFTABLE = (Visibility.PUBLIC, Visibility.UNLISTED)


class Notes(People):
    async def everything(self, by: Account, page: Page, *, local: bool = False, boosts: bool = False, host: str = "") -> Slice[Seen]:
        """The newest of all notes that whoever acts may see."""
        self.need(by, *WORK)
        return await self._desk.reading.everything(by.id, page, boosts=boosts, choice=Choice(local=local, host=host.strip().lower()))

    async def seen(self, by: Account, id: int) -> Seen:
        """What whoever acts may see, or was reported. Raises NotFound."""
        self.need(by, *WORK)
        found = await self._desk.reading.notes(by.id, [id])
        if found:
            return found[0]
        reported = await self._desk.reading.reported(by.id, [id]) if await reports.names(self._database, id) else {}
        if id not in reported:
            raise NotFound
        return reported[id]

    async def delete_note(self, by: Account | None, id: int) -> None:
        """Of somebody here: other servers are asked to. Raises NotFound, Forbidden for notes of staff above."""
        facts = await self._of_somebody_below(by, id)
        await self._desk.activities.submit(Delete(actor_id=facts.account_id, note_id=id), Origin.system())
        await self.log(self._database, by, "destroy", "note", id, facts.uri)

    async def change_note(self, by: Account | None, id: int, *, sensitive: bool | None = None, visibility: Visibility | None = None) -> None:
        """Marked as sensitive or not; public or unlisted. Only here: other servers keep what they have. Raises NotFound, Invalid."""
        facts = await self._of_somebody_below(by, id)
        columns: dict[str, Any] = {}
        data = dict(facts.data or {})
        if sensitive is not None:
            columns["sensitive"] = data["sensitive"] = sensitive
        if visibility is not None and visibility is not facts.visibility:
            if visibility not in SHIFTABLE or facts.visibility not in SHIFTABLE:
                raise Invalid("Validation failed: what is public can be unlisted, and the other way round", field="visibility")
            columns["visibility"] = visibility.value
            data |= _readdressed(data, to_public=visibility is Visibility.PUBLIC)
        if not columns:
            return
        if facts.local and facts.data is not None:
            columns["data"] = data

        async def work(tx: Transaction) -> None:
            await note_rows.change(tx, id, columns)
            said = {"sensitive": sensitive, "visibility": visibility.value if visibility else None}
            await self.log(tx, by, "update", "note", id, facts.uri, **said)

        await self._database.transaction(work)
        self._bus.publish([Event(event.NOTE_UPDATED, id, facts.account_id)])

    async def note_counts(self, by: Account | None, host: str = "") -> dict[str, int]:
        """How many notes there are by visibility, of all or of one host."""
        self.need(by, Permission.VIEW_DASHBOARD)
        return await figures.note_counts(self._database, host.strip().lower())

    async def _of_somebody_below(self, by: Account | None, id: int) -> Facts:
        self.need(by, *WORK)
        if by is not None:
            await self.seen(by, id)
        facts = await note_rows.facts(self._database, id)
        if facts is None or facts.boost_of_id is not None:
            raise NotFound
        author = (await self._dossier(facts.account_id)).account
        if by is None or by.id != author.id:
            self.check_below(by, author)
        return facts


def _readdressed(data: dict[str, Any], *, to_public: bool) -> dict[str, Any]:
    """The audience of an object of ours: in `to` what everybody shall find, in `cc` what they may."""
    to, cc = _addresses(data.get("to")), _addresses(data.get("cc"))
    followers = [uri for uri in (*to, *cc) if uri.endswith("/followers")]
    others = [uri for uri in to if uri not in (PUBLIC, *followers)]
    rest = [uri for uri in cc if uri not in (PUBLIC, *followers)]
    first, second = ([PUBLIC], followers) if to_public else (followers, [PUBLIC])
    return {"to": [*first, *others], "cc": [*second, *rest]}


def _addresses(value: object) -> Collection[str]:
    return [value] if isinstance(value, str) else [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
