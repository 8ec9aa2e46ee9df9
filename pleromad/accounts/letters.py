"""What is written by mail, in plain text. Each kind of letter is a subject and a body; `{link}` works once."""

from __future__ import annotations

from dataclasses import dataclass

CONFIRM_HOURS = 48
RESET_HOURS = 2
ADMIN_RESET_HOURS = 24
INVITE_HOURS = 168


@dataclass(frozen=True, slots=True)
class Letter:
    to: str
    subject: str
    text: str


# Which link a kind of letter carries: its purpose, and the hours it is good for.
LINKS = {"confirm": ("confirm", CONFIRM_HOURS), "email": ("email", CONFIRM_HOURS), "password": ("password", RESET_HOURS)}

_TEXTS = {
    "confirm": (
        "Confirm your e-mail address",
        """you, or somebody who gave your address, signed up at {site} as @{name}.

Open this to confirm that the address is yours. It works for {hours} hours:

  {link}

If it was not you, do nothing: without this nobody can use the account.""",
    ),
    "email": (
        "Confirm your new e-mail address",
        """@{name} at {site} is to have this e-mail address from now on.

Open this to confirm that it is yours. It works for {hours} hours:

  {link}

If it was not you, do nothing.""",
    ),
    "password": (
        "A new password",
        """somebody asked for a new password of @{name} at {site}.

Open this to choose one. It works once, for {hours} hours:

  {link}

If it was not you, do nothing: the password stays what it is.""",
    ),
    "approved": (
        "You are in",
        """your account @{name} at {site} was approved. You can log in:

  {base}/log-in""",
    ),
    "password_changed": (
        "Your password was changed",
        """the password of @{name} at {site} was changed, and all other sessions were closed.

If it was not you, ask for a new one at once, here:

  {base}/forgotten""",
    ),
    "email_changed": (
        "Your e-mail address was changed",
        """@{name} at {site} has another e-mail address now, and no more letters come here.

If it was not you, write to the people who run the server: {base}/about""",
    ),
    "two_factor_on": (
        "Two-factor authentication is on",
        """logging in as @{name} at {site} takes a code of your authenticator app from now on.

If it was not you, write to the people who run the server: {base}/about""",
    ),
    "two_factor_off": (
        "Two-factor authentication is off",
        """logging in as @{name} at {site} takes nothing but the password from now on.

If it was not you, change your password at once: {base}/settings/password""",
    ),
    "archive": (
        "Your archive is ready",
        """the archive of all you wrote at {site} as @{name} can be downloaded for a week:

  {base}/settings/data""",
    ),
    "invitation": (
        "You are invited",
        """@{name} invites you to {site}. With this you can make an account there, within {hours} hours:

  {link}""",
    ),
    "sanction_none": (
        "A warning",
        """the people who run {site} have a word about what @{name} does there.{reason}""",
    ),
    "sanction_disable": (
        "Your account was disabled",
        """the people who run {site} have disabled your log-in as @{name}. What you said is still there.{reason}""",
    ),
    "sanction_sensitive": (
        "Your media are shown as sensitive",
        """the people who run {site} have decided that all pictures and files of @{name} are hidden until somebody asks to see them.{reason}""",
    ),
    "sanction_silence": (
        "Your account was limited",
        """the people who run {site} have decided that only those who follow @{name} see what you post.{reason}""",
    ),
    "sanction_suspend": (
        "Your account was suspended",
        """the people who run {site} have suspended @{name}: nobody sees the account or what you posted, and you cannot post.{reason}""",
    ),
    "test": ("It works", """this is how mail from {site} looks."""),
}
KINDS = frozenset(_TEXTS)
SANCTION = "sanction_"  # what such a kind begins with; then comes what was done


def compose(kind: str, *, to: str, name: str, site: str, base: str, link: str = "", hours: int = 0, reason: str = "") -> Letter:
    subject, text = _TEXTS[kind]
    body = text.format(name=name, site=site, base=base, link=link, hours=hours, reason=f"\n\nThey say:\n\n{reason}" if reason else "")
    return Letter(to, f"{subject} ({site})", f"Hello,\n\n{body}\n\n-- \n{site}\n{base}\n")
