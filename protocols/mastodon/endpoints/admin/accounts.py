"""Accounts: looking through them, letting in, shutting out."""

from __future__ import annotations

import ipaddress
from typing import Literal

import msgspec

from pleromad.errors import Invalid
from pleromad.model.account import Role
from pleromad.model.moderation import AccountFilter, Permission, Sanction, roles_that_may
from protocols.mastodon.door import Call, Listed, NoForm, id_of
from protocols.mastodon.entities.admin import AdminAccount
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.from_core.accounts import ROLES, encode

_STAFF = tuple(roles_that_may(Permission.MANAGE_REPORTS))
_STATUSES = ("active", "pending", "disabled", "silenced", "suspended", "sensitized")


class AccountsForm(msgspec.Struct):
    """Version 1: a switch for each state; the last one that is set counts."""

    local: bool = False
    remote: bool = False
    active: bool = False
    pending: bool = False
    disabled: bool = False
    silenced: bool = False
    suspended: bool = False
    sensitized: bool = False
    username: str = ""
    display_name: str = ""
    by_domain: str = ""
    email: str = ""
    ip: str = ""
    staff: bool = False


class AccountsFormV2(msgspec.Struct):
    origin: str = ""
    status: str = ""
    permissions: str = ""
    role_ids: list[str] = []
    invited_by: str = ""
    username: str = ""
    display_name: str = ""
    by_domain: str = ""
    email: str = ""
    ip: str = ""


class ActionForm(msgspec.Struct):
    type: Literal["none", "sensitive", "disable", "silence", "suspend"]
    report_id: str = ""
    warning_preset_id: str = ""
    text: str = ""
    send_email_notification: bool = True


async def many(call: Call[AccountsForm]) -> Listed:
    """Without a switch: people here who are active."""
    form = call.form
    status = next((each for each in reversed(_STATUSES) if getattr(form, each)), "active")
    domain = form.by_domain.strip().lower()
    wanted = AccountFilter(
        local=None if domain and form.remote else not form.remote,
        status=status,
        roles=_STAFF if form.staff else None,
        username=form.username.strip().removeprefix("@"),
        display_name=form.display_name.strip(),
        domain=domain,
        email=form.email.strip(),
        address=_address(form.ip),
    )
    return await _listed(call, wanted)


async def many_v2(call: Call[AccountsFormV2]) -> Listed:
    form = call.form
    if form.origin not in ("", "local", "remote"):
        raise Invalid(f"Unknown origin: {form.origin[:50]}", field="origin")
    if form.status and form.status not in _STATUSES:
        raise Invalid(f"Unknown status: {form.status[:50]}", field="status")
    domain = form.by_domain.strip().lower()
    roles: tuple[Role, ...] | None = None
    if form.permissions == "staff":
        roles = _STAFF
    elif form.role_ids:
        roles = tuple(role for role, id in ROLES.items() if id in form.role_ids)
    wanted = AccountFilter(
        local=None if not form.origin or (domain and form.origin == "remote") else form.origin == "local",
        status=form.status,
        roles=roles,
        username=form.username.strip().removeprefix("@"),
        display_name=form.display_name.strip(),
        domain=domain,
        email=form.email.strip(),
        address=_address(form.ip),
        invited_by=id_of(form.invited_by) if form.invited_by else None,
    )
    return await _listed(call, wanted)


async def _listed(call: Call[msgspec.Struct], wanted: AccountFilter) -> Listed:
    found = await call.core.moderation.accounts(call.me, wanted, call.page)
    return Listed.of([encode(call.render.admin.account(one)) for one in found.items], found)


async def show(call: Call[NoForm]) -> AdminAccount:
    return call.render.admin.account(await call.core.moderation.account(call.me, call.id))


async def approve(call: Call[NoForm]) -> AdminAccount:
    return call.render.admin.account(await call.core.moderation.approve(call.me, call.id))


async def reject(call: Call[NoForm]) -> AdminAccount:
    """As they were: nothing of them is left."""
    return call.render.admin.account(await call.core.moderation.reject(call.me, call.id))


async def delete(call: Call[NoForm]) -> AdminAccount:
    return call.render.admin.account(await call.core.moderation.delete_account(call.me, call.id))


async def act(call: Call[ActionForm]) -> Empty:
    form = call.form
    await call.core.moderation.sanction(
        call.me,
        call.id,
        Sanction(form.type),
        text=form.text,
        report_id=id_of(form.report_id) if form.report_id else None,
        tell=form.send_email_notification,
    )
    return Empty()


async def enable(call: Call[NoForm]) -> AdminAccount:
    return await _lift(call, Sanction.DISABLE)


async def unsilence(call: Call[NoForm]) -> AdminAccount:
    return await _lift(call, Sanction.SILENCE)


async def unsuspend(call: Call[NoForm]) -> AdminAccount:
    return await _lift(call, Sanction.SUSPEND)


async def unsensitive(call: Call[NoForm]) -> AdminAccount:
    return await _lift(call, Sanction.SENSITIVE)


async def _lift(call: Call[NoForm], what: Sanction) -> AdminAccount:
    return call.render.admin.account(await call.core.moderation.lift(call.me, call.id, what))


def _address(text: str) -> str:
    """An address or a network; what is none matches nobody."""
    if not text.strip():
        return ""
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        return "255.255.255.255/32"
