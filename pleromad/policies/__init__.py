"""Policies (MRF): a chain that may change or refuse whatever comes in or goes out, in the order of their tables in the settings.

A new policy is one file here and one name in POLICIES.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec

from pleromad.errors import SettingsError
from pleromad.model.account import RemoteActor
from pleromad.model.activity import Activity
from pleromad.policies.drop import Drop
from pleromad.policies.mentions import Mentions
from pleromad.policies.noop import NoOp
from pleromad.policies.policy import Context, Policy, Settings
from pleromad.policies.simple import Simple

__all__ = ["POLICIES", "Chain", "Context", "Policy", "Settings"]

POLICIES: tuple[type[Policy], ...] = (NoOp, Drop, Simple, Mentions)


class _HasPolicies(Protocol):
    """What is asked of `pleromad.config.Settings`, which itself may ask here whether its policies are right."""

    @property
    def policies(self) -> dict[str, dict[str, Any]]: ...

    @property
    def source(self) -> str: ...


class Chain:
    """The policies in force, each asked in turn."""

    def __init__(self, policies: Iterable[Policy] = ()) -> None:
        self.policies = tuple(policies)

    @classmethod
    def of(cls, settings: _HasPolicies) -> Chain:
        """Raises SettingsError, one line that names file, key and what is allowed."""
        return cls.build(settings.policies, settings.source)

    @classmethod
    def build(cls, tables: Mapping[str, Mapping[str, Any]], source: str = "") -> Chain:
        known = {policy.name: policy for policy in POLICIES}
        where = source or "settings"
        policies = []
        for name, table in tables.items():
            if name not in known:
                raise SettingsError(
                    f"{where}: policies.{name} is not known{_guess(name, known)}; there are: {', '.join(known)}"
                )
            policies.append(_policy(known[name], table, where))
        return cls(policies)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(policy.name for policy in self.policies)

    def apply(self, activity: Activity, context: Context) -> Activity:
        """The activity as the policies leave it. Raises Rejected."""
        for policy in self.policies:
            activity = policy.apply(activity, context)
        return activity

    def actor(self, actor: RemoteActor) -> RemoteActor:
        """An actor of another server as the policies leave it; asked before it is kept. Raises Rejected."""
        for policy in self.policies:
            actor = policy.actor(actor)
        return actor

    def host_refused(self, host: str) -> bool:
        """Is there nothing to be taken from, fetched from, sent to or followed on this host?"""
        return any(policy.refuses(host) for policy in self.policies)

    def media_removed(self, host: str) -> bool:
        """Are the pictures of this host not to be shown, fetched or passed on?"""
        return any(policy.removes_media(host) for policy in self.policies)

    def describe(self) -> dict[str, object]:
        """What anybody may know (NodeInfo `metadata.federation`, as in Pleroma)."""
        said: dict[str, object] = {"enabled": True, "mrf_policies": [policy.name for policy in self.policies]}
        for policy in self.policies:
            said |= policy.describe()
        return said


def _policy(kind: type[Policy], table: Mapping[str, Any], where: str) -> Policy:
    key = f"{where}: policies.{kind.name}"
    if not isinstance(table, Mapping):
        raise SettingsError(f"{key} must be a table: write [policies.{kind.name}]")
    allowed = [field.name for field in msgspec.structs.fields(kind.settings_type)]
    for name in table:
        if name not in allowed:
            names = ", ".join(allowed) or "no keys at all"
            raise SettingsError(f"{key}.{name} is not known{_guess(name, allowed)}; allowed: {names}")
    try:
        return kind(msgspec.convert(dict(table), kind.settings_type))
    except msgspec.ValidationError as error:
        said, _, at = str(error).partition(" - at `$.")
        name = at.rstrip("`").partition("[")[0]
        raise SettingsError(f"{key}.{name}: {f'must be {kind.values}' if kind.values else said}") from error
    except ValueError as error:
        raise SettingsError(f"{key}.{error}") from error


def _guess(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), 1)
    return f" (did you mean {close[0]}?)" if close else ""
