"""Settings: one TOML file into typed, frozen, defaulted Structs. `etc/pleromad.toml` explains each of them.

A key that is unknown or a value that is wrong ends the start with one line: file, key, what is allowed.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from pleromad.errors import SettingsError
from pleromad.ids import Uris
from pleromad.policies import Chain


class Instance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    domain: str = "localhost:4000"  # as in handles; with the port where it is not 443 or 80
    name: str = ""
    description: str = "A small server on the fediverse."
    registrations: Literal["open", "approval", "invite", "closed"] = "closed"
    post_limit: int = 5000
    rules: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    contact_email: str = ""
    contact_account: str = ""
    extended_description: str = ""  # Markdown, as the next two
    privacy_policy: str = ""
    terms_of_service: str = ""
    terms_effective_date: str = ""  # YYYY-MM-DD; default: when the file was last changed
    show_domain_blocks: Literal["all", "users", "disabled"] = "all"


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
    lobby: str = ""  # the room everybody who gets an account is put into; empty: none


class Federation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    enabled: bool = True
    limited: bool = False  # only with hosts that staff have allowed
    authorized_fetch: bool = False  # documents only for servers that sign
    allow_http: bool = False
    allow_private_addresses: bool = False
    extra_ca_file: str = ""


class MediaLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    max_image_bytes: int = 16 * 1024 * 1024
    max_video_bytes: int = 99 * 1024 * 1024
    max_pixels: int = 50_000_000
    convert: bool = True  # films and sound that not every client plays, with ffmpeg
    preview_cards: bool = True  # fetch what links lead to


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


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. `source` is its path, '' when there is none."""

    instance: Instance = Instance()
    store: Store = Store()
    http: Http = Http()
    gopher: Gopher = Gopher()
    irc: Irc = Irc()
    rooms: Rooms = Rooms()
    federation: Federation = Federation()
    media: MediaLimits = MediaLimits()
    mail: Mail = Mail()
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


# What SIGHUP cannot change while the daemon runs.
NEEDS_RESTART = ("instance.domain", "store", "http.listen", "http.public_url", "gopher.listen", "gopher.enabled", "irc.listen", "irc.enabled")

WORDS = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    float: "a number",
}


def load(path: Path | None) -> Settings:
    """Read a file, or (None) take the defaults. Raises SettingsError."""
    if path is None:
        return build({}, "", Path.cwd())
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: this is not TOML: {error}") from error
    return build(table, str(path), path.resolve().parent)


