"""Something to look at: a few made-up people, a thread with pictures, a poll, a conversation in a room. `make demo` calls this."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta

from PIL import Image, ImageDraw
from twisted.logger import Logger

from pleromad.core import Core
from pleromad.model.account import Account, ProfileChange, Role
from pleromad.model.activity import Announce, Create, EmojiReact, Follow, Like, Origin, Update, Vote
from pleromad.model.note import NoteDraft, PollDraft, Visibility
from pleromad.model.room import RoomChange

PASSWORD = "demodemo"
log = Logger()

PEOPLE = (
    ("ada", "Ada Keller", "Runs this little server. Likes trains, lichen and short commands. #gopher #twisted", Role.OWNER),
    ("mori", "Mori Tanaka", "Draws landscapes with very few pixels.\n\nhttps://example.org/mori", Role.USER),
    ("jonas", "Jonas Brandt", "Terminal person. Reads the fediverse in lynx, talks in irssi.", Role.USER),
    ("zola", "Zola Ndiaye", "Radio, rivers, recipes.", Role.USER),
)


async def furnish(core: Core) -> None:
    """Does nothing when there is somebody already. Everybody's password is `demodemo`."""
    if (await core.reading.counts()).people:
        return
    log.info("Making the demo: people, notes, pictures, a room")
    people: dict[str, Account] = {}
    for name, shown, about, role in PEOPLE:
        account = (await core.accounts.register(username=name, email=f"{name}@example.org", password=PASSWORD, role=role)).account
        face = await core.media.upload(account.id, _face(name), filename="face.png")
        profile = ProfileChange(
            display_name=shown,
            note=about,
            avatar_media_id=face.id,
            avatar_description=f"A round face in one colour, for {shown}",
            fields=(("Pronouns", "they/them"), ("Home", f"https://{name}.example.org")),
        )
        await core.activities.submit(Update(actor_id=account.id, profile=profile), Origin.local(account.id))
        people[name] = account
    await _follow_each_other(core, list(people.values()))
    await _talk(core, people)
    await _room(core, people)
    log.info("The demo is ready: log in as ada, mori, jonas or zola with the password {password!r}", password=PASSWORD)


async def _follow_each_other(core: Core, people: Sequence[Account]) -> None:
    for follower in people:
        for target in people:
            if follower.id != target.id:
                await core.activities.submit(Follow(actor_id=follower.id, target_id=target.id), Origin.local(follower.id))


async def _say(core: Core, who: Account, text: str, *, minutes_ago: int = 0, **more: object) -> int:
    published = core.clock.now() - timedelta(minutes=minutes_ago)
    draft = NoteDraft(text=text, published=published, **more)  # type: ignore[arg-type]
    outcome = await core.activities.submit(Create(actor_id=who.id, note=draft), Origin.local(who.id))
    assert outcome.note_id is not None
    return outcome.note_id


async def _talk(core: Core, people: dict[str, Account]) -> None:
    ada, mori, jonas, zola = people.values()
    pictures = [
        (await core.media.upload(mori.id, _landscape(n), filename="hills.png", description=said)).id
        for n, said in enumerate(("Blue hills before sunrise, three layers of mist", "The same hills at noon, green, under a white sun"))
    ]
    first = await _say(
        core, mori, "Two pictures of the hills behind my house, made of about forty polygons each. #art #pixels",
        minutes_ago=190, media_ids=tuple(pictures), language="en",
    )  # fmt: skip
    reply = await _say(core, zola, "@mori The mist! How did you do the mist?", minutes_ago=180, in_reply_to_id=first)
    answer = await _say(core, mori, "@zola Three polygons, each a little paler than the one before it.", minutes_ago=176, in_reply_to_id=reply)
    await _say(core, jonas, "@mori I can only read your descriptions over gopher, and they are lovely.", minutes_ago=170, in_reply_to_id=answer)
    await core.activities.submit(Announce(actor_id=ada.id, note_id=first), Origin.local(ada.id))
    for who in (ada, jonas, zola):
        await core.activities.submit(Like(actor_id=who.id, note_id=first), Origin.local(who.id))
    await core.activities.submit(EmojiReact(actor_id=zola.id, note_id=first, emoji="🏔️"), Origin.local(zola.id))
    poll = await _say(
        core, ada, "What shall this server be for?", minutes_ago=120, poll=PollDraft(("Trains", "Recipes", "Slow chat"), 3 * 86_400)
    )
    await core.activities.submit(Vote(actor_id=jonas.id, note_id=poll, choices=(2,)), Origin.local(jonas.id))
    await core.activities.submit(Vote(actor_id=zola.id, note_id=poll, choices=(1,)), Origin.local(zola.id))
    await _say(
        core, zola, "Millet, okra, a lot of ginger. Cook the ginger longer than you think.\n\n- 200 g millet\n- 12 okra pods\n- a thumb of ginger",
        minutes_ago=90, spoiler_text="a recipe", content_type="text/markdown",
    )  # fmt: skip
    await _say(core, jonas, "Good morning from `lynx gopher://localhost:7070`. Ten milliseconds, no pictures, all the words. #gopher", minutes_ago=60, content_type="text/markdown")
    await _say(core, ada, "Only for people with an account here: I will restart the machine at noon.", minutes_ago=30, visibility=Visibility.LOCAL)


async def _room(core: Core, people: dict[str, Account]) -> None:
    ada, mori, jonas, zola = people.values()
    room = await core.lobby.room() or await core.accounts.open_room(ada.id, "lobby")
    await core.activities.submit(Update(actor_id=ada.id, room_id=room.id, room=RoomChange(topic="Tea, trains and talk")), Origin.local(ada.id))
    for who in (mori, jonas, zola):
        await core.activities.submit(Follow(actor_id=who.id, target_id=room.id), Origin.local(who.id))
    for who, text in (
        (jonas, "anybody here?"),
        (ada, "always. the kettle is on"),
        (zola, "is this IRC or the fediverse?"),
        (jonas, "yes"),
        (mori, "I am in a browser and it works, too"),
    ):
        await _say(core, who, text, room_id=room.id)


def _face(name: str) -> bytes:
    hue = sum(name.encode()) * 37 % 360
    image = Image.new("RGB", (240, 240), f"hsl({hue}, 45%, 82%)")
    draw = ImageDraw.Draw(image)
    draw.ellipse((50, 40, 190, 200), fill=f"hsl({hue}, 55%, 45%)")
    for x in (95, 145):
        draw.ellipse((x - 9, 95, x + 9, 113), fill="white")
    draw.arc((90, 110, 150, 165), 20, 160, fill="white", width=6)
    return _png(image)


def _landscape(number: int) -> bytes:
    skies = (("hsl(220, 45%, 78%)", 220), ("hsl(200, 60%, 88%)", 120))
    sky, hue = skies[number % 2]
    image = Image.new("RGB", (960, 600), sky)
    draw = ImageDraw.Draw(image)
    draw.ellipse((700, 70, 800, 170), fill="white")
    for layer in range(4):
        top = 250 + layer * 80
        points = [(x * 96, top + ((x * 53 + layer * 31) % 70) - 35) for x in range(11)]
        draw.polygon([(0, 600), *points, (960, 600)], fill=f"hsl({hue}, {30 + layer * 8}%, {70 - layer * 14}%)")
    return _png(image)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
