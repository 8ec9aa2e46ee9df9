"""Custom emojis, in packs as Pleroma has them. What was written with one keeps its picture when it goes."""

from __future__ import annotations

import re

from pleromad.errors import Conflict, Invalid, NotFound
from pleromad.model.account import Account
from pleromad.model.emoji import Pack, PackedEmoji
from pleromad.model.moderation import Permission
from pleromad.model.page import Page
from pleromad.moderation.desk import Officer
from store import emoji_packs as rows

MAX_NAME = 100
MAX_TEXT = 2_000
MAX_BYTES = 1_000_000  # of a picture
SHORTCODE = re.compile(r"[A-Za-z0-9_-]{1,60}")
FILENAME = re.compile(r"[A-Za-z0-9_. -]{1,120}")


class EmojiPacks(Officer):
    # for everybody

    async def emoji_packs(self, page: Page) -> tuple[list[Pack], int]:
        """By name, and how many there are."""
        return await rows.page_of(self._database, page.limit, page.offset), await rows.count(self._database)

    async def emoji_pack(self, name: str) -> Pack:
        """Raises NotFound."""
        found = (await rows.named(self._database, [name])).get(name)
        if found is None:
            raise NotFound(f"There is no pack {name[:MAX_NAME]}")
        return found

    # for staff

    async def add_emoji_pack(self, by: Account | None, name: str) -> None:
        """Raises Invalid, Conflict."""
        self.need(by, Permission.MANAGE_CUSTOM_EMOJIS)
        name = name.strip()
        if not name or len(name) > MAX_NAME or not name.isprintable() or "/" in name:
            raise Invalid(f"Validation failed: Name must have 1 to {MAX_NAME} characters", field="name")
        if not await rows.add(self._database, name):
            raise Conflict("A pack named like this exists already")
        await self.log(self._database, by, "create", "emoji_pack", None, name)

    async def describe_emoji_pack(self, by: Account | None, name: str, **texts: str) -> Pack:
        """`texts`: description, license, homepage. Raises NotFound, Invalid."""
        self.need(by, Permission.MANAGE_CUSTOM_EMOJIS)
        await self.emoji_pack(name)
        if any(len(text) > MAX_TEXT for text in texts.values()):
            raise Invalid(f"Validation failed: at most {MAX_TEXT} characters", field="metadata")
        if texts:
            await rows.describe(self._database, name, texts)
        return await self.emoji_pack(name)

    async def delete_emoji_pack(self, by: Account | None, name: str) -> None:
        self.need(by, Permission.MANAGE_CUSTOM_EMOJIS)
        await self.emoji_pack(name)
        await rows.delete(self._database, name)
        await self.log(self._database, by, "destroy", "emoji_pack", None, name)

    async def add_emoji(self, by: Account | None, pack: str, data: bytes, *, shortcode: str = "", filename: str = "") -> Pack:
        """Raises NotFound, Invalid, Conflict when the shortcode is taken."""
        self.need(by, Permission.MANAGE_CUSTOM_EMOJIS)
        await self.emoji_pack(pack)
        filename = filename.strip().replace("\\", "/").rpartition("/")[2]
        shortcode = shortcode.strip().strip(":") or filename.partition(".")[0]
        _check(shortcode, filename or "x")
        if len(data) > MAX_BYTES:
            raise Invalid(f"Validation failed: a picture of at most {MAX_BYTES // 1000} kB", field="file")
        url = await self._desk.media.keep_picture(data)
        made = PackedEmoji(shortcode, filename or f"{shortcode}.{url.rpartition('.')[2]}", url)
        if not await rows.put(self._database, pack, made):
            raise Conflict("An emoji with the shortcode exists already")
        await self.log(self._database, by, "create", "emoji", None, shortcode, pack=pack)
        return await self.emoji_pack(pack)

    async def rename_emoji(self, by: Account | None, pack: str, shortcode: str, new: str, filename: str, *, force: bool = False) -> Pack:
        """Raises NotFound, Invalid, Conflict when another has the name, unless `force`."""
        self.need(by, Permission.MANAGE_CUSTOM_EMOJIS)
        known = {one.shortcode for one in (await self.emoji_pack(pack)).emojis}
        if shortcode not in known:
            raise NotFound("There is no such emoji in the pack")
        new, filename = new.strip().strip(":"), filename.strip().rpartition("/")[2]
        _check(new, filename)
        if new != shortcode and not force and await self._desk.reading.emoji(new) is not None:
            raise Conflict("An emoji with the shortcode exists already")
        await self._database.transaction(lambda tx: rows.rename(tx, pack, shortcode, new, filename))
        await self.log(self._database, by, "update", "emoji", None, new, pack=pack, was=shortcode)
        return await self.emoji_pack(pack)

    async def delete_emoji(self, by: Account | None, pack: str, shortcode: str) -> Pack:
        """Raises NotFound."""
        self.need(by, Permission.MANAGE_CUSTOM_EMOJIS)
        await self.emoji_pack(pack)
        if not await rows.remove(self._database, pack, shortcode):
            raise NotFound("There is no such emoji in the pack")
        await self.log(self._database, by, "destroy", "emoji", None, shortcode, pack=pack)
        return await self.emoji_pack(pack)


def _check(shortcode: str, filename: str) -> None:
    if not SHORTCODE.fullmatch(shortcode):
        raise Invalid("Validation failed: Shortcode must be 1 to 60 letters, digits, underscores and hyphens", field="shortcode")
    if not FILENAME.fullmatch(filename):
        raise Invalid("Validation failed: Filename is none", field="filename")