def build(table: Mapping[str, Any], source: str, folder: Path) -> Settings:
    """Settings of a table as TOML gives it; relative paths are relative to `folder`. Raises SettingsError."""
    where = source or "settings"
    _check_names(table, where)
    try:
        settings = msgspec.convert({**table, "source": source}, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{where}: {_explain(error)}") from error
    settings = _complete(settings, folder)
    _check(settings, where)
    Chain.of(settings)
    return settings


def _check_names(table: Mapping[str, Any], where: str) -> None:
    sections = {field.name: field.type for field in msgspec.structs.fields(Settings) if field.name != "source"}
    for name, value in table.items():
        if name not in sections:
            raise SettingsError(f"{where}: [{name}] is not known{_guess(name, sections)}; there are: {', '.join(sections)}")
        if not isinstance(value, Mapping):
            raise SettingsError(f"{where}: {name} must be a table: write [{name}]")
        if name == "policies":
            continue
        keys = [field.encode_name for field in msgspec.structs.fields(sections[name])]
        for key in value:
            if key not in keys:
                raise SettingsError(f"{where}: {name}.{key} is not known{_guess(key, keys)}; allowed: {', '.join(keys)}")


def _guess(name: str, known: Any) -> str:
    close = difflib.get_close_matches(name, list(known), 1)
    return f" (did you mean {close[0]}?)" if close else ""


def _explain(error: msgspec.ValidationError) -> str:
    """`Expected `int`, got `str` - at `$.instance.post_limit`` in plain words."""
    said, _, at = str(error).partition(" - at `$.")
    key = at.rstrip("`") or "a value"
    if said.startswith("Invalid enum value"):
        section, _, name = key.partition(".")
        field = next(f for f in msgspec.structs.fields(_section(section)) if f.encode_name == name)
        return f"{key} is not one of {', '.join(field.type.__args__)}"
    return f"{key}: {said[:1].lower()}{said[1:]}".replace("`array`", "a list").replace("`str`", "a text").replace("`int`", "a whole number").replace("`bool`", "true or false")


def _section(name: str) -> Any:
    return next(field.type for field in msgspec.structs.fields(Settings) if field.name == name)


def _complete(settings: Settings, folder: Path) -> Settings:
    replace = msgspec.structs.replace
    host = settings.hostname
    return replace(
        settings,
        http=replace(settings.http, public_url=(settings.http.public_url or f"https://{settings.domain}").rstrip("/")),
        store=replace(settings.store, data_dir=str((folder / settings.store.data_dir).resolve())),
        gopher=replace(settings.gopher, advertise_host=settings.gopher.advertise_host or host),
        irc=replace(settings.irc, server_name=settings.irc.server_name or host),
        mail=replace(
            settings.mail,
            sender=settings.mail.sender or f"noreply@{host}",
            password_file=str((folder / settings.mail.password_file).resolve()) if settings.mail.password_file else "",
        ),
    )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check(settings: Settings, where: str) -> None:
    def require(condition: bool, key: str, allowed: str) -> None:
        if not condition:
            raise SettingsError(f"{where}: {key}: {allowed}")

    domain = settings.instance.domain
    host, _, port = domain.partition(":")
    require(
        bool(host) and "/" not in domain and domain == domain.lower() and (not port or port.isdecimal()),
        "instance.domain",
        "a host name in lower case like social.example, with :port where it is not 443 or 80, and no https://",
    )
    effective = settings.instance.terms_effective_date
    require(not effective or _is_date(effective), "instance.terms_effective_date", "a day like 2026-11-23")
    require(1 <= settings.instance.post_limit <= 100_000, "instance.post_limit", "a whole number from 1 to 100000")
    url = urlsplit(settings.http.public_url)
    require(
        url.scheme in ("http", "https") and bool(url.netloc) and not url.path and not url.query,
        "http.public_url",
        "http:// or https:// and a host, without a path",
    )
    for section in ("http", "gopher", "irc"):
        for text in getattr(settings, section).listen:
            require(":" in text, f"{section}.listen", 'endpoint strings like "tcp:4000:interface=127.0.0.1" or "unix:/run/pleromad.sock"')
    for proxy in settings.http.trusted_proxies:
        try:
            ip_network(proxy, strict=False)
        except ValueError:
            require(False, "http.trusted_proxies", f"addresses or networks like 127.0.0.1 or 10.0.0.0/8, not {proxy!r}")
    require(0 < settings.gopher.advertise_port < 65536, "gopher.advertise_port", "a port from 1 to 65535")
    require(2 <= settings.store.connections <= 100, "store.connections", "a whole number from 2 to 100")
    mail = settings.mail
    require(0 < mail.port < 65536, "mail.port", "a port from 1 to 65535")
    require("@" in mail.sender and mail.sender.isprintable() and " " not in mail.sender, "mail.from", "an e-mail address like noreply@social.example")
    require(not mail.password_file or Path(mail.password_file).is_file(), "mail.password_file", f"a readable file with the password; {mail.password_file} is not there")
    require(not mail.user or mail.security != "none" or mail.host in ("localhost", "127.0.0.1", "::1"), "mail.security", '"starttls" or "tls" where there is a user: a password is not sent in the clear')
    ca = settings.federation.extra_ca_file
    require(not ca or Path(ca).is_file(), "federation.extra_ca_file", f"a readable file of certificates (PEM); {ca} is not there")
