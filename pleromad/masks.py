"""The masks of a room's lists: whom `+b`, `+e` and `+I` mean (RFC 2812 section 2.5).

A mask is held against `nick!user@host`: of somebody here `name!name@our.domain`, of somebody elsewhere
`user/host!user@host`. `~a:name` means an account by its handle.
"""

from __future__ import annotations

from pleromad.model.account import Account


def source_of(account: Account, hostname: str) -> str:
    return f"{account.acct.replace('@', '/', 1)}!{account.username}@{account.domain or hostname}"


def meets(mask: str, account: Account, hostname: str, *, speaking: bool = False) -> bool:
    """`~m:mask` means only that they may not speak."""
    if mask.startswith("~m:"):
        return speaking and meets(mask[3:], account, hostname)
    if mask.startswith("~a:"):
        return match(mask[3:], account.acct)
    return match(mask, source_of(account, hostname))


def casefold(name: str) -> str:
    """CASEMAPPING=ascii: only A to Z are the same as a to z."""
    return name.encode().lower().decode()


def match(mask: str, text: str) -> bool:
    """Wildcards `*` and `?` (RFC 2812 section 2.5), `\\` before either takes its meaning away. Never slower than
    length of mask times length of text."""
    pattern = _mask_parts(casefold(mask))
    text = casefold(text)
    at = position = 0
    star, star_position = -1, 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, star_position = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", "=" + text[position]):
            at += 1
            position += 1
        elif star >= 0:
            star_position += 1
            at, position = star + 1, star_position
        else:
            return False
    return all(part == "*" for part in pattern[at:])


def _mask_parts(mask: str) -> list[str]:
    """`*` and `?` as they are, everything else as `=c`, so that an escaped star is not a wildcard."""
    parts = []
    characters = iter(mask)
    for character in characters:
        if character == "\\":
            following = next(characters, "")
            parts += ["=" + following] if following in ("*", "?") else ["=\\", *(["=" + following] if following else [])]
        elif character in "*?":
            parts.append(character)
        else:
            parts.append("=" + character)
    return parts
