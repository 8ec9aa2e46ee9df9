"""The server before staff: its log, its documents, what can be restarted (nothing) and what it knows of other servers."""

from __future__ import annotations

from typing import Any

import msgspec

from pleromad.errors import Invalid, NotFound
from pleromad.model.moderation import LogFilter
from pleromad.moderation.settings import UNSET
from protocols.mastodon.door import Call, NoForm, id_of
from protocols.mastodon.endpoints.numbered import PagedForm
from protocols.mastodon.endpoints.scheduled import moment_of
from protocols.mastodon.entities import pleroma_admin as told
from web.answers import Answer
from web.bodies import Upload

DOCUMENTS = {"instance-panel": ("instance.panel", "/instance/panel.html"), "terms-of-service": ("instance.terms_of_service", "/static/terms-of-service.html")}
MAX_DOCUMENT = 50_000


class LogForm(PagedForm):
    start_date: str = ""
    end_date: str = ""
    user_id: str = ""
    search: str = ""


class DocumentForm(msgspec.Struct):
    file: Upload | str


async def log(call: Call[LogForm]) -> told.ModerationLog:
    form = call.form
    page = form.part
    wanted = LogFilter(
        by=id_of(form.user_id) if form.user_id else None,
        search=form.search.strip(),
        since=moment_of(form.start_date) if form.start_date else None,
        until=moment_of(form.end_date) if form.end_date else None,
    )
    found = await call.core.moderation.entries(call.me, page, wanted)
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


async def restart(call: Call[NoForm]) -> object:
    """Nothing here needs it: settings hold at once."""
    raise Invalid("Nothing here needs a restart: settings hold at once. The program itself is restarted where it runs")


async def reload_emoji(call: Call[NoForm]) -> str:
    """They are in the database: everybody sees the same at once."""
    return "ok"


async def no_front_ends(call: Call[Any]) -> object:
    """Front-ends are files beside this server, behind the same proxy."""
    raise Invalid("Front-ends are not installed by this server: put their files beside it, behind the same proxy")


async def no_proxy(call: Call[Any]) -> object:
    """There is no media proxy."""
    raise NotFound("There is no media proxy here")


async def no_cached_urls(call: Call[PagedForm]) -> told.CachedUrls:
    """There is no media proxy that could keep any."""
    return told.CachedUrls(urls=[], count=0, page_size=call.form.part.limit)


async def forget_host(call: Call[NoForm]) -> str:
    """All accounts known from a host and what they said; it goes on after the answer. They may come back: a block is another thing."""
    host = call.request.params["instance"]
    await call.core.moderation.forget_host(call.me, host)
    return host


# -- documents


async def document(call: Call[NoForm]) -> Answer:
    key, _ = _named(call)
    html = await call.core.reading.document(key)
    return Answer(200, html.encode(), "text/html; charset=utf-8", (("Content-Security-Policy", "default-src 'none'; sandbox"),))


async def set_document(call: Call[DocumentForm]) -> told.Document:
    """Markdown, or HTML when it begins with a tag; it is sanitised when it is shown."""
    key, path = _named(call)
    given = call.form.file
    text = given.data.decode("utf-8", "replace") if isinstance(given, Upload) else given
    if len(text) > MAX_DOCUMENT:
        raise Invalid(f"Validation failed: at most {MAX_DOCUMENT} characters", field="file")
    await call.core.moderation.change_settings(call.me, {key: text})
    return told.Document(url=call.core.uris.base + path)


async def delete_document(call: Call[NoForm]) -> told.Document:
    """Back to what the file of settings says."""
    key, path = _named(call)
    await call.core.moderation.change_settings(call.me, {key: UNSET})
    return told.Document(url=call.core.uris.base + path)


def _named(call: Call[Any]) -> tuple[str, str]:
    found = DOCUMENTS.get(call.request.params["name"])
    if found is None:
        raise NotFound
    return found
