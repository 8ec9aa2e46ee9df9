"""domain_blocks: what staff decided of whole hosts, kept in the database (Mastodon: domain blocks and allowances).

It stands at the end of every chain by itself and has no table in the settings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from pleromad.errors import Rejected
from pleromad.hosts import ascii_host
from pleromad.model.account import RemoteActor
from pleromad.model.activity import Activity, Create, Flag, Update
from pleromad.model.moderation import HostBlock
from pleromad.model.note import RemoteNote
from pleromad.policies.hosts import hosts_of
from pleromad.policies.policy import Context, Policy, Settings


class HostRules:
    """Blocks by host: of several that fit the most specific counts. Never changes: new ones are made when staff decide anew."""

    def __init__(self, blocks: Iterable[HostBlock] = (), allows: Collection[str] = ()) -> None:
        self.blocks = tuple(blocks)
        self._blocks = {block.domain: block for block in self.blocks}
        self._allows = frozenset(allows)

    def of(self, host: str) -> HostBlock | None:
        """The rule for a host in any spelling, with or without a port."""
        if not self._blocks:
            return None
        try:
            whole = ascii_host(host)
        except ValueError:
            whole = host.strip().lower()
        if whole in self._blocks:
            return self._blocks[whole]
        labels = whole.partition(":")[0].split(".")
        return next(
            (self._blocks[name] for at in range(len(labels)) if (name := ".".join(labels[at:])) in self._blocks), None
        )

    def allows(self, host: str) -> bool:
        """Where only some hosts are allowed: is this one of them?"""
        try:
            whole = ascii_host(host)
        except ValueError:
            return False
        return whole in self._allows or whole.partition(":")[0] in self._allows


class Kept(Policy):
    """`limited`: only hosts that are allowed one by one are spoken to. `shown`: who is blocked is told to anybody."""

    name = "domain_blocks"

    def __init__(self, rules: HostRules, *, limited: bool = False, shown: bool = False) -> None:
        super().__init__(Settings())
        self._rules = rules
        self._limited = limited
        self._shown = shown

    def apply(self, activity: Activity, context: Context) -> Activity:
        if not context.incoming or context.origin.kind == "system":
            return activity
        hosts = hosts_of(context.actor.domain, context.actor.uri)
        rules = self._admit(hosts)
        if isinstance(activity, Flag) and any(rule.reject_reports for rule in rules):
            raise Rejected(policy=self.name, detail=f"reports: {', '.join(sorted(hosts))}")
        if isinstance(activity, Create | Update) and isinstance(activity.note, RemoteNote) and activity.note.attachments:
            if any(rule.reject_media for rule in rules):
                return replace(activity, note=replace(activity.note, attachments=()))
        if isinstance(activity, Update) and isinstance(activity.profile, RemoteActor):
            return replace(activity, profile=self.actor(activity.profile))
        return activity

    def actor(self, actor: RemoteActor) -> RemoteActor:
        rules = self._admit(hosts_of(actor.domain, actor.uri))
        if any(rule.reject_media for rule in rules):
            return replace(actor, avatar_url=None, avatar_description="", header_url=None, header_description="")
        return actor

    def refuses(self, host: str) -> bool:
        rule = self._rules.of(host)
        if self._limited and not self._rules.allows(host):
            return True
        return rule is not None and rule.severity == "suspend"

    def removes_media(self, host: str) -> bool:
        rule = self._rules.of(host)
        return rule is not None and (rule.reject_media or rule.severity == "suspend")

    def describe(self) -> dict[str, object]:
        told: dict[str, object] = {"limited_federation": True} if self._limited else {}
        if self._shown:
            for severity in ("suspend", "silence"):
                hosts = sorted(block.public_domain for block in self._rules.blocks if block.severity == severity)
                told |= {f"domains_{severity}": hosts} if hosts else {}
        return {self.name: told} if told else {}

    def _admit(self, hosts: set[str]) -> list[HostBlock]:
        for host in hosts:
            if self.refuses(host):
                raise Rejected(policy=self.name, detail=host)
        return [rule for host in hosts if (rule := self._rules.of(host)) is not None]
