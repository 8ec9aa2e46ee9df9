"""Pleroma's packs of custom emojis: for everybody to see, for staff to make."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import msgspec
from twisted.internet.threads import deferToThreadPool

from pleromad.errors import Invalid
from pleromad.model.emoji import Pack
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.endpoints.numbered import PagedForm
from protocols.mastodon.entities.pleroma import EmojiPack, EmojiPackInfo, EmojiPacks
from web.answers import Answer
from web.bodies import Upload

NO_FOLDER = "Emojis lie in the database here: there is no folder to import from"
NOT_FETCHED = "Packs are not fetched from other servers here: download the archive there, and add its files"


class NameForm(msgspec.Struct):
    name: str


class OnePackForm(PagedForm):
    name: str = ""


class MetadataForm(msgspec.Struct):
    name: str
    metadata: dict[str, str] = {}
    description: str | None = None
    license: str | None = None
    homepage: str | None = None


class NewFileForm(msgspec.Struct):
    name: str
    file: Upload
    shortcode: str = ""
    filename: str = ""


class FileForm(msgspec.Struct):
    name: str
    shortcode: str
    new_shortcode: str
    new_filename: str
    force: bool = False


class ShortcodeForm(msgspec.Struct):
    name: str
    shortcode: str


async def many(call: Call[PagedForm]) -> EmojiPacks:
    found, count = await call.core.moderation.emoji_packs(call.form.part)
    return EmojiPacks(packs={one.name: _pack(one) for one in found}, count=count)


async def show(call: Call[OnePackForm]) -> EmojiPack:
    page = call.form.part
    one = await call.core.moderation.emoji_pack(call.form.name)
    return _pack(one, page.offset, page.offset + page.limit)


async def archive(call: Call[NameForm]) -> Answer:
    """The pictures and `pack.json`, as Pleroma's servers share them."""
    one = await call.core.moderation.emoji_pack(call.form.name)
    names = {each.shortcode: each.filename for each in one.emojis}
    described = {"pack": msgspec.to_builtins(_info(one)), "files": names}
    base = call.core.uris.media("")
    files = {each.filename: call.core.media.open(each.url.removeprefix(base))[0] for each in one.emojis if each.url.startswith(base)}

    def packed() -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("pack.json", msgspec.json.format(msgspec.json.encode(described)))
            for name, path in files.items():
                archive.write(path, name)
        return made.getvalue()

    reactor = call.site.reactor
    body = await deferToThreadPool(reactor, reactor.getThreadPool(), packed)
    return Answer(200, body, "application/zip", (("Content-Disposition", 'attachment; filename="pack.zip"'),))


async def create(call: Call[NameForm]) -> str:
    await call.core.moderation.add_emoji_pack(call.me, call.form.name)
    return "ok"


async def describe(call: Call[MetadataForm]) -> EmojiPackInfo:
    form = call.form
    given = {name: form.metadata.get(name) for name in ("description", "license", "homepage")}
    given |= {name: text for name in given if (text := getattr(form, name)) is not None}
    texts = {name: text for name, text in given.items() if text is not None}
    return _info(await call.core.moderation.describe_emoji_pack(call.me, form.name, **texts))


async def delete(call: Call[NameForm]) -> str:
    await call.core.moderation.delete_emoji_pack(call.me, call.form.name)
    return "ok"


async def add_file(call: Call[NewFileForm]) -> dict[str, str]:
    form = call.form
    name = form.filename or form.file.filename
    pack = await call.core.moderation.add_emoji(call.me, form.name, form.file.data, shortcode=form.shortcode, filename=name)
    return _names(pack)


async def change_file(call: Call[FileForm]) -> dict[str, str]:
    form = call.form
    renamed = call.core.moderation.rename_emoji
    return _names(await renamed(call.me, form.name, form.shortcode, form.new_shortcode, form.new_filename, force=form.force))


async def delete_file(call: Call[ShortcodeForm]) -> dict[str, str]:
    return _names(await call.core.moderation.delete_emoji(call.me, call.form.name, call.form.shortcode))


async def no_folder(call: Call[NoForm]) -> object:
    """Emojis lie in the database: there is no folder to import from."""
    raise Invalid(NO_FOLDER)


async def not_fetched(call: Call[Any]) -> object:
    """Packs are not fetched from other servers: an archive is downloaded there, and its files added here."""
    raise Invalid(NOT_FETCHED)


def _names(one: Pack) -> dict[str, str]:
    return {each.shortcode: each.filename for each in one.emojis}


def _pack(one: Pack, first: int = 0, last: int | None = None) -> EmojiPack:
    files = {each.shortcode: each.filename for each in one.emojis[first:last]}
    return EmojiPack(files=files, files_count=len(one.emojis), pack=_info(one))


def _info(one: Pack) -> EmojiPackInfo:
    """Under the names of Pleroma's `pack.json`."""
    return EmojiPackInfo(description=one.description, license=one.license, homepage=one.homepage, can_download=True, share_files=True)
