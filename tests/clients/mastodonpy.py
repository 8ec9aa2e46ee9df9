"""Mastodon.py, held to its own words: what it returns must be of the types it declares."""

from __future__ import annotations

import datetime as dates
import queue
import types
from collections.abc import Iterator
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from mastodon import Mastodon, StreamListener
from mastodon.return_types import AttribAccessDict
from mastodon.types_base import MaybeSnowflakeIdType

from tests.clients.served import ServedCase, authorize
from tests.support.core import PASSWORD

SCOPES = ["read", "write", "follow", "push"]
SECONDS = 20
# Declared as always there, where Mastodon itself leaves them out or null.
MISSING_THERE = {
    "MediaAttachment.blurhash",  # null of sound
    "InstanceContact.account",  # null where staff named nobody
    "Instance.contact_account",
    # A status says only the name and the website of the app it was written with.
    *(f"Application.{name}" for name in ("id", "redirect_uri", "redirect_uris", "scopes", "vapid_key")),
    # In a FilterResult it takes the filters of the second version for ones of the first.
    *(f"Filter.{name}" for name in ("irreversible", "phrase", "whole_word")),
    # Only in the second version of the instance.
    *(
        f"InstanceAccountConfiguration.{name}"
        for name in ("max_pinned_statuses", "max_display_name_length", "max_note_length", "max_avatar_description_length",
                     "max_header_description_length", "max_profile_fields", "profile_field_name_limit", "profile_field_value_limit")
    ),
    "Report.rules_ids",  # a slip: they are `rule_ids`
    # Not in Mastodon's documents.
    "NotificationPolicy.for_bots",
    "Preferences.posting_default_quote_policy",
    "Preferences.reading_autoplay_gifs",
    "SearchV2.collections",
}
hints = cache(get_type_hints)


class Ear(StreamListener):
    """What a stream said, in order."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.hearts: queue.Queue[bool] = queue.Queue()

    def on_update(self, status: Any) -> None:
        self.heard.put(("update", status))

    def on_status_update(self, status: Any) -> None:
        self.heard.put(("status_update", status))

    def on_delete(self, status_id: Any) -> None:
        self.heard.put(("delete", str(status_id)))

    def on_notification(self, notification: Any) -> None:
        self.heard.put(("notification", notification))

    def on_conversation(self, conversation: Any) -> None:
        self.heard.put(("conversation", conversation))

    def on_filters_changed(self, *nothing: Any) -> None:
        self.heard.put(("filters_changed", None))

    def on_websocket_error(self, error: Any, for_stream: Any = None) -> None:
        self.heard.put(("error", error))

    def handle_heartbeat(self) -> None:
        self.hearts.put(True)

    def next(self) -> tuple[str, Any]:
        name, what = self.heard.get(timeout=SECONDS)
        assert not (wrong := list(faults(what, name))), wrong
        return name, what


class Checked:
    """A Mastodon whose answers are looked at, each by the type that Mastodon.py gave it."""

    def __init__(self, api: Mastodon) -> None:
        self.plain = api

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.plain, name)
        if not callable(found):
            return found

        def checked(*args: Any, **options: Any) -> Any:
            answer = found(*args, **options)
            assert not (wrong := list(faults(answer, name))), wrong
            return answer

        return checked


def faults(value: Any, where: str) -> Iterator[str]:
    """What is not as declared, e.g. `Status.created_at: '2026' is no datetime`."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from faults(one, f"{where}[{number}]")
    elif isinstance(value, AttribAccessDict):
        for name, hint in hints(type(value)).items():
            field = f"{type(value).__name__}.{name}"
            if not name.startswith("_") and field not in MISSING_THERE:
                if not fits(value.get(name), hint):
                    yield f"{where}: {field}: {value.get(name)!r} is no {hint}"
                else:
                    yield from faults(value.get(name), f"{where}.{name}")


def fits(value: Any, hint: Any) -> bool:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return any(fits(value, one) for one in get_args(hint))
    if origin is not None and issubclass(origin, list):
        return isinstance(value, list) and all(fits(one, get_args(hint)[0]) for one in value)
    if hint is Any:
        return True
    if hint is MaybeSnowflakeIdType:
        return isinstance(value, (str, MaybeSnowflakeIdType))
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint is float:
        return isinstance(value, (int, float))
    if hint in (str, bool, dict, dates.datetime, types.NoneType):
        return isinstance(value, hint)
    wanted = origin or hint
    return not isinstance(wanted, type) or isinstance(value, wanted)


class MastodonPyCase(ServedCase):
    timeout = 120

    def app(self, name: str, *, by_password: bool = True) -> Any:
        """Somebody's app, by their password or by the code that the web pages show. Blocks: for a thread."""
        client_id, secret = Mastodon.create_app("Test", scopes=SCOPES, api_base_url=self.url)
        api = Mastodon(client_id=client_id, client_secret=secret, api_base_url=self.url, version_check_mode="created")
        if by_password:
            api.log_in(username=name, password=PASSWORD, scopes=SCOPES, allow_http=True)
        else:
            address = api.auth_request_url(scopes=SCOPES, allow_http=True)
            api.log_in(code=authorize(address, name), scopes=SCOPES, allow_http=True)
        return Checked(api)
