"""Accounts and statuses with what staff are told besides, in one object: AdminFE expects them so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from pleromad.model.moderation import Dossier
from pleromad.model.note import Seen
from protocols.mastodon.door import Call
from protocols.mastodon.endpoints.pleroma_admin.users import entity
from protocols.mastodon.entities.pleroma_admin import StaffAccount, StaffStatus


def account(call: Call[Any], one: Dossier) -> StaffAccount:
    shown = msgspec.json.decode(call.render.accounts.ready(one.account))
    return msgspec.convert({**shown, **msgspec.to_builtins(entity(call, one))}, StaffAccount)


async def statuses(call: Call[Any], found: Sequence[Seen]) -> list[StaffStatus]:
    """Two queries more, however many they are. Those whose author has gone meanwhile are left out."""
    people = await call.core.moderation.dossiers({each.note.account.id for each in found})
    return [one for each in found if each.note.account.id in people for one in by(call, people[each.note.account.id], [each])]


def by(call: Call[Any], author: Dossier, found: Sequence[Seen]) -> list[StaffStatus]:
    """What one person wrote."""
    told = msgspec.to_builtins(account(call, author))
    shown = [msgspec.json.decode(one) for one in call.render.statuses.many(found, call.me.id)]
    return [msgspec.convert({**one, "account": told}, StaffStatus) for one in shown]
