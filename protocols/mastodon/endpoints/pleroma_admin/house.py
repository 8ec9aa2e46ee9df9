"""Rules, announcements and applications, as Pleroma's front-ends for staff manage them."""

from __future__ import annotations

from typing import Any

import msgspec

from pleromad.errors import Invalid
from pleromad.model import moderation as model
from pleromad.model.token import App
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.endpoints.numbered import PagedForm
from protocols.mastodon.endpoints.pleroma_admin.users import NOTHING
from protocols.mastodon.endpoints.scheduled import moment_of
from protocols.mastodon.entities import pleroma_admin as told
from protocols.mastodon.entities.base import Empty
from web.answers import Answer
from web.oauth import scopes
from web.oauth.redirects import check_redirect_uri

MAX_NAME = 200
MAX_URL = 2_000


# -- rules


class NewRuleForm(msgspec.Struct):
    text: str
    hint: str = ""
    priority: int | None = None


class RuleForm(msgspec.Struct):
    text: str | None = None
    hint: str | None = None
    priority: int | None = None


async def rules(call: Call[NoForm]) -> list[told.HouseRule]:
    """Here a rule is one text, and its priority its place."""
    return [told.HouseRule(id=str(at), priority=at, text=text, hint="") for at, text in enumerate(call.core.settings.instance.rules, 1)]


async def add_rule(call: Call[NewRuleForm]) -> told.HouseRule:
    form = call.form
    at = await call.core.moderation.add_rule(call.me, _with_hint(form.text, form.hint), form.priority)
    return (await rules(call))[at - 1]  # type: ignore[arg-type]


async def change_rule(call: Call[RuleForm]) -> told.HouseRule:
    form = call.form
    text = None if form.text is None else _with_hint(form.text, form.hint or "")
    at = await call.core.moderation.change_rule(call.me, call.id, text=text, place=form.priority)
    return (await rules(call))[at - 1]  # type: ignore[arg-type]


async def delete_rule(call: Call[NoForm]) -> Empty:
    await call.core.moderation.delete_rule(call.me, call.id)
    return Empty()


def _with_hint(text: str, hint: str) -> str:
    return f"{text.strip()} ({hint.strip()})" if hint.strip() else text


# -- announcements


class NewAnnouncementForm(msgspec.Struct):
    content: str
    starts_at: str = ""
    ends_at: str = ""
    all_day: bool = False


class AnnouncementForm(msgspec.Struct):
    content: str | None = None
    starts_at: str = ""
    ends_at: str = ""
    all_day: bool | None = None


class OffsetForm(msgspec.Struct):
    limit: int = 20
    offset: int = 0


async def announcements(call: Call[OffsetForm]) -> list[told.HouseAnnouncement]:
    """Also those that are over."""
    form = call.form
    found = await call.core.moderation.all_announcements(call.me)
    offset = max(0, form.offset)
    return [_announcement(call, one) for one in found[offset : offset + max(1, min(form.limit, 100))]]


async def announcement(call: Call[NoForm]) -> told.HouseAnnouncement:
    return _announcement(call, await call.core.moderation.any_announcement(call.me, call.id))


async def announce(call: Call[NewAnnouncementForm]) -> told.HouseAnnouncement:
    form = call.form
    made = await call.core.moderation.announce(
        call.me,
        form.content,
        starts_at=moment_of(form.starts_at) if form.starts_at else None,
        ends_at=moment_of(form.ends_at) if form.ends_at else None,
        all_day=form.all_day,
    )
    return _announcement(call, made)


async def change_announcement(call: Call[AnnouncementForm]) -> told.HouseAnnouncement:
    form = call.form
    changed = await call.core.moderation.change_announcement(
        call.me,
        call.id,
        text=form.content,
        starts_at=moment_of(form.starts_at) if form.starts_at else None,
        ends_at=moment_of(form.ends_at) if form.ends_at else None,
        all_day=form.all_day,
    )
    return _announcement(call, changed)


async def withdraw(call: Call[NoForm]) -> Empty:
    await call.core.moderation.withdraw_announcement(call.me, call.id)
    return Empty()


def _announcement(call: Call[Any], one: model.Announcement) -> told.HouseAnnouncement:
    shown = call.render.admin.announcement(one, None)
    given = {name: getattr(shown, name) for name in shown.__struct_fields__}
    return told.HouseAnnouncement(**given, pleroma=told.RawContent(raw_content=one.text))


# -- applications


class AppsForm(PagedForm):
    name: str = ""
    client_id: str = ""
    trusted: bool | None = None


class NewAppForm(msgspec.Struct):
    name: str
    redirect_uris: str
    scopes: list[str] = []
    website: str = ""
    trusted: bool = False


class AppForm(msgspec.Struct):
    name: str | None = None
    redirect_uris: str | None = None
    scopes: list[str] = []
    website: str | None = None
    trusted: bool | None = None


async def apps(call: Call[AppsForm]) -> told.Apps:
    form = call.form
    page = form.part
    found, count = await call.core.moderation.applications(
        call.me, page, name=form.name.strip(), client_id=form.client_id.strip(), trusted=form.trusted
    )
    return told.Apps(apps=[_app(one) for one in found.items], count=count, page_size=page.limit)


async def add_app(call: Call[NewAppForm]) -> told.App:
    form = call.form
    made = await call.core.moderation.make_application(
        call.me,
        name=_name(form.name),
        website=form.website.strip()[:MAX_URL] or None,
        redirect_uris=_redirects(form.redirect_uris),
        scopes=scopes.parse(" ".join(form.scopes)) or frozenset({"read"}),
        trusted=form.trusted,
    )
    return _app(made)


async def change_app(call: Call[AppForm]) -> told.App:
    form = call.form
    columns: dict[str, object] = {}
    if form.name is not None:
        columns["name"] = _name(form.name)
    if form.redirect_uris is not None:
        columns["redirect_uris"] = _redirects(form.redirect_uris)
    if form.scopes:
        columns["scopes"] = sorted(scopes.parse(" ".join(form.scopes)))
    if form.website is not None:
        columns["website"] = form.website.strip()[:MAX_URL] or None
    if form.trusted is not None:
        columns["trusted"] = form.trusted
    return _app(await call.core.moderation.change_application(call.me, call.id, **columns))


async def delete_app(call: Call[NoForm]) -> Answer:
    await call.core.moderation.delete_application(call.me, call.id)
    return NOTHING


def _name(text: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > MAX_NAME:
        raise Invalid(f"Validation failed: Name must have 1 to {MAX_NAME} characters", field="name")
    return text


def _redirects(text: str) -> list[str]:
    found = [check_redirect_uri(uri) for uri in text.split()[:20]]
    if not found:
        raise Invalid("Validation failed: Redirect URI can't be blank", field="redirect_uris")
    return found


def _app(one: App) -> told.App:
    return told.App(
        id=one.id,
        name=one.name,
        client_id=one.client_id,
        client_secret=one.client_secret,
        redirect_uri="\n".join(one.redirect_uris),
        website=one.website,
        trusted=one.trusted,
    )
