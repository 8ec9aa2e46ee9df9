"""Writing: post, reply, cw, visibility, poll, edit, delete, redraft."""

from __future__ import annotations

import re
from dataclasses import replace

from pleromad.model.activity import Add, Delete, Remove, Update
from pleromad.model.note import NoteDraft, PollDraft, Visibility
from protocols.irc.answering import answer_to
from protocols.irc.fedi.table import Ask, Mistaken, excerpt, verb
from protocols.irc.lines import plain
from protocols.irc.room_backing import post as put

VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "followers": Visibility.FOLLOWERS,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
    "local": Visibility.LOCAL,
}
_LENGTH = re.compile(r"(\d{1,4})([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86400}
POLL_SECONDS = 86400


def seconds_of(word: str) -> int | None:
    """`30m`, `6h`, `2d`."""
    found = _LENGTH.fullmatch(word.lower())
    return int(found[1]) * _SECONDS[found[2]] if found is not None else None


async def _put(ask: Ask, draft: NoteDraft) -> None:
    if ask.core.resolver is not None:
        await ask.core.resolver.mentions(draft.text)
    ask.person.composing = replace(ask.person.composing, cw=None)
    outcome = await put(ask.network, ask.person, draft)
    note = (await ask.core.reading.note(ask.me, outcome.note_id or 0)).note
    ask.say(f"[{ask.name(note)}] is posted ({note.visibility.value}): {note.url or note.uri}")


def _text(ask: Ask, typed: str) -> str:
    kept = plain(typed)
    if not kept:
        raise Mistaken("What is to be said?")
    return kept


@verb("post", "toot", usage="post TEXT", help="Posts a note, for whom `visibility` says, with the warning that `cw` set.")
async def post(ask: Ask) -> None:
    composing = ask.person.composing
    await _put(ask, NoteDraft(_text(ask, ask.text), visibility=composing.visibility, spoiler_text=composing.cw or ""))


@verb("reply", "re", usage="reply NOTE TEXT", help="Answers a note: its author and those it names are named, and no more people can read it than the note.")
async def reply(ask: Ask) -> None:
    word, rest = ask.first("note")
    parent, composing = await ask.note(word), ask.person.composing
    draft = await answer_to(ask.core, ask.person, parent, _text(ask, rest), cw=composing.cw, visibility=composing.visibility)
    await _put(ask, draft)


@verb("cw", usage="cw [TEXT]", help="The content warning of the next note; without a text there is none.")
async def cw(ask: Ask) -> None:
    ask.person.composing = replace(ask.person.composing, cw=plain(ask.text) or None)
    ask.say(f"The next note gets the warning: {ask.text}" if ask.text else "The next note gets no warning")


@verb("visibility", "vis", usage="visibility [public|unlisted|followers|direct|local|default]", help="For whom your notes are from now on, until you leave; `set visibility` changes it for good.")
async def visibility(ask: Ask) -> None:
    wanted = ask.text.lower()
    if wanted:
        if wanted not in (*VISIBILITIES, "default"):
            raise Mistaken()
        ask.person.composing = replace(ask.person.composing, visibility=VISIBILITIES.get(wanted))
    current = ask.person.composing.visibility
    if current is None:
        current = Visibility((await ask.core.accounts.user(ask.me)).default_visibility)
    ask.say(f"Your notes are {current.value}")


@verb("poll", usage="poll [6h] [multiple] QUESTION | ANSWER | ANSWER ...", help="Asks a question, for a day or as long as you say (m, h, d).")
async def poll(ask: Ask) -> None:
    question, *options = (part.strip() for part in ask.text.split("|"))
    first, _, rest = question.partition(" ")
    length = seconds_of(first)
    if length is not None:
        question = rest.strip()
    multiple = question.lower().startswith("multiple ")
    if multiple:
        question = question[len("multiple ") :].strip()
    if not question or len(options) < 2:
        raise Mistaken("A poll has a question and two answers or more, with | between them")
    composing = ask.person.composing
    draft = PollDraft(tuple(plain(option) for option in options), length or POLL_SECONDS, multiple)
    await _put(ask, NoteDraft(plain(question), visibility=composing.visibility, spoiler_text=composing.cw or "", poll=draft))


@verb("edit", usage="edit NOTE TEXT", help="Changes the text of a note of yours; the warning, pictures and answers stay.")
async def edit(ask: Ask) -> None:
    word, rest = ask.first("note")
    note = await ask.note(word)
    cw_ = ask.person.composing.cw
    spoiler = note.spoiler_text if cw_ is None else cw_
    poll_ = None
    if note.poll is not None:
        poll_ = PollDraft(tuple(option.title for option in note.poll.options), POLL_SECONDS, note.poll.multiple)
    draft = NoteDraft(
        _text(ask, rest),
        spoiler_text=spoiler,
        sensitive=note.sensitive,
        language=note.language,
        media_ids=tuple(medium.id for medium in note.media),
        poll=poll_,
    )
    await ask.submit(Update(actor_id=ask.me, note_id=note.id, note=draft))
    ask.person.composing = replace(ask.person.composing, cw=None)
    ask.say(f"[{ask.name(note)}] is changed")


@verb("delete", "del", usage="delete NOTE", help="Deletes a note of yours, here and elsewhere.")
async def delete(ask: Ask) -> None:
    word, _ = ask.first("note")
    note = await ask.note(word)
    if note.account.id != ask.me:
        raise Mistaken("This note is not yours")
    await ask.submit(Delete(actor_id=ask.me, note_id=note.id))
    ask.say(f"Deleted: {excerpt(note)}")


@verb("pin", usage="pin NOTE", help="Shows a note of yours on top of your profile.")
async def pin(ask: Ask) -> None:
    word, _ = ask.first("note")
    note = await ask.note(word)
    await ask.submit(Add(actor_id=ask.me, collection="featured", note_id=note.id))
    ask.say(f"Pinned: {excerpt(note)}")


@verb("unpin", usage="unpin NOTE", help="Takes it from the top of your profile.")
async def unpin(ask: Ask) -> None:
    word, _ = ask.first("note")
    note = await ask.note(word)
    await ask.submit(Remove(actor_id=ask.me, collection="featured", note_id=note.id))
    ask.say(f"No longer pinned: {excerpt(note)}")
