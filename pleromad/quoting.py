"""Who may quote what (FEP-044f): pure functions. A policy is what an author says beforehand; of others' servers only the stamp counts."""

from __future__ import annotations

from collections.abc import Sequence

from pleromad.ids import PUBLIC
from pleromad.model.note import QuotePolicy, Visibility

PUBLIC_POLICY = QuotePolicy(("public",))
NOBODY = QuotePolicy()
# What people choose from, in Mastodon's words.
CHOICES = {"public": PUBLIC_POLICY, "followers": QuotePolicy(("followers",)), "nobody": NOBODY}
OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)


def verdict(
    visibility: Visibility, policy: QuotePolicy | None, *, author: bool, follows: bool = False, followed: bool = False
) -> str:
    """automatic, manual, denied or unknown: for who `follows` the author, is `followed` by them, or is the author.

    Notes that are not public are quoted by their authors only, direct ones by nobody. A note that does not say who may quote it is of
    software that does not ask (Pleroma, Misskey): there whoever may read it may quote it.
    """
    if author:
        return "denied" if visibility is Visibility.DIRECT else "automatic"
    if visibility not in OPEN:
        return "denied"
    if policy is None or _meets(policy.automatic, follows, followed):
        return "automatic"
    if _meets(policy.manual, follows, followed):
        return "manual"
    return "unknown" if "unsupported_policy" in (*policy.automatic, *policy.manual) else "denied"


def _meets(classes: Sequence[str], follows: bool, followed: bool) -> bool:
    return "public" in classes or ("followers" in classes and follows) or ("following" in classes and followed)


def of_uris(
    given: tuple[Sequence[str], Sequence[str]] | None, *, author: str, followers: str, following: str
) -> QuotePolicy | None:
    """`interactionPolicy.canQuote` of a note of this author: (automaticApproval, manualApproval)."""
    if given is None:
        return None
    names = {PUBLIC: "public", followers: "followers", following: "following"}

    def classes(uris: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(names.get(uri, "unsupported_policy") for uri in uris if uri and uri != author))

    return QuotePolicy(classes(given[0]), classes(given[1]))


def to_uris(policy: QuotePolicy, *, author: str, followers: str, following: str) -> dict[str, object]:
    names = {"public": PUBLIC, "followers": followers, "following": following}

    def uris(classes: Sequence[str]) -> list[str]:
        return [names[name] for name in classes if name in names]

    return {"canQuote": {"automaticApproval": uris(policy.automatic) or [author], "manualApproval": uris(policy.manual)}}
