"""What a page says of itself to machines: OpenGraph, other representations, rel=me."""

from __future__ import annotations

from dataclasses import dataclass

from pleromad.clock import iso
from pleromad.ids import Uris
from pleromad.model.account import Account
from pleromad.model.note import Note
from pleromad.text import excerpt
from web.pages import shown
from web.pages.shown import ShownNote

ACTIVITY = "application/activity+json"
ICON = "/static/icon.png"
ATOM = "application/atom+xml"


@dataclass(frozen=True, slots=True)
class Head:
    url: str
    title: str
    description: str
    type: str = "website"
    image: str = ""
    image_alt: str = ""
    username: str = ""
    published: str = ""
    card: str = "summary"
    alternates: tuple[tuple[str, str], ...] = ()
    me: tuple[str, ...] = ()
    index: bool = True


def of_account(account: Account, uris: Uris, domain: str) -> Head:
    person = shown.person(account)
    alternates: tuple[tuple[str, str], ...] = ((ACTIVITY, account.uri),)
    if account.local and not account.group:
        alternates += ((ATOM, f"{uris.person(account.username)}/feed.atom"),)
    return Head(
        url=account.url,
        title=f"{person.plain} (@{account.username}@{account.domain or domain})",
        description=excerpt(account.note, 300)
        or f"{account.statuses_count} posts, {account.followers_count} followers",
        type="profile",
        image=absolute(account.avatar_url or ICON, uris),
        image_alt=account.avatar_description,
        username=f"{account.username}@{account.domain or domain}",
        alternates=alternates,
        me=tuple(shown.proofs(account)) if account.local else (),
        index=account.local and account.indexable and not account.suspended,
    )


def of_note(note: Note, page: ShownNote, uris: Uris, domain: str) -> Head:
    picture = next((p for p in page.pictures if p.kind == "image"), None) if not note.sensitive else None
    author = page.author
    return Head(
        url=note.url or note.uri,
        title=f"{author.plain} (@{note.account.username}@{note.account.domain or domain})",
        description=shown.summary(page, 300),
        type="article",
        image=picture.src if picture else absolute(note.account.avatar_url or ICON, uris),
        image_alt=picture.alt if picture else "",
        username=f"{note.account.username}@{note.account.domain or domain}",
        published=iso(note.created_at),
        card="summary_large_image" if picture else "summary",
        alternates=((ACTIVITY, note.uri),),
        index=note.local and note.account.indexable and not note.account.suspended,
    )


def absolute(url: str, uris: Uris) -> str:
    return uris.base + url if url.startswith("/") else url
