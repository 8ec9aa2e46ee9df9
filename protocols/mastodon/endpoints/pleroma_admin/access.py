"""How people get in: passwords, second factors, addresses, invitations."""

from __future__ import annotations

import msgspec

from pleromad.clock import iso
from pleromad.errors import Forbidden, NotFound
from pleromad.model.account import ProfileChange
from pleromad.model.moderation import Invitation, Permission, may, stands_above
from pleromad.moderation.desk import NOT_ALLOWED
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.endpoints.pleroma_admin.users import (
    NOTHING,
    NicknamesForm,
    changed,
    each_of,
    entity,
    named,
)
from protocols.mastodon.entities import pleroma_admin as told
from protocols.mastodon.entities.security import Success
from web.answers import Answer

INVITE_DAYS = 7


class InviteForm(msgspec.Struct):
    max_use: int = 1


class TokenForm(msgspec.Struct):
    token: str


class LetterForm(msgspec.Struct):
    email: str
    name: str = ""


class NicknameForm(msgspec.Struct):
    nickname: str


class CredentialsForm(msgspec.Struct):
    password: str | None = None
    email: str | None = None
    name: str | None = None
    bio: str | None = None
    locked: bool | None = None
    discoverable: bool | None = None


async def password_reset(call: Call[NoForm]) -> told.PasswordReset:
    """A link with which somebody below oneself chooses a new password, once."""
    account = await named(call, call.request.params["nickname"])
    if not may(call.me.role, Permission.MANAGE_USER_ACCESS) or not stands_above(call.me.role, account.role):
        raise Forbidden(NOT_ALLOWED)
    path = await call.core.accounts.reset_link(account.id)
    await call.core.moderation.record(call.me, "reset_password", "account", account.id, account.acct)
    return told.PasswordReset(token=path.rpartition("/")[2], link=call.core.uris.base + path)


async def credentials(call: Call[NoForm]) -> told.Credentials:
    """Of somebody below oneself. No password: of that there is only a hash."""
    account = await named(call, call.request.params["nickname"])
    user = await call.core.moderation.login_of(call.me, account.id)
    dossier = await call.core.moderation.account(call.me, account.id)
    return told.Credentials(
        **msgspec.structs.asdict(entity(call, dossier)),
        name=account.display_name,
        bio=account.note_source,
        locked=account.locked,
        discoverable=account.discoverable,
        default_scope=user.default_visibility,
        two_factor=user.two_factor,
    )


async def set_credentials(call: Call[CredentialsForm]) -> Success:
    form = call.form
    account = await named(call, call.request.params["nickname"])
    moderation = call.core.moderation
    await moderation.change_login(call.me, account.id, email=form.email, password=form.password)
    change = ProfileChange(display_name=form.name, note=form.bio, locked=form.locked, discoverable=form.discoverable)
    if change != ProfileChange():
        await moderation.change_profile(call.me, account.id, change)
    return Success()


async def end_second_factor(call: Call[NicknameForm]) -> str:
    account = await named(call, call.form.nickname)
    await call.core.moderation.end_second_factor(call.me, account.id)
    return account.username


async def force_new_password(call: Call[NicknamesForm]) -> Answer:
    await each_of(call, lambda one: call.core.moderation.force_new_password(call.me, one.id))
    return NOTHING


async def confirm_address(call: Call[NicknamesForm]) -> told.ChangedUsers:
    return changed(call, await each_of(call, lambda one: call.core.moderation.confirm_address(call.me, one.id)))


async def resend_confirmation(call: Call[NicknamesForm]) -> Answer:
    await each_of(call, lambda one: call.core.moderation.resend_confirmation(call.me, one.id))
    return NOTHING


async def make_backup(call: Call[NicknameForm]) -> str:
    """Of somebody's data: they find it among their own."""
    account = await named(call, call.form.nickname)
    user = await call.core.moderation.login_of(call.me, account.id)
    await call.core.transfers.begin_archive(user.account.id)
    await call.core.moderation.record(call.me, "backup", "account", account.id, account.acct)
    return ""


# -- invitations


async def invite(call: Call[InviteForm]) -> told.InviteToken:
    uses = max(1, min(call.form.max_use, 1_000))
    code = await call.core.accounts.invite(call.me.id, uses=uses, days=INVITE_DAYS)
    made = await call.core.accounts.invitation(code)
    if made is None:
        raise NotFound
    return _invitation(made, code)


async def invites(call: Call[NoForm]) -> told.Invites:
    """Without their tokens, of which only hashes are kept: `revoke_invite` takes the `id`, too."""
    return told.Invites(invites=[_invitation(one) for one in await call.core.moderation.invitations(call.me)])


async def revoke_invite(call: Call[TokenForm]) -> told.InviteToken:
    return _invitation(await call.core.moderation.revoke_invitation(call.me, call.form.token.strip()[:200]), "")


async def send_invite(call: Call[LetterForm]) -> Answer:
    await call.core.moderation.write_invitation(call.me, call.form.email)
    return NOTHING


def _invitation(one: Invitation, code: str = "") -> told.InviteToken:
    return told.InviteToken(
        id=str(one.id),
        token=code,
        invite_type="one_time" if one.uses + one.uses_left == 1 else "reusable_date_limited",
        max_use=one.uses + one.uses_left,
        uses=one.uses,
        used=one.uses_left == 0 or one.over,
        expires_at=iso(one.expires_at)[:10] if one.expires_at is not None else None,
    )
