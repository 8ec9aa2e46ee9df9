"""People, reports and the log as Pleroma's administration asks for them: by nickname, and in pages with numbers.

What may be done to whom is decided by `core.moderation`, as for Mastodon's endpoints.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec

from pleromad.clock import iso
from pleromad.errors import Forbidden, Invalid, NotFound
from pleromad.model.account import Account, Role
from pleromad.model.moderation import (
    AccountFilter,
    Dossier,
    Permission,
    Sanction,
    may,
    roles_that_may,
    stands_above,
)
from pleromad.moderation.desk import NOT_ALLOWED
from pleromad.moderation.reports import Case
from protocols.mastodon.door import Call, NoForm, id_of
from protocols.mastodon.endpoints.numbered import MOST, PagedForm
from protocols.mastodon.endpoints.reports import RESOLVED
from protocols.mastodon.entities import pleroma_admin as told
from protocols.mastodon.from_core.accounts import AVATAR
from web.answers import Answer

GROUPS = {"admin": Role.ADMIN, "moderator": Role.MODERATOR}
INVITE_DAYS = 7
_STATES = {"active": "active", "deactivated": "disabled", "need_approval": "pending"}


class UsersForm(PagedForm):
    """`filters`: several with commas between."""

    filters: str = ""
    query: str = ""
    name: str = ""
    email: str = ""


class NicknamesForm(msgspec.Struct):
    nicknames: list[str]


class NewUserForm(msgspec.Struct):
    nickname: str
    email: str = ""
    password: str = ""


class NewUsersForm(msgspec.Struct):
    users: list[NewUserForm]


class ReportsForm(PagedForm):
    state: str = ""


class ReportStateForm(msgspec.Struct):
    id: str
    state: str


class ReportStatesForm(msgspec.Struct):
    reports: list[ReportStateForm]


class InviteForm(msgspec.Struct):
    max_use: int = 1


def _user(call: Call[Any], one: Dossier) -> told.AdminUser:
    account = one.account
    return told.AdminUser(
        id=str(account.id),
        nickname=account.acct,
        display_name=account.display_name or account.username,
        email=one.email or None,
        avatar=account.avatar_url or call.core.uris.base + AVATAR,
        url=account.url,
        actor_type=account.type.value,
        local=account.local,
        is_active=not (one.disabled or account.suspended),
        is_approved=one.approved,
        is_confirmed=one.confirmed,
        is_suggested=False,
        registration_reason=one.reason,
        roles=told.Roles(admin=account.role in (Role.ADMIN, Role.OWNER), moderator=account.role is Role.MODERATOR),
        tags=[],
        created_at=iso(account.created_at),
    )


async def users(call: Call[UsersForm]) -> told.AdminUsers:
    form = call.form
    filters = {word.strip() for word in form.filters.split(",")}
    roles: tuple[Role, ...] | None = None
    if "is_admin" in filters:
        roles = (Role.ADMIN, Role.OWNER)
    elif "is_moderator" in filters:
        roles = tuple(roles_that_may(Permission.MANAGE_REPORTS))
    name, _, domain = (form.query or form.name).strip().removeprefix("@").partition("@")
    wanted = AccountFilter(
        local=True if "local" in filters else False if "external" in filters else None,
        status=next((status for word, status in _STATES.items() if word in filters), ""),
        roles=roles,
        username=name,
        domain=domain.lower(),
        email=form.email.strip(),
    )
    page = form.part
    found = await call.core.moderation.accounts(call.me, wanted, page)
    count = await call.core.moderation.count_accounts(call.me, wanted)
    return told.AdminUsers(users=[_user(call, one) for one in found.items], count=count, page_size=page.limit)


async def user(call: Call[NoForm]) -> told.AdminUser:
    account = await _named(call, call.request.params["nickname"])
    return _user(call, await call.core.moderation.account(call.me, account.id))


async def _named(call: Call[Any], nickname: str) -> Account:
    """By nickname or id."""
    try:
        return await call.core.reading.account(id_of(nickname))
    except NotFound:
        return await call.core.reading.account_by_handle(nickname)


async def _each(call: Call[NicknamesForm], do: Callable[[Account], Awaitable[Any]]) -> list[Dossier]:
    accounts = [await _named(call, name) for name in call.form.nicknames[:MOST]]
    for account in accounts:
        await do(account)
    found = await call.core.moderation.dossiers([account.id for account in accounts])
    return [found[account.id] for account in accounts if account.id in found]


def _changed(call: Call[Any], found: Iterable[Dossier]) -> told.ChangedUsers:
    return told.ChangedUsers(users=[_user(call, one) for one in found])


def _sanction(account: Account) -> Sanction:
    """Who is not active here cannot log in; of others nothing is shown."""
    return Sanction.DISABLE if account.local else Sanction.SUSPEND


async def deactivate(call: Call[NicknamesForm]) -> told.ChangedUsers:
    return _changed(call, await _each(call, lambda one: call.core.moderation.sanction(call.me, one.id, _sanction(one), tell=False)))


async def activate(call: Call[NicknamesForm]) -> told.ChangedUsers:
    return _changed(call, await _each(call, lambda one: call.core.moderation.lift(call.me, one.id, _sanction(one))))


async def approve(call: Call[NicknamesForm]) -> told.ChangedUsers:
    return _changed(call, await _each(call, lambda one: call.core.moderation.approve(call.me, one.id)))


async def delete(call: Call[NicknamesForm]) -> list[str]:
    """Accounts here are suspended first: Mastodon's order, which gives a way back until then."""
    moderation = call.core.moderation

    async def do(account: Account) -> None:
        if not account.suspended:
            await moderation.sanction(call.me, account.id, Sanction.SUSPEND, tell=False)
        await moderation.delete_account(call.me, account.id)

    await _each(call, do)
    return call.form.nicknames[:MOST]


