"""The settings that staff change at run time, as Pleroma's administration asks for them: `config` and `config/descriptions`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from pleromad.errors import Invalid
from pleromad.moderation.settings import UNSET, Setting
from pleromad.settings import LIVE, understood
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.entities.pleroma_admin import (
    Config,
    ConfigChild,
    ConfigDescription,
    Configs,
    ConfigTuple,
)

GROUP = ":pleroma"
MAX_CHANGES = 500
TYPES: dict[str, Any] = {
    "text": "string",
    "number": "integer",
    "switch": "boolean",
    "choice": ["dropdown"],
    "texts": ["list", "string"],
    "choices": ["list", "dropdown"],
}


class ConfigForm(msgspec.Struct):
    only_db: bool = False


class TupleForm(msgspec.Struct):
    tuple: list[Any]


class SectionForm(msgspec.Struct):
    """`delete` with `subkeys` gives these back to the file, without them the whole section."""

    key: str
    group: str = GROUP
    value: list[TupleForm] = []
    delete: bool = False
    subkeys: list[str] = []


class ChangesForm(msgspec.Struct):
    configs: list[SectionForm]


async def show(call: Call[ConfigForm]) -> Configs:
    return _configs(one for one in call.core.moderation.live_settings(call.me) if one.changed or not call.form.only_db)


async def change(call: Call[ChangesForm]) -> Configs:
    """Sets all that is named, or nothing."""
    changes: dict[str, Any] = {}
    for section in _asked(call).configs[:MAX_CHANGES]:
        if section.group != GROUP:
            raise Invalid(f"There are no settings in the group {section.group}", field="group")
        name = section.key.removeprefix(":")
        if section.delete:
            keys = [f"{name}.{key.removeprefix(':')}" for key in section.subkeys]
            changes |= dict.fromkeys(keys or _keys_of(call, name), UNSET)
        for pair in section.value:
            if len(pair.tuple) != 2 or not isinstance(pair.tuple[0], str):
                raise Invalid("A tuple has a key and a value", field="value")
            key = f"{name}.{pair.tuple[0].removeprefix(':')}"
            changes[key] = understood(LIVE[key], pair.tuple[1]) if key in LIVE else pair.tuple[1]
    return _configs(await call.core.moderation.change_settings(call.me, changes))


def _asked(call: Call[ChangesForm]) -> ChangesForm:
    """JSON as it came: forms flatten it, and lose empty lists."""
    if "json" not in call.request.header("content-type").lower():
        return call.form
    try:
        return msgspec.json.decode(call.request.body, type=ChangesForm)
    except msgspec.DecodeError as error:
        raise Invalid("The settings are not as they should be", detail=str(error)) from error


def _keys_of(call: Call[ChangesForm], section: str) -> list[str]:
    return [one.key for one in call.core.moderation.live_settings(call.me) if one.declared.section == section]


async def descriptions(call: Call[NoForm]) -> list[ConfigDescription]:
    found: dict[str, ConfigDescription] = {}
    for one in call.core.moderation.live_settings(call.me):
        declared = one.declared
        section = found.get(declared.section)
        if section is None:
            label = declared.section.capitalize()
            section = found[declared.section] = ConfigDescription(
                group=GROUP, key=f":{declared.section}", label=label, type="group", description=label, children=[]
            )
        section.children.append(
            ConfigChild(
                key=f":{declared.name}",
                label=declared.name.replace("_", " ").capitalize(),
                type=TYPES[declared.kind],
                description=declared.description,
                suggestions=list(declared.choices) if declared.choices else [_plain(one.of_file)],
            )
        )
    return list(found.values())


def _configs(settings: Iterable[Setting]) -> Configs:
    found: dict[str, Config] = {}
    for one in settings:
        name = one.declared.section
        section = found.setdefault(name, Config(group=GROUP, key=f":{name}", value=[], db=[]))
        section.value.append(ConfigTuple(tuple=[f":{one.declared.name}", _plain(one.value)]))
        if one.changed:
            section.db.append(f":{one.declared.name}")
    return Configs(configs=list(found.values()), need_reboot=False)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
