"""The many ways in which a request fails, told apart and put into words."""

from __future__ import annotations

from OpenSSL import SSL
from service_identity import VerificationError
from twisted.internet import defer
from twisted.internet.error import (
    ConnectError,
    ConnectingCancelledError,
    ConnectionClosed,
    ConnectionDone,
    ConnectionLost,
    DNSLookupError,
)
from twisted.web._newclient import ParseError
from twisted.web.client import (
    RequestGenerationFailed,
    RequestTransmissionFailed,
    ResponseFailed,
    ResponseNeverReceived,
)

FAILURES = (
    ConnectError,
    ConnectingCancelledError,
    ConnectionClosed,
    DNSLookupError,
    OSError,
    ParseError,
    RequestGenerationFailed,
    RequestTransmissionFailed,
    ResponseFailed,
    SSL.Error,
    VerificationError,
)


def hung_up(error: BaseException) -> bool:
    """Was the connection closed before a byte of the answer came?"""
    reasons = getattr(error, "reasons", None) or [error]
    never = isinstance(error, ResponseNeverReceived | RequestTransmissionFailed)
    return never and all(getattr(reason, "check", lambda *_: None)(ConnectionDone, ConnectionLost) for reason in reasons)


def cancelled(error: BaseException) -> bool:
    """Was it we who gave up? Twisted tells that in the words of whatever was cancelled."""
    reasons = getattr(error, "reasons", None) or ()
    return isinstance(error, ConnectingCancelledError) or any(reason.check(defer.CancelledError) for reason in reasons)


def said(error: BaseException) -> str:
    """A failure in one line for the log."""
    reasons = getattr(error, "reasons", None)
    if reasons:
        return "; ".join(f"{reason.type.__name__}: {reason.getErrorMessage()}" for reason in reasons)[:300]
    return f"{type(error).__name__}: {error}"[:300]
