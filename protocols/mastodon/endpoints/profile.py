"""One's own account: signing up, seeing and changing it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Literal

import msgspec

from pleromad.errors import Invalid
from pleromad.model.account import Account, ActorType, ProfileChange
from pleromad.model.activity import Origin, Update
from pleromad.model.page import Page
from protocols.mastodon.door import DOOR, Call, NoForm
from protocols.mastodon.endpoints.notifications import ASKED_BY_NOBODY
from protocols.mastodon.endpoints.quotes import QuotePolicyWord
from protocols.mastodon.entities.account import CredentialAccount, Preferences, Profile
from protocols.mastodon.entities.app import RegistrationPending, Token
from protocols.mastodon.entities.pleroma import Picture
from protocols.mastodon.shoutbox.box import SCOPE
from web.bodies import Upload, fields

MAX_REQUESTS_COUNTED = 100
MAX_STORE_BYTES = 100_000  # Pleroma's store of one front-end's settings

STORE = "pleroma_settings_store"

Word = Literal["public", "unlisted", "private", "direct", "local"]


class SignUpForm(msgspec.Struct):
    username: str
    email: str
    password: str
    agreement: bool = False
    locale: str = "en"
    reason: str = ""
    date_of_birth: str | None = None  # asked for by servers with a least age, which this one has not: not kept
    token: str = ""  # Pleroma: an invitation
    fullname: str = ""  # Pleroma
    bio: str = ""  # Pleroma


class FieldForm(msgspec.Struct):
    name: str = ""
    value: str = ""


class SourceForm(msgspec.Struct):
    privacy: Word | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: QuotePolicyWord | None = None


class ProfileForm(msgspec.Struct):
    display_name: str | None = None
    note: str | None = None
    avatar: Upload | str | None = None
    header: Upload | str | None = None
    avatar_description: str | None = None
    header_description: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hide_collections: bool | None = None
    fields_attributes: list[FieldForm] | None = None
    attribution_domains: list[str] | None = None
    source: SourceForm | None = None
    show_media: bool | None = None
    show_media_replies: bool | None = None
    show_featured: bool | None = None
    # Pleroma
    hide_followers: bool | None = None
    hide_follows: bool | None = None
    default_scope: Word | None = None
    actor_type: str | None = None
    allow_following_move: bool | None = None
    hide_favorites: bool | None = None
    show_role: bool | None = None
    pleroma_background_image: Upload | str | None = None


async def sign_up(call: Call[SignUpForm]) -> Token | RegistrationPending:
    """For the application that asks: a token of the new person, which is good for little while they wait for something.

    Front-ends of Pleroma, told by their form, are told what it is instead.
    """
    form = call.form
    if not form.agreement:
        raise Invalid("Validation failed: Service agreement must be accepted", field="agreement")
    token = call.viewer.token
    assert token is not None
    user = await call.core.accounts.register(
        username=form.username,
        email=form.email,
        password=form.password,
        reason=form.reason,
        locale=form.locale or "en",
        app_id=token.app.id if token.app else None,
        invite=form.token,
        address=call.request.address,
    )
    if form.fullname or form.bio:
        change = ProfileChange(display_name=form.fullname or None, note=form.bio or None)
        await call.core.activities.submit(
            Update(actor_id=user.account.id, profile=change), Origin.local(user.account.id, door=DOOR)
        )
    front_end = any(name in ("fullname", "confirm", "captcha_token") for name, _ in fields(call.request))
    if not user.approved and front_end:
        return RegistrationPending(
            identifier="awaiting_approval", message="Your account is waiting for somebody of this server to approve it."
        )
    if not user.confirmed and front_end:
        return RegistrationPending(identifier="missing_confirmed_email", message="You have an e-mail: open the link in it.")
    grant = await call.core.accounts.issue(token.app, user.account.id, token.scopes)
    return Token(
        access_token=grant.access_token,
        token_type="Bearer",
        scope=" ".join(sorted(grant.token.scopes)),
        created_at=int(grant.token.created_at.timestamp()),
    )


async def verify_credentials(call: Call[msgspec.Struct]) -> CredentialAccount:
    me = call.me.id
    requests = await call.core.reading.listed(me, "requests", me, Page(limit=MAX_REQUESTS_COUNTED))
    return call.render.accounts.credentials(
        await call.core.accounts.user(me),
        requests=len(requests.items),
        unread=await call.core.reading.unread_notifications(me, ASKED_BY_NOBODY),
        conversations=await call.core.reading.unread_conversations(me),
        strangers_blocked=(await call.core.reading.notification_policy(me)).for_not_following == "drop",
        chat_token=_chat_token(call),
    )


def _chat_token(call: Call[msgspec.Struct]) -> str | None:
    """For the shoutbox, where there is one, and of a token with which one may write."""
    token = call.viewer.token
    if not call.core.settings.rooms.lobby or token is None or not token.id or not token.allows(SCOPE):
        return None
    return call.core.passes.issue(token)


async def profile(call: Call[msgspec.Struct]) -> Profile:
    return call.render.accounts.profile(await call.core.reading.account(call.me.id))


async def update_profile(call: Call[ProfileForm]) -> Profile:
    await _update(call)
    return await profile(call)


async def update_credentials(call: Call[ProfileForm]) -> CredentialAccount:
    await _update(call)
    return await verify_credentials(call)


async def _update(call: Call[ProfileForm]) -> None:
    form = call.form
    source = form.source or SourceForm()
    hidden = [value for value in (form.hide_collections, form.hide_followers, form.hide_follows) if value is not None]
    bot = form.bot
    if bot is None and form.actor_type is not None:
        bot = form.actor_type in (ActorType.SERVICE, ActorType.APPLICATION)
    table = None
    if form.fields_attributes is not None:
        table = tuple((f.name.strip(), f.value.strip()) for f in form.fields_attributes if f.name.strip() or f.value.strip())
    change = ProfileChange(
        display_name=form.display_name,
        note=form.note,
        fields=table,
        avatar_media_id=await _picture(call, "avatar", form.avatar),
        header_media_id=await _picture(call, "header", form.header),
        background_media_id=await _picture(call, "pleroma_background_image", form.pleroma_background_image),
        avatar_description=form.avatar_description,
        header_description=form.header_description,
        locked=form.locked,
        bot=bot,
        discoverable=form.discoverable,
        indexable=form.indexable,
        hide_collections=any(hidden) if hidden else None,
        show_media=form.show_media,
        show_media_replies=form.show_media_replies,
        show_featured=form.show_featured,
        show_role=form.show_role,
        show_likes=None if form.hide_favorites is None else not form.hide_favorites,
        attribution_domains=tuple(form.attribution_domains) if form.attribution_domains is not None else None,
        default_visibility=source.privacy or form.default_scope,
        default_sensitive=source.sensitive,
        default_language=source.language,
        default_quote_policy=source.quote_policy,
        settings=_with_moves(form, await _stored(call)),
    )
    await call.submit(Update(actor_id=call.me.id, profile=change))


class ImageForm(msgspec.Struct):
    img: Upload | str | None = None
    banner: Upload | str | None = None


async def set_avatar(call: Call[ImageForm]) -> Picture:
    """Pleroma: a data: URI; an empty text takes it away."""
    return await _set(call, ProfileChange(avatar_media_id=await _picture(call, "img", call.form.img)), lambda one: one.avatar_url)


async def set_banner(call: Call[ImageForm]) -> Picture:
    return await _set(call, ProfileChange(header_media_id=await _picture(call, "banner", call.form.banner)), lambda one: one.header_url)


async def set_background(call: Call[ImageForm]) -> Picture:
    return await _set(call, ProfileChange(background_media_id=await _picture(call, "img", call.form.img)), lambda one: one.background_url)


async def _set(call: Call[ImageForm], change: ProfileChange, url: Callable[[Account], str | None]) -> Picture:
    await call.submit(Update(actor_id=call.me.id, profile=change))
    return Picture(url=url(await call.core.reading.account(call.me.id)))


async def remove_avatar(call: Call[NoForm]) -> CredentialAccount:
    await call.submit(Update(actor_id=call.me.id, profile=ProfileChange(avatar_media_id=0)))
    return await verify_credentials(call)


async def remove_header(call: Call[NoForm]) -> CredentialAccount:
    await call.submit(Update(actor_id=call.me.id, profile=ProfileChange(header_media_id=0)))
    return await verify_credentials(call)


async def preferences(call: Call[NoForm]) -> Preferences:
    user = await call.core.accounts.user(call.me.id)
    return Preferences(
        default_visibility=user.default_visibility,  # type: ignore[arg-type]  # one of the words
        default_sensitive=user.default_sensitive,
        default_language=user.default_language,
        default_quote_policy=user.default_quote_policy,  # type: ignore[arg-type]
        expand_media="default",
        expand_spoilers=False,
    )


async def _picture(call: Call[ProfileForm] | Call[ImageForm], what: str, given: Upload | str | None) -> int | None:
    """The id of the uploaded picture; 0 when it is to go: an empty text (Pleroma)."""
    if not given:
        return 0 if (what, "") in fields(call.request) else None
    if isinstance(given, str):
        given = _from_data_uri(what, given)
    try:
        media = await call.core.media.upload(
            call.me.id, given.data, filename=given.filename, media_type=given.media_type
        )
    except Invalid as error:
        raise Invalid(error.public, field=what, detail=error.detail) from error
    return media.id


def _from_data_uri(what: str, text: str) -> Upload:
    """RFC 2397, as Mastodon's old clients send pictures; Perl's breaks the lines."""
    head, comma, data = text.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64") or not comma:
        raise Invalid(f"Validation failed: {what.capitalize()} must be a file", field=what)
    try:
        return Upload(what, what, head[5:-7], base64.b64decode("".join(data.split()), validate=True))
    except binascii.Error:
        raise Invalid(f"Validation failed: {what.capitalize()} must be a file", field=what) from None


def _with_moves(form: ProfileForm, settings: dict[str, object] | None) -> dict[str, object] | None:
    if form.allow_following_move is None:
        return settings
    return {**(settings or {}), "allow_following_move": form.allow_following_move}


async def _stored(call: Call[ProfileForm]) -> dict[str, object] | None:
    """Pleroma's settings store: an object by the name of each front-end; null takes one away. Only what is named changes.

    In a JSON body it is an object, in a form the text of one: it is read here as it came, for its types are the front-end's.
    """
    texts = [value for name, value in fields(call.request) if name == STORE and isinstance(value, str)]
    try:
        if call.request.header("content-type").startswith("application/json"):
            stores = msgspec.json.decode(call.request.body or b"{}", type=_StoreBody).pleroma_settings_store
        else:
            stores = msgspec.json.decode(texts[-1], type=dict[str, object]) if texts else None
    except msgspec.DecodeError:
        raise Invalid(f"{STORE} must be a JSON object", field=STORE) from None
    if stores is None:
        return None
    known = (await call.core.accounts.user(call.me.id)).settings.get(STORE)
    merged = {**(known if isinstance(known, dict) else {}), **stores}
    merged = {name: store for name, store in merged.items() if store is not None}
    if len(msgspec.json.encode(merged)) > MAX_STORE_BYTES:
        raise Invalid(f"{STORE} is too large", field=STORE)
    return {STORE: merged}


class _StoreBody(msgspec.Struct):
    pleroma_settings_store: dict[str, object] | None = None
