"""Settings: one TOML file into the typed sections of `pleromad.sections`. `etc/pleromad.toml` explains each of them.

A key that is unknown or a value that is wrong ends the start with one line: file, key, what is allowed.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from pleromad.errors import SettingsError
from pleromad.policies import Chain
from pleromad.sections import Settings, declarations

__all__ = ["NEEDS_RESTART", "Settings", "build", "check", "explain", "load"]

# What SIGHUP cannot change while the daemon runs.
NEEDS_RESTART = ("instance.domain", "store", "http.listen", "http.public_url", "gopher.listen", "gopher.enabled", "irc.listen", "irc.enabled")

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
        raise SettingsError(f"{where}: {explain(error)}") from error
    settings = _complete(settings, folder)
    check(settings, where)
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


def explain(error: msgspec.ValidationError) -> str:
    """`Expected `int`, got `str` - at `$.instance.post_limit`` in plain words."""
    said, _, at = str(error).partition(" - at `$.")
    key = at.rstrip("`") or "a value"
    section, _, name = key.partition(".")
    known = declarations().get((section, name.partition("[")[0]))
    if said.startswith("Invalid enum value") and known is not None and known.choices:
        return f"{key} is not one of {', '.join(known.choices)}"
    if "got" not in said and known is not None and known.allowed:
        return f"{key}: {known.allowed}"
    return f"{key}: {said[:1].lower()}{said[1:]}".replace("`array`", "a list").replace("`str`", "a text").replace("`int`", "a whole number").replace("`bool`", "true or false")


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
        translation=replace(
            settings.translation,
            url=settings.translation.url.rstrip("/"),
            api_key_file=str((folder / settings.translation.api_key_file).resolve()) if settings.translation.api_key_file else "",
        ),
    )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check(settings: Settings, where: str) -> None:
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
    require("text/plain" in settings.posts.formats, "posts.formats", "a list with text/plain in it")
    require(settings.polls.min_seconds <= settings.polls.max_seconds, "polls.min_seconds", "not more than polls.max_seconds")
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
    service = urlsplit(settings.translation.url)
    require(
        not settings.translation.url or (service.scheme in ("http", "https") and bool(service.netloc) and not service.query),
        "translation.url",
        "https:// and the host of a LibreTranslate, or empty",
    )
    key = settings.translation.api_key_file
    require(not key or Path(key).is_file(), "translation.api_key_file", f"a readable file with the key; {key} is not there")
    ca = settings.federation.extra_ca_file
    require(not ca or Path(ca).is_file(), "federation.extra_ca_file", f"a readable file of certificates (PEM); {ca} is not there")
