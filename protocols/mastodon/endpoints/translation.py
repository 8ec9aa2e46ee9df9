"""Translations, where a service is configured."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from pleromad import text
from pleromad.errors import Forbidden, NotFound
from pleromad.model.note import Note, Visibility
from pleromad.translator import Translator
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.entities.status import (
    TranslatedAttachment,
    TranslatedOption,
    TranslatedPoll,
    Translation,
)
from protocols.mastodon.from_core.statuses import content_of

NOT_TRANSLATED = "Translation is not available on this server"


class TranslateForm(msgspec.Struct):
    lang: str | None = None


async def pairs(call: Call[NoForm]) -> dict[str, list[str]]:
    translator = call.core.translator
    return await translator.pairs() if translator is not None and translator.on else {}


async def translate(call: Call[TranslateForm]) -> Translation:
    """404 where no service is configured or it does not know the language, as Mastodon answers; 403 for what is not public."""
    note = (await call.core.reading.note(call.viewer_id, call.id)).note
    note = note.boost_of or note
    translator = call.core.translator
    if translator is None or not translator.on:
        raise NotFound(NOT_TRANSLATED)
    if note.visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
        raise Forbidden("This action is not allowed")
    target = await _target(call)
    source = note.language.partition("-")[0].lower() if note.language else None
    known = await translator.pairs()
    if source not in known:
        source = None
    if target not in known.get(source or "und", ()):
        raise NotFound("This cannot be translated into that language")
    return await _translated(translator, note, source, target)


async def _target(call: Call[TranslateForm]) -> str:
    if call.form.lang:
        return call.form.lang.partition("-")[0].lower()
    said = call.request.header("accept-language").partition(",")[0].partition(";")[0].partition("-")[0].strip().lower()
    if not said and call.viewer.account is not None:
        said = (await call.core.accounts.user(call.me.id)).default_language or ""
    return said or call.core.settings.instance.languages[0]


async def _translated(translator: Translator, note: Note, source: str | None, target: str) -> Translation:
    options = [option.title for option in note.poll.options] if note.poll else []
    described = [media for media in note.media if media.description]
    plain = [note.spoiler_text, *options, *(media.description for media in described)]
    done = await translator.translate([content_of(note), *(text.escape(one) for one in plain)], source, target)
    content, *others = done.texts
    spoiler, *rest = [text.to_plain(one) for one in others]
    return Translation(
        content=text.sanitise(content),
        spoiler_text=spoiler if note.spoiler_text else "",
        language=target,
        poll=TranslatedPoll(id=str(note.id), options=[TranslatedOption(title=title) for title in rest[: len(options)]]) if note.poll else UNSET,
        media_attachments=[
            TranslatedAttachment(id=str(media.id), description=description)
            for media, description in zip(described, rest[len(options) :], strict=True)
        ],
        detected_source_language=done.source,
        provider=done.provider,
    )