async def create(call: Call[NewUsersForm]) -> list[dict[str, Any]]:
    """For administrators, whatever the mode of registrations."""
    if not may(call.me.role, Permission.MANAGE_USER_ACCESS):
        raise Forbidden(NOT_ALLOWED)
    made = []
    for one in call.form.users[:MOST]:
        user = await call.core.accounts.register(username=one.nickname, email=one.email, password=one.password, role=Role.USER)
        await call.core.moderation.record(call.me, "create", "account", user.account.id, user.account.acct)
        made.append({"code": 200, "type": "success", "data": {"nickname": user.account.username, "email": user.email}})
    return made


async def groups(call: Call[NoForm]) -> told.PermissionGroups:
    account = await _named(call, call.request.params["nickname"])
    await call.core.moderation.account(call.me, account.id)
    return told.PermissionGroups(is_admin=account.role in (Role.ADMIN, Role.OWNER), is_moderator=account.role is Role.MODERATOR)


async def join_group(call: Call[NoForm]) -> told.PermissionGroups:
    return await _regroup(call, _group(call))


async def leave_group(call: Call[NoForm]) -> told.PermissionGroups:
    account = await _named(call, call.request.params["nickname"])
    return await _regroup(call, Role.USER if account.role is _group(call) else account.role or Role.USER)


def _group(call: Call[NoForm]) -> Role:
    role = GROUPS.get(call.request.params["group"])
    if role is None:
        raise NotFound
    return role


async def _regroup(call: Call[NoForm], role: Role) -> told.PermissionGroups:
    account = await _named(call, call.request.params["nickname"])
    if account.role is not role:
        await call.core.moderation.set_role(call.me, account.id, role)
    return await groups(call)


async def password_reset(call: Call[NoForm]) -> told.PasswordReset:
    """A link with which somebody below oneself chooses a new password, once."""
    account = await _named(call, call.request.params["nickname"])
    if not may(call.me.role, Permission.MANAGE_USER_ACCESS) or not stands_above(call.me.role, account.role):
        raise Forbidden(NOT_ALLOWED)
    path = await call.core.accounts.reset_link(account.id)
    await call.core.moderation.record(call.me, "reset_password", "account", account.id, account.acct)
    return told.PasswordReset(token=path.rpartition("/")[2], link=call.core.uris.base + path)


async def reports(call: Call[ReportsForm]) -> told.UserReports:
    """`total`: as many as are known from this page."""
    form = call.form
    resolved = RESOLVED.get(form.state)
    page = form.part
    found = await call.core.moderation.reports(call.me, page, resolved=resolved)
    total = page.offset + len(found.items) + (1 if found.next_max_id is not None else 0)
    return told.UserReports(reports=[_report(call, one) for one in found.items], total=total)


async def report(call: Call[NoForm]) -> told.UserReport:
    return _report(call, await call.core.moderation.report(call.me, call.id))


def _report(call: Call[Any], case: Case) -> told.UserReport:
    one = case.report
    raw = call.render.accounts.raw
    return told.UserReport(
        id=str(one.id),
        account=raw(case.target.account),
        actor=raw(case.reporter.account),
        content=one.comment,
        created_at=iso(one.created_at),
        state="resolved" if one.resolved_at is not None else "open",
        statuses=[call.render.statuses.raw(seen, call.me.id) for seen in case.notes],
        notes=[],
        rules=[],
    )


async def set_reports(call: Call[ReportStatesForm]) -> Answer:
    for one in call.form.reports[:MOST]:
        if one.state not in ("open", "closed", "resolved"):
            raise Invalid("A report is open, closed or resolved", field="state")
        change = call.core.moderation.reopen if one.state == "open" else call.core.moderation.resolve
        await change(call.me, id_of(one.id))
    return Answer(204, b"", "application/json")


async def invite(call: Call[InviteForm]) -> told.InviteToken:
    uses = max(1, min(call.form.max_use, 1_000))
    code = await call.core.accounts.invite(call.me.id, uses=uses, days=INVITE_DAYS)
    return told.InviteToken(
        token=code, invite_type="one_time" if uses == 1 else "reusable_date_limited", max_use=uses, uses=0, used=False, expires_at=None
    )


async def log(call: Call[PagedForm]) -> told.ModerationLog:
    page = call.form.part
    found = await call.core.moderation.entries(call.me, page)
    items = [
        told.LogItem(
            id=str(one.id),
            time=int(one.created_at.timestamp()),
            message=f"@{one.by.acct if one.by else 'the shell'}: {one.action} {one.target_type} {one.target}".rstrip(),
            data={"action": one.action, "actor": {"nickname": one.by.acct} if one.by else {}, "target": one.target, **one.details},
        )
        for one in found.items
    ]
    return told.ModerationLog(items=items, total=page.offset + len(items) + (1 if found.next_max_id is not None else 0))


async def need_reboot(call: Call[NoForm]) -> told.NeedReboot:
    """Never: what can be changed here holds at once."""
    return told.NeedReboot(need_reboot=False)
