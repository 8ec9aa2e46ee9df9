"""What one sets for oneself and for one's rooms: set, name, bio, cert, room."""

from __future__ import annotations

from pleromad.accounts.certificates import fingerprint_of
from pleromad.errors import NotFound
from pleromad.model.account import ProfileChange
from pleromad.model.activity import Update
from pleromad.model.room import RoomChange
from protocols.irc import preferences
from protocols.irc.fedi.posts import VISIBILITIES
from protocols.irc.fedi.table import Ask, Mistaken, verb

SWITCH = {"on": True, "yes": True, "off": False, "no": False}
_PROFILE = {"locked": "locked", "bot": "bot", "discoverable": "discoverable", "indexable": "indexable"}


async def _change(ask: Ask, change: ProfileChange) -> None:
    await ask.submit(Update(actor_id=ask.me, profile=change))


@verb(
    "set",
    "settings",
    usage="set [publish on|off | ids auto|always|never | visibility public|unlisted|followers|direct | locked|bot|discoverable|indexable on|off]",
    help="Shows or changes your settings. publish: plain text typed into &home and &local is posted. locked: who wants to follow you asks first.",
)
async def set_(ask: Ask) -> None:
    name, _, value = ask.text.lower().partition(" ")
    value = value.strip()
    if not name:
        user = await ask.core.accounts.user(ask.me)
        own = ask.person.preferences
        onoff = {True: "on", False: "off"}
        ask.say(
            f"publish {onoff[own.publish]}, ids {own.ids}, visibility {user.default_visibility}, locked {onoff[ask.account.locked]}, "
            f"bot {onoff[ask.account.bot]}"
        )
        return
    if name == "publish" and value in SWITCH:
        await preferences.change(ask.network, ask.person, publish=SWITCH[value])
        ask.say("What you type into &home and &local is posted" if SWITCH[value] else "Nothing is posted but by post and reply")
    elif name == "ids" and value in preferences.IDS:
        await preferences.change(ask.network, ask.person, ids=value)
        ask.say(f"ids {value}")
    elif name == "visibility" and value in VISIBILITIES:
        await _change(ask, ProfileChange(default_visibility=VISIBILITIES[value].value))
        ask.say(f"Your notes are {VISIBILITIES[value].value}")
    elif name in _PROFILE and value in SWITCH:
        await _change(ask, ProfileChange(**{_PROFILE[name]: SWITCH[value]}))  # type: ignore[arg-type]
        ask.say(f"{name} {value}")
    else:
        raise Mistaken()


@verb("name", usage="name TEXT", help="Your display name; SETNAME does the same.")
async def name(ask: Ask) -> None:
    if not ask.text:
        raise Mistaken("Which name?")
    await _change(ask, ProfileChange(display_name=ask.text))
    ask.say(f"You are shown as {ask.text}")


@verb("bio", usage="bio TEXT", help="What your profile says of you; without a text nothing.")
async def bio(ask: Ask) -> None:
    await _change(ask, ProfileChange(note=ask.text))
    ask.say("Your profile is changed")


@verb("cert", usage="cert [add [FINGERPRINT [NAME]] | delete FINGERPRINT]", help="Client certificates that log you in (SASL EXTERNAL), by their SHA-256.")
async def cert(ask: Ask) -> None:
    accounts = ask.core.accounts
    action, *words = ask.words or [""]
    if not action:
        found = await accounts.certificates(ask.me)
        ask.say(*(f"{print_.hex()} {name} ({added:%Y-%m-%d})" for print_, name, added in found) if found else ("You have none",))
    elif action == "add" and words:
        await accounts.add_certificate(ask.me, fingerprint_of(words[0]), " ".join(words[1:]))
        ask.say("This certificate logs you in from now on")
    elif action == "delete" and words:
        await accounts.remove_certificate(ask.me, fingerprint_of(words[0]))
        ask.say("This certificate logs nobody in any more")
    else:
        raise Mistaken("Say the fingerprint: openssl x509 -in cert.pem -noout -fingerprint -sha256")


@verb(
    "room",
    usage="room #NAME [keep DAYS|forever | back all|joined|none|default]",
    help="For operators: how long a room keeps what is said, and who may read what was said before they came.",
)
async def room(ask: Ask) -> None:
    word, rest = ask.first("room")
    found = await ask.core.reading.room_by_name(word)
    if found is None:
        raise NotFound("There is no such room")
    found = await ask.core.reading.room_of(ask.me, found.id)  # a secret one is there for its members alone
    what, _, value = rest.lower().partition(" ")
    value = value.strip()
    if what == "keep" and (value == "forever" or value.isdecimal()):
        change = RoomChange(retention_days=0 if value == "forever" else max(1, int(value[:6])))
    elif what == "back" and value in ("all", "joined", "none", "default"):
        change = RoomChange(read_back="" if value == "default" else value)
    elif what:
        raise Mistaken()
    else:
        days = f"{found.retention_days} days" if found.retention_days else "forever"
        ask.say(f"#{found.name}: kept {days}; read back: {found.read_back or 'default'}")
        return
    await ask.submit(Update(actor_id=ask.me, room_id=found.id, room=change))
    ask.say(f"#{found.name}: {rest}")
