"""The entity Structs against what Mastodon's documentation says of each entity.

`entities.json` has the facts, one row a field: s text, b boolean, i integer, f number, h object, n null, or another entity;
[..] a list of them; `s:a|b` one of these words; ? it may be null; ~ it may be absent. `a[b]` is a field of the object a, `a[*][b]` one of
the objects in the list a.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from unittest import TestCase

import msgspec

from pleromad.model.note import PollDraft
from tests.protocols.mastodon.case import MastodonCase

MODULES = ("status", "account", "admin", "app", "base", "collection", "filter", "instance", "media", "notification", "search", "tag", "timeline")
NAMES = {
    "List": "UserList", "Status::Mention": "StatusMention", "Status::Tag": "StatusTag", "Poll::Option": "PollOption",
    "V1::Filter": "FilterV1", "V1::Instance": "InstanceV1", "V1::NotificationPolicy": "NotificationPolicyV1",
    "ShallowQuote": "Quote", "Admin::Cohort": "Cohort", "Admin::Dimension": "Dimension", "Admin::Dimension::Data": "DimensionData",
    "Admin::Measure": "Measure",
    "Translation::Attachment": "TranslatedAttachment", "Translation::Poll": "TranslatedPoll", "Translation::Poll::Option": "TranslatedOption",
}  # fmt: skip
LEAVES = {"s": str, "b": bool, "i": int, "f": float, "h": dict, "n": type(None)}

# Words that are ours, or that the documentation forgets in one of two places.
OURS = {"local", "pleroma:emoji_reaction", "disabled", "added_to_collection", "collection_update", "pleroma:chat_mention"}

# What is in ours besides: `pleroma` and what Mastodon's documentation leaves out.
MORE: dict[str, set[str]] = {
    "Account": {"pleroma", "fqn"},
    "AdminEmailDomainBlock": {"allow_with_approval"},
    "AdminTag": {"listable"},
    "Conversation": {"pleroma"},
    "CredentialAccount": {"pleroma", "fqn"},
    "Error": {"details"},  # of a form that is wrong: by field
    "Instance": {"pleroma"},
    "InstanceV1": {
        "avatar_upload_limit", "background_image", "background_upload_limit", "banner_upload_limit", "chat_limit", "description_limit",
        "max_media_attachments", "max_toot_chars", "pleroma", "poll_limits", "shout_limit", "upload_limit", "vapid_public_key",
    },
    "Marker": {"pleroma"},
    "MediaAttachment": {"pleroma"},
    "MutedAccount": {"pleroma", "fqn"},
    "Notification": {"emoji_url", "pleroma", "emoji", "chat_message"},
    "NotificationGroup": {"emoji_url", "emoji", "collection"},
    "Preferences": {"posting:default:quote_policy"},  # Mastodon 4.5
    "PreviewCard": {"language"},
    "Relationship": {"subscribing"},
    "Status": {"pleroma"},
    "StatusSource": {"content_type"},
    "TrendsLink": {"language"},
    "WebPushSubscription": {"policy"},
}  # fmt: skip

# Where Mastodon itself is not as it says, and we are as it is.
OTHERWISE = {
    "MediaAttachment.text_url may not be null",  # of what lies elsewhere
    "NotificationGroup.most_recent_notification_id is <class 'int'>, not s",
    "PreviewCard.published_at may not be null",
    "PreviewCardAuthor.account may not be null",
    "Status.application may not be null",
    # One Struct for Quote and ShallowQuote: either the status or its id.
    "Quote.quoted_status must always be there",
    "ShallowQuote.quoted_status_id must always be there",
    # Put in as ready bytes behind the rest; that they are there is what AnswerTests look at.
    "Status.reblog must always be there",
    "Status.poll must always be there",
    "Status.quote must always be there",
    "Status.quote_approval must always be there",
    "Status.text must always be there",  # only of one's own that was deleted
}


def facts() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "entities.json").read_text())
    return found


def struct_of(entity: str) -> Any:
    name = NAMES.get(entity, entity.replace("::", ""))
    folder = "protocols.mastodon.entities"
    for module in MODULES:
        found = getattr(import_module(f"{folder}.{module}"), name, None)
        if found is not None and found.__module__ == f"{folder}.{module}":
            return found
    raise AssertionError(f"there is no {name} for {entity}")


def kinds(type: Any) -> Iterator[Any]:
    """What a value of this type can be; without notes, with unions and Literals taken apart."""
    origin = get_origin(type)
    if origin is Annotated:
        yield from kinds(get_args(type)[0])
    elif origin in (Union, types.UnionType):
        for one in get_args(type):
            yield from kinds(one)
    else:
        yield type


def field_of(struct: Any, path: str) -> Any:
    """The type of a field by its path; None when there is none."""
    steps = re.findall(r"[^\[\]]+", path)
    here: list[Any] = [struct]
    for place, step in enumerate(steps):
        if step == "*":
            here = [k for one in here if get_origin(one) is list for k in kinds(get_args(one)[0])]
            continue
        structs = [one for one in here if isinstance(one, type) and issubclass(one, msgspec.Struct)]
        found = [info.type for one in structs for info in msgspec.structs.fields(one) if info.encode_name == step]
        if not found:
            return None
        if place == len(steps) - 1:
            return found[0]
        here = list(kinds(found[0]))
    return None


def wrong(given: Any, want: str, name: str) -> Iterator[str]:
    """How a field's type is wider than, or another than, the documented one."""
    base = want.rstrip("?~")
    flags = want[len(base) :]
    for kind in kinds(given):
        if kind is type(None):
            if "?" not in flags and base != "n":
                yield f"{name} may not be null"
        elif kind is msgspec.UnsetType:
            if "~" not in flags:
                yield f"{name} must always be there"
        elif kind is msgspec.Raw:
            pass  # ready bytes of the entity beside it
        elif not fits(kind, base):
            yield f"{name} is {kind}, not {base}"


