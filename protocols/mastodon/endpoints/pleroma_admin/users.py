"""People as Pleroma's administration asks for them: by nickname, and in pages with numbers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec

from pleromad.clock import iso
from pleromad.errors import Forbidden, NotFound
from pleromad.model.account import Account, Role
from pleromad.model.moderation import (
    AccountFilter,
    Dossier,
    Permission,
    Sanction,
    may,
    roles_that_may,
)
from pleromad.moderation.desk import NOT_ALLOWED
from protocols.mastodon.door import Call, NoForm, id_of
from protocols.mastodon.endpoints.numbered import MOST, PagedForm
from protocols.mastodon.entities import pleroma_admin as told
from protocols.mastodon.from_core.accounts import AVATAR
from web.answers import Answer

MOST_TAGS = 20
NOTHING = Answer(204, b"", "application/json")
GROUPS = {"admin": Role.ADMIN, "moderator": Role.MODERATOR}
_STATES = {"active": "active", "deactivated": "disabled", "need_approval": "pending"}


class UsersForm(PagedForm):
    """`filters`: several with commas between."""

    filters: str = ""
    query: str = ""
    name: str = ""
    email: str = ""
    tags: list[str] = []
    actor_types: list[str] = []


class NicknamesForm(msgspec.Struct):
    nicknames: list[str]


class TagsForm(NicknamesForm):
    tags: list[str] = []


class FollowForm(msgspec.Struct):
    follower: str
    followed: str


class NewUserForm(msgspec.Struct):
    nickname: str
    email: str = ""
    password: str = ""


class NewUsersForm(msgspec.Struct):
    users: list[NewUserForm]


def entity(call: Call[Any], one: Dossier) -> told.AdminUser:
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
        is_suggested=account.suggested,
        registration_reason=one.reason,
        roles=told.Roles(admin=account.role in (Role.ADMIN, Role.OWNER), moderator=account.role is Role.MODERATOR),
        tags=list(account.tags),
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
        tags=tuple(form.tags[:MOST_TAGS]),
        types=tuple(form.actor_types[:MOST_TAGS]),
    )
    page = form.part
    found = await call.core.moderation.accounts(call.me, wanted, page)
    count = await call.core.moderation.count_accounts(call.me, wanted)
    return told.AdminUsers(users=[entity(call, one) for one in found.items], count=count, page_size=page.limit)


async def user(call: Call[NoForm]) -> told.AdminUser:
    account = await named(call, call.request.params["nickname"])
    return entity(call, await call.core.moderation.account(call.me, account.id))


async def named(call: Call[Any], nickname: str) -> Account:
    """By nickname or id."""
    try:
        return await call.core.reading.account(id_of(nickname))
    except NotFound:
        return await call.core.reading.account_by_handle(nickname)


async def each_of(call: Call[NicknamesForm], do: Callable[[Account], Awaitable[Any]]) -> list[Dossier]:
    accounts = [await named(call, name) for name in call.form.nicknames[:MOST]]
    for account in accounts:
        await do(account)
    found = await call.core.moderation.dossiers([account.id for account in accounts])
    return [found[account.id] for account in accounts if account.id in found]


def changed(call: Call[Any], found: Iterable[Dossier]) -> told.ChangedUsers:
    return told.ChangedUsers(users=[entity(call, one) for one in found])


def _sanction(account: Account) -> Sanction:
    """Who is not active here cannot log in; of others nothing is shown."""
    return Sanction.DISABLE if account.local else Sanction.SUSPEND


async def deactivate(call: Call[NicknamesForm]) -> told.ChangedUsers:
    return changed(call, await each_of(call, lambda one: call.core.moderation.sanction(call.me, one.id, _sanction(one), tell=False)))


async def activate(call: Call[NicknamesForm]) -> told.ChangedUsers:
    return changed(call, await each_of(call, lambda one: call.core.moderation.lift(call.me, one.id, _sanction(one))))


async def approve(call: Call[NicknamesForm]) -> told.ChangedUsers:
    return changed(call, await each_of(call, lambda one: call.core.moderation.approve(call.me, one.id)))


async def toggle(call: Call[NoForm]) -> told.AdminUser:
    account = await named(call, call.request.params["nickname"])
    known = await call.core.moderation.account(call.me, account.id)
    if known.disabled or account.suspended:
        return entity(call, await call.core.moderation.lift(call.me, account.id, _sanction(account)))
    await call.core.moderation.sanction(call.me, account.id, _sanction(account), tell=False)
    return entity(call, await call.core.moderation.account(call.me, account.id))


async def suggest(call: Call[NicknamesForm]) -> told.ChangedUsers:
    return changed(call, await each_of(call, lambda one: call.core.moderation.suggest(call.me, one.id, True)))


async def unsuggest(call: Call[NicknamesForm]) -> told.ChangedUsers:
    return changed(call, await each_of(call, lambda one: call.core.moderation.suggest(call.me, one.id, False)))


async def tag(call: Call[TagsForm]) -> Answer:
    return await _tagged(call, True)


async def untag(call: Call[TagsForm]) -> Answer:
    return await _tagged(call, False)


async def _tagged(call: Call[TagsForm], given: bool) -> Answer:
    tags = [tag.strip() for tag in call.form.tags[:MOST_TAGS]]
    await each_of(call, lambda one: call.core.moderation.tag_account(call.me, one.id, tags, given))
    return NOTHING


async def follow(call: Call[FollowForm]) -> str:
    return await _follow(call, ended=False)


async def unfollow(call: Call[FollowForm]) -> str:
    return await _follow(call, ended=True)


async def _follow(call: Call[FollowForm], *, ended: bool) -> str:
    follower, followed = await named(call, call.form.follower), await named(call, call.form.followed)
    await call.core.moderation.follow_for(call.me, follower.id, followed.id, ended=ended)
    return "ok"


async def delete(call: Call[NicknamesForm]) -> list[str]:
    """Accounts here are suspended first: Mastodon's order, which gives a way back until then."""
    moderation = call.core.moderation

    async def do(account: Account) -> None:
        if not account.suspended:
            await moderation.sanction(call.me, account.id, Sanction.SUSPEND, tell=False)
        await moderation.delete_account(call.me, account.id)

    await each_of(call, do)
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
    account = await named(call, call.request.params["nickname"])
    await call.core.moderation.account(call.me, account.id)
    return told.PermissionGroups(is_admin=account.role in (Role.ADMIN, Role.OWNER), is_moderator=account.role is Role.MODERATOR)


