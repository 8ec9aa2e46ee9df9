"""Notes of other servers: make of a document what the core takes, fetch what is missing, with what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from twisted.logger import Logger

from pleromad import visibility
from pleromad.core import Core
from pleromad.errors import Gone, Invalid, NotFound, PleromadError, StoreUnavailable, Unreachable
from pleromad.model.account import Account
from pleromad.model.activity import Add, Create, Origin, Update
from pleromad.model.note import RemoteNote, Visibility
from protocols.activitypub import to_core
from protocols.activitypub.documents import Document
from protocols.activitypub.fetching import Fetcher
from protocols.activitypub.origins import host_of, same_origin
from protocols.activitypub.people import People
from protocols.activitypub.quoting import Stamps
from protocols.activitypub.to_core import Said
from protocols.activitypub.to_core.pieces import as_id, as_ids, prop, type_of
from protocols.activitypub.vocabulary import ACTIVITIES, ACTORS, COLLECTIONS, PUBLIC

log = Logger(namespace="activitypub")

MAX_ANCESTORS = 20
MAX_ADDRESSES = 500
MAX_FEATURED = 10
WALK_SECONDS = 40.0
MAX_WALKS = 6  # at a time, for the sake of notes that came in
STILL_NEWS = timedelta(hours=24)
AGAIN_SECONDS = 60.0  # until what is quoted is asked for again, and then longer each time
MOST_TIMES = 8


class Threads:
    def __init__(self, core: Core, fetcher: Fetcher, people: People, stamps: Stamps) -> None:
        self._stamps = stamps
        self._core = core
        self._fetcher = fetcher
        self._people = people
        self._walking = 0

    # ---- known, or fetched

    async def by_uri(self, uri: str, *, page: bool = False, quotes: bool = True) -> int:
        """The id of the note, fetched with what it answers when it is not here. `page`: see `Fetcher.document`.

        Raises Gone, NotFound, Invalid, Forbidden, Rejected, Unreachable.
        """
        known = await self._core.reading.note_id_of(uri)
        if known is not None:
            return known
        if await self._core.reading.buried(uri) is not None:
            raise Gone
        document = await self.document(uri, page=page)
        id = str(document.get("id"))
        if id != uri:
            known = await self._core.reading.note_id_of(id)
            if known is not None:
                return known
        return await self._take_in(document, quotes)

    async def document(self, uri: str, *, page: bool = False) -> Document:
        """A note's document; of a Create that of what it creates."""
        document = await self._fetcher.document(uri, page=page)
        if type_of(document, ACTIVITIES) in ("Create", "Update"):
            inner = as_id(prop(document, "object"))
            if inner is None:
                raise NotFound(detail=f"{uri} creates nothing")
            document = await self._fetcher.document(inner)
        if type_of(document, ACTIVITIES | ACTORS | COLLECTIONS) in ACTIVITIES | ACTORS | COLLECTIONS:
            raise NotFound(detail=f"{uri} is no note")
        return document

    async def _take_in(self, document: Document, quotes: bool) -> int:
        """Submit a fetched note after those it answers, the oldest first. `quotes`: with what it quotes."""
        chain = [to_core.said(document, self._core.clock.now())]
        await self._climb(chain)
        id: int | None = None
        for said in reversed(chain):
            try:
                id = await self.submit_fetched(said, quotes=quotes and said is chain[0])
            except StoreUnavailable:
                raise
            except PleromadError as error:
                if said is chain[0]:
                    raise
                log.debug("An ancestor was not taken in: {uri}: {error}", uri=said.note.uri, error=str(error))
        assert id is not None
        return id

    async def ancestors(self, uri: str | None) -> None:
        """Have what a note answers here before the note comes; whatever fails is left out."""
        if uri is None or self._core.uris.ours(uri) or await self._core.reading.note_id_of(uri) is not None:
            return
        if self._walking >= MAX_WALKS:
            return  # slow servers must not hold up what others sent
        self._walking += 1
        try:
            await self.by_uri(uri)
        except StoreUnavailable:
            raise
        except PleromadError as error:
            log.debug("The parent {uri} is not to be had: {error}", uri=uri, error=str(error))
        finally:
            self._walking -= 1

    async def _climb(self, chain: list[Said]) -> None:
        """Add what the last of `chain` answers, and what that answers, as far as it is not here; bounded in number and time."""
        seen = {chain[0].note.uri}
        end = self._core.clock.seconds() + WALK_SECONDS
        while len(chain) < MAX_ANCESTORS and self._core.clock.seconds() < end:
            parent = chain[-1].note.in_reply_to_uri
            if parent is None or parent in seen or self._core.uris.ours(parent):
                return
            seen.add(parent)
            if await self._core.reading.note_id_of(parent) is not None:
                return
            try:
                said = to_core.said(await self.document(parent), self._core.clock.now())
            except StoreUnavailable:
                raise
            except PleromadError as error:
                log.debug("The ancestor {uri} is not to be had: {error}", uri=parent, error=str(error))
                return
            if said.note.uri in seen and said.note.uri != parent:
                return
            chain.append(said)

    async def submit_fetched(self, said: Said, *, room: Account | None = None, quotes: bool = True) -> int:
        """A note fetched from where its id says. Of what is old nobody is told."""
        author = await self._people.by_uri(said.author)
        note = await self.resolved(said, author, room=room, quotes=quotes)
        origin = Origin.fetched(host_of(author.uri))
        outcome = await self._core.activities.submit(Create(actor_id=author.id, note=note), origin)
        if outcome.note_id is None:
            raise NotFound
        return outcome.note_id

    # ---- who is meant

    async def resolved(
        self, said: Said, author: Account, *, room: Account | None = None, quotes: bool = True, insist: bool = False
    ) -> RemoteNote:
        """The note with the accounts it names and addresses, the room it is said in, and (`quotes`: also fetched) what it quotes.

        `insist`: raises Unreachable for what it quotes; without it that is looked at again later.
        """
        note = said.note
        nobody = (PUBLIC, author.uri, author.followers_uri)
        uris = [uri for uri in dict.fromkeys((*said.mentions, *said.audience, *said.addressed)) if uri not in nobody]
        known = await self._people.known(uris[:MAX_ADDRESSES])
        room = room or _room_of(said, known) or await self._room_of_parent(note, author)
        meant = [known[uri] for uri in said.mentions if uri in known]
        if visibility.of_audience(note.to, note.cc, ()) is Visibility.DIRECT:
            # Not public: who is addressed may read it, named or not.
            meant += [known[uri] for uri in said.addressed if uri in known]
        else:
            meant += [known[uri] for uri in note.to if uri in known and known[uri].local]
        ids = dict.fromkeys(account.id for account in meant if not (account.local and account.group))
        note = replace(note, mention_ids=tuple(ids), room_id=room.id if room is not None else None)
        if note.quote_uri is None:
            return note
        try:
            return await self._quoting(note, note.quote_uri, said.stamp, fetch=quotes)
        except Unreachable as error:
            if insist:
                raise
            log.debug("What is quoted is not to be had now: {uri}: {error}", uri=note.quote_uri, error=str(error))
        what = {"what": "quote", "uri": note.uri}
        await self._core.jobs.add("fetch", what, delay_seconds=AGAIN_SECONDS, dedupe=f"quote {note.uri}", max_attempts=MOST_TIMES)
        return replace(note, quote_id=await self._core.reading.note_id_of(note.quote_uri))

    async def requote(self, uri: str) -> None:
        """See again what a note quotes and whether it may, when that was not to be known. Raises Unreachable when it still is not."""
        id = await self._core.reading.note_id_of(uri)
        quote = await self._core.reading.quote(id) if id is not None else None
        if id is None or quote is None or quote.state != "pending":
            return
        said = to_core.said(await self._fetcher.document(uri, fresh=True), self._core.clock.now())
        author = await self._people.by_uri(said.author)
        if said.note.uri != uri or author.id != quote.account_id:
            return
        note = await self.resolved(said, author, insist=True)
        await self._core.activities.submit(Update(actor_id=author.id, note_id=id, note=note), Origin.fetched(host_of(author.uri)))

    async def _quoting(self, note: RemoteNote, uri: str, stamp: str | None, *, fetch: bool) -> RemoteNote:
        """With what the note quotes, and its stamp where that holds; whatever is not to be had is left out."""
        if fetch and not self._core.uris.ours(uri) and await self._core.reading.note_id_of(uri) is None and self._walking < MAX_WALKS:
            self._walking += 1
            try:
                await self.by_uri(uri, quotes=False)
            except (StoreUnavailable, Unreachable):
                raise
            except PleromadError as error:
                log.debug("What is quoted is not to be had: {uri}: {error}", uri=uri, error=str(error))
            finally:
                self._walking -= 1
        id = await self._core.reading.note_id_of(uri)
        author_id = await self._core.reading.author_of(id) if id is not None else None
        if id is None or author_id is None:
            return note
        note = replace(note, quote_id=id)
        if stamp is None:
            return note
        author = await self._core.reading.account(author_id)
        holds = await self._stamps.holds(stamp, quoting=note.uri, quoted=uri, author=author.uri)
        return replace(note, quote_stamp=stamp) if holds else note

    async def _room_of_parent(self, note: RemoteNote, author: Account) -> Account | None:
        """A member who answers a line of a room of ours says it there, even where the software knows no rooms (Mastodon)."""
        if note.in_reply_to_uri is None or visibility.of_audience(note.to, note.cc, ()) not in (Visibility.PUBLIC, Visibility.UNLISTED):
            return None
        room_id = await self._core.reading.room_of_note(note.in_reply_to_uri)
        if room_id is None:
            return None
        follow = await self._core.reading.follow_of(author.id, room_id)
        room = await self._core.reading.account(room_id) if follow is not None and follow[1] else None
        return room if room is not None and room.local else None

    # ---- featured

    async def featured(self, account: Account) -> None:
        """Know the notes somebody has pinned. Raises what fetching raises for the collection itself."""
        if not account.featured_uri:
            return
        document = await self._fetcher.document(account.featured_uri)
        if document.get("id") != account.featured_uri:
            raise Invalid("This is another collection")
        items = as_ids(prop(document, "orderedItems")) or as_ids(prop(document, "items"))
        first = as_id(prop(document, "first"))
        if not items and first is not None and same_origin(first, account.featured_uri):
            inline = prop(document, "first")
            page = inline if isinstance(inline, dict) else await self._fetcher.document(first)
            items = as_ids(prop(page, "orderedItems")) or as_ids(prop(page, "items"))
        for uri in _own(items, account)[:MAX_FEATURED]:
            try:
                id = await self.by_uri(uri)
                await self._core.activities.submit(
                    Add(actor_id=account.id, collection="featured", note_id=id), Origin.fetched(host_of(account.uri))
                )
            except StoreUnavailable:
                raise
            except PleromadError as error:
                log.debug("A pinned note is not to be had: {uri}: {error}", uri=uri, error=str(error))


def _own(uris: Sequence[str], account: Account) -> list[str]:
    return [uri for uri in dict.fromkeys(uris) if same_origin(uri, account.uri)]


def _room_of(said: Said, known: dict[str, Account]) -> Account | None:
    """The group it is said in: the one in `audience` (FEP-1b12), or a room of ours it is addressed to.

    A group of another server that is only mentioned (guppe) passes the note on to its followers, the note is public like any.
    """
    for uri in said.audience:
        if uri in known and known[uri].group:
            return known[uri]
    return next((known[uri] for uri in said.addressed if uri in known and known[uri].group and known[uri].local), None)
