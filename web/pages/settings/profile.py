"""How one is seen: name, words, pictures, a table of links, and who may follow."""

from __future__ import annotations

from typing import Any

from pleromad.errors import Invalid, TooLarge
from pleromad.model.account import ProfileChange, User
from pleromad.model.activity import Origin, Update
from web.bodies import Fields
from web.pages import shown
from web.pages.settings.section import Section, file_of, is_on, texts_of
from web.site import Answer, Request

DOOR = "web"
UPLOADS = 40_000_000  # two pictures and the rest of the form
ROWS = 10
EMPTY_ROWS = 4
SWITCHES = ("locked", "bot", "discoverable", "indexable", "hide_collections")


class Profile(Section):
    path = "/settings/profile"
    template = "settings/profile.html"
    title = "Profile"

    def open(self) -> None:
        self.on(self.path, self.save, max_body=UPLOADS)
        self.site.route("GET", "/settings", self.first)

    async def first(self, request: Request) -> Answer:
        return Answer.redirect(self.path)

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        account = user.account
        rows = [(field.name, field.source or shown.plain(field.value)) for field in account.fields]
        form: dict[str, Any] = {
            "display_name": account.display_name,
            "note": account.note_source or shown.plain(account.note),
            "avatar_description": account.avatar_description,
            "header_description": account.header_description,
            **{name: getattr(account, name) for name in SWITCHES},
        }
        if given is not None:
            form |= {name: given.get(name, "") for name in form if name not in SWITCHES}
            form |= {name: name in given for name in SWITCHES}
            rows = [(given.get(f"name{n}", ""), given.get(f"value{n}", "")) for n in range(ROWS)]
            rows = rows[: max((n for n, row in enumerate(rows) if any(row)), default=0) + 1]
        wanted = min(ROWS, max(EMPTY_ROWS, len(rows) + 1))
        return {
            "form": form,
            "rows": [*rows, *[("", "")] * (wanted - len(rows))][:ROWS],
            "person": shown.person(account),
            "header": shown.web(account.header_url),
        }

    async def save(self, request: Request, user: User, found: Fields) -> Answer:
        typed = texts_of(found)
        rows = [(typed.get(f"name{n}", "").strip(), typed.get(f"value{n}", "").strip()) for n in range(ROWS)]
        change = ProfileChange(
            display_name=typed.get("display_name", "").strip(),
            note=typed.get("note", "").replace("\r\n", "\n").strip(),
            fields=tuple(row for row in rows if any(row)),
            avatar_media_id=await self._picture(user, found, "avatar"),
            header_media_id=await self._picture(user, found, "header"),
            avatar_description=typed.get("avatar_description", "").strip()[:1500],
            header_description=typed.get("header_description", "").strip()[:1500],
            locked=is_on(found, "locked"),
            bot=is_on(found, "bot"),
            discoverable=is_on(found, "discoverable"),
            indexable=is_on(found, "indexable"),
            hide_collections=is_on(found, "hide_collections"),
        )
        update = Update(actor_id=user.account.id, profile=change)
        await self.core.activities.submit(update, Origin.local(user.account.id, door=DOOR))
        return self.done("saved")

    async def _picture(self, user: User, found: Fields, what: str) -> int | None:
        """The id of a new one; 0: the old one goes."""
        upload = file_of(found, what)
        if upload is None:
            return 0 if is_on(found, f"remove_{what}") else None
        try:
            media = await self.core.media.upload(
                user.account.id, upload.data, filename=upload.filename, media_type=upload.media_type
            )
        except TooLarge as error:
            raise TooLarge(error.public, field=what) from error
        except Invalid as error:
            raise Invalid(error.public, field=what) from error
        return media.id
