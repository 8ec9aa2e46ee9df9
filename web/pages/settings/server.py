"""For administrators: the settings of the server that can be changed while it runs, a form for each section."""

from __future__ import annotations

from typing import Any

from pleromad.errors import Forbidden
from pleromad.model.account import User
from pleromad.model.moderation import Permission, may
from pleromad.moderation.settings import UNSET, Setting
from pleromad.settings import understood
from web.bodies import Fields
from web.pages.settings.section import SERVER, Section, is_on
from web.site import Answer, Request

HEADINGS = {
    "instance": "The server",
    "federation": "Other servers",
    "posts": "Notes",
    "polls": "Polls",
    "media": "Pictures and files",
    "rooms": "Rooms",
    "profiles": "Profiles",
    "visitors": "Visitors",
    "rates": "How often",
}
LONG = 300  # characters from which on a text has a field of several lines


class Server(Section):
    path = SERVER[0]
    template = "settings/server.html"
    title = "Server"

    def open(self) -> None:
        self.on(self.path, self.save, max_body=500_000)

    async def user(self, request: Request) -> User | None:
        user = await super().user(request)
        if user is not None and not may(user.role, Permission.MANAGE_SETTINGS):
            raise Forbidden("This page is for administrators")
        return user

    async def values(self, request: Request, user: User, given: dict[str, str] | None) -> dict[str, Any]:
        parts: dict[str, list[dict[str, Any]]] = {}
        for one in self.core.moderation.live_settings(user.account):
            parts.setdefault(one.declared.section, []).append(_shown(one, given))
        return {"parts": [(name, HEADINGS.get(name, name.capitalize()), fields) for name, fields in parts.items()]}

    async def save(self, request: Request, user: User, found: Fields) -> Answer:
        """One section at a time. What equals the file's is not kept."""
        name = next((value for key, value in found if key == "section" and isinstance(value, str)), "")
        changes: dict[str, Any] = {}
        for one in self.core.moderation.live_settings(user.account):
            if one.declared.section == name:
                wanted = _typed(one, found)
                if wanted != _plain(one.value):
                    changes[one.key] = UNSET if wanted == _plain(one.of_file) else wanted
        await self.core.moderation.change_settings(user.account, changes)
        return self.done("saved")


def _typed(one: Setting, found: Fields) -> Any:
    """What stands in the form, as the setting's type; what cannot be is left as it is, and refused where it is checked."""
    texts = [value.strip() for key, value in found if key == one.key and isinstance(value, str)]
    text = texts[-1] if texts else ""
    match one.declared.kind:
        case "switch":
            return is_on(found, one.key)
        case "choices":
            return [choice for choice in one.declared.choices if choice in texts]
        case "texts":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case _:
            return understood(one.declared, text.replace("\r\n", "\n"))


def _shown(one: Setting, given: dict[str, str] | None) -> dict[str, Any]:
    """What the template prints of it: after a refusal, what was typed."""
    declared, value = one.declared, one.value
    here = given is not None and given.get("section") == declared.section
    text = "\n".join(value) if declared.kind == "texts" else str(value)
    if here and declared.kind in ("text", "number", "texts", "choice"):
        text = (given or {}).get(one.key, text)
    elif here and declared.kind == "switch":
        value = one.key in (given or {})
    return {
        "key": one.key,
        "label": declared.name.replace("_", " ").capitalize(),
        "kind": declared.kind,
        "description": declared.description,
        "choices": declared.choices,
        "value": value,
        "text": text,
        "long": declared.kind == "texts" or "max_length=50000" in repr(declared.type) or len(text) > LONG,
        "changed": one.changed,
        "of_file": "\n".join(one.of_file) if isinstance(one.of_file, tuple) else one.of_file,
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
