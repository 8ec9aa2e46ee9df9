"""Proving an e-mail address: for the application somebody signs up with. And the letters Pleroma's front-ends ask for."""

from __future__ import annotations

import msgspec

from pleromad.errors import Conflict, Forbidden, Invalid
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.security import Success
from web.answers import Answer

OTHER_APP = "This method is only available to the application the user originally signed-up with"


class EmailForm(msgspec.Struct):
    email: str | None = None


class PasswordsForm(msgspec.Struct):
    token: str
    password: str
    password_confirmation: str


class ResetForm(msgspec.Struct):
    data: PasswordsForm


class WhoForm(msgspec.Struct):
    email: str = ""
    nickname: str = ""


async def resend(call: Call[EmailForm]) -> Empty:
    """The letter with the link once more, to another address if there is one."""
    token = call.viewer.token
    user = await call.core.accounts.user(call.me.id)
    if user.app_id is not None and (token is None or token.app is None or token.app.id != user.app_id):
        raise Forbidden(OTHER_APP)
    try:
        await call.core.accounts.ask_confirmation(call.me.id, call.form.email)
    except Conflict as error:
        raise Forbidden(error.public) from None
    return Empty()


async def check(call: Call[NoForm]) -> bool:
    return (await call.core.accounts.user(call.me.id)).confirmed


async def resend_to(call: Call[WhoForm]) -> Answer:
    """Whether there is such a person is not told."""
    await call.core.accounts.ask_confirmation_of(call.form.email or call.form.nickname)
    return Answer(204, media_type="")


async def forgotten(call: Call[WhoForm]) -> Answer:
    await call.core.accounts.ask_new_password(call.form.email or call.form.nickname)
    return Answer(204, media_type="")


async def to_new_password(call: Call[NoForm]) -> Answer:
    """Where Pleroma has its page."""
    return Answer.redirect(f"/new-password/{call.request.params['token']}")


async def new_password(call: Call[ResetForm]) -> Success:
    """With the token of a letter, or of staff's link."""
    form = call.form.data
    if form.password != form.password_confirmation:
        raise Invalid("Validation failed: the two passwords are not the same", field="password_confirmation")
    await call.core.accounts.reset_password(form.token, form.password)
    return Success()


async def to_confirm(call: Call[NoForm]) -> Answer:
    return Answer.redirect(f"/confirm/{call.request.params['token']}")
