"""The endpoints an actor's document names for apps. All need a token of the actor itself."""

from __future__ import annotations

from typing import Any

import msgspec

from pleromad.activities import shapes
from pleromad.errors import Forbidden, Invalid, NotFound
from pleromad.ids import PUBLIC
from pleromad.model.account import Account
from pleromad.model.activity import Origin
from protocols.activitypub import documents, from_core
from protocols.activitypub.clients.acting import ACTS, Act, activity_of
from protocols.activitypub.delivery import actor_document
from protocols.activitypub.door import Door
from protocols.activitypub.errors import answering
from protocols.activitypub.serving.collections import PAGE, page_of
from protocols.activitypub.serving.objects import document_answer
from protocols.activitypub.to_core.pieces import addresses, prop
from web.answers import Answer
from web.auth import Viewer, viewer_of
from web.bodies import Upload, form
from web.limits import Limit
from web.request import Request
from web.site import Site

PROXIED = Limit("proxy", 300, 300)
UPLOAD, PROXY = from_core.UPLOAD_PATH, from_core.PROXY_PATH


class UploadForm(msgspec.Struct):
    file: Upload
    description: str = ""


class ProxyForm(msgspec.Struct):
    id: str


def register(site: Site, door: Door) -> None:
    clients = Clients(site, door)
    settings = door.core.settings
    site.route("POST", "/users/<name>/outbox", answering(clients.post), max_body=documents.MAX_BYTES)
    site.route("GET", "/users/<name>/inbox", answering(clients.inbox))
    site.route("GET", "/api/ap/whoami", answering(clients.who))
    site.route("POST", PROXY, answering(clients.proxy))
    site.route("POST", UPLOAD, answering(clients.upload), max_body=settings.media.max_video_bytes + 65_536)


class Clients:
    def __init__(self, site: Site, door: Door) -> None:
        self._site = site
        self._door = door
        self._core = door.core

    async def _owner(self, request: Request, *scopes: str) -> tuple[Account, Viewer]:
        """Who owns the box in the path, and asks. Raises Unauthenticated, Forbidden."""
        viewer = await viewer_of(request, self._core)
        me = viewer.need(*scopes)
        if request.params["name"].lower() != me.username.lower():
            raise Forbidden("This is somebody else's")
        return me, viewer

    async def post(self, request: Request) -> Answer:
        """201 with the activity and its address (ActivityPub 6). 400 for what is not understood, and nothing has happened."""
        me, viewer = await self._owner(request, "write", *{scope for scope, _ in ACTS.values()})
        act = Act(self._door, me)
        activity, scope = await activity_of(act, documents.parse(request.body))
        viewer.need("write", scope)
        app = viewer.token.app if viewer.token is not None else None
        outcome = await self._core.activities.submit(activity, Origin.local(me.id, door="activitypub", app_id=app.id if app else None))
        row = await self._core.reading.activity(outcome.activity_id) if outcome.activity_id is not None else None
        if row is None:
            return Answer(200 if outcome.duplicate else 201, b"", "")
        document = from_core.activity(row.data)
        return Answer.json(document, status=201, media_type=from_core.SENT_AS, headers=(("Location", row.uri),))

    async def who(self, request: Request) -> Answer:
        """The actor whose token it is (Pleroma)."""
        me = (await viewer_of(request, self._core)).need("read", "read:accounts")
        return document_answer(from_core.with_actor_context(await actor_document(self._door, me)), private=True)

    async def inbox(self, request: Request) -> Answer:
        """What has come to the reader: notes and boosts in their home, and those that name them, newest first."""
        me, _ = await self._owner(request, "read", "read:statuses")
        uri, page = me.inbox, page_of(request)
        if page is None:
            return document_answer(from_core.collection(uri, None, first=f"{uri}?page=true"), private=True)
        ids = await self._core.reading.arrived(me.id, page)
        seen = {one.note.id: one.note for one in await self._core.reading.notes(me.id, ids)}
        rows = await self._core.reading.activities_of_notes(list(seen))
        items: list[Any] = []
        for id in ids:
            note = seen.get(id)
            if note is not None:
                made = {"type": "Create", "actor": note.account.uri, "object": note.uri}
                items.append(from_core.without_context(from_core.activity(rows[id].data) if id in rows else made))
        own = f"{uri}?page=true" if page.max_id is None else f"{uri}?max_id={page.max_id}"
        next = f"{uri}?max_id={ids[-1]}" if len(ids) >= PAGE else None
        return document_answer(from_core.collection_page(own, uri, items, next=next), private=True)

    async def proxy(self, request: Request) -> Answer:
        """`proxyUrl`: a document of another server. Asked for in the server's name, so only what all may read, or what names the reader."""
        me = (await viewer_of(request, self._core)).need("read", "read:search")
        self._site.limits.take(request, PROXIED, me.id)
        document = await self._door.fetcher.document(form(request, ProxyForm).id)
        audience = {*addresses(prop(document, "to")), *addresses(prop(document, "cc"))}
        if audience and not audience & {PUBLIC, me.uri}:
            raise NotFound
        return document_answer(document, private=True)

    async def upload(self, request: Request) -> Answer:
        """`uploadMedia`: 201 with the object to put into `attachment`."""
        me = (await viewer_of(request, self._core)).need("write", "write:media")
        given = form(request, UploadForm)
        if not given.file.data:
            raise Invalid("There is no file", field="file")
        media = await self._core.media.upload(
            me.id, given.file.data, filename=given.file.filename, media_type=given.file.media_type, description=given.description
        )
        document = from_core.with_context(shapes.attachment(media))
        return Answer.json(document, status=201, media_type=from_core.SENT_AS, headers=(("Location", media.url),))
