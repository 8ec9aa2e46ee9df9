"""Who is let in at sign-up, by their mail address and by where they come from: what staff have decided about both."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime

from pleromad.errors import Forbidden, Invalid
from pleromad.hosts import ascii_host
from store import signups
from store.pool import Queries


async def check_sign_up(db: Queries, email: str, address: str, now: datetime) -> bool:
    """May somebody sign up with this mail address, from there? True when staff must look first. Raises Forbidden, Invalid (field email)."""
    look_first = False
    if _is_address(address):
        severities = await signups.severities_of(db, address)
        if severities & {"sign_up_block", "no_access"}:
            raise Forbidden("Nobody can sign up from this network", detail=address)
        look_first = "sign_up_requires_approval" in severities
    domain = email.rpartition("@")[2].strip()
    if domain:
        passing = await signups.try_email_domain(db, _variants(domain), now.date(), address[:60])
        if not all(passing):
            raise Invalid("Validation failed: Email uses a provider that is not taken here", field="email")
        if await signups.email_block(db, hash=email_hash(email)) is not None:
            raise Invalid("Validation failed: Email is not taken here", field="email")
        look_first = look_first or bool(passing)
    return look_first


async def remember_address(db: Queries, account_id: int, address: str) -> None:
    """From where somebody signed up or logged in: for staff, for a year."""
    if _is_address(address):
        await signups.add_address(db, account_id, address)


def email_hash(email: str) -> str:
    """SHA-256 of an address without what providers ignore: case, dots, and what follows a plus (Mastodon: canonical e-mail)."""
    name, _, domain = email.strip().lower().rpartition("@")
    plain = f"{name.replace('.', '').partition('+')[0]}@{domain}"
    return hashlib.sha256(plain.encode()).hexdigest()


def domain_name(text: str) -> str:
    """In the one spelling. Raises Invalid."""
    try:
        return ascii_host(text.strip().strip("/").removeprefix("@"))
    except ValueError:
        raise Invalid("Validation failed: Domain is not a valid domain name", field="domain") from None


def _variants(domain: str) -> list[str]:
    """`a.b.example` and all it is below."""
    try:
        labels = ascii_host(domain).partition(":")[0].split(".")
    except ValueError:
        return []
    return [".".join(labels[at:]) for at in range(len(labels))]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
