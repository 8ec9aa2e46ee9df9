"""Pleroma's endpoints that bring tables in, and make archives (`backups`)."""

from __future__ import annotations

import msgspec

from pleromad.clock import iso
from pleromad.errors import Invalid
from pleromad.model.transfer import Archive
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.entities.security import Backup
from web.bodies import Upload


class ListForm(msgspec.Struct):
    list: Upload | str


async def _begin(call: Call[ListForm], kind: str) -> str:
    given = call.form.list
    data = given.data if isinstance(given, Upload) else given.encode()
    if not data.strip():
        raise Invalid("list can't be blank", field="list")
    await call.core.transfers.begin_import(call.me.id, kind, data)
    return "job started"


async def follows(call: Call[ListForm]) -> str:
    return await _begin(call, "follows")


async def blocks(call: Call[ListForm]) -> str:
    return await _begin(call, "blocks")


async def mutes(call: Call[ListForm]) -> str:
    return await _begin(call, "mutes")


async def backups(call: Call[NoForm]) -> list[Backup]:
    return [_backup(call, one) for one in await call.core.transfers.archives(call.me.id)]


async def make_backup(call: Call[NoForm]) -> list[Backup]:
    await call.core.transfers.begin_archive(call.me.id)
    return await backups(call)


def _backup(call: Call[NoForm], one: Archive) -> Backup:
    """The address asks for a token or a session of its owner."""
    return Backup(
        id=str(one.id),
        content_type="application/zip",
        url=f"{call.core.uris.base}/settings/archive/{one.id}",
        file_size=one.size_bytes or 0,
        processed=one.ready,
        state="complete" if one.ready else "failed" if one.failed else "running",
        processed_number=0,
        inserted_at=iso(one.created_at),
    )
