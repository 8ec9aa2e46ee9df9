"""TagPolicy: what staff decided of single accounts by tags (Pleroma). Of those that have none it changes nothing.

It stands in every chain by itself. Tags against followers are looked at where somebody follows (pleromad.activities.follow).
"""

from __future__ import annotations

from dataclasses import replace

from pleromad.ids import PUBLIC
from pleromad.model.account import Account
from pleromad.model.activity import Activity, Announce, Create, Update
from pleromad.model.note import NoteDraft, RemoteNote, Visibility
from pleromad.policies.hosts import readdressed
from pleromad.policies.policy import Context, Policy, Settings
from pleromad.visibility import tighter

NSFW = "mrf_tag:media-force-nsfw"
STRIP = "mrf_tag:media-strip"
UNLISTED = "mrf_tag:force-unlisted"
SANDBOX = "mrf_tag:sandbox"
NO_REMOTE_FOLLOWERS = "mrf_tag:disable-remote-subscription"
NO_NEW_FOLLOWERS = "mrf_tag:disable-any-subscription"

MEANINGS = {
    NSFW: "their media are marked as sensitive",
    STRIP: "their media are left out",
    UNLISTED: "what they make public is unlisted",
    SANDBOX: "what they make public is for followers only",
    NO_REMOTE_FOLLOWERS: "nobody on other servers begins to follow them",
    NO_NEW_FOLLOWERS: "nobody begins to follow them",
}


class Tags(Policy):
    name = "TagPolicy"  # Pleroma-FE looks for this name before it offers them to staff

    def __init__(self) -> None:
        super().__init__(Settings())

    def apply(self, activity: Activity, context: Context) -> Activity:
        tags = frozenset(context.actor.tags)
        if not tags:
            return activity
        match activity:
            case Create(note=NoteDraft() as draft):
                return replace(activity, note=_draft(draft, tags, context.usual_visibility))
            case Update(note=NoteDraft() as draft):
                return replace(activity, note=_media(draft, tags))
            case Create(note=RemoteNote() as note) | Update(note=RemoteNote() as note):
                return replace(activity, note=_remote(note, context.actor, tags))
            case Announce():
                return replace(activity, visibility=_visibility(activity.visibility, tags))
        return activity


def _visibility(visibility: Visibility, tags: frozenset[str]) -> Visibility:
    if SANDBOX in tags:
        visibility = tighter(visibility, Visibility.FOLLOWERS)
    return tighter(visibility, Visibility.UNLISTED) if UNLISTED in tags else visibility


def _media(draft: NoteDraft, tags: frozenset[str]) -> NoteDraft:
    if STRIP in tags:
        return replace(draft, media_ids=())
    return replace(draft, sensitive=True) if NSFW in tags and draft.media_ids else draft


def _draft(draft: NoteDraft, tags: frozenset[str], usual: str | None) -> NoteDraft:
    draft = _media(draft, tags)
    if draft.room_id is not None:
        return draft
    return replace(draft, visibility=_visibility(draft.visibility or Visibility(usual or "public"), tags))


def _remote(note: RemoteNote, author: Account, tags: frozenset[str]) -> RemoteNote:
    if STRIP in tags:
        note = replace(note, attachments=())
    elif NSFW in tags and note.attachments:
        note = replace(note, sensitive=True)
    if SANDBOX in tags and PUBLIC in (*note.to, *note.cc):
        return replace(note, to=readdressed(note.to, author.followers_uri, PUBLIC), cc=readdressed(note.cc, "", PUBLIC))
    if UNLISTED in tags and PUBLIC in note.to:
        return replace(note, to=readdressed(note.to, author.followers_uri, PUBLIC), cc=readdressed(note.cc, PUBLIC, author.followers_uri))
    return note
