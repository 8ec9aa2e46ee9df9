"""Scopes: what an application may do (Mastodon documentation, "OAuth Scopes"; Pleroma adds its own under the same roots)."""

from __future__ import annotations

import re
from collections.abc import Collection

from pleromad.errors import Invalid

ROOTS = ("read", "write", "follow", "push", "profile", "admin")
MAX_SCOPES = 60
_SCOPE = re.compile(rf"(?:{'|'.join(ROOTS)})(?::[a-z_]{{1,40}}){{0,2}}")
_PARTS = re.compile(r"[\s,+]+")

# What the server says it knows (RFC 8414, scopes_supported).
_READ = [
    "accounts",
    "blocks",
    "bookmarks",
    "collections",
    "favourites",
    "filters",
    "follows",
    "lists",
    "mutes",
    "notifications",
    "search",
    "statuses",
]
_WRITE = [
    "accounts",
    "blocks",
    "bookmarks",
    "collections",
    "conversations",
    "favourites",
    "filters",
    "follows",
    "lists",
    "media",
    "mutes",
    "notifications",
    "reports",
    "statuses",
]
_ADMIN = [
    "accounts",
    "reports",
    "domain_allows",
    "domain_blocks",
    "ip_blocks",
    "email_domain_blocks",
    "canonical_email_blocks",
]
SUPPORTED: tuple[str, ...] = (
    "read",
    *(f"read:{name}" for name in _READ),
    "write",
    *(f"write:{name}" for name in _WRITE),
    "follow",
    "push",
    "profile",
    *(scope for verb in ("read", "write") for scope in (f"admin:{verb}", *(f"admin:{verb}:{name}" for name in _ADMIN))),
)

# In words, for the person who is asked. Narrower scopes are told by their root and what follows the colon.
WORDS = {
    "read": "read everything you can read here",
    "write": "post, and change everything you can change here",
    "follow": "change whom you follow, block and mute",
    "push": "send notifications to this device",
    "profile": "know who you are: your name and your profile",
    "admin": "look after this server as you may",
}
_THINGS = {
    "accounts": "your profile and those of others",
    "blocks": "whom you block",
    "bookmarks": "your bookmarks",
    "conversations": "your direct conversations",
    "favourites": "what you like",
    "filters": "your filters",
    "follows": "whom you follow",
    "lists": "your lists",
    "media": "pictures and other media",
    "mutes": "whom you mute",
    "notifications": "your notifications",
    "reports": "reports",
    "search": "search on your behalf",
    "statuses": "posts",
}
_WRITTEN = {
    "statuses": "write and delete posts in your name",
    "media": "upload pictures and other media",
    "reports": "report people and posts",
    "notifications": "clear your notifications",
}


def parse(text: str) -> frozenset[str]:
    """Split at blanks, commas (Pleroma) or pluses. Invalid (field `scope`) when one is unknown."""
    names = [name for name in _PARTS.split(text.strip()) if name]
    if len(names) > MAX_SCOPES or not all(_SCOPE.fullmatch(name) for name in names):
        raise Invalid("The requested scope is invalid, unknown, or malformed.", field="scope")
    return frozenset(names)


def covers(given: Collection[str], wanted: str) -> bool:
    """`read` covers `read:statuses`."""
    parts = wanted.split(":")
    return any(":".join(parts[: n + 1]) in given for n in range(len(parts)))


def granted(
    wanted: str | None, of_app: Collection[str], *, default: Collection[str] = ("read",)
) -> frozenset[str]:
    """The scopes of a new grant: as asked, all of them covered by the app's. Invalid (field `scope`) otherwise.

    When none are asked for: `default`, as far as the app has it, else all the app has.
    """
    scopes = parse(wanted or "")
    if not scopes:
        return frozenset(name for name in default if covers(of_app, name)) or frozenset(of_app)
    if not all(covers(of_app, name) for name in scopes):
        raise Invalid("The requested scope is invalid, unknown, or malformed.", field="scope")
    return scopes


def known(given: Collection[str]) -> frozenset[str]:
    """Those that can be told in words."""
    return frozenset(name for name in given if _SCOPE.fullmatch(name))


def in_words(scopes: Collection[str]) -> list[str]:
    """One line per scope that no other one covers."""
    lines = []
    for name in sorted(scopes, key=lambda name: (ROOTS.index(name.partition(":")[0]), name)):
        root, _, thing = name.partition(":")
        if thing and covers(set(scopes) - {name}, name):
            continue
        if root == "admin" and thing:
            lines.append(_as_staff(thing))
        elif not thing:
            lines.append(WORDS[root])
        elif root == "write" and thing in _WRITTEN:
            lines.append(_WRITTEN[thing])
        else:
            verb = {"read": "read", "write": "change"}.get(root, root)
            lines.append(f"{verb} {_THINGS.get(thing, thing.replace(':', ' ').replace('_', ' '))}")
    return lines


def _as_staff(thing: str) -> str:
    """`read`, `write:reports`: of the staff, as far as their role goes."""
    verb, _, noun = thing.partition(":")
    did = {"read": "see", "write": "change"}.get(verb, verb)
    what = noun.replace("_", " ") if noun else "everything"
    return f"{did} {what} as staff of this server, as far as your role goes"
