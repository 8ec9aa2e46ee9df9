"""One letter, from the job to the mail server."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from io import BytesIO
from pathlib import Path
from typing import Any

from OpenSSL.SSL import Error as TlsError
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.internet.ssl import optionsForClientTLS
from twisted.logger import Logger
from twisted.mail.smtp import ESMTPSender, ESMTPSenderFactory, SMTPClientError, SMTPDeliveryError
from twisted.python.failure import Failure

from pleromad.accounts.letters import Letter
from pleromad.config import Settings
from pleromad.core import Core
from pleromad.errors import NotFound, StoreUnavailable
from pleromad.hosts import ascii_host
from pleromad.jobs import Drop, Job, Later, growing
from web.outbound.connections import Trust

log = Logger(namespace="mail")

ANSWER_SECONDS = 60.0  # how long the server may think about one command
_POLICY = SMTP.clone(linesep="\n")  # Twisted makes CRLF of it


class Post:
    def __init__(self, core: Core, reactor: Any) -> None:
        self._core = core
        self._reactor = reactor

    async def work(self, job: Job) -> None:
        """Raises Drop and Later."""
        settings = self._core.settings
        if not settings.mail.on:
            raise Drop("mail is off")
        try:
            letter = await self._core.accounts.letter(job.payload)
        except NotFound as error:
            raise Drop(str(error)) from error
        except StoreUnavailable as error:
            raise Later(5, str(error), counted=False) from error
        try:
            await self.send(letter, settings)
        except SMTPDeliveryError as error:
            if 500 <= error.code < 600:
                raise Drop(f"the mail server refuses {letter.to}: {_said(error)}") from None
            raise Later(growing(job.attempts), f"not yet: {_said(error)}") from None
        except (SMTPClientError, ConnectError, ConnectionClosed, TlsError, OSError) as error:
            log.warn("A letter waits: {host}:{port}: {why}", host=settings.mail.host, port=settings.mail.port, why=_said(error))
            raise Later(growing(job.attempts), _said(error)) from None

    def send(self, letter: Letter, settings: Settings) -> Deferred[Any]:
        """Raises what Twisted's client raises; Drop for an address that SMTP cannot carry."""
        mail = settings.mail
        message = BytesIO(message_of(letter, settings))
        sent: Deferred[Any] = Deferred(lambda _: stop())
        context = optionsForClientTLS(mail.host, trustRoot=Trust(settings.federation.extra_ca_file))  # type: ignore[arg-type]
        password = Path(mail.password_file).read_bytes().strip() if mail.password_file else b""
        factory = _Factory(
            mail.user.encode(),
            password,
            _envelope(mail.sender),
            [_envelope(letter.to)],
            message,
            sent,
            retries=0,
            timeout=ANSWER_SECONDS,
            contextFactory=context if mail.security != "none" else None,
            heloFallback=not mail.user and mail.security != "starttls",
            requireAuthentication=bool(mail.user),
            requireTransportSecurity=mail.security == "starttls",
        )
        factory.domain = settings.hostname.encode("ascii", "replace")
        if mail.security == "tls":
            connector = self._reactor.connectSSL(mail.host, mail.port, factory, context)
        else:
            connector = self._reactor.connectTCP(mail.host, mail.port, factory)

        def stop() -> None:
            factory.sendFinished = True
            if factory.currentProtocol is not None:
                factory.currentProtocol.transport.abortConnection()
            else:
                connector.disconnect()

        return sent


class _Sender(ESMTPSender):
    """Twisted's client keeps what was said for its errors: not the password, nor links that let people in."""

    debug = False


class _Factory(ESMTPSenderFactory):
    protocol = _Sender
    noisy = False


def message_of(letter: Letter, settings: Settings) -> bytes:
    """RFC 5322, with RFC 3834's word that no person wrote it."""
    message = EmailMessage(_POLICY)
    message["From"] = Address(" ".join(settings.name.split()), addr_spec=settings.mail.sender)
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=settings.hostname)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message.as_bytes()


def _envelope(address: str) -> bytes:
    """The host in ASCII (IDNA). Raises Drop for a name that is not: few servers take SMTPUTF8."""
    name, _, host = address.rpartition("@")
    try:
        return f"{name}@{ascii_host(host)}".encode("ascii")
    except ValueError:
        raise Drop(f"{address} cannot be written to") from None


def _said(error: Exception | Failure) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
