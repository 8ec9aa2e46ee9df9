"""Lists of people, by their titles."""

from __future__ import annotations

from pleromad.errors import NotFound
from pleromad.model.page import Page
from pleromad.model.personal import List
from protocols.irc.fedi.table import Ask, Mistaken, verb
from protocols.irc.names import nick_of

MEMBERS = 80


async def _list(ask: Ask, title: str) -> List:
    wanted = title.replace("_", " ").lower()
    for each in await ask.core.personal.lists(ask.me):
        if each.title.replace("_", " ").lower() == wanted:
            return each
    raise NotFound(f"You have no list called {title[:100]}")


@verb(
    "list",
    "lists",
    usage="list [new|delete|show TITLE] or list add|remove WHO TITLE",
    help="Your lists; JOIN &list/title (with _ for a space) shows what those on it say. Only whom you follow can be on one.",
)
async def list_(ask: Ask) -> None:
    personal = ask.core.personal
    action, _, rest = ask.text.partition(" ")
    rest = rest.strip()
    if not action:
        found = await personal.lists(ask.me)
        ask.say(*(each.title for each in found) if found else ("You have no lists",))
        return
    if not rest:
        raise Mistaken("Which list?")
    match action.lower():
        case "new":
            made = await personal.add_list(ask.me, rest)
            ask.say(f"There is a list {made.title}; list add WHO {made.title} puts somebody on it")
        case "delete":
            each = await _list(ask, rest)
            await personal.delete_list(ask.me, each.id)
            ask.say(f"The list {each.title} is gone")
        case "show":
            each = await _list(ask, rest)
            members = (await personal.list_members(ask.me, each.id, Page(limit=MEMBERS))).items
            ask.say(f"{each.title}: " + (" ".join(nick_of(account.acct) for account in members) or "nobody"))
        case "add" | "remove":
            who, _, title = rest.partition(" ")
            account, each = await ask.somebody(who), await _list(ask, title.strip())
            if action.lower() == "add":
                await personal.add_members(ask.me, each.id, [account.id])
            else:
                await personal.remove_members(ask.me, each.id, [account.id])
            ask.say(f"{nick_of(account.acct)} is {'' if action.lower() == 'add' else 'no longer '}on {each.title}")
        case _:
            raise Mistaken()
