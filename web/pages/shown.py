"""From the core's nouns to what the templates print: names with emoji, dates in words, HTML that is safe to embed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

from markupsafe import Markup, escape

from pleromad.model.account import Account
from pleromad.model.media import Media, MediaKind
from pleromad.model.note import Emoji, Note, NoteState, Seen, Visibility
from pleromad.text import excerpt, find_links, to_plain

AVATAR = "/static/avatar.svg"
MAX_DEPTH = 5

_TAG = re.compile(r"(<(?:[^<>\"]|\"[^\"]*\")*>)")
_SHORTCODE = re.compile(r":([A-Za-z0-9_+-]{1,100}):")

WHO_SEES = {
    Visibility.PUBLIC: "Public",
    Visibility.UNLISTED: "Unlisted",
    Visibility.LOCAL: "For this server",
    Visibility.FOLLOWERS: "For followers",
    Visibility.DIRECT: "For those named",
}


@dataclass(frozen=True, slots=True)
class Person:
    account: Account
    name: Markup  # with emoji as pictures
    plain: str
    handle: str  # @name or @name@host
    href: str  # where the name leads
    avatar: str


@dataclass(frozen=True, slots=True)
class Picture:
    kind: str  # image, video, audio, file
    src: str
    preview: str
    alt: str
    width: int | None
    height: int | None
    media_type: str


@dataclass(frozen=True, slots=True)
class Choice:
    title: Markup
    votes: int
    percent: int
    own: bool
    number: int


@dataclass(frozen=True, slots=True)
class ShownPoll:
    choices: tuple[Choice, ...]
    voters: int
    multiple: bool
    closed: bool
    expires_at: datetime | None
    may_vote: bool


@dataclass(frozen=True, slots=True)
class ShownNote:
    """`boosted_by` is who boosted it, when it stands here because of that."""

    id: int
    key: str  # of where it stands: once on a page, even if the note stands there twice
    author: Person
    href: str  # its own page
    created_at: datetime
    edited_at: datetime | None
    html: Markup
    plain: str
    spoiler: str
    title: str
    language: str | None
    sensitive: bool
    who_sees: str
    visibility: Visibility
    pictures: tuple[Picture, ...]
    poll: ShownPoll | None
    replies: int
    boosts: int
    likes: int
    reactions: tuple[tuple[Markup, int], ...]
    state: NoteState
    answers: str  # whom it answers, '' when it answers nobody
    answers_href: str
    boosted_by: Person | None = None
    own: bool = False
    may_boost: bool = False
    depth: int = 0
    pinned: bool = False


def with_emoji(html: str, emojis: Collection[Emoji]) -> Markup:
    """`html` with `:shortcode:` in its running text as pictures."""
    if not emojis or ":" not in html:
        return Markup(html)
    pictures = {emoji.shortcode: emoji.url for emoji in emojis}

    def picture(match: re.Match[str]) -> str:
        url = pictures.get(match.group(1))
        if url is None:
            return match.group(0)
        code = escape(match.group(0))
        return f'<img class="emoji" src="{escape(url)}" alt="{code}" title="{code}" loading="lazy">'

    parts = _TAG.split(html)
    return Markup("".join(part if n % 2 else _SHORTCODE.sub(picture, part) for n, part in enumerate(parts)))


def person(account: Account) -> Person:
    """Those of this server lead to their page here; others too, since their page here leads on to their own."""
    name = account.display_name or account.username
    return Person(
        account=account,
        name=with_emoji(str(escape(name)), account.emojis),
        plain=name,
        handle=f"@{account.acct}",
        href=f"/rooms/{quote(account.acct)}"
        if account.group and account.local
        else f"/@{quote(account.acct)}",
        avatar=web(account.avatar_url) or AVATAR,
    )


def note_href(note: Note) -> str:
    return f"/@{quote(note.account.acct)}/{note.id}"


def note(
    seen: Seen, viewer: Account | None, *, now: datetime, depth: int = 0, pinned: bool = False
) -> ShownNote:
    """A note, or what a boost boosts, with who boosted it."""
    boost = seen.note if seen.note.boost_of is not None else None
    shown = seen.note.boost_of or seen.note
    answered = next((m for m in shown.mentions if m.account_id == shown.in_reply_to_account_id), None)
    answers, answers_href = "", ""
    if shown.in_reply_to_id is not None or shown.in_reply_to_uri:
        if shown.in_reply_to_account_id == shown.account.id:
            answers = "themselves"
        else:
            answers = f"@{answered.acct}" if answered is not None else "somebody"
        if shown.in_reply_to_id is not None:
            answers_href = f"/notes/{shown.in_reply_to_id}"
        elif shown.in_reply_to_uri and shown.in_reply_to_uri.startswith(("https://", "http://")):
            answers_href = shown.in_reply_to_uri
    own = viewer is not None and shown.account.id == viewer.id
    open_to_all = shown.visibility in (Visibility.PUBLIC, Visibility.UNLISTED)
    return ShownNote(
        id=shown.id,
        key=f"{'pinned-' if pinned else ''}{seen.note.id}",
        author=person(shown.account),
        href=note_href(shown),
        created_at=shown.created_at,
        edited_at=shown.edited_at,
        html=with_emoji(shown.content, shown.emojis) + _quoted(seen),
        plain=to_plain(shown.content, links="none"),
        spoiler=shown.spoiler_text,
        title=shown.title,
        language=shown.language,
        sensitive=shown.sensitive,
        who_sees=WHO_SEES[shown.visibility],
        visibility=shown.visibility,
        pictures=tuple(_picture(media) for media in shown.media),
        poll=_poll(shown, seen.state, viewer, now),
        replies=shown.replies_count,
        boosts=shown.boosts_count,
        likes=shown.likes_count,
        reactions=tuple(
            (with_emoji(f":{r.name}:", (Emoji(r.name, r.url),)) if r.url else escape(r.name), r.count)
            for r in shown.reactions
        ),
        state=seen.state,
        answers=answers,
        answers_href=answers_href,
        boosted_by=person(boost.account) if boost is not None else None,
        own=own,
        may_boost=open_to_all or (own and shown.visibility is Visibility.FOLLOWERS),
        depth=min(depth, MAX_DEPTH),
        pinned=pinned,
    )


def thread(root: int, replies: Sequence[Seen], viewer: Account | None, now: datetime) -> list[ShownNote]:
    """Replies with how deep they stand under the note `root`."""
    depths = {root: 0}
    shown = []
    for seen in replies:
        depth = depths.get(seen.note.in_reply_to_id or 0, 0) + 1
        depths[seen.note.id] = depth
        shown.append(note(seen, viewer, now=now, depth=depth))
    return shown


def _quoted(seen: Seen) -> Markup:
    """What a note quotes, below its text: for as much of it as the viewer may see."""
    if not seen.quote_state:
        return Markup("")
    if seen.quote_state != "accepted" or seen.quoted is None:
        why = {"pending": "its author has not let it yet", "deleted": "it was deleted"}.get(seen.quote_state, "it is not shown")
        return Markup("<blockquote><p><em>A quoted note: {}.</em></p></blockquote>").format(why)
    quoted = seen.quoted.note
    who = Markup('<p><a href="{}">@{}</a>:</p>').format(note_href(quoted), quoted.account.acct)
    if quoted.spoiler_text:
        return Markup("<blockquote>{}<p>{}</p></blockquote>").format(who, quoted.spoiler_text)
    return Markup("<blockquote>{}{}</blockquote>").format(who, with_emoji(quoted.content, quoted.emojis))


def _picture(media: Media) -> Picture:
    kind = {
        MediaKind.IMAGE: "image",
        MediaKind.GIFV: "video",
        MediaKind.VIDEO: "video",
        MediaKind.AUDIO: "audio",
    }.get(media.kind, "file")
    preview = media.preview_url or media.url
    small = media.preview_url is not None and media.preview_width is not None
    return Picture(
        kind=kind,
        src=web(media.url),
        preview=web(preview),
        alt=media.description,
        width=media.preview_width if small else media.width,
        height=media.preview_height if small else media.height,
        media_type=media.media_type,
    )


def _poll(shown: Note, state: NoteState, viewer: Account | None, now: datetime) -> ShownPoll | None:
    poll = shown.poll
    if poll is None:
        return None
    closed = poll.expires_at is not None and poll.expires_at <= now
    whole = poll.voters_count if poll.multiple and poll.voters_count else poll.votes_count
    own = viewer is not None and shown.account.id == viewer.id
    return ShownPoll(
        choices=tuple(
            Choice(
                with_emoji(str(escape(option.title)), shown.emojis),
                option.votes_count,
                round(100 * option.votes_count / whole) if whole else 0,
                number in state.own_votes,
                number,
            )
            for number, option in enumerate(poll.options)
        ),
        voters=poll.voters_count if poll.voters_count is not None else poll.votes_count,
        multiple=poll.multiple,
        closed=closed,
        expires_at=poll.expires_at,
        may_vote=viewer is not None and not own and not closed and not state.voted,
    )


def summary(shown: ShownNote, limit: int = 200) -> str:
    """One line for a title, a link preview."""
    if shown.spoiler:
        return excerpt(str(escape(shown.spoiler)), limit)
    text = shown.title or " ".join(shown.plain.split())
    if not text:
        text = next((picture.alt for picture in shown.pictures if picture.alt), "")
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def proofs(account: Account) -> list[str]:
    """The links of a profile's table: `rel=me`."""
    return [link.href for field in account.fields for link in find_links(field.value)][:20]


# -- filters --


def web(url: str | None) -> str:
    """An address that may stand behind a link: of the web, or a path here; '' for anything else (javascript: ...)."""
    if url and (
        url.startswith(("https://", "http://")) or (url.startswith("/") and not url.startswith("//"))
    ):
        return url
    return ""


def when(moment: datetime, now: datetime) -> str:
    """`5 min ago`, `3 h ago`, then the day."""
    seconds = (now - moment).total_seconds()
    if -60 < seconds < 60:
        return "just now"
    if 0 <= seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if 0 <= seconds < 86400:
        return f"{int(seconds // 3600)} h ago"
    return f"{moment.day} {moment:%b %Y}"


def stamp(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"


def number(count: int) -> str:
    """1234 as 1 234, with thin spaces."""
    return f"{count:,}".replace(",", "\u202f")


def plain(html: str) -> str:
    """HTML as text to be edited."""
    return to_plain(html)


def day(moment: date | None) -> str:
    return f"{moment.day} {moment:%B %Y}" if moment is not None else ""
