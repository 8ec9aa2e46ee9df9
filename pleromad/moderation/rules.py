"""The rules of the house, one by one: they are the setting `instance.rules`."""

from __future__ import annotations

from pleromad.errors import Invalid, NotFound
from pleromad.model.account import Account
from pleromad.model.moderation import Permission
from pleromad.moderation.settings import SettingsDesk

KEY = "instance.rules"
MAX_RULE = 2_000


class Rules(SettingsDesk):
    async def add_rule(self, by: Account | None, text: str, place: int | None = None) -> int:
        """At that place from 1, or last. Returns its place. Raises Invalid."""
        rules = list(self._desk.settings().instance.rules)
        at = len(rules) if place is None else max(0, min(place - 1, len(rules)))
        rules.insert(at, _checked(text))
        await self._set(by, rules)
        return at + 1

    async def change_rule(self, by: Account | None, id: int, *, text: str | None = None, place: int | None = None) -> int:
        """Returns where it is now. Raises NotFound, Invalid."""
        rules = list(self._desk.settings().instance.rules)
        if not 1 <= id <= len(rules):
            raise NotFound
        known = rules.pop(id - 1)
        at = id - 1 if place is None else max(0, min(place - 1, len(rules)))
        rules.insert(at, known if text is None else _checked(text))
        await self._set(by, rules)
        return at + 1

    async def delete_rule(self, by: Account | None, id: int) -> None:
        """Those behind it move up. Raises NotFound."""
        rules = list(self._desk.settings().instance.rules)
        if not 1 <= id <= len(rules):
            raise NotFound
        del rules[id - 1]
        await self._set(by, rules)

    async def _set(self, by: Account | None, rules: list[str]) -> None:
        self.need(by, Permission.MANAGE_SETTINGS, Permission.MANAGE_RULES)
        await self.change_settings(by, {KEY: rules})


def _checked(text: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > MAX_RULE:
        raise Invalid(f"Validation failed: Text must have 1 to {MAX_RULE} characters", field="text")
    return text
