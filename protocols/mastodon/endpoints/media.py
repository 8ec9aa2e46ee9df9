"""Attachments: uploaded first, then named by the status they belong to."""

from __future__ import annotations

import msgspec

from pleromad.errors import Invalid
from pleromad.media_proxy import HERE
from pleromad.model.media import Media
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.media import MediaAttachment, PleromaMedia
from protocols.mastodon.from_core.media import attachment
from web.answers import Answer
from web.bodies import Upload


class UploadForm(msgspec.Struct):
    file: Upload
    thumbnail: Upload | None = None
    description: str = ""
    focus: str | None = None  # "x,y", each from -1 to 1


class DescribeForm(msgspec.Struct):
    thumbnail: Upload | None = None
    description: str | None = None
    focus: str | None = None


async def upload(call: Call[UploadForm]) -> Answer:
    """200; 202 as long as the file is worked on."""
    return await _upload(call, later=True)


async def upload_and_wait(call: Call[UploadForm]) -> Answer:
    """The first version: clients of its time expect the file to be ready in the answer."""
    return await _upload(call, later=False)


async def _upload(call: Call[UploadForm], *, later: bool) -> Answer:
    form = call.form
    media = await call.core.media.upload(
        call.me.id,
        form.file.data,
        filename=form.file.filename,
        media_type=form.file.media_type,
        description=form.description,
        focus=focus_of(form.focus),
        thumbnail=form.thumbnail.data if form.thumbnail else None,
        later=later,
    )
    return Answer.json(attachment(media, HERE), status=200 if media.ready else 202)


async def show(call: Call[NoForm]) -> Answer:
    """200; 206 as long as the file is worked on."""
    return _answer(await call.core.media.one(call.me.id, call.id))


async def describe(call: Call[DescribeForm]) -> Answer:
    form = call.form
    media = await call.core.media.describe(
        call.me.id,
        call.id,
        form.description,
        focus_of(form.focus),
        form.thumbnail.data if form.thumbnail else None,
    )
    return _answer(media)


class MascotForm(msgspec.Struct):
    file: Upload


async def mascot(call: Call[NoForm]) -> MediaAttachment:
    """Pleroma: the picture a front-end shows to its owner; the server's own as long as they have none."""
    media = await call.core.media.mascot(call.me.id)
    if media is not None:
        return attachment(media, HERE)
    url = f"{call.core.uris.base}/static/icon.png"
    said = "The server's own picture"
    return MediaAttachment(
        id="0",
        type="image",
        url=url,
        preview_url=url,
        remote_url=None,
        text_url=url,
        meta=None,
        description=said,
        blurhash=None,
        pleroma=PleromaMedia(mime_type="image/png", name=said),
    )


async def set_mascot(call: Call[MascotForm]) -> MediaAttachment:
    file = call.form.file
    media = await call.core.media.upload(call.me.id, file.data, filename=file.filename, media_type=file.media_type)
    return attachment(await call.core.media.set_mascot(call.me.id, media.id), HERE)


async def discard(call: Call[NoForm]) -> Empty:
    await call.core.media.discard(call.me.id, call.id)
    return Empty()


def _answer(media: Media) -> Answer:
    return Answer.json(attachment(media, HERE), status=200 if media.ready else 206)


def focus_of(text: str | None) -> tuple[float, float] | None:
    """`0.1,-0.5`; the media shelf looks at the bounds."""
    if not text:
        return None
    try:
        x, y = (float(part) for part in text[:100].split(","))
    except ValueError:
        raise Invalid("Validation failed: Focus must be two numbers with a comma", field="focus") from None
    return x, y
