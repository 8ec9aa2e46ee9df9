"""Every setting: its section, type, bounds, default and, where staff may change it at run time, what it does.

The file, the values kept in the database, `pleromactl settings`, the settings page and the admin API are made from these declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, inspect

from pleromad.ids import Uris


def live(description: str, **bounds: Any) -> Meta:
    """What staff may change while the server runs. `bounds` are msgspec's: ge, le, max_length, pattern."""
    return Meta(description=description, extra={"live": True}, **bounds)


Access = Literal["public", "authenticated", "disabled"]
Format = Literal["text/plain", "text/markdown", "text/html", "text/bbcode"]
RATE = r"^[1-9][0-9]{0,8}/[1-9][0-9]{0,6}$"


class Instance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    domain: str = "localhost:4000"  # as in handles; with the port where it is not 443 or 80
    name: Annotated[str, live("What the server is called, on pages and in apps. Empty: its domain.", max_length=200)] = ""
    description: Annotated[str, live("A sentence or two about the server.", max_length=5_000)] = "A small server on the fediverse."
    registrations: Annotated[
        Literal["open", "approval", "invite", "closed"],
        live("Who may make an account: anybody, whom staff let in, who has an invitation, nobody."),
    ] = "closed"
    post_limit: Annotated[int, live("Characters of a note.", ge=1, le=100_000)] = 5000
    rules: Annotated[tuple[str, ...], live("The rules of the house, one by one.", max_length=100)] = ()
    languages: Annotated[tuple[str, ...], live("Languages that are spoken here, as codes like en or de.", max_length=50)] = ("en",)
    contact_email: Annotated[str, live("Where people write to about the server.", max_length=300)] = ""
    contact_account: Annotated[str, live("The name of an account here that answers for the server.", max_length=300)] = ""
    extended_description: Annotated[str, live("The page about the server, in Markdown.", max_length=50_000)] = ""
    privacy_policy: Annotated[str, live("What is kept of people, in Markdown. Empty: a short text that says what this program keeps.", max_length=50_000)] = ""
    terms_of_service: Annotated[str, live("Terms of service, in Markdown. Empty: there are none.", max_length=50_000)] = ""
    terms_effective_date: Annotated[str, live("From when on the terms hold: a day like 2026-11-23. Empty: when the file was last changed.")] = ""
    panel: Annotated[str, live("What front-ends show beside the timelines, in Markdown. Empty: the description.", max_length=50_000)] = ""
    show_domain_blocks: Annotated[Literal["all", "users", "disabled"], live("Who may read which servers are blocked.")] = "all"


class Posts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    formats: Annotated[tuple[Format, ...], live("In which formats people may write. Plain text is always one of them.", min_length=1)] = (
        "text/plain",
        "text/markdown",
        "text/html",
        "text/bbcode",
    )
    max_media: Annotated[int, live("Attachments of one note.", ge=0, le=64)] = 16
    max_pins: Annotated[int, live("Notes somebody may pin to their profile.", ge=0, le=100)] = 5


class Polls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    max_options: Annotated[int, live("Options of a poll.", ge=2, le=200)] = 20
    max_option_characters: Annotated[int, live("Characters of an option.", ge=1, le=5_000)] = 200
    min_seconds: Annotated[int, live("How long a poll runs at least, in seconds.", ge=0, le=31_536_000)] = 60
    max_seconds: Annotated[int, live("How long a poll runs at most, in seconds.", ge=60, le=315_360_000)] = 31_536_000


class Profiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    max_name: Annotated[int, live("Characters of a display name.", ge=1, le=1_000)] = 100
    max_bio: Annotated[int, live("Characters of what somebody says about themselves.", ge=0, le=50_000)] = 5_000
    max_fields: Annotated[int, live("Fields of a profile.", ge=0, le=50)] = 10
    max_field: Annotated[int, live("Characters of a field's name, and of its value.", ge=1, le=5_000)] = 500


