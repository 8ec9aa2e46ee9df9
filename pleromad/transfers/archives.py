"""An archive of one's own data: a zip with who one is, all one said, what one likes and keeps, and every file one uploaded."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import msgspec

from pleromad.clock import iso
from pleromad.errors import Invalid, NotFound
from pleromad.jobs import Drop, Job
from pleromad.model.account import Account
from pleromad.model.transfer import Archive
from pleromad.transfers import tables
from pleromad.transfers.desk import Clerk, TransferDesk
from store import transfers
from store.transfers import SaidRow

MAKE = "archive"  # the job
TRIES = 3
REST_HOURS = 24  # between two archives of one person
KEPT_DAYS = 7
PAGE = 500
SPARE_BYTES = 500_000_000  # what must be free on the disk besides
AS2 = "https://www.w3.org/ns/activitystreams"


class Archives(Clerk):
    def __init__(self, desk: TransferDesk) -> None:
        super().__init__(desk)
        desk.jobs.work(MAKE, self._make, concurrency=1, on_exhausted=self._give_up_archive)
        desk.jobs.periodic("old archives", 3600, self.forget_archives)

    @property
    def _folder(self) -> Path:
        return self._desk.settings().data_dir / "archives"

    async def begin_archive(self, account_id: int) -> Archive:
        """Raises Invalid when the last one is not old enough."""
        id = await self._desk.ids.mint()
        since = self._desk.clock.now() - timedelta(hours=REST_HOURS)
        if not await transfers.add_archive(self._database, id, account_id, f"{secrets.token_hex(16)}.zip", since):
            raise Invalid(f"There is an archive already: a new one can be made {REST_HOURS} hours later")
        await self._desk.jobs.add(MAKE, {"archive_id": id}, max_attempts=TRIES)
        return next(one for one in await self.archives(account_id) if one.id == id)

    async def archives(self, account_id: int) -> list[Archive]:
        return await transfers.archives(self._database, account_id)

    async def open_archive(self, account_id: int, id: int) -> Path:
        """The file, for its owner. Raises NotFound."""
        found = await transfers.archive(self._database, id)
        if found is None or found[0] != account_id or not found[1].ready:
            raise NotFound
        path = self._folder / found[1].name
        if not path.is_file():
            raise NotFound
        return path

    async def forget_archives(self) -> None:
        before = self._desk.clock.now() - timedelta(days=KEPT_DAYS)
        for name in await transfers.drop_archives(self._database, before):
            (self._folder / name).unlink(missing_ok=True)

    # ---- making one

    async def _make(self, job: Job) -> None:
        id = int(job.payload["archive_id"])
        found = await transfers.archive(self._database, id)
        if found is None or found[0] is None:
            raise Drop("they have gone")
        account_id, archive = found[0], found[1]
        if archive.ready:
            return
        files = await transfers.files(self._database, account_id)
        if not await self._desk.in_thread(_fits, self._folder, sum(size for _, size in files)):
            await transfers.archive_failed(self._database, id)
            raise Drop("there is no room on the disk for an archive")
        draft = self._folder / f".{secrets.token_hex(8)}.part"
        try:
            await self._write(draft, account_id, [path for path, _ in files])
            await self._desk.in_thread(draft.rename, self._folder / archive.name)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()
        await transfers.archive_done(self._database, id, (self._folder / archive.name).stat().st_size)
        await self._desk.accounts.tell_archive(account_id)

    async def _give_up_archive(self, job: Job) -> None:
        await transfers.archive_failed(self._database, int(job.payload["archive_id"]))

    async def _write(self, path: Path, account_id: int, files: list[str]) -> None:
        desk = self._desk
        account = await desk.reading.account(account_id)
        media_url = desk.settings().uris.media("")
        out = await desk.in_thread(_Zip, path)
        try:
            await desk.in_thread(out.json, "actor.json", actor_of(account, media_url))
            await desk.in_thread(out.begin, "outbox.json", _collection("outbox.json"))
            after = 0
            while rows := await transfers.said(self._database, account_id, after, PAGE):
                await desk.in_thread(out.items, [_activity(row, account, media_url) for row in rows])
                after = rows[-1].id
            await desk.in_thread(out.end)
            liked = await transfers.liked(self._database, account_id)
            await desk.in_thread(out.json, "likes.json", {**_collection("likes.json"), "orderedItems": liked})
            for kind, table in tables.TABLES.items():
                rows_of = await transfers.exported(self._database, kind, account_id, desk.settings().domain)
                text = await desk.in_thread(tables.write, kind, rows_of)
                await desk.in_thread(out.text, table.file, text)
            for name in files:
                await desk.in_thread(out.file, f"media/{name}", desk.settings().data_dir / "media" / name)
        finally:
            await desk.in_thread(out.close)


def _fits(folder: Path, size: int) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free > size + SPARE_BYTES


class _Zip:
    """Written in steps, each in a thread, so that nothing of it is in memory as a whole."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._zip = ZipFile(path, "x", ZIP_DEFLATED)
        self._entry: Any = None
        self._empty = True

    def json(self, name: str, value: Any) -> None:
        self.text(name, msgspec.json.format(msgspec.json.encode(value)).decode())

    def text(self, name: str, text: str) -> None:
        self._zip.writestr(name, text.encode())

    def begin(self, name: str, head: dict[str, Any]) -> None:
        """A collection whose items come bit by bit."""
        self._entry = self._zip.open(name, "w", force_zip64=True)
        self._entry.write(msgspec.json.encode(head)[:-1] + b',"orderedItems":[')
        self._empty = True

    def items(self, items: Iterable[Any]) -> None:
        for item in items:
            self._entry.write((b"\n" if self._empty else b",\n") + msgspec.json.encode(item))
            self._empty = False

    def end(self) -> None:
        self._entry.write(b"\n]}\n")
        self._entry.close()
        self._entry = None

    def file(self, name: str, path: Path) -> None:
        """One that is not there (any more) is left out."""
        with suppress(FileNotFoundError):
            self._zip.write(path, name, ZIP_STORED)

    def close(self) -> None:
        if self._entry is not None:
            self._entry.close()
        self._zip.close()


