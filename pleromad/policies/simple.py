"""simple: what is done with all that comes from a host (Pleroma: SimplePolicy)."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from pleromad.errors import Rejected
from pleromad.ids import PUBLIC
from pleromad.model.account import Account, RemoteActor
from pleromad.model.activity import Activity, Announce, Create, Flag, Update
from pleromad.model.note import RemoteNote, Visibility
from pleromad.policies.hosts import Hosts, hosts_of, readdressed
from pleromad.policies.policy import Context, Policy, Settings
from pleromad.visibility import tighter

Patterns = tuple[str, ...] | dict[str, str]


class SimpleSettings(Settings, frozen=True):
    """Each is a list of hosts, or a table host = "reason": `example.org`, `*.example.org` (it and all below it), `*`."""

    reject: Patterns = ()  # nothing is taken from them, fetched from them or sent to them
    accept: Patterns = ()  # when there are any: everybody else is rejected
    media_removal: Patterns = ()
    media_nsfw: Patterns = ()  # their media are marked as sensitive
    sensitive: Patterns = ()  # the same
    followers_only: Patterns = ()  # what they make public is only for followers
    federated_timeline_removal: Patterns = ()  # what they make public is unlisted
    unlist: Patterns = ()  # the same
    report_removal: Patterns = ()  # their reports are not taken
    avatar_removal: Patterns = ()
    banner_removal: Patterns = ()


class Simple(Policy):
    """`[policies.simple]`: reject, accept, media_removal, media_nsfw, followers_only, federated_timeline_removal and others."""

    name = "simple"
    settings_type = SimpleSettings
    values = 'a list of hosts, or a table host = "reason"'

    def __init__(self, settings: Settings) -> None:
        assert isinstance(settings, SimpleSettings)
        self._lists: dict[str, Hosts] = {}
        for field in msgspec.structs.fields(SimpleSettings):
            try:
                self._lists[field.name] = Hosts(getattr(settings, field.name))
            except ValueError as error:
                raise ValueError(f"{field.name}: {error}") from None

    def apply(self, activity: Activity, context: Context) -> Activity:
        if not context.incoming:
            return activity
        hosts = hosts_of(context.actor.domain, context.actor.uri)
        self._admit(hosts)
        if isinstance(activity, Flag) and self._meant("report_removal", hosts):
            raise Rejected(policy=self.name, detail=f"report_removal: {', '.join(sorted(hosts))}")
        if isinstance(activity, Create | Update) and isinstance(activity.note, RemoteNote):
            note = self._note(activity.note, context.actor, hosts)
            return activity if note is activity.note else replace(activity, note=note)
        if isinstance(activity, Update) and isinstance(activity.profile, RemoteActor):
            return replace(activity, profile=self.actor(activity.profile))
        if isinstance(activity, Announce):
            return replace(activity, visibility=self._visibility(activity.visibility, hosts))
        return activity

    def actor(self, actor: RemoteActor) -> RemoteActor:
        hosts = hosts_of(actor.domain, actor.uri)
        self._admit(hosts)
        if self._meant("avatar_removal", hosts):
            actor = replace(actor, avatar_url=None, avatar_description="")
        if self._meant("banner_removal", hosts):
            actor = replace(actor, header_url=None, header_description="")
        return actor

    def refuses(self, host: str) -> bool:
        accept = self._lists["accept"]
        return host in self._lists["reject"] or (bool(accept) and host not in accept)

    def removes_media(self, host: str) -> bool:
        return host in self._lists["media_removal"]

    def describe(self) -> dict[str, object]:
        return {
            f"mrf_{self.name}": {name: sorted(hosts.reasons) for name, hosts in self._lists.items() if hosts}
        }

    def _admit(self, hosts: set[str]) -> None:
        accept = self._lists["accept"]
        if self._meant("reject", hosts):
            raise Rejected(policy=self.name, detail=f"reject: {', '.join(sorted(hosts))}")
        if accept and not accept.any_of(hosts):
            raise Rejected(policy=self.name, detail=f"not in accept: {', '.join(sorted(hosts))}")

    def _meant(self, name: str, hosts: set[str]) -> bool:
        return self._lists[name].any_of(hosts)

    def _note(self, note: RemoteNote, author: Account, hosts: set[str]) -> RemoteNote:
        if note.attachments and self._meant("media_removal", hosts):
            note = replace(note, attachments=())
        if note.attachments and (self._meant("media_nsfw", hosts) or self._meant("sensitive", hosts)):
            note = replace(note, sensitive=True)
        if PUBLIC in note.to or PUBLIC in note.cc:
            if self._meant("followers_only", hosts):
                return replace(
                    note, to=readdressed(note.to, author.followers_uri, PUBLIC), cc=readdressed(note.cc, "", PUBLIC)
                )
            if PUBLIC in note.to and self._unlists(hosts):
                return replace(
                    note,
                    to=readdressed(note.to, author.followers_uri, PUBLIC),
                    cc=readdressed(note.cc, PUBLIC, author.followers_uri),
                )
        return note

    def _visibility(self, visibility: Visibility, hosts: set[str]) -> Visibility:
        if self._meant("followers_only", hosts):
            return tighter(visibility, Visibility.FOLLOWERS)
        return tighter(visibility, Visibility.UNLISTED) if self._unlists(hosts) else visibility

    def _unlists(self, hosts: set[str]) -> bool:
        return self._meant("federated_timeline_removal", hosts) or self._meant("unlist", hosts)
