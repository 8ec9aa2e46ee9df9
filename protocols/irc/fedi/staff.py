"""For the staff, in &ops: reports, sign-ups, failing hosts, and what is done about them. The core asks the role and keeps the log."""

from __future__ import annotations

from pleromad.model.moderation import AccountFilter, Sanction
from pleromad.model.page import Page
from protocols.irc.fedi.table import Ask, Mistaken, verb
from protocols.irc.names import nick_of

PAGE = Page(limit=20)


def _number(ask: Ask) -> int:
    word = ask.words[0].lstrip("#") if ask.words else ""
    if not (word.isascii() and word.isdecimal() and len(word) < 20):
        raise Mistaken("Which report?")
    return int(word)


@verb("reports", usage="reports", help="Those that are open.", staff=True)
async def reports(ask: Ask) -> None:
    found = (await ask.core.moderation.reports(ask.account, PAGE)).items
    for case in reversed(found):
        one = case.report
        assigned = f", {nick_of(case.assigned.account.acct)} is on it" if case.assigned is not None else ""
        ask.say(f"{one.id}: {nick_of(case.target.account.acct)}, by {nick_of(case.reporter.account.acct)}{assigned}: {one.comment or one.category}")
    if not found:
        ask.say("No report is open")


@verb("case", usage="case NUMBER", help="One report with the notes it is about.", staff=True)
async def case(ask: Ask) -> None:
    found = await ask.core.moderation.report(ask.account, _number(ask))
    one = found.report
    ask.say(f"{one.id}: {nick_of(found.target.account.acct)}, by {nick_of(found.reporter.account.acct)}, {one.category}: {one.comment}")
    ask.show([seen.note for seen in found.notes], empty="No note is named")


@verb("assign", usage="assign NUMBER", help="You see to this report.", staff=True)
async def assign(ask: Ask) -> None:
    one = await ask.core.moderation.assign(ask.account, _number(ask))
    ask.say(f"{one.report.id} is yours")


@verb("resolve", usage="resolve NUMBER", help="This report is dealt with.", staff=True)
async def resolve(ask: Ask) -> None:
    one = await ask.core.moderation.resolve(ask.account, _number(ask))
    ask.say(f"{one.report.id} is resolved")


@verb("reopen", usage="reopen NUMBER", help="It is not, after all.", staff=True)
async def reopen(ask: Ask) -> None:
    one = await ask.core.moderation.reopen(ask.account, _number(ask))
    ask.say(f"{one.report.id} is open again")


@verb("signups", usage="signups", help="Who waits to be let in.", staff=True)
async def signups(ask: Ask) -> None:
    found = (await ask.core.moderation.accounts(ask.account, AccountFilter(local=True, status="pending"), PAGE)).items
    for one in reversed(found):
        ask.say(f"{one.account.acct} ({one.email}): {' '.join((one.reason or '').split())}")
    if not found:
        ask.say("Nobody waits")


@verb("approve", usage="approve WHO", help="Lets them in.", staff=True)
async def approve(ask: Ask) -> None:
    id, nick, _ = await ask.whom()
    await ask.core.moderation.approve(ask.account, id)
    ask.say(f"{nick} is let in")


@verb("reject", usage="reject WHO", help="Turns them away; the name is free again.", staff=True)
async def reject(ask: Ask) -> None:
    id, nick, _ = await ask.whom()
    await ask.core.moderation.reject(ask.account, id)
    ask.say(f"{nick} is turned away")


async def _sanction(ask: Ask, what: Sanction, done: str) -> None:
    id, nick, text = await ask.whom()
    await ask.core.moderation.sanction(ask.account, id, what, text=text)
    ask.say(f"{nick} is {done}")


async def _lift(ask: Ask, what: Sanction, done: str) -> None:
    id, nick, _ = await ask.whom()
    await ask.core.moderation.lift(ask.account, id, what)
    ask.say(f"{nick} is {done}")


@verb("warn", usage="warn WHO TEXT", help="Writes to them.", staff=True)
async def warn(ask: Ask) -> None:
    await _sanction(ask, Sanction.NONE, "warned")


@verb("suspend", usage="suspend WHO [TEXT]", help="Nothing of them is shown any more, and they cannot log in.", staff=True)
async def suspend(ask: Ask) -> None:
    await _sanction(ask, Sanction.SUSPEND, "suspended")


@verb("unsuspend", usage="unsuspend WHO", help="Takes that back.", staff=True)
async def unsuspend(ask: Ask) -> None:
    await _lift(ask, Sanction.SUSPEND, "no longer suspended")


@verb("silence", usage="silence WHO [TEXT]", help="They are seen by those who follow them alone.", staff=True)
async def silence(ask: Ask) -> None:
    await _sanction(ask, Sanction.SILENCE, "silenced")


@verb("unsilence", usage="unsilence WHO", help="Takes that back.", staff=True)
async def unsilence(ask: Ask) -> None:
    await _lift(ask, Sanction.SILENCE, "no longer silenced")


@verb("disable", usage="disable WHO [TEXT]", help="They cannot log in; what they said stays.", staff=True)
async def disable(ask: Ask) -> None:
    await _sanction(ask, Sanction.DISABLE, "disabled")


@verb("enable", usage="enable WHO", help="They can again.", staff=True)
async def enable(ask: Ask) -> None:
    await _lift(ask, Sanction.DISABLE, "enabled")


@verb("hosts", usage="hosts", help="Other servers that have not answered lately, and since when.", staff=True)
async def hosts(ask: Ask) -> None:
    found = await ask.core.moderation.failing_hosts(ask.account)
    ask.say(*(f"{host} since {since:%Y-%m-%d %H:%M} UTC" for host, since in found) if found else ("All answer",))


@verb("log", usage="log", help="What the staff did lately.", staff=True)
async def log(ask: Ask) -> None:
    for entry in reversed((await ask.core.moderation.entries(ask.account, PAGE)).items):
        by = entry.by.acct if entry.by is not None else "the server"
        ask.say(f"{entry.created_at:%Y-%m-%d %H:%M} {by}: {entry.action} {entry.target_type} {entry.target}")


