"""drop: refuses everything, both ways."""

from __future__ import annotations

from pleromad.errors import Rejected
from pleromad.model.account import RemoteActor
from pleromad.model.activity import Activity
from pleromad.policies.policy import Context, Policy


class Drop(Policy):
    """`[policies.drop]`, no keys. Nobody here or elsewhere can do anything, but housekeeping goes on."""

    name = "drop"

    def apply(self, activity: Activity, context: Context) -> Activity:
        if context.origin.kind == "system":
            return activity
        raise Rejected(policy=self.name)

    def actor(self, actor: RemoteActor) -> RemoteActor:
        raise Rejected(policy=self.name)

    def refuses(self, host: str) -> bool:
        return True