def fits(kind: Any, base: str) -> bool:
    if base.startswith("["):
        return get_origin(kind) is list and all(fits(one, base[1:-1]) for one in kinds(get_args(kind)[0]) if one is not msgspec.Raw)
    if base.startswith("s:"):
        words = set(base[2:].split("|"))
        return get_origin(kind) is Literal and set(get_args(kind)) - OURS <= words <= set(get_args(kind))
    if get_origin(kind) is Literal:
        return all(type(one) is LEAVES.get(base) for one in get_args(kind))
    if base == "h":
        return kind is dict or get_origin(kind) is dict or issubclass(kind, msgspec.Struct)
    if base == "f":
        return kind in (int, float)
    if base in LEAVES:
        return kind is LEAVES[base]
    documented = struct_of(base)
    return isinstance(kind, type) and (kind is documented or issubclass(kind, documented))


class EntityTests(TestCase):
    maxDiff = None

    def test_every_field_is_there_with_its_type(self) -> None:
        problems = []
        for entity, fields in facts().items():
            struct = struct_of(entity)
            for name, want in fields.items():
                given = field_of(struct, name)
                if given is None:
                    problems.append(f"{entity}.{name} is missing")
                else:
                    problems += wrong(given, want, f"{entity}.{name}")
        self.assertEqual(set(problems), OTHERWISE)

    def test_nothing_else_is_there(self) -> None:
        documented: dict[Any, set[str]] = {}
        for entity, fields in facts().items():
            documented.setdefault(struct_of(entity), set()).update(name.partition("[")[0] for name in fields)
        more = {}
        for struct in documented:
            known = set().union(*(documented.get(one, set()) for one in struct.__mro__))
            extra = {info.encode_name for info in msgspec.structs.fields(struct)} - known
            if extra:
                more[struct.__name__] = extra
        self.assertEqual(more, MORE)

    def test_an_answer_with_anything_else_would_not_pass(self) -> None:
        for entity in facts():
            self.assertTrue(struct_of(entity).__struct_config__.forbid_unknown_fields, entity)


class AnswerTests(MastodonCase):
    async def test_a_status_always_says_whether_it_is_a_boost_or_has_a_poll(self) -> None:
        alice = await self.person("alice")
        said, asked = await self.say(alice, "hello"), await self.say(alice, "well?", poll=PollDraft(("yes", "no"), 600))
        token = await self.token(alice)
        boost = await self.call("POST", f"/api/v1/statuses/{said.id}/reblog", token)
        self.assertIsNone(boost["poll"])
        for id in (str(said.id), str(asked.id), boost["id"]):
            for who in (token, None):
                shown = await self.call("GET", f"/api/v1/statuses/{id}", who)
                self.assertEqual({"reblog", "poll", "quote", "quote_approval"} - set(shown), set())
                self.assertEqual((shown["poll"] is not None, shown["reblog"] is not None), (id == str(asked.id), id == boost["id"]))
