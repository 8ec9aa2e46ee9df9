"""The main menu and what is said of the server itself."""

from __future__ import annotations

from pleromad import __version__
from pleromad.text import plain_name, to_plain, wrap
from protocols.gopher import items
from protocols.gopher.items import WIDTH
from protocols.gopher.pages.visit import Answer, Visit, heading, home_link


def _description(visit: Visit) -> list[str]:
    said = visit.core.settings.instance.description[:5_000]
    if "<" in said:
        return [items.info(line) for line in to_plain(said, width=WIDTH).split("\n")]
    return items.paragraphs(said)


async def front(visit: Visit) -> Answer:
    here, settings = visit.here, visit.core.settings
    lines = [
        *heading(settings.name),
        *_description(visit),
        items.info(),
        items.link(items.MENU, "What is said here", "/main/public", here),
        items.link(items.MENU, "What is said on the whole known network", "/main/all", here),
        items.link(items.MENU, "Hashtags", "/tags", here),
        items.link(items.MENU, "Rooms", "/rooms", here),
        items.link(items.SEARCH, "Search for people, hashtags and words", "/search", here),
        items.info(),
        items.link(items.MENU, "About this server", "/about", here),
        items.link(items.TEXT, "Rules", "/rules", here),
        items.link(items.TEXT, "Help", "/help", here),
        items.outside("On the web", f"{visit.core.uris.base}/", here),
    ]
    return Answer(items.menu(lines), steady=True)


async def about(visit: Visit) -> Answer:
    here, settings = visit.here, visit.core.settings
    counts = await visit.core.reading.counts()
    lines = [
        *heading(f"About {settings.name}"),
        *_description(visit),
        items.info(),
        items.info(f"People:         {counts.people}, {counts.active_month} of them active this month"),
        items.info(f"Notes:          {counts.notes}"),
        items.info(f"Known servers:  {counts.hosts}"),
        items.info(f"Sign-up:        {SIGN_UP[settings.instance.registrations]}"),
        items.info(f"Software:       pleromad {__version__}"),
    ]
    if settings.instance.contact_account:
        name = settings.instance.contact_account.lstrip("@").partition("@")[0]
        lines += [items.info(), items.link(items.MENU, f"Who runs this: @{name}", f"/users/{name}", here)]
    if settings.instance.contact_email:
        lines.append(items.outside(f"Write to {settings.instance.contact_email}", f"mailto:{settings.instance.contact_email}", here))
    lines += [
        items.info(),
        items.link(items.TEXT, "Rules", "/rules", here),
        items.outside("On the web", f"{visit.core.uris.base}/", here),
        home_link(here),
    ]
    return Answer(items.menu(lines), steady=True)


SIGN_UP = {
    "open": "open to everybody, on the web",
    "approval": "on the web; somebody looks at each request",
    "invite": "by invitation",
    "closed": "closed",
}


async def rules(visit: Visit) -> Answer:
    name = plain_name(visit.core.settings.name, 100)
    lines = [f"Rules of {name}", ""]
    for place, rule in enumerate(visit.core.settings.instance.rules, 1):
        start = f"{place}. "
        lines += [*wrap(plain_name(rule, 2_000), WIDTH, start, " " * len(start)), ""]
    if len(lines) == 2:
        lines.append("None are written down. Be kind.")
    return Answer(items.text_file(lines), steady=True)


HELP = """\
This is {name}, a server of the fediverse, read over gopher.

What you can read here is what its people made public. To write, log in
on the web: {web}

Selectors, should you want to type them:

  /main/public          what is said here
  /main/all             what is said on the whole known network
  /notices/ID           a note and its thread; /notices/ID/text as text
  /users/NAME           somebody here, or /users/NAME@HOST elsewhere
  /tags/NAME            a hashtag
  /rooms/NAME           what was said in a room
  /search<TAB>WORDS     people, hashtags and notes; @name for people
                        only, #name for a hashtag
  /about  /rules  /help

Lists go on with /before/ID. All text is UTF-8; dates are in UTC. When
letters look wrong in lynx, start it with -assume_charset=utf-8. Texts
behind a warning are shown when you follow "[Show it]".\
"""


async def help_(visit: Visit) -> Answer:
    text = HELP.format(name=plain_name(visit.core.settings.name, 60), web=visit.core.uris.base)
    return Answer(items.text_file(text.split("\n")), steady=True)

