"""What other implementations do in their own way, and which function takes it: one row each, printed as docs/quirks.md.

`python -m protocols.activitypub.quirks > docs/quirks.md`. Each row names a document of tests/protocols/activitypub/shapes.py in that
shape. Versions are those the shape was seen with; later ones mostly do the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quirk:
    implementation: str
    version: str
    quirk: str
    function: str  # module:function below protocols.activitypub
    fixture: str


QUIRKS: tuple[Quirk, ...] = (
    Quirk("Akkoma, Pleroma", "2.x, 3.x", "`context` is the URL of the conversation in a text, also the same in `conversation`", "to_core.notes:conversation_of", "pleroma_note"),
    Quirk("Akkoma, Pleroma", "2.x, 3.x", "hashtags as bare texts among the objects of `tag`", "to_core.tags:hashtags", "pleroma_note"),
    Quirk("Pleroma", "2.0", "ChatMessage: one recipient, no `cc`, one attachment that is an object", "to_core.attachments:attachments", "pleroma_chat"),
    Quirk("Pleroma", "1.x", "Undo with the id of what it undoes alone", "receiving.follows:undo", "undo_by_id"),
    Quirk("Bridgy Fed", "2024", "`url` is a list; the actor has several hosts", "to_core.pieces:link_of", "bridgy_actor"),
    Quirk("Discourse", "2024", "a Note without `to` and `cc`, the group in `audience`", "receiving.notes:create", "discourse_note"),
    Quirk("Fedify applications", "2.x", "Emoji without an id; proof beside signature; up to ten contexts", "to_core.tags:emojis", "fedify_note"),
    Quirk("Friendica", "2024", "`attributedTo` and `actor` are objects; `url` a list of Links; an edit is a new Create", "to_core.pieces:as_id", "friendica_note"),
    Quirk("Funkwhale", "1.x", "Audio with `url` a list of Links, no `content`; Listen for every play", "receiving.others:keep", "funkwhale_audio"),
    Quirk("GNU social", "2.0", "ids of the form tag:…, Note without an http id: refused", "to_core.notes:said", "gnusocial_note"),
    Quirk("GoToSocial", "0.14+", "own namespace before that of ActivityStreams; the key has a URL of its own that leads to a stub", "keyring:Keyring", "gotosocial_stub"),
    Quirk("Guppe", "2023", "a Group that announces by id everything that mentions it", "receiving.reactions:announce", "guppe_announce"),
    Quirk("Honk", "1.x", "Ping and Pong, ids without a path", "receiving.others:keep", "honk_ping"),
    Quirk("Hubzilla", "8", "`actor` inline; `inReplyTo` and `attributedTo` as lists; Create of an Image with a `target` album", "to_core.notes:parent_of", "hubzilla_image"),
    Quirk("Iceshrimp.NET", "2024", "Emoji with `id` null", "to_core.tags:emojis", "fedify_note"),
    Quirk("Kroeg", "2018", "`tag` is one object, not a list", "to_core.tags:hashtags", "kroeg_note"),
    Quirk("Lemmy", "0.18+", "a Group announces whole activities (FEP-1b12)", "receiving.groups:relayed", "lemmy_announce"),
    Quirk("Lemmy", "0.18+", "a Page without `content` whose attachment is the link", "to_core.notes:content_of", "lemmy_page"),
    Quirk("Lemmy", "0.18+", "Dislike, Lock and their Undo", "receiving.others:keep", "lemmy_dislike"),
    Quirk("Lemmy", "0.18+", "Undo of a Delete, by the author or a moderator", "receiving.restoring:restore", "lemmy_undo_delete"),
    Quirk("Lemmy", "0.19+", "Flag with the reason in `summary` and one object that is a note", "receiving.flags:comment_of", "lemmy_flag"),
    Quirk("Lemmy", "0.19+", "Add and Remove to the community's `featured`, by a moderator", "receiving.reactions:add", "lemmy_add"),
    Quirk("Mastodon", "3.x+", "`focalPoint` is an `@list`, `blurhash` of the attachment", "to_core.attachments:attachments", "mastodon_note"),
    Quirk("Mastodon", "2.x+", "a vote is a Note with `name` and no `content`", "to_core.notes:choice_of", "mastodon_vote"),
    Quirk("Mastodon", "all", "Delete of people nobody here knows, with keys that are gone", "inbox:Inbox", "mastodon_delete"),
    Quirk("Mastodon", "4.x", "content only in `contentMap`", "to_core.pieces:text_of", "content_map"),
    Quirk("microblog.pub", "2.0", "the actor's id is the bare origin", "to_core.actors:username_of", "microblogpub_actor"),
    Quirk("Misskey family", "12+", "a Like with `_misskey_reaction` and `content` is a reaction", "to_core.activities:emoji_of", "misskey_like"),
    Quirk("Misskey family", "12+", "polls without an end; icon and image null", "to_core.notes:poll_of", "misskey_poll"),
    Quirk("Mobilizon", "4", "an Event whose `actor` and `attributedTo` (a Group) differ; Join", "to_core.notes:author_of", "mobilizon_event"),
    Quirk("Owncast", "0.1", "`attachment` is one object with `mediaType`", "to_core.attachments:attachments", "owncast_note"),
    Quirk("PeerTube", "3+", "a Video by a Person and a Group, Markdown, `url` a list with HLS nested in `tag`, ISO duration", "to_core.attachments:film", "peertube_video"),
    Quirk("PeerTube", "3+", "View for every visitor", "receiving.others:keep", "peertube_view"),
    Quirk("Pixelfed", "0.11+", "attachments without dimensions", "to_core.attachments:attachments", "pixelfed_note"),
    Quirk("Plume, WriteFreely", "2020+", "Article with `name`, HTML `content`, `source` as an object", "to_core.notes:source_of", "plume_article"),
    Quirk("Prismo", "2019", "`url` is an object (Link) beside an Article", "to_core.notes:url_of", "prismo_article"),
    Quirk("relays", "Mastodon's, LitePub's", "an actor without a name but with an inbox", "to_core.actors:username_of", "relay_actor"),
    Quirk("Smithereen", "0.3", "a Question whose options have `id`s and `replies`; `endpoints` an object with `null`s", "to_core.notes:poll_of", "smithereen_poll"),
    Quirk("snac", "2.x", "no `endpoints`, `summary` is `<br>`", "to_core.notes:warning_of", "snac_note"),
    Quirk("snac", "2.94", "the `content` of a vote is `<br>`", "to_core.notes:choice_of", "snac_vote"),
    Quirk("Takahe", "0.11", "`to` is the text `as:Public`, keys keep their prefix (`toot:discoverable`)", "to_core.pieces:prop", "takahe_note"),
    Quirk("Threads", "2024", "`url` on another host than the id", "to_core.notes:url_of", "threads_note"),
    Quirk("WordPress", "4+", "ids with a query; PropertyValues twice, the second time as Notes", "to_core.actors:fields_of", "wordpress_actor"),
    Quirk("WordPress", "5+", "a person announces the whole Create", "receiving.reactions:announce", "wordpress_announce"),
    Quirk("BookWyrm", "0.7", "own types (Review, Quotation) with `inReplyToBook`", "to_core.notes:readable", "bookwyrm_review"),
    Quirk("anybody", "", "`type` is a list or a full IRI; language maps in place of texts; numbers in texts", "to_core.pieces:types_of", "strange_note"),
)

HEAD = """# Quirks

What other implementations send in their own way, the function that takes it (below `protocols/activitypub`), and the document of
`tests/protocols/activitypub/shapes.py` that has the shape. Generated: `python -m protocols.activitypub.quirks > docs/quirks.md`.
"""


def printed() -> str:
    lines = [HEAD, "| implementation | version | quirk | function | fixture |", "|---|---|---|---|---|"]
    for one in sorted(QUIRKS, key=lambda row: row.implementation.lower()):
        module, _, name = one.function.partition(":")
        lines.append(f"| {one.implementation} | {one.version or 'any'} | {one.quirk} | `{module.replace('.', '/')}.py` `{name}` | `{one.fixture}` |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(printed(), end="")
