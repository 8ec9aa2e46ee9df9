"""How one writes: who sees a post, its language, how its text is read."""

from __future__ import annotations

import re
from typing import Any

from pleromad.errors import Invalid
from pleromad.model.account import ProfileChange, User
from pleromad.model.activity import Origin, Update
from pleromad.model.note import Visibility
from web.bodies import Fields
from web.pages import shown
from web.pages.settings.section import Section, is_on, texts_of
from web.site import Answer, Request

CONTENT_TYPES = (
    ("text/plain", "Plain text"),
    ("text/markdown", "Markdown"),
    ("text/bbcode", "BBCode"),
    ("text/html", "HTML"),
)
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,2}")


class Preferences(Section):
    path = "/settings/preferences"
    template = "settings/preferences.html"
    title = "Preferences"

    def open(self) -> None:
        self.on(self.path, self.save)

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        form: dict[str, Any] = {
            "visibility": user.default_visibility,
            "language": user.default_language or "",
            "content_type": user.default_content_type,
            "sensitive": user.default_sensitive,
            "follow_moves": user.settings.get("allow_following_move") is not False,
        }
        if given is not None:
            form |= {name: given.get(name, "") for name in ("visibility", "language", "content_type")}
            form |= {name: name in given for name in ("sensitive", "follow_moves")}
        return {
            "form": form,
            "visibilities": [(each.value, shown.WHO_SEES[each]) for each in Visibility],
            "content_types": [one for one in CONTENT_TYPES if one[0] in self.core.settings.posts.formats],
            "languages": self.core.settings.instance.languages,
        }

    async def save(self, request: Request, user: User, found: Fields) -> Answer:
        typed = texts_of(found)
        visibility, content_type = typed.get("visibility", ""), typed.get("content_type", "")
        language = typed.get("language", "").strip()
        if visibility not in [each.value for each in Visibility]:
            raise Invalid("Choose who sees your posts", field="visibility")
        if content_type not in self.core.settings.posts.formats:
            raise Invalid("Choose how your texts are read", field="content_type")
        if language and not _LANGUAGE.fullmatch(language):
            raise Invalid("A language is written like en, de or pt-BR", field="language")
        change = ProfileChange(
            default_visibility=visibility,
            default_sensitive=is_on(found, "sensitive"),
            default_language=language,
            default_content_type=content_type,
            settings={"allow_following_move": is_on(found, "follow_moves")},
        )
        update = Update(actor_id=user.account.id, profile=change)
        await self.core.activities.submit(update, Origin.local(user.account.id, door="web"))
        return self.done("saved")
