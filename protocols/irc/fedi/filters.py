"""Filters: words you do not want to meet, in every door."""

from __future__ import annotations

from pleromad.model.personal import CONTEXTS
from pleromad.personal.filters import KeywordChange
from protocols.irc.fedi.table import Ask, Mistaken, verb


@verb(
    "filter",
    "filters",
    usage="filter [add|hide WORDS] or filter delete NUMBER",
    help="Your filters. add: other clients warn of notes with these words; hide: nobody shows you them, IRC neither.",
)
async def filter_(ask: Ask) -> None:
    personal = ask.core.personal
    action, _, rest = ask.text.partition(" ")
    rest = rest.strip()
    found = await personal.filters(ask.me)
    match action.lower():
        case "":
            for number, each in enumerate(found, 1):
                words = ", ".join(keyword.keyword for keyword in each.keywords)
                ask.say(f"{number}. {each.title} ({each.action}): {words}")
            if not found:
                ask.say("You have no filters")
        case "add" | "hide" if rest:
            how = "hide" if action.lower() == "hide" else "warn"
            word = KeywordChange(None, rest, whole_word=True)
            await personal.put_filter(ask.me, title=rest, contexts=list(CONTEXTS), action=how, keywords=[word])
            ask.say(f"{rest} is filtered ({how})")
        case "delete" if rest.isdecimal() and 0 < int(rest[:6]) <= len(found):
            each = found[int(rest[:6]) - 1]
            await personal.delete_filter(ask.me, each.id)
            ask.say(f"{each.title} is no longer filtered")
        case _:
            raise Mistaken()
