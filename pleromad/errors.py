"""The closed set of refusals. Doors turn each into their own protocol's words; nothing else may be raised at them.

`public` is safe to show to anybody; `detail` is for the log of this server only and may name hosts, rows or causes.
"""

from __future__ import annotations


class PleromadError(Exception):
    """Base of every refusal. `station` names the place in the pipeline that refused (authorise, policy, check ...)."""

    default = "Something went wrong"

    def __init__(self, public: str = "", *, detail: str = "", station: str = "") -> None:
        self.public = public or self.default
        self.detail = detail
        self.station = station
        super().__init__(self.public if not detail else f"{self.public} ({detail})")


class Invalid(PleromadError):
    """The input is wrong. `field` is the name of the input the person can correct, '' when it is the whole."""

    default = "The input is not valid"

    def __init__(self, public: str = "", *, field: str = "", detail: str = "", station: str = "check") -> None:
        super().__init__(public, detail=detail, station=station)
        self.field = field


class Unauthenticated(PleromadError):
    """Nobody is logged in, the log-in or the token is wrong."""

    default = "This needs a valid log-in"


class NeedsCode(Unauthenticated):
    """The password was right, and a second factor is asked for. Doors that cannot ask say what `public` says."""

    default = "This account has two-factor authentication: make an app password on the settings page and use that here"

    def __init__(self, account_id: int) -> None:
        super().__init__(station="authorise")
        self.account_id = account_id


class Forbidden(PleromadError):
    """We know who asks, and they may not."""

    default = "This is not allowed"


class NotFound(PleromadError):
    """Absent, or not for this viewer: the two are never told apart."""

    default = "Record not found"


class Gone(NotFound):
    """Was here and was deleted (ActivityPub: Tombstone, 410)."""

    default = "This was deleted"


class Conflict(PleromadError):
    """Collides with what is already there: a taken name, a second vote."""

    default = "This exists already"


class TooLarge(Invalid):
    """A bound on size was passed."""

    default = "This is too large"


class RateLimited(PleromadError):
    """Too much in too short a time."""

    default = "Too many requests, please wait"

    def __init__(self, public: str = "", *, retry_after_seconds: float = 60.0, detail: str = "") -> None:
        super().__init__(public, detail=detail, station="limits")
        self.retry_after_seconds = retry_after_seconds


class Rejected(PleromadError):
    """A policy (MRF) refused the activity. `policy` is the policy's name."""

    default = "Refused by this server's policy"

    def __init__(self, public: str = "", *, policy: str, detail: str = "") -> None:
        super().__init__(public, detail=detail, station="policy")
        self.policy = policy


class Unreachable(PleromadError):
    """Another server did not answer, or not with what it should."""

    default = "The other server could not be reached"


class StoreUnavailable(PleromadError):
    """PostgreSQL is away. Doors say "try again soon" (HTTP 503)."""

    default = "The database is not reachable, please try again soon"


class SettingsError(PleromadError):
    """The configuration is wrong; the text is one line that names the file, the key and what is allowed."""
