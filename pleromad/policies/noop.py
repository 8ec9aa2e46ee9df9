"""noop: lets everything through as it is."""

from __future__ import annotations

from pleromad.policies.policy import Policy


class NoOp(Policy):
    """`[policies.noop]`, no keys. For trying whether a chain is in force at all."""

    name = "noop"
