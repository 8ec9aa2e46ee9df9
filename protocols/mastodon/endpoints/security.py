"""Pleroma's endpoints about one's own log-in: password, address, second factor, tokens, moving, leaving."""

from __future__ import annotations

from collections.abc import Awaitable

import msgspec

from pleromad.clock import iso
from pleromad.errors import Forbidden, Gone, Invalid, NotFound, Unauthenticated
from pleromad.model.account import Account
from protocols.mastodon.door import Call, NoForm, id_of
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.security import (
    Aliases,
    BackupCodes,
    Mfa,
    MfaMethods,
    MfaSetUp,
    OAuthToken,
    Success,
)
from web.answers import Answer

WRONG = "Invalid password."
NEVER = "9999-12-31T23:59:59.000Z"  # Pleroma-FE takes null for 1970


class PasswordForm(msgspec.Struct):
    password: str


class NewPasswordForm(msgspec.Struct):
    password: str
    new_password: str
    new_password_confirmation: str


class EmailForm(msgspec.Struct):
    password: str
    email: str


class AliasForm(msgspec.Struct):
    alias: str


class MoveForm(msgspec.Struct):
    password: str
    target_account: str


class CodeForm(msgspec.Struct):
    password: str
    code: str


async def _with_password(doing: Awaitable[object]) -> Success:
    """A wrong password is no wrong token: a client would throw that away."""
    try:
        await doing
    except Unauthenticated:
        raise Forbidden(WRONG) from None
    return Success()


async def change_password(call: Call[NewPasswordForm]) -> Success:
    form, token = call.form, call.viewer.token
    if form.new_password != form.new_password_confirmation:
        raise Invalid("New password does not match confirmation.", field="new_password_confirmation")
    but = token.id if token is not None else None
    return await _with_password(call.core.accounts.change_password(call.me.id, form.password, form.new_password, but=but))


async def change_email(call: Call[EmailForm]) -> Success:
    return await _with_password(call.core.accounts.change_email(call.me.id, call.form.password, call.form.email))


async def delete_account(call: Call[PasswordForm]) -> Success:
    return await _with_password(call.core.accounts.leave(call.me.id, call.form.password))


async def disable_account(call: Call[PasswordForm]) -> Success:
    return await _with_password(call.core.accounts.disable(call.me.id, call.form.password))


# ---- moving


async def aliases(call: Call[NoForm]) -> Aliases:
    return Aliases(aliases=[known.acct if known is not None else uri for uri, known in await call.core.accounts.aliases(call.me.id)])


async def add_alias(call: Call[AliasForm]) -> Success:
    await call.core.accounts.add_alias(call.me.id, await _named(call, call.form.alias))
    return Success()


async def remove_alias(call: Call[AliasForm]) -> Success:
    given = call.form.alias.strip().lstrip("@").lower()
    for uri, known in await call.core.accounts.aliases(call.me.id):
        if uri == call.form.alias.strip() or (known is not None and known.acct.lower() == given):
            await call.core.accounts.remove_alias(call.me.id, uri)
            return Success()
    raise NotFound("Account has no such alias.")


async def move(call: Call[MoveForm]) -> Success:
    target = await _named(call, call.form.target_account)
    return await _with_password(call.core.accounts.move(call.me.id, call.form.password, target))


async def _named(call: Call[msgspec.Struct], handle: str) -> Account:
    try:
        if call.core.resolver is None:
            return await call.core.reading.account_by_handle(handle.strip())
        return await call.core.resolver.fresh(await call.core.resolver.account(handle.strip()))
    except (NotFound, Gone):
        raise NotFound("Target account not found.") from None


# ---- the second factor


async def mfa(call: Call[NoForm]) -> Mfa:
    on = (await call.core.accounts.user(call.me.id)).two_factor
    return Mfa(settings=MfaMethods(enabled=on, totp=on))


async def backup_codes(call: Call[NoForm]) -> BackupCodes:
    """New ones; those before are void. Front-ends ask for them before they switch it on."""
    return BackupCodes(codes=await call.core.accounts.new_backup_codes(call.me.id, early=True))


async def mfa_set_up(call: Call[NoForm]) -> MfaSetUp:
    _only_totp(call)
    made = await call.core.accounts.begin_two_factor(call.me.id)
    return MfaSetUp(key=made.secret, provisioning_uri=made.uri)


async def mfa_confirm(call: Call[CodeForm]) -> Empty:
    _only_totp(call)
    await _with_password(call.core.accounts.check_password(call.me.id, call.form.password))
    await call.core.accounts.confirm_two_factor(call.me.id, call.form.code, keep_codes=True)
    return Empty()


async def mfa_off(call: Call[PasswordForm]) -> Empty:
    _only_totp(call)
    await _with_password(call.core.accounts.check_password(call.me.id, call.form.password))
    await call.core.accounts.end_two_factor(call.me.id)
    return Empty()


def _only_totp(call: Call[msgspec.Struct]) -> None:
    if call.request.params["method"] != "totp":
        raise Invalid("There is no such method: only totp", field="method")


# ---- tokens


async def tokens(call: Call[NoForm]) -> list[OAuthToken]:
    return [
        OAuthToken(
            id=str(token.id),
            app_name=token.app.name if token.app is not None else token.name or "Web",
            valid_until=iso(token.expires_at) if token.expires_at is not None else NEVER,
        )
        for token in await call.core.accounts.tokens_of(call.me.id)
    ]


async def revoke(call: Call[NoForm]) -> Answer:
    await call.core.accounts.delete_token(call.me.id, id_of(call.request.params["id"]))
    return Answer(201, media_type="")
