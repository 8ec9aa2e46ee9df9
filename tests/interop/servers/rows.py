"""The rows of the matrix. Each is done by one person and looked for at the server of another, in both directions."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from PIL import Image

from tests.interop.servers.lab import Failed, Lab, until
from tests.interop.servers.ours import Ours
from tests.interop.servers.person import Lacks, Person

Note = dict[str, Any]


@dataclass
class Meeting:
    """One direction: what `ada` does is looked for where `bob` is. `locked` and `gone` are others at ada's, `other_locked` at bob's server."""

    lab: Lab
    here: Ours
    there: Any  # the peer
    ada: Person
    gone: Person
    bob: Person
    other_locked: Person
    quiet: Person  # at ada's server: followed by nobody

    @property
    def inward(self) -> bool:
        """Is it theirs that is looked for here?"""
        return self.bob.server is self.here


def picture() -> bytes:
    data = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).save(data, "PNG")
    return data.getvalue()


def must(true: object, what: str) -> None:
    if not true:
        raise Failed(what)


def arrives(run: Meeting, note: Note, *, seconds: float = 15.0, sender: Person | None = None) -> Note:
    return until(lambda: run.bob.sees(note["uri"]), f"{run.bob} does not see {note['uri']}", seconds=seconds)


def befriend(run: Meeting) -> None:
    """Bob follows ada, so that he gets what she says."""
    if not run.bob.following(run.ada):
        run.bob.follow(run.ada)
        until(lambda: run.bob.following(run.ada), f"{run.ada} does not let {run.bob} follow")
        until(lambda: run.ada.followed_by(run.bob), f"{run.ada} does not know that {run.bob} follows")


def finds_handle(run: Meeting) -> None:
    found = until(lambda: run.bob.find(run.ada.handle), f"{run.bob} does not find {run.ada}")
    must(run.ada.name in found["url"], f"its address is {found['url']}")


def follow(run: Meeting) -> None:
    run.ada.follow(run.bob)
    until(lambda: run.ada.following(run.bob), "the Accept did not come")
    until(lambda: run.bob.followed_by(run.ada), "no follower is there")
    until(
        lambda: any(one["account"]["acct"] == run.ada.handle[1:] for one in run.bob.notifications("follow")),
        "nobody was told of the follow",
    )


def unfollow(run: Meeting) -> None:
    must(run.ada.following(run.bob), "does not follow")
    run.ada.unfollow(run.bob)
    until(lambda: not run.bob.followed_by(run.ada), "the follower is still there")
    time.sleep(getattr(run.bob.server, "settling_seconds", 0))


def locked_accept(run: Meeting) -> None:
    run.ada.follow(run.other_locked)
    until(lambda: run.other_locked.asked_by(run.ada), "no request is there")
    must(not run.ada.following(run.other_locked), "follows before being let in")
    run.other_locked.let_in(run.ada)
    until(lambda: run.ada.following(run.other_locked), "the Accept did not come")


def locked_reject(run: Meeting) -> None:
    run.gone.follow(run.other_locked)
    until(lambda: run.other_locked.asked_by(run.gone), "no request is there")
    until(
        lambda: run.gone.relationship(run.other_locked)["requested"], "no request is shown where it was made"
    )
    run.other_locked.send_away(run.gone)
    until(
        lambda: not run.gone.relationship(run.other_locked)["requested"],
        "the Reject did not come: the request still waits",
    )


def said(visibility: str, shown: str = "") -> Callable[[Meeting], None]:
    def row(run: Meeting) -> None:
        befriend(run)
        text = f"A few {visibility} words, {time.time_ns()}"
        if visibility == "direct":
            run.bob.id_of(run.ada)
            text = f"{run.bob.handle} {text}"
        seen = arrives(run, run.ada.say(text, visibility))
        must("words" in seen["content"], f"it says {seen['content']}")
        must(seen["visibility"] == visibility, f"it is shown as {seen['visibility']}")

    return row


def reply(run: Meeting) -> None:
    befriend(run)
    question = run.bob.say(f"Who answers? {run.ada.handle}")
    at_ada = until(
        lambda: run.ada.sees(question["uri"]) or run.ada.fetch(question["uri"]), "the question did not come"
    )
    answer = arrives(run, run.ada.say(f"{run.bob.handle} I do", in_reply_to_id=at_ada["id"]))
    must(
        answer["in_reply_to_id"] == question["id"],
        f"it answers {answer['in_reply_to_id']}, not {question['id']}",
    )


def mention(run: Meeting) -> None:
    note = run.ada.say(f"Hello {run.bob.handle}, how are you?")
    told = until(
        lambda: next(
            (one for one in run.bob.notifications("mention") if one["status"]["uri"] == note["uri"]), None
        ),
        "nobody was told of the mention",
    )
    if run.bob.names_oneself:
        named = told["status"]["mentions"]
        must(any(one["acct"] in (run.bob.name, run.bob.handle[1:]) for one in named), f"mentions: {named}")


def edit(run: Meeting) -> None:
    befriend(run)
    note = run.ada.say("Before it is changed")
    seen = arrives(run, note)
    time.sleep(1.1)  # some count whole seconds
    run.ada.edit(note, "After it was changed")
    until(
        lambda: "After it was" in (run.bob.note(seen["id"]) or seen)["content"], "it still says what it said"
    )


def delete(run: Meeting) -> None:
    befriend(run)
    note = run.ada.say("To be deleted")
    seen = arrives(run, note)
    run.ada.delete(note)
    until(lambda: run.bob.note(seen["id"]) is None, "it is still there")


def _reacts(what: str, counted: str, notification: str) -> Callable[[Meeting], None]:
    def row(run: Meeting) -> None:
        note = run.bob.say(f"For {what}: {run.ada.handle}")
        seen = until(lambda: run.ada.sees(note["uri"]) or run.ada.fetch(note["uri"]), "the note did not come")
        run.ada.act(what, seen)
        until(lambda: _count(run.bob, note, counted) == 1, f"{counted} is {_count(run.bob, note, counted)}")
        until(
            lambda: any(_told_of(one)["uri"] == note["uri"] for one in run.bob.notifications(notification)),
            "nobody was told",
        )

    return row


def _takes_back(what: str, back: str, counted: str) -> Callable[[Meeting], None]:
    def row(run: Meeting) -> None:
        note = run.bob.say(f"For {back}: {run.ada.handle}")
        seen = until(lambda: run.ada.sees(note["uri"]) or run.ada.fetch(note["uri"]), "the note did not come")
        run.ada.act(what, seen)
        until(lambda: _count(run.bob, note, counted) == 1, f"it was not counted before: {counted}")
        run.ada.act(back, seen)
        until(
            lambda: _count(run.bob, note, counted) == 0,
            f"{counted} is still {_count(run.bob, note, counted)}",
        )

    return row


def _told_of(notification: Note) -> Note:
    """snac shows one's own boosted note as a boost of itself."""
    status: Note = notification["status"]
    return status["reblog"] or status


