"""Reading without a channel: timelines, threads, one note whole, search."""

from __future__ import annotations

from collections.abc import Sequence

from pleromad.model.note import Note, Seen
from pleromad.model.page import Page
from protocols.irc.fedi.table import Ask, Mistaken, verb
from protocols.irc.names import nick_of
from protocols.irc.telling import telling_of

USUAL, MOST = 10, 40
THREAD = 40


def _page(ask: Ask, at: int = 0) -> Page:
    words = ask.words[at:]
    if words and not (words[0].isascii() and words[0].isdecimal() and int(words[0][:4]) > 0):
        raise Mistaken("How many?")
    return Page(limit=min(int(words[0][:4]), MOST) if words else USUAL)


def _notes(found: Sequence[Seen]) -> list[Note]:
    return [seen.note for seen in reversed(found)]


@verb("home", usage="home [COUNT]", help="The newest notes of those you follow. JOIN &home shows them live.")
async def home(ask: Ask) -> None:
    ask.show(_notes((await ask.core.reading.home(ask.me, _page(ask))).items))


@verb("local", usage="local [COUNT]", help="The newest public notes of this server. JOIN &local shows them live.")
async def local(ask: Ask) -> None:
    ask.show(_notes((await ask.core.reading.public(ask.me, _page(ask), local=True)).items))


@verb("federated", usage="federated [COUNT]", help="The newest public notes known here. JOIN &federated shows them live.")
async def federated(ask: Ask) -> None:
    ask.show(_notes((await ask.core.reading.public(ask.me, _page(ask))).items))


@verb("notifications", "notifs", usage="notifications [COUNT]", help="What concerns you. JOIN &notifications shows it live.")
async def notifications(ask: Ask) -> None:
    found = (await ask.core.reading.notifications(ask.me, _page(ask))).items
    ask.show([telling_of(one) for one in reversed(found)])


@verb("bookmarks", usage="bookmarks [COUNT]", help="What you put a bookmark to.")
async def bookmarks(ask: Ask) -> None:
    ask.show(_notes((await ask.core.reading.bookmarks(ask.me, _page(ask))).items))


@verb("timeline", "tl", usage="timeline WHO|#TAG [COUNT]", help="The newest notes of somebody, or under a hashtag.")
async def timeline(ask: Ask) -> None:
    word, _ = ask.first("person or hashtag")
    page = _page(ask, 1)
    if word.startswith("#"):
        ask.show(_notes((await ask.core.reading.tag(ask.me, word[1:], page)).items))
        return
    account = await ask.somebody(word)
    ask.show(_notes((await ask.core.reading.of_account(ask.me, account.id, page)).items))


@verb("thread", "context", usage="thread NOTE", help="What it answers, the note, and what answers it.")
async def thread(ask: Ask) -> None:
    note = await ask.note(ask.first("note")[0])
    before, after = await ask.core.reading.thread(ask.me, note.id)
    await ask.core.walks.shown(ask.me, note, [*before, *after])
    ask.show([*(seen.note for seen in before[-THREAD:]), note, *(seen.note for seen in after[:THREAD])])
    hidden = max(0, len(before) - THREAD) + max(0, len(after) - THREAD)
    if hidden:
        ask.say(f"{hidden} more: {note.url or note.uri}")


@verb("show", usage="show NOTE", help="One note with all there is to it: poll, counts, address.")
async def show(ask: Ask) -> None:
    note = await ask.note(ask.first("note")[0])
    ask.show([note])
    if note.poll is not None:
        total = max(1, sum(option.votes_count for option in note.poll.options))
        for number, option in enumerate(note.poll.options, 1):
            ask.say(f"    {number}. {option.title} ({option.votes_count}, {option.votes_count * 100 // total}%)")
        ended = note.poll.expires_at is not None and note.poll.expires_at <= ask.core.clock.now()
        ask.say("    The poll has ended" if ended else "    vote NOTE NUMBER")
    if note.reactions:
        ask.say("    " + "  ".join(f"{one.name} {one.count}" for one in note.reactions))
    ask.say(
        f"    {note.created_at:%Y-%m-%d %H:%M} UTC, {note.visibility.value}: {note.likes_count} likes, {note.boosts_count} boosts, "
        f"{note.replies_count} answers  {note.url or note.uri}"
    )


@verb("url", usage="url NOTE", help="Its address, for a browser.")
async def url(ask: Ask) -> None:
    note = await ask.note(ask.first("note")[0])
    ask.say(note.url or note.uri)


@verb("search", usage="search WORDS", help="People, hashtags and notes; from:, has:, before: and the like narrow it. JOIN &search/words for more.")
async def search(ask: Ask) -> None:
    if not ask.text:
        raise Mistaken("For what?")
    reading = ask.core.reading
    people = await reading.search_accounts(ask.me, ask.text, limit=5)
    if not people and ask.core.resolver is not None and "@" in ask.text and " " not in ask.text:
        people = [await ask.somebody(ask.text)]
    tags = await reading.search_tags(ask.text, 5)
    found = (await reading.search(ask.me, ask.text, Page(limit=USUAL))).items
    if people:
        ask.say("People: " + " ".join(nick_of(account.acct) for account in people))
    if tags:
        ask.say("Hashtags: " + " ".join(f"#{tag}" for tag in tags))
    if found or not (people or tags):
        ask.show(_notes(found), empty="Nothing was found")