def _collection(name: str) -> dict[str, Any]:
    return {"@context": AS2, "id": name, "type": "OrderedCollection"}


def actor_of(account: Account, media_url: str) -> dict[str, Any]:
    """Who one is, as ActivityStreams; pictures lie beside it."""
    document: dict[str, Any] = {
        "@context": [AS2, "https://w3id.org/security/v1", {"PropertyValue": "http://schema.org#PropertyValue", "value": "http://schema.org#value"}],
        "id": account.uri,
        "type": account.type.value,
        "preferredUsername": account.username,
        "name": account.display_name,
        "summary": account.note,
        "source": {"content": account.note_source, "mediaType": "text/plain"},
        "url": account.url,
        "published": iso(account.created_at),
        "manuallyApprovesFollowers": account.locked,
        "outbox": "outbox.json",
        "likes": "likes.json",
        "alsoKnownAs": list(account.also_known_as),
        "attachment": [{"type": "PropertyValue", "name": field.name, "value": field.value} for field in account.fields],
        "publicKey": {"id": account.key_id, "owner": account.uri, "publicKeyPem": account.public_key_pem},
    }
    for name, url, text in (
        ("icon", account.avatar_url, account.avatar_description),
        ("image", account.header_url, account.header_description),
    ):
        if url:
            document[name] = {"type": "Image", "url": _beside(url, media_url), "name": text}
    return document


def _activity(row: SaidRow, account: Account, media_url: str) -> dict[str, Any]:
    head = {"actor": account.uri, "published": iso(row.created_at)}
    if row.boosted_uri is not None:
        return {"id": row.uri, "type": "Announce", **head, "object": row.boosted_uri}
    note = row.data or {"id": row.uri, "type": "Note", "content": row.content}
    note = {**note, "attachment": [_attached(each, media_url) for each in note.get("attachment", ())]}
    return {
        "id": f"{row.uri}#create", "type": "Create", **head, "to": note.get("to", []), "cc": note.get("cc", []), "visibility": row.visibility, "object": note,
    }  # fmt: skip


def _attached(attachment: Any, media_url: str) -> Any:
    if isinstance(attachment, dict) and isinstance(attachment.get("url"), str):
        return {**attachment, "url": _beside(attachment["url"], media_url)}
    return attachment


def _beside(url: str, media_url: str) -> str:
    """Where a file of ours lies in the archive."""
    return f"media/{url[len(media_url) :]}" if url.startswith(media_url) else url
