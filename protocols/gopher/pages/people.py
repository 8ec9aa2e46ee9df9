"""Somebody's page: who they are and what they said."""

from __future__ import annotations

from pleromad.errors import NotFound
from pleromad.model.account import Account
from pleromad.model.page import Page
from pleromad.text import find_links, plain_name, to_plain, wrap
from protocols.gopher import items
from protocols.gopher.from_core import count, day, name_of
from protocols.gopher.items import WIDTH
from protocols.gopher.pages.timelines import listing
from protocols.gopher.pages.visit import Answer, Visit, public, window

BIO_HTML = 20_000
PINNED = 5


async def users(visit: Visit) -> Answer:
    """`/users/NAME`, and what is known here of `/users/NAME@HOST`."""
    handle, *rest = visit.rest or ("",)
    if not handle or len(handle) > 300:
        raise NotFound
    page = window(rest)
    account = await visit.core.reading.account_by_handle(handle)
    if account.suspended:
        raise NotFound
    found = await visit.core.reading.of_account(None, account.id, page)
    above = ""
    if not rest:
        above = items.block(profile(visit, account))
        pinned = await visit.core.reading.of_account(None, account.id, Page(PINNED), pinned=True)
        cards = await visit.render((seen.note for seen in pinned.items if public(seen.note)), visit.cards.in_list)
        if cards:
            above += items.block([items.info("Pinned:"), items.info()]) + "".join(cards)
            above += items.block([items.info("-" * WIDTH), items.info()])
    return Answer(await listing(visit, name_of(account), found, f"/users/{account.acct}", page, above))


def profile(visit: Visit, account: Account) -> list[str]:
    here = visit.here
    lines = []
    what = [word for word, so in (("a bot", account.bot), ("a group", account.group), ("approves followers", account.locked)) if so]
    if account.role is not None and account.show_role and account.role != "user":
        what.insert(0, account.role.value)
    if what:
        lines.append(items.info(", ".join(what)))
    bio = account.note[:BIO_HTML]
    lines += [items.info(line) for line in to_plain(bio, links="none", width=WIDTH).split("\n") if account.note]
    for link in find_links(bio)[:20]:
        if link.kind == "link":
            lines.append(items.outside(items.fit(f"-> {link.href}"), link.href, here))
    if lines:
        lines.append(items.info())
    for field in account.fields[:20]:
        name = plain_name(field.name, 60)
        value = " ".join(to_plain(field.value[:5_000], links="none").split())
        start = f"{name}: "
        lines += [items.info(line) for line in wrap(value, WIDTH, start, "  ")]
        if field.verified_at is not None:
            lines.append(items.info(f"  (this address links back; seen {day(field.verified_at)})"))
        lines += [items.outside(items.fit(f"-> {link.href}"), link.href, here) for link in find_links(field.value[:5_000])[:3]]
    if account.fields:
        lines.append(items.info())
    if account.moved_to_uri:
        lines += [items.outside(items.fit(f"Has moved to {account.moved_to_uri}"), account.moved_to_uri, here), items.info()]
    counts = [count(account.statuses_count, "note", "notes")]
    if not account.hide_collections:
        counts.append(f"{account.following_count} followed")
        counts.append(count(account.followers_count, "follower", "followers"))
    lines.append(items.info(f"{', '.join(counts)}, here since {day(account.created_at)}"))
    if account.group and account.local:
        lines.append(items.link(items.MENU, "The room", f"/rooms/{account.username}", here))
    if account.avatar_url and account.avatar_url.startswith(visit.core.uris.media("")):
        path = account.avatar_url.removeprefix(visit.core.uris.media(""))
        kind = items.GIF if path.endswith(".gif") else items.IMAGE
        text = items.fit(f"[Picture] {plain_name(account.avatar_description, 200) or 'who this is'}")
        lines.append(items.link(kind, text, f"/media/{path}", here))
    lines += [items.outside("On the web", account.url, here), items.info(), items.info("-" * WIDTH), items.info()]
    return lines