class Visitors(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who sees the timelines of everybody: public, only who is logged in, or (disabled) nobody but staff."""

    local_timeline: Annotated[Access, live("Who sees the timeline of this server.")] = "public"
    remote_timeline: Annotated[Access, live("Who sees the timeline of other servers.")] = "public"
    local_tags: Annotated[Access, live("Who sees notes of this server under a hashtag.")] = "public"
    remote_tags: Annotated[Access, live("Who sees notes of other servers under a hashtag.")] = "public"
    trends: Annotated[Access, live("Who sees the notes in which a trending link was shared.")] = "public"


class Rates(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often, as `requests/seconds`: Mastodon's own numbers (its documentation, "Rate limits"); reading is wider because it is cheap."""

    account: Annotated[str, live("Requests of somebody who is logged in.", pattern=RATE)] = "1500/300"
    address: Annotated[str, live("Requests from an address without a log-in.", pattern=RATE)] = "7500/300"
    uploads: Annotated[str, live("Uploaded files.", pattern=RATE)] = "30/1800"
    deletions: Annotated[str, live("Deleted and unboosted notes.", pattern=RATE)] = "30/1800"
    sign_ups: Annotated[str, live("New accounts from an address.", pattern=RATE)] = "5/1800"
    log_ins: Annotated[str, live("Tries to log in from an address.", pattern=RATE)] = "30/300"
    new_apps: Annotated[str, live("Apps that register from an address.", pattern=RATE)] = "60/600"
    reports: Annotated[str, live("Reports of a person.", pattern=RATE)] = "400/86400"
    keys: Annotated[str, live("Keys of other servers' people that are fetched for one address.", pattern=RATE)] = "600/300"


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    dsn: str = ""  # empty: the embedded PostgreSQL
    data_dir: str = "var"
    connections: int = 8


class Http(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    listen: tuple[str, ...] = ("tcp:4000:interface=127.0.0.1",)
    public_url: str = ""  # default https://DOMAIN; all ids and links start with it
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    access_log: bool = False


class Gopher(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    enabled: bool = False
    listen: tuple[str, ...] = ("tcp:7070",)
    advertise_host: str = ""  # default: the domain without its port
    advertise_port: int = 70


class Irc(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    enabled: bool = True
    listen: tuple[str, ...] = ("tcp:6667:interface=127.0.0.1",)
    server_name: str = ""  # default: the domain without its port
    guests: bool = False
    motd: tuple[str, ...] = ()


class Rooms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    lobby: Annotated[str, live("The room everybody who gets an account is put into; made when there is none. Empty: no such room.", max_length=50)] = ""


class Federation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    enabled: Annotated[bool, live("Speak with other servers at all.")] = True
    limited: Annotated[bool, live("Only with servers that staff have allowed.")] = False
    authorized_fetch: Annotated[bool, live("Show notes and people only to servers that sign their requests and are not refused.")] = False
    relay: Annotated[bool, live("Be a relay: pass on public notes of servers that follow /relay to the others among them.")] = False
    allow_http: bool = False
    groups: Annotated[bool, live("Take whole activities that groups and rooms pass on (FEP-1b12). Off: only what they boost.")] = True
    allow_private_addresses: bool = False
    extra_ca_file: str = ""


class MediaLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    max_image_bytes: Annotated[int, live("Bytes of a picture.", ge=1_000, le=1_000_000_000)] = 16 * 1024 * 1024
    max_video_bytes: Annotated[int, live("Bytes of a film, a sound or any other file.", ge=1_000, le=4_000_000_000)] = 99 * 1024 * 1024
    max_pixels: Annotated[int, live("Pixels of a picture.", ge=10_000, le=500_000_000)] = 50_000_000
    convert: Annotated[bool, live("Convert films and sound that not every client plays, where the machine has ffmpeg.")] = True
    max_description: Annotated[int, live("Characters of the description of an attachment.", ge=1, le=50_000)] = 5_000
    proxy: Annotated[
        bool, live("Show pictures, films and sound of other servers from here, so that those servers do not learn who looks at them.")
    ] = False
    proxy_max_bytes: Annotated[int, live("Bytes of a file of another server that is shown from here.", ge=1_000, le=4_000_000_000)] = 200 * 1024 * 1024
    preview_cards: Annotated[bool, live("Fetch the pages links lead to, to show what they are.")] = True


class Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    host: str = ""  # empty: no mail is sent
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_file: str = ""
    sender: str = msgspec.field(default="", name="from")  # default: noreply@ the domain without its port

    @property
    def on(self) -> bool:
        return bool(self.host)


class Translation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    url: str = ""  # of a LibreTranslate; empty: nothing is translated
    api_key_file: str = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. `source` is its path, '' when there is none."""

    instance: Instance = Instance()
    store: Store = Store()
    http: Http = Http()
    gopher: Gopher = Gopher()
    irc: Irc = Irc()
    rooms: Rooms = Rooms()
    federation: Federation = Federation()
    posts: Posts = Posts()
    polls: Polls = Polls()
    media: MediaLimits = MediaLimits()
    profiles: Profiles = Profiles()
    visitors: Visitors = Visitors()
    rates: Rates = Rates()
    mail: Mail = Mail()
    translation: Translation = Translation()
    policies: dict[str, dict[str, Any]] = {}
    source: str = ""

    @property
    def domain(self) -> str:
        return self.instance.domain

    @property
    def name(self) -> str:
        return self.instance.name or self.instance.domain

    @property
    def hostname(self) -> str:
        """The domain without its port."""
        return self.instance.domain.partition(":")[0]

    @property
    def data_dir(self) -> Path:
        return Path(self.store.data_dir)

    @property
    def uris(self) -> Uris:
        return Uris(self.http.public_url, self.instance.domain)

    @property
    def warnings(self) -> list[str]:
        """One line for each switch that opens something for tests and demos only."""
        said = []
        if self.federation.allow_http:
            said.append("[federation] allow_http is on: other servers are spoken to without TLS. For tests only")
        if self.federation.allow_private_addresses:
            said.append("[federation] allow_private_addresses is on: this server can be made to call hosts of your network. For tests only")
        if self.federation.extra_ca_file:
            said.append(f"[federation] extra_ca_file: certificates signed by {self.federation.extra_ca_file} are trusted, too")
        return said


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is declared of one key. `kind`: text, number, switch, choice, texts or choices; `type` is msgspec's."""

    section: str
    name: str
    kind: str
    type: Any
    default: Any
    description: str = ""
    live: bool = False
    choices: tuple[str, ...] = ()
    allowed: str = ""  # the bounds in words

    @property
    def key(self) -> str:
        return f"{self.section}.{self.name}"


@cache
def declarations() -> dict[tuple[str, str], Declaration]:
    """All keys of all sections, by section and name as in the file, in their order."""
    found: dict[tuple[str, str], Declaration] = {}
    for section in msgspec.structs.fields(Settings):
        if section.name in ("policies", "source"):
            continue
        for field in msgspec.structs.fields(section.type):
            found[section.name, field.encode_name] = _declaration(section.name, field)
    return found


def _declaration(section: str, field: msgspec.structs.FieldInfo) -> Declaration:
    type = inspect.type_info(field.type)
    plain = getattr(field.type, "__origin__", field.type) if isinstance(type, inspect.Metadata) else field.type
    description, live = "", False
    if isinstance(type, inspect.Metadata):
        live = bool((type.extra or {}).get("live"))
        description = (type.extra_json_schema or {}).get("description", "")
        type = type.type
    kind, allowed = _kind(type)
    # msgspec sorts them; the order in which they were written says more.
    choices = get_args(get_args(plain)[0] if kind == "choices" else plain) if kind in ("choice", "choices") else ()
    return Declaration(section, field.encode_name, kind, field.type, field.default, description, live, choices, allowed)


def _kind(type: inspect.Type) -> tuple[str, str]:
    match type:
        case inspect.BoolType():
            return "switch", "true or false"
        case inspect.IntType(ge=None):
            return "number", "a whole number"
        case inspect.IntType():
            return "number", f"a whole number from {type.ge} to {type.le}"
        case inspect.LiteralType():
            return "choice", ""
        case inspect.VarTupleType(item_type=inspect.LiteralType()):
            return "choices", ""
        case inspect.VarTupleType():
            return "texts", f"a list of at most {type.max_length} texts" if type.max_length else "a list of texts"
        case inspect.StrType(pattern=str()):
            return "text", "requests/seconds, like 30/300"
        case _:
            most = getattr(type, "max_length", None)
            return "text", f"a text of at most {most} characters" if most else "a text"
