"""What is done to a note of anybody: boost, fav, react, bookmark, vote, mute its thread; and each taken back."""

from __future__ import annotations

from pleromad.model.activity import Announce, EmojiReact, Like, Undo, Vote
from protocols.irc.fedi.table import Ask, Mistaken, excerpt, verb


@verb("boost", "rt", usage="boost NOTE", help="Passes a note on to those who follow you.")
async def boost(ask: Ask) -> None:
    note = await ask.note(ask.first("note")[0])
    await ask.submit(Announce(actor_id=ask.me, note_id=note.id))
    ask.say(f"Boosted: {excerpt(note)}")


@verb("unboost", usage="unboost NOTE", help="Takes your boost back.")
async def unboost(ask: Ask) -> None:
    note = await ask.note(ask.first("note")[0])
    await ask.submit(Undo(actor_id=ask.me, of=Announce(actor_id=ask.me, note_id=note.id)))
    ask.say(f"No longer boosted: {excerpt(note)}")


@verb("fav", "like", "favourite", usage="fav NOTE", help="Tells the author that you like it.")
async def fav(ask: Ask) -> None:
    note = await ask.note(ask.first("note")[0])
    await ask.submit(Like(actor_id=ask.me, note_id=note.id))
    ask.say(f"Liked: {excerpt(note)}")


@verb("unfav", "unlike", usage="unfav NOTE", help="Takes that back.")
async def unfav(ask: Ask) -> None:
    note = await ask.note(ask.first("note")[0])
    await ask.submit(Undo(actor_id=ask.me, of=Like(actor_id=ask.me, note_id=note.id)))
    ask.say(f"No longer liked: {excerpt(note)}")


@verb("react", usage="react NOTE EMOJI", help="Answers with an emoji, or one of this server by its name.")
async def react(ask: Ask) -> None:
    word, emoji = ask.first("note")
    if not emoji.strip(":"):
        raise Mistaken("With which emoji?")
    note = await ask.note(word)
    await ask.submit(EmojiReact(actor_id=ask.me, note_id=note.id, emoji=emoji.strip(":")))
    ask.say(f"{emoji}: {excerpt(note)}")


@verb("unreact", usage="unreact NOTE EMOJI", help="Takes that back.")
async def unreact(ask: Ask) -> None:
    word, emoji = ask.first("note")
    if not emoji.strip(":"):
        raise Mistaken("Which emoji?")
    note = await ask.note(word)
    await ask.submit(Undo(actor_id=ask.me, of=EmojiReact(actor_id=ask.me, note_id=note.id, emoji=emoji.strip(":"))))
    ask.say(f"Taken back: {excerpt(note)}")


@verb("bookmark", usage="bookmark NOTE", help="Keeps it for you alone, in &bookmarks.")
async def bookmark(ask: Ask) -> None:
    note = await ask.note(ask.first("note")[0])
    await ask.core.personal.bookmark(ask.me, note.id)
    ask.say(f"Bookmarked: {excerpt(note)}")


@verb("unbookmark", usage="unbookmark NOTE", help="Takes it from your bookmarks.")
async def unbookmark(ask: Ask) -> None:
    note = await ask.note(ask.first("note")[0])
    await ask.core.personal.unbookmark(ask.me, note.id)
    ask.say(f"No longer bookmarked: {excerpt(note)}")


@verb("vote", usage="vote NOTE NUMBER [NUMBER ...]", help="Votes in its poll, by the numbers of the answers; `show NOTE` tells them.")
async def vote(ask: Ask) -> None:
    word, rest = ask.first("poll")
    note = await ask.note(word)
    numbers = rest.replace(",", " ").split()
    if note.poll is None or not numbers or not all(number.isdecimal() and 0 < int(number[:3]) <= len(note.poll.options) for number in numbers):
        raise Mistaken("Say the numbers of the answers")
    await ask.submit(Vote(actor_id=ask.me, note_id=note.id, choices=tuple(int(number) - 1 for number in numbers)))
    ask.say("Voted for " + ", ".join(note.poll.options[int(number) - 1].title for number in numbers))


@verb("mutethread", usage="mutethread NOTE", help="You are told no more of what is said in this talk.")
async def mutethread(ask: Ask) -> None:
    note = await ask.note(ask.first("note")[0])
    await ask.core.personal.mute_thread(ask.me, note.id, True)
    ask.say("This talk is muted")


@verb("unmutethread", usage="unmutethread NOTE", help="You are told again.")
async def unmutethread(ask: Ask) -> None:
    note = await ask.note(ask.first("note")[0])
    await ask.core.personal.mute_thread(ask.me, note.id, False)
    ask.say("This talk is no longer muted")