def _count(person: Person, note: Note, counted: str) -> int:
    now = person.note(note["id"])
    return int((now or note)[counted])


def image(run: Meeting) -> None:
    befriend(run)
    sent = picture()
    medium = run.ada.upload(sent, "A grey slope")
    seen = arrives(run, run.ada.say("With a picture", media_ids=[medium]))
    must(len(seen["media_attachments"]) == 1, "there is no picture")
    found = seen["media_attachments"][0]
    must(found["type"] == "image", f"it is of type {found['type']}")
    must("slope" in (found["description"] or ""), f"its description is {found['description']}")
    got = requests.get(found["url"], verify=run.bob.server.authority, timeout=30)
    must(
        got.ok and got.headers["Content-Type"].startswith("image/"),
        f"{found['url']} answers {got.status_code}",
    )


def poll(run: Meeting) -> None:
    befriend(run)
    note = run.ada.say("Which?", poll={"options": ["tea", "coffee"], "expires_in": 3600})
    seen = arrives(run, note)
    must(
        seen["poll"] and [one["title"] for one in seen["poll"]["options"]] == ["tea", "coffee"],
        f"the poll is {seen['poll']}",
    )
    run.bob.vote(seen, 1)

    def counted() -> bool:
        options = (run.ada.note(note["id"]) or note)["poll"]["options"]
        return [one["votes_count"] for one in options] == [0, 1]

    until(counted, "the vote was not counted")


def emoji(run: Meeting) -> None:
    befriend(run)
    maker = run.ada.server
    if not hasattr(maker, "emoji"):
        raise Lacks("has none")
    name = maker.emoji(picture())
    seen = arrives(run, run.ada.say(f"A :{name}: in it"))
    found = [one for one in seen["emojis"] if one["shortcode"] == name]
    must(found, f"its emojis are {seen['emojis']}")
    got = requests.get(found[0]["url"], verify=run.bob.server.authority, timeout=30)
    must(got.ok, f"{found[0]['url']} answers {got.status_code}")


def profile(run: Meeting) -> None:
    befriend(run)
    name = f"{run.ada.name.title()} the {time.time_ns() % 1000}th"
    run.ada.rename(name)
    until(
        lambda: (run.bob.account(run.ada) or {})["display_name"] == name,
        f"the name is still {(run.bob.account(run.ada) or {}).get('display_name')}",
    )


def new_key(run: Meeting) -> None:
    befriend(run)
    run.ada.server.rotate(run.ada.name)  # type: ignore[attr-defined]
    arrives(run, run.ada.say("With a new key"), seconds=30.0)


