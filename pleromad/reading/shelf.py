"""What all reads share: the database, the settings, and the notes and accounts that were read before.

A list is first read as refs: ids with the versions of their rows. What is remembered in the same version is not read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from pleromad.cache import Cache
from pleromad.config import Settings
from pleromad.model.account import Account
from pleromad.model.note import NOTHING, Note, NoteState, Quote, Seen, Visibility
from store import accounts as account_rows
from store import marks as mark_rows
from store import notes as note_rows
from store import quotes as quote_rows
from store import refs as ref_rows
from store.pool import Database
from store.refs import Ref

NOTES = 5_000
ACCOUNTS = 2_000
BOOSTS = 1_000


class Shelf:
    def __init__(self, database: Database, settings: Callable[[], Settings]) -> None:
        self.database = database
        self._settings = settings
        self._notes: Cache[int, tuple[tuple[int, int], Note]] = Cache(NOTES)
        self._boosts: Cache[int, Note] = Cache(BOOSTS)  # with what they boost
        self._accounts: Cache[int, Account] = Cache(ACCOUNTS)

    @property
    def settings(self) -> Settings:
        return self._settings()

    async def accounts(self, wanted: Iterable[tuple[int, int]]) -> dict[int, Account]:
        """`wanted` are (id, version). What is newer than asked for is fine, too."""
        found: dict[int, Account] = {}
        missing: list[int] = []
        for id, version in wanted:
            known = self._accounts.get(id)
            if known is not None and known.version == version:
                found[id] = known
            else:
                missing.append(id)
        for id, account in (await account_rows.by_ids(self.database, missing)).items():
            self._accounts.put(id, account)
            found[id] = account
        return found

    async def notes(self, refs: Sequence[Ref]) -> dict[int, Note]:
        """The notes of these refs and of what they boost, by id."""
        wanted = {ref.id: ref for ref in refs} | {ref.boost_of.id: ref.boost_of for ref in refs if ref.boost_of is not None}
        found: dict[int, Note] = {}
        missing: dict[int, Ref] = {}
        for id, ref in wanted.items():
            known = self._notes.get(id)
            if known is not None and known[0] == (ref.version, ref.account_version):
                found[id] = known[1]
            else:
                missing[id] = ref
        if missing:
            loaded = await note_rows.load(self.database, missing, self.settings.uris.media(""))
            accounts = await self.accounts({(ref.account_id, ref.account_version) for ref in missing.values()})
            for id, (version, note, author, _) in loaded.items():
                if author not in accounts:
                    continue  # deleted between the two reads
                account = accounts[author]
                sensitive = note.sensitive or account.sensitized
                whole = replace(note, account=account, sensitive=sensitive, version=f"{version}.{account.version}")
                self._notes.put(id, ((version, account.version), whole))
                found[id] = whole
        for ref in refs:
            if ref.boost_of is not None and ref.id in found and ref.boost_of.id in found:
                boosted = found[ref.boost_of.id]
                both = f"{found[ref.id].version}/{boosted.version}"
                kept = self._boosts.get(ref.id)
                if kept is None or kept.version != both or kept.boost_of is not boosted:
                    kept = replace(found[ref.id], boost_of=boosted, version=both)
                    self._boosts.put(ref.id, kept)
                found[ref.id] = kept
        return found

    async def fresh(self, id: int) -> Seen | None:
        """A note as its author sees it right after it was written: nobody else has done anything with it yet."""
        row = (await note_rows.load(self.database, [id], self.settings.uris.media(""))).get(id)
        author = (await account_rows.by_ids(self.database, [row[2]])).get(row[2]) if row is not None else None
        if row is None or author is None:
            return None
        version, note = row[:2]
        self._accounts.put(author.id, author)
        sensitive = note.sensitive or author.sensitized
        note = replace(note, account=author, sensitive=sensitive, version=f"{version}.{author.version}")
        self._notes.put(id, ((version, author.version), note))
        if note.in_reply_to_id is None and note.visibility is not Visibility.DIRECT:
            return Seen(note)
        directs = [id] if note.visibility is Visibility.DIRECT and note.room_id is None else []
        return Seen(note, (await mark_rows.states(self.database, author.id, [id], (), directs)).get(id, NOTHING))

    async def seen(self, viewer: int | None, refs: Sequence[Ref]) -> list[Seen]:
        """In the order of `refs`, with what the viewer did to each."""
        if not refs:
            return []
        notes = await self.notes(refs)
        shown = [notes[ref.id] for ref in refs if ref.id in notes and (ref.boost_of is None or notes[ref.id].boost_of is not None)]
        said = [note.boost_of or note for note in shown]
        states = await self._states(viewer, said) if viewer is not None else {}
        found = [Seen(note, states.get(target.id, NOTHING)) for note, target in zip(shown, said, strict=True)]
        return await self._with_quotes(viewer, found)

    async def _states(self, viewer: int, said: Sequence[Note]) -> dict[int, NoteState]:
        questions = [note.id for note in said if note.poll is not None]
        directs = [note.id for note in said if note.visibility is Visibility.DIRECT and note.room_id is None]
        chosen = [note.id for note in said if note.quote_policy is not None and _SOME.intersection((*note.quote_policy.automatic, *note.quote_policy.manual))]
        return await mark_rows.states(self.database, viewer, [note.id for note in said], questions, directs, chosen)

    async def with_quote(self, viewer: int | None, seen: Seen) -> Seen:
        return (await self._with_quotes(viewer, [seen]))[0]

    async def _with_quotes(self, viewer: int | None, found: list[Seen]) -> list[Seen]:
        """With what they quote, as far as the viewer may see that. Where nothing is quoted it costs nothing, else a fixed number of queries."""
        quotes = [(seen.note.boost_of or seen.note).quote for seen in found]
        wanted = list({quote.quoted_id for quote in quotes if quote is not None and quote.state == "accepted" and quote.quoted_id is not None})
        quoted: dict[int, Seen] = {}
        hindrances: dict[int, str] = {}
        if wanted:
            refs = await ref_rows.of(self.database, viewer, wanted)
            notes = await self.notes(refs)
            states = await self._states(viewer, list(notes.values())) if viewer is not None and notes else {}
            quoted = {id: Seen(note, states.get(id, NOTHING), note.quote.state if note.quote else "") for id, note in notes.items() if note.boost_of is None}
            hindrances = await quote_rows.hindrances(self.database, viewer, wanted) if viewer is not None else {}
        return [seen if quote is None else _quoting(seen, quote, quoted, hindrances) for seen, quote in zip(found, quotes, strict=True)]


_SOME = frozenset({"followers", "following"})


def _quoting(seen: Seen, quote: Quote, quoted: dict[int, Seen], hindrances: dict[int, str]) -> Seen:
    if quote.state != "accepted":
        return replace(seen, quote_state=quote.state)
    if quote.quoted_id is None:
        return replace(seen, quote_state="deleted")
    hindrance = hindrances.get(quote.quoted_id, "")
    there = quoted.get(quote.quoted_id)
    if there is None:
        return replace(seen, quote_state=hindrance or "unauthorized")
    return replace(seen, quote_state=hindrance or "accepted", quoted=there)


class Reader:
    """Base of the parts of `Reading`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    @property
    def _database(self) -> Database:
        return self._shelf.database
