"""What staff may set while the server runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from pleromad import config
from pleromad.errors import Invalid, SettingsError
from pleromad.model.account import Account
from pleromad.model.moderation import Permission
from pleromad.moderation.desk import Officer
from pleromad.sections import Declaration, Settings
from pleromad.settings import LIVE, overlaid
from store import kept_settings
from store.pool import Transaction

UNSET = msgspec.UNSET
LONGEST_LOGGED = 500  # characters of a value in the staff log


@dataclass(frozen=True, slots=True)
class Setting:
    """One key with its value in force. `changed`: by staff, over the file's."""

    declared: Declaration
    value: Any
    of_file: Any
    changed: bool

    @property
    def key(self) -> str:
        return self.declared.key


class SettingsDesk(Officer):
    def live_settings(self, by: Account | None) -> list[Setting]:
        """All that can be changed, in the order of the file."""
        self.need(by, Permission.MANAGE_SETTINGS)
        live = self._desk.live_settings
        return [Setting(one, _value(live.current, one), _value(live.of_file, one), one.key in live.kept) for one in LIVE.values()]

    async def change_settings(self, by: Account | None, changes: Mapping[str, Any]) -> list[Setting]:
        """Set values by key; UNSET gives a key back to the file. All or none. Raises Invalid, the key being its field."""
        self.need(by, Permission.MANAGE_SETTINGS)
        live = self._desk.live_settings
        for key in changes:
            if key not in LIVE:
                raise Invalid(f"{key} is not a setting that can be changed while the server runs", field=key)

        async def work(tx: Transaction) -> bool:
            await kept_settings.lock(tx)
            kept = await kept_settings.all(tx)
            wanted = {key: value for key, value in {**kept, **changes}.items() if value is not UNSET}
            before, after = live.of_file, live.of_file
            for key, value in kept.items():
                before = _or_same(before, key, value)
            for key, value in wanted.items():
                after = overlaid(after, key, value) if key in changes else _or_same(after, key, value)
            try:
                config.check(after, "")
            except SettingsError as error:
                raise Invalid(error.public.removeprefix(": "), field=next(iter(changes), "")) from error
            different = False
            for key, value in changes.items():
                if value is UNSET:
                    touched = await kept_settings.remove(tx, key)
                else:
                    touched = kept.get(key, UNSET) != _plain(_value(after, LIVE[key]))
                    if touched:
                        await kept_settings.put(tx, key, _plain(_value(after, LIVE[key])), by.id if by is not None else None)
                if touched:
                    different = True
                    said = {"was": _short(_value(before, LIVE[key])), "now": _short(_value(after, LIVE[key]))}
                    await self.log(tx, by, "unset" if value is UNSET else "set", "setting", None, key, **said)
            return different

        different = await self._database.transaction(work)
        if different:
            await live.changed()
        return [one for one in self.live_settings(by) if one.key in changes]


def _value(settings: Settings, one: Declaration) -> Any:
    return getattr(getattr(settings, one.section), one.name)


def _or_same(settings: Settings, key: str, value: Any) -> Settings:
    try:
        return overlaid(settings, key, value)
    except Invalid:
        return settings  # an older version kept it


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _short(value: Any) -> Any:
    if isinstance(value, bool | int):
        return str(value).lower() if isinstance(value, bool) else value
    text = value if isinstance(value, str) else "; ".join(value)
    return text if len(text) <= LONGEST_LOGGED else text[:LONGEST_LOGGED] + "…"
