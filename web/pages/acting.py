"""What a signed-in person can do from the pages: post, answer, like, boost, vote, delete, follow. Small, and without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pleromad.errors import Invalid, NotFound, PleromadError
from pleromad.model.account import Account
from pleromad.model.activity import (
    Accept,
    Activity,
    Announce,
    Create,
    Delete,
    Follow,
    Like,
    Origin,
    Reject,
    Undo,
    Vote,
)
from pleromad.model.note import NoteDraft, Visibility
from pleromad.model.notification import Notification
from web.auth import check_csrf, session_of
from web.bodies import Fields, Upload, fields
from web.oauth.clients import text_of
from web.pages import shown
from web.pages.frame import Frame
from web.pages.reading import need
from web.paging import page_of
from web.site import Answer, Request, Site

if TYPE_CHECKING:
    from pleromad.core import Core

DOOR = "web"
UPLOAD = 20_000_000

TOLD = {
    "mention": "mentioned you",
    "reblog": "boosted your post",
    "favourite": "liked your post",
    "follow": "follows you",
    "follow_request": "would like to follow you",
    "poll": "ran a poll that has ended",
    "status": "posted",
    "update": "edited a post",
    "pleroma:emoji_reaction": "reacted to your post",
}

# Told with the note itself; the others with a line of it.
WHOLE = ("mention", "status", "poll", "update")


class Acting:
    def __init__(self, core: Core, site: Site, frame: Frame) -> None:
        self.core = core
        self.frame = frame
        site.route("POST", "/write", self.write, max_body=UPLOAD)
        site.route("POST", "/act/notes/<id>", self.on_note, max_body=10_000)
        site.route("POST", "/act/accounts/<id>", self.on_account, max_body=10_000)
        site.route("GET", "/notifications", self.notifications)

    async def _form(self, request: Request) -> tuple[Account, Fields]:
        found = fields(request)
        viewer = need(await session_of(request, self.core))
        check_csrf(request, self.core, found)
        return viewer, found

    async def _submit(self, activity: Activity, viewer: Account) -> Any:
        return await self.core.activities.submit(activity, Origin.local(viewer.id, door=DOOR))

    async def write(self, request: Request) -> Answer:
        viewer, found = await self._form(request)
        try:
            outcome = await self._submit(
                Create(actor_id=viewer.id, note=await self._draft(viewer, found)), viewer
            )
        except Invalid as error:
            return await self._again(request, viewer, found, error)
        back = back_of(found, "/home")
        return Answer.redirect(f"{back}#note-{outcome.note_id}", 303)

    async def _draft(self, viewer: Account, found: Fields) -> NoteDraft:
        upload = next(
            (value for name, value in found if name == "file" and isinstance(value, Upload) and value.data),
            None,
        )
        media_ids: tuple[int, ...] = ()
        if upload is not None:
            media = await self.core.media.upload(
                viewer.id,
                upload.data,
                filename=upload.filename,
                media_type=upload.media_type,
                description=text_of(found, "description") or "",
            )
            media_ids = (media.id,)
        word = text_of(found, "visibility")
        if word is not None and word not in [each.value for each in Visibility]:
            raise Invalid("Who sees it is not valid", field="visibility")
        return NoteDraft(
            text=(text_of(found, "status") or "").replace("\r\n", "\n").strip(),
            visibility=Visibility(word) if word is not None else None,
            spoiler_text=text_of(found, "spoiler_text") or "",
            in_reply_to_id=_number(found, "in_reply_to_id"),
            room_id=_number(found, "room_id"),
            media_ids=media_ids,
        )

    async def _again(self, request: Request, viewer: Account, found: Fields, error: Invalid) -> Answer:
        """The form once more, with what was typed and what is wrong with it."""
        return await self.frame.page(
            request,
            "timeline.html",
            title="Not posted",
            viewer=viewer,
            status=422,
            heading="This was not posted",
            quiet_heading=False,
            intro="",
            empty="",
            notes=[],
            tabs=(),
            older="",
            newer="",
            compose={
                "problem": error.public,
                "text": text_of(found, "status") or "",
                "spoiler": text_of(found, "spoiler_text") or "",
                "who": text_of(found, "visibility") or "public",
                "reply": _number(found, "in_reply_to_id"),
                "room": _number(found, "room_id"),
            },
        )

    async def on_note(self, request: Request) -> Answer:
        viewer, found = await self._form(request)
        note_id = _path_id(request)
        back = back_of(found, f"/notes/{note_id}")
        match text_of(found, "do"):
            case "like":
                activity: Activity = Like(actor_id=viewer.id, note_id=note_id)
            case "unlike":
                activity = Undo(actor_id=viewer.id, of=Like(actor_id=viewer.id, note_id=note_id))
            case "boost":
                activity = Announce(actor_id=viewer.id, note_id=note_id)
            case "unboost":
                activity = Undo(actor_id=viewer.id, of=Announce(actor_id=viewer.id, note_id=note_id))
            case "vote":
                choices = tuple(
                    int(v)
                    for n, v in found
                    if n == "choice" and isinstance(v, str) and v.isdecimal() and len(v) < 4
                )
                activity = Vote(actor_id=viewer.id, note_id=note_id, choices=choices)
            case "delete":
                await self._submit(Delete(actor_id=viewer.id, note_id=note_id), viewer)
                return Answer.redirect(shown.person(viewer).href, 303)
            case _:
                raise Invalid("There is nothing to do")
        await self._submit(activity, viewer)
        key = text_of(found, "key") or ""
        return Answer.redirect(f"{back}#note-{key if key.isascii() and len(key) < 40 else note_id}", 303)

    async def on_account(self, request: Request) -> Answer:
        viewer, found = await self._form(request)
        target_id = _path_id(request)
        match text_of(found, "do"):
            case "follow":
                activity: Activity = Follow(actor_id=viewer.id, target_id=target_id)
            case "unfollow":
                activity = Undo(actor_id=viewer.id, of=Follow(actor_id=viewer.id, target_id=target_id))
            case "accept":
                activity = Accept(actor_id=viewer.id, follower_id=target_id)
            case "reject":
                activity = Reject(actor_id=viewer.id, follower_id=target_id)
            case _:
                raise Invalid("There is nothing to do")
        await self._submit(activity, viewer)
        return Answer.redirect(back_of(found, "/home"), 303)

    async def notifications(self, request: Request) -> Answer:
        viewer = await self.frame.viewer(request)
        if viewer is None:
            return Answer.redirect("/log-in?next=/notifications", headers=(("Cache-Control", "no-store"),))
        found = await self.core.reading.notifications(viewer.id, page_of(request, default=20))
        older = f"/notifications?max_id={found.next_max_id}" if found.next_max_id is not None else ""
        return await self.frame.page(
            request,
            "notifications.html",
            title="Notifications",
            viewer=viewer,
            items=[self._told(item, viewer) for item in found.items],
            older=older,
            newer="",
        )

    def _told(self, item: Notification, viewer: Account) -> dict[str, Any]:
        words = TOLD.get(item.type, item.type)
        note = shown.note(item.seen, viewer, now=self.core.clock.now()) if item.seen is not None else None
        if item.emoji and not item.emoji_url:
            words = f"reacted with {item.emoji}"
        return {
            "who": shown.person(item.account),
            "words": words,
            "at": item.created_at,
            "note": note,
            "whole": item.type in WHOLE,
            "line": shown.summary(note, 140) if note is not None else "",
            "request": item.type == "follow_request",
        }


def back_of(found: Fields, default: str) -> str:
    """Where to go on: a path of this site, never elsewhere."""
    return local_path(text_of(found, "back") or "") or default


def local_path(text: str) -> str:
    """`text` when it is an absolute path here, '' else: no scheme, no `//host`, no backslash that browsers read as one."""
    if (
        not text.startswith("/")
        or text[1:2] in ("/", "\\")
        or "\\" in text
        or not text.isprintable()
        or len(text) > 4000
    ):
        return ""
    return text.partition("#")[0]


def _number(found: Fields, name: str) -> int | None:
    text = text_of(found, name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _path_id(request: Request) -> int:
    text = request.params["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) >= 1 << 63:
        raise NotFound
    return int(text)


__all__ = ["Acting", "PleromadError", "local_path"]