async def join_group(call: Call[NoForm]) -> told.PermissionGroups:
    return await _regroup(call, _group(call))


async def leave_group(call: Call[NoForm]) -> told.PermissionGroups:
    account = await named(call, call.request.params["nickname"])
    return await _regroup(call, Role.USER if account.role is _group(call) else account.role or Role.USER)


def _group(call: Call[Any]) -> Role:
    role = GROUPS.get(call.request.params["group"])
    if role is None:
        raise NotFound
    return role


async def join_groups(call: Call[NicknamesForm]) -> told.PermissionGroups:
    """Several people at once. Tells what they are then."""
    role = _group(call)
    await each_of(call, lambda one: _set_role(call, one, role))
    return _as_of(role)


async def leave_groups(call: Call[NicknamesForm]) -> told.PermissionGroups:
    role = _group(call)
    await each_of(call, lambda one: _set_role(call, one, Role.USER if one.role is role else one.role or Role.USER))
    return _as_of(Role.USER)


async def _set_role(call: Call[Any], account: Account, role: Role) -> None:
    if account.role is not role:
        await call.core.moderation.set_role(call.me, account.id, role)


def _as_of(role: Role) -> told.PermissionGroups:
    return told.PermissionGroups(is_admin=role is Role.ADMIN, is_moderator=role is Role.MODERATOR)


async def _regroup(call: Call[NoForm], role: Role) -> told.PermissionGroups:
    await _set_role(call, await named(call, call.request.params["nickname"]), role)
    return await groups(call)