def actor_deleted(run: Meeting) -> None:
    run.bob.follow(run.gone)
    until(lambda: run.bob.following(run.gone), "could not be followed")
    note = run.gone.say("Before I go")
    seen = arrives(run, note)
    run.gone.leave()
    until(lambda: run.bob.note(seen["id"]) is None, "what they said is still there", seconds=25.0)


def secure_mode(run: Meeting) -> None:
    """A note nobody was sent, asked for by its address, while the server shows it to signed requests only."""
    note = run.quiet.say("To be asked for")
    if not run.inward:
        run.here.secure(True)
    try:
        plain = requests.get(
            note["uri"],
            headers={"Accept": "application/activity+json"},
            verify=run.bob.server.authority,
            timeout=30,
        )
        if plain.ok and run.inward:
            raise Lacks("shows its notes to everybody")
        must(plain.status_code in (401, 403, 404), f"without a signature it answers {plain.status_code}")
        until(lambda: run.bob.fetch(note["uri"]), f"{run.bob} cannot get {note['uri']}")
    finally:
        if not run.inward:
            run.here.secure(False)


def query_signed(run: Meeting) -> None:
    """Was an address with a query asked for with a signature, and answered?"""
    asked = [
        one for one in run.lab.tap()
        if one["host"] == run.bob.server.name and "?" in one["uri"] and (one["signature"] or one["signature_input"]) and "/api/" not in one["uri"]
        and _software(run, one["agent"])
    ]  # fmt: skip
    if not asked:
        raise Lacks("asked for no such address")
    refused = [one for one in asked if one["status"] in (400, 401, 403)]
    must(not refused, f"{refused[:1]}")


def _software(run: Meeting, agent: str) -> bool:
    return ("pleromad" in agent.lower()) == (not run.inward)


def duplicate(run: Meeting) -> None:
    """The very same request once more: same bytes, same signature."""
    befriend(run)
    note = run.ada.say(f"Twice the same, {run.bob.handle}")
    arrives(run, note)
    sent = until(
        lambda: next(
            (
                one
                for one in run.lab.tap()
                if one["method"] == "POST"
                and one["host"] == run.bob.server.name
                and note["uri"] in one["body"]
            ),
            None,
        ),
        "it did not go over the wire",
    )
    names = {
        "signature": "Signature",
        "signature_input": "Signature-Input",
        "date": "Date",
        "digest": "Digest",
        "content_digest": "Content-Digest",
    }
    headers = {name: sent[key] for key, name in names.items() if sent[key]} | {
        "Content-Type": sent["content_type"],
        "User-Agent": sent["agent"],
    }
    again = requests.post(
        f"https://{sent['host']}{sent['uri']}",
        data=sent["body"].encode(),
        headers=headers,
        verify=run.bob.server.authority,
        timeout=30,
    )
    must(again.status_code < 500, f"answers {again.status_code}")
    last = run.ada.say("After that")
    arrives(run, last)
    copies = [one for one in run.bob.home() if one["uri"] == note["uri"]]
    must(len(copies) == 1, f"it is {len(copies)} times on the timeline")
    told = [one for one in run.bob.notifications("mention") if one["status"]["uri"] == note["uri"]]
    must(len(told) == 1, f"somebody was told {len(told)} times")


def dead_host(run: Meeting) -> None:
    befriend(run)
    receiver, sender = run.bob.server, run.ada.server
    receiver.stop()  # type: ignore[attr-defined]
    try:
        note = run.ada.say("Into the dark")
        time.sleep(3)
    finally:
        receiver.start()  # type: ignore[attr-defined]
    if hasattr(sender, "retry"):
        sender.retry(receiver.name)
    arrives(run, note, seconds=getattr(sender, "retries_within_seconds", 30.0))


ROWS: tuple[tuple[str, Callable[[Meeting], None]], ...] = (
    ("found by handle", finds_handle),
    ("follow, accepted", follow),
    ("unfollow", unfollow),
    ("locked: asked, let in", locked_accept),
    ("locked: asked, rejected", locked_reject),
    ("public note", said("public")),
    ("unlisted note", said("unlisted")),
    ("followers-only note", said("private")),
    ("direct note", said("direct")),
    ("reply", reply),
    ("mention", mention),
    ("edit", edit),
    ("delete", delete),
    ("like", _reacts("favourite", "favourites_count", "favourite")),
    ("like taken back", _takes_back("favourite", "unfavourite", "favourites_count")),
    ("boost", _reacts("reblog", "reblogs_count", "reblog")),
    ("boost taken back", _takes_back("reblog", "unreblog", "reblogs_count")),
    ("image with description", image),
    ("poll, voted in from the other side", poll),
    ("custom emoji", emoji),
    ("profile changed", profile),
    ("new key", new_key),
    ("shown to signed requests only", secure_mode),
    ("signed request with a query", query_signed),
    ("the same delivery twice", duplicate),
    ("dead host, then back", dead_host),
    ("person deleted", actor_deleted),
)
