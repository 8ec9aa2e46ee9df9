"""Tables in: each row is a job, so that a server that is away keeps nobody else waiting, and a restart loses nothing."""

from __future__ import annotations

from datetime import datetime

from pleromad.errors import Invalid, NotFound, PleromadError, StoreUnavailable, Unreachable
from pleromad.jobs import Drop, Job, Later
from pleromad.model.account import Account
from pleromad.model.activity import Activity, Block, Follow, Origin
from pleromad.model.personal import CONTEXTS
from pleromad.model.transfer import Import
from pleromad.personal.filters import KeywordChange
from pleromad.transfers import tables
from pleromad.transfers.desk import Clerk, TransferDesk
from pleromad.transfers.tables import is_true
from store import transfers

ROW = "import"  # the job
TRIES = 4
LANES = 4  # rows of one table that are worked on side by side
ONE_LANE = frozenset({"lists", "filters"})  # whose rows make things that others of them use
MAX_RUNNING = 3
SHOWN = 20

Row = dict[str, str]


class Imports(Clerk):
    def __init__(self, desk: TransferDesk) -> None:
        super().__init__(desk)
        desk.jobs.work(ROW, self._take_row, concurrency=6, backoff=lambda attempts: 60.0 * attempts, on_exhausted=self._give_up_row)

    async def begin_import(self, account_id: int, kind: str, data: bytes) -> Import:
        """`data`: the file. What is there already stays. Raises NotFound for a kind there is not, Invalid and TooLarge (field list)."""
        if kind not in tables.TABLES:
            raise NotFound
        rows = await self._desk.in_thread(tables.read, kind, data)
        if len([one for one in await self.imports(account_id) if not one.finished]) >= MAX_RUNNING:
            raise Invalid("Others of your tables are still being read in: please wait for them", field="list")
        id = await self._desk.ids.mint()
        await transfers.add_import(self._database, id, account_id, kind, len(rows))
        lanes = 1 if kind in ONE_LANE else LANES
        await self._desk.jobs.add_many(
            ROW,
            [(f"{id} {n % lanes}", {"import_id": id, "kind": kind, "row": row}) for n, row in enumerate(rows)],
            max_attempts=TRIES,
        )
        return next(one for one in await self.imports(account_id) if one.id == id)

    async def imports(self, account_id: int) -> list[Import]:
        """The last ones, newest first."""
        return await transfers.imports(self._database, account_id, SHOWN)

    async def _take_row(self, job: Job) -> None:
        import_id, kind, row = int(job.payload["import_id"]), str(job.payload["kind"]), dict(job.payload["row"])
        account_id = await transfers.owner_of_import(self._database, import_id)
        if account_id is None:
            raise Drop("they have gone")
        try:
            await _TAKE[kind](self, account_id, row)
        except StoreUnavailable as error:
            raise Later(5, str(error), counted=False) from error
        except Unreachable as error:
            raise Later(60.0 * job.attempts, str(error)) from error
        except PleromadError as error:
            await transfers.row_failed(self._database, import_id, f"{_called(row)}: {error.public}"[:300])
        else:
            await transfers.row_done(self._database, import_id)

    async def _give_up_row(self, job: Job) -> None:
        why = f"{_called(job.payload['row'])}: {Unreachable.default}"[:300]
        await transfers.row_failed(self._database, int(job.payload["import_id"]), why)

    # ---- one row of each kind

    async def _follow(self, account_id: int, row: Row) -> None:
        target = await self._account(row["Account address"])
        languages = tuple(each.strip().lower()[:10] for each in row.get("Languages", "").split(",") if each.strip())
        await self._submit(
            Follow(
                actor_id=account_id,
                target_id=target.id,
                show_boosts=is_true(row.get("Show boosts", ""), True),
                notify=is_true(row.get("Notify on new posts", ""), False),
                languages=languages or None,
            ),
        )

    async def _block(self, account_id: int, row: Row) -> None:
        target = await self._account(row["Account address"])
        await self._submit(Block(actor_id=account_id, target_id=target.id))

    async def _mute(self, account_id: int, row: Row) -> None:
        target = await self._account(row["Account address"])
        await self._desk.personal.mute(account_id, target.id, notifications=is_true(row.get("Hide notifications", ""), True))

    async def _list(self, account_id: int, row: Row) -> None:
        """Somebody who is put into a list is followed, too."""
        personal = self._desk.personal
        title = row["List name"]
        found = next((each for each in await personal.lists(account_id) if each.title == title), None)
        made = found or await personal.add_list(account_id, title)
        target = await self._account(row["Account address"])
        if target.id != account_id:
            relation = (await self._desk.reading.relationships(account_id, [target.id]))[0]
            if not relation.following and not relation.requested:
                await self._submit(Follow(actor_id=account_id, target_id=target.id))
        if made.id not in [each.id for each in await personal.lists_with(account_id, target.id)]:
            await personal.add_members(account_id, made.id, [target.id])

    async def _bookmark(self, account_id: int, row: Row) -> None:
        uri, resolver = row["#uri"], self._desk.resolver()
        if not uri.startswith(("https://", "http://")):
            raise Invalid("This is no address of a post")
        id = await resolver.note(uri, account_id) if resolver is not None else await self._desk.reading.note_id_of(uri)
        if id is None:
            raise NotFound("There is no such post, or it is not for you")
        await self._desk.personal.bookmark(account_id, id)

    async def _domain(self, account_id: int, row: Row) -> None:
        await self._desk.personal.block_domain(account_id, row["#domain"])

    async def _filter(self, account_id: int, row: Row) -> None:
        personal = self._desk.personal
        title, keyword = row["Title"], row["Keyword"]
        found = next((each for each in await personal.filters(account_id) if each.title == title), None)
        if found is None:
            contexts = [each.strip() for each in row["Context"].split(",") if each.strip()]
            expires = _moment(row["Expires at"])
            left = int((expires - self._desk.clock.now()).total_seconds()) if expires is not None else None
            if left is not None and left <= 0:
                raise Invalid("This filter is over")
            found = await personal.put_filter(
                account_id, title=title, contexts=contexts or list(CONTEXTS), action=row["Action"] or "warn", expires_in_seconds=left
            )
        if keyword and keyword not in [each.keyword for each in found.keywords]:
            change = KeywordChange(keyword=keyword, whole_word=is_true(row["Whole word"], False))
            await personal.put_filter(account_id, found.id, keywords=[change])

    async def _account(self, handle: str) -> Account:
        handle = handle.strip().lstrip("@")
        if not handle:
            raise Invalid("Nobody is named here")
        resolver = self._desk.resolver()
        if resolver is None:
            return await self._desk.reading.account_by_handle(handle)
        return await resolver.account(handle)

    async def _submit(self, activity: Activity) -> None:
        await self._desk.activities.submit(activity, Origin.local(activity.actor_id))


_TAKE = {
    "follows": Imports._follow,
    "blocks": Imports._block,
    "mutes": Imports._mute,
    "lists": Imports._list,
    "bookmarks": Imports._bookmark,
    "domain_blocks": Imports._domain,
    "filters": Imports._filter,
}


def _called(row: Row) -> str:
    """What a row is about, in a few words."""
    name = row.get("Account address") or next((cell for cell in row.values() if cell), "")
    return name[:100]


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("This is no date") from None
    if moment is not None and moment.tzinfo is None:
        raise Invalid("This date has no time zone")
    return moment


