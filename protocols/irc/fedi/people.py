"""People: follow, block, mute, report, requests to follow, profiles."""

from __future__ import annotations

from pleromad.model.activity import Accept, Block, Flag, Follow, Reject, Undo
from pleromad.model.page import Page
from pleromad.text import to_plain
from protocols.irc.fedi.posts import seconds_of
from protocols.irc.fedi.table import Ask, Mistaken, verb
from protocols.irc.names import nick_of

PAGE = 40


@verb("follow", usage="follow WHO", help="Puts what they say into your &home. user@host for people of other servers.")
async def follow(ask: Ask) -> None:
    id, nick, _ = await ask.whom()
    outcome = await ask.submit(Follow(actor_id=ask.me, target_id=id))
    ask.say(f"You have asked to follow {nick}" if outcome.pending else f"You follow {nick}")


@verb("unfollow", usage="unfollow WHO", help="Ends that.")
async def unfollow(ask: Ask) -> None:
    id, nick, _ = await ask.whom()
    await ask.submit(Undo(actor_id=ask.me, of=Follow(actor_id=ask.me, target_id=id)))
    ask.say(f"You do not follow {nick}")


@verb("block", usage="block WHO|*@HOST", help="Neither of you hears of the other; with *@host all of a server.")
async def block(ask: Ask) -> None:
    word, _ = ask.first("person")
    if word.startswith("*@"):
        await ask.core.personal.block_domain(ask.me, word[2:])
        ask.say(f"You hear nothing of {word[2:]} any more")
        return
    id, nick, _ = await ask.whom()
    await ask.submit(Block(actor_id=ask.me, target_id=id))
    ask.say(f"You block {nick}")


@verb("unblock", usage="unblock WHO|*@HOST", help="Ends that.")
async def unblock(ask: Ask) -> None:
    word, _ = ask.first("person")
    if word.startswith("*@"):
        await ask.core.personal.unblock_domain(ask.me, word[2:])
        ask.say(f"You hear of {word[2:]} again")
        return
    id, nick, _ = await ask.whom()
    await ask.submit(Undo(actor_id=ask.me, of=Block(actor_id=ask.me, target_id=id)))
    ask.say(f"You do not block {nick}")


@verb("mute", usage="mute WHO [30m|6h|2d]", help="You do not hear them, and they are not told; for a while, or until you end it.")
async def mute(ask: Ask) -> None:
    id, nick, rest = await ask.whom()
    length = seconds_of(rest) if rest else None
    if rest and length is None:
        raise Mistaken("For how long?")
    await ask.core.personal.mute(ask.me, id, seconds=length)
    ask.say(f"You do not hear {nick}" + (f" for {rest}" if rest else ""))


@verb("unmute", usage="unmute WHO", help="Ends that.")
async def unmute(ask: Ask) -> None:
    id, nick, _ = await ask.whom()
    await ask.core.personal.unmute(ask.me, id)
    ask.say(f"You hear {nick} again")


@verb("requests", usage="requests", help="Who asks to follow you; accept and reject answer them.")
async def requests(ask: Ask) -> None:
    found = (await ask.core.reading.listed(ask.me, "requests", ask.me, Page(limit=PAGE))).items
    ask.say(" ".join(nick_of(account.acct) for account in found) or "Nobody asks to follow you")


@verb("accept", usage="accept WHO", help="Lets somebody follow you who has asked.")
async def accept(ask: Ask) -> None:
    id, nick, _ = await ask.whom()
    await ask.submit(Accept(actor_id=ask.me, follower_id=id))
    ask.say(f"{nick} follows you")


@verb("reject", usage="reject WHO", help="Refuses a request, or ends that somebody follows you.")
async def reject(ask: Ask) -> None:
    id, nick, _ = await ask.whom()
    await ask.submit(Reject(actor_id=ask.me, follower_id=id))
    ask.say(f"{nick} does not follow you")


@verb("report", usage="report WHO|NOTE TEXT", help="Tells the staff of this server of somebody or of a note.")
async def report(ask: Ask) -> None:
    word, rest = ask.first("person or note")
    notes: tuple[int, ...] = ()
    try:
        note = await ask.note(word)
    except Mistaken:
        target = (await ask.somebody(word)).id
    else:
        target, notes = note.account.id, (note.id,)
    if not rest:
        raise Mistaken("Say what it is about")
    await ask.submit(Flag(actor_id=ask.me, target_id=target, note_ids=notes, comment=rest))
    ask.say("The staff is told. Thank you")


@verb("profile", "whois", usage="profile [WHO]", help="Who somebody is, and how you stand to each other.")
async def profile(ask: Ask) -> None:
    account = await ask.somebody(ask.words[0]) if ask.words else ask.account
    ask.say(f"{nick_of(account.acct)}: {account.display_name or account.username}  {account.url}")
    ask.say(*(f"    {line}" for line in to_plain(account.note).splitlines()[:6] if line.strip()))
    ask.say(*(f"    {field.name}: {' '.join(to_plain(field.value).split())}" for field in account.fields[:8]))
    ask.say(f"    {account.statuses_count} notes, follows {account.following_count}, followed by {account.followers_count}")
    if account.id == ask.me:
        return
    (how,) = await ask.core.reading.relationships(ask.me, [account.id])
    facts = {
        "you follow them": how.following,
        "you have asked to follow them": how.requested,
        "they follow you": how.followed_by,
        "they ask to follow you": how.requested_by,
        "you block them": how.blocking,
        "you mute them": how.muting,
    }
    ask.say("    " + (", ".join(fact for fact, true in facts.items() if true) or "you do not follow each other"))
