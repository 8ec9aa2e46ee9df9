"""Connections to PostgreSQL, statements and transactions. Everything else in this package is SQL over what is here.

Everything runs behind a shield: when whoever waits is cancelled (Klein does that when a client hangs up) the statement or the
transaction goes on to its end, so that a connection never returns to the pool in the middle of something.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import msgspec
import psycopg2
import psycopg2.errors
import psycopg2.extensions
import psycopg2.extras
from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure
from txpostgres.txpostgres import Connection, RollbackFailed

from pleromad.errors import Invalid, StoreUnavailable
from store.plans import Plans

T = TypeVar("T")
Params = Sequence[Any] | Mapping[str, Any]
Row = Sequence[Any]

log = Logger()
psycopg2.extras.register_default_jsonb(globally=True, loads=msgspec.json.decode)

_LOST = (psycopg2.OperationalError, psycopg2.InterfaceError, RollbackFailed)
_AGAIN = (psycopg2.errors.DeadlockDetected, psycopg2.errors.SerializationFailure)
_TRIES = 4
Taken = psycopg2.errors.UniqueViolation  # what must be there once is there already


class Jsonb:
    """A value for a jsonb column. PostgreSQL cannot hold U+0000 in JSON: it is left out."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __conform__(self, protocol: Any) -> Any:
        return self if protocol is psycopg2.extensions.ISQLQuote else None

    def getquoted(self) -> bytes:
        text = msgspec.json.encode(self.value).decode()
        if "\\u0000" in text:
            text = msgspec.json.encode(_without_nul(self.value)).decode()
        quoted = psycopg2.extensions.QuotedString(text)
        quoted.encoding = "utf-8"
        return bytes(quoted.getquoted()) + b"::jsonb"


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "")
        case dict():
            return {_without_nul(key): _without_nul(item) for key, item in value.items()}
        case list() | tuple():
            return [_without_nul(item) for item in value]
        case _:
            return value


class Queries(Protocol):
    """What both the database and a transaction can do. Rows are tuples; jsonb comes as Python values.

    Raises Invalid for values PostgreSQL cannot hold, StoreUnavailable when it is away.
    """

    async def fetch(self, sql: str, params: Params = ()) -> list[Row]: ...
    async def fetch_one(self, sql: str, params: Params = ()) -> Row | None: ...
    async def fetch_value(self, sql: str, params: Params = ()) -> Any: ...
    async def execute(self, sql: str, params: Params = ()) -> int:
        """The number of rows it touched."""

    async def write(self, sql: str, params: Params = ()) -> None:
        """A change whose outcome nobody asks for. In a transaction it travels with the next statement: what it raises comes there."""


class _Statements:
    """The forms over one: `_run(sql, params) -> (rows, count)`."""

    async def _run(self, sql: str, params: Params) -> tuple[list[Row], int]:
        raise NotImplementedError

    async def fetch(self, sql: str, params: Params = ()) -> list[Row]:
        return (await self._run(sql, params))[0]

    async def fetch_one(self, sql: str, params: Params = ()) -> Row | None:
        rows = (await self._run(sql, params))[0]
        return rows[0] if rows else None

    async def fetch_value(self, sql: str, params: Params = ()) -> Any:
        rows = (await self._run(sql, params))[0]
        return rows[0][0] if rows else None

    async def execute(self, sql: str, params: Params = ()) -> int:
        return (await self._run(sql, params))[1]

    async def write(self, sql: str, params: Params = ()) -> None:
        await self._run(sql, params)


class Transaction(_Statements):
    """A transaction; made by `Database.transaction` only.

    What need not be answered goes out with what must be: BEGIN with the first statement, a `write` with the next one, the last of
    them with COMMIT (several statements in one message of the simple query protocol). So it costs a way to PostgreSQL and back per
    question asked. `lasting` False: after a crash of PostgreSQL it may be as if it had not happened (synchronous_commit off).
    """

    def __init__(self, database: Database, connection: Connection, *, lasting: bool) -> None:
        self._database = database
        self._lasting = lasting
        self._begun = False
        self._waiting: list[tuple[str, Params]] = []
        self.connection = connection

    async def write(self, sql: str, params: Params = ()) -> None:
        self._waiting.append((sql, params))

    async def _run(self, sql: str, params: Params) -> tuple[list[Row], int]:
        self._waiting.append((sql, params))
        waiting, self._waiting = self._waiting, []
        return await self._send(waiting)

    async def _send(self, waiting: Sequence[tuple[str, Params]], *, commit: bool = False) -> tuple[list[Row], int]:
        """A connection that turns out to be lost only now is replaced, as long as nothing has happened on it."""
        while True:
            fresh, self._begun = not self._begun, True
            statements = list(waiting)
            if fresh:
                statements[:0] = [("BEGIN", ())] if self._lasting else [("BEGIN", ()), ("SET LOCAL synchronous_commit = off", ())]
            if commit:
                statements.append(("COMMIT", ()))
            try:
                return await self._database.send(self.connection, statements)
            except StoreUnavailable:
                if commit or not fresh:
                    raise
                self._begun = False
            self.connection = await self._database.replace(self.connection)

    async def commit(self) -> None:
        if not self._begun and self._waiting:
            # COMMIT may not be sent twice: what may find the connection lost goes before it, and alone, so that the rows that the others
            # lock are locked no longer than COMMIT takes.
            first, *self._waiting = self._waiting
            await self._send([first])
        if self._begun:
            await self._send(self._waiting, commit=True)

    async def roll_back(self) -> None:
        self._waiting = []
        if not self._begun or self.connection.closed:
            return
        try:
            await self._database.run_on(self.connection, "ROLLBACK", ())
        except StoreUnavailable:
            self.connection.close()


class Database(_Statements):
    """A pool of `size` connections, opened as they are needed. A connection that broke is dropped, and a new one opened.

    While PostgreSQL is away a statement waits up to `patience_seconds` for it (a restart takes less) before StoreUnavailable.
    `statements` and `round_trips` count what was sent, for measurements.
    """

    def __init__(self, dsn: str, reactor: Any, *, size: int = 8, patience_seconds: float = 10.0) -> None:
        self.dsn = dsn
        self.statements = 0
        self.round_trips = 0
        self._reactor = reactor
        self._size = size
        self._patience_seconds = patience_seconds
        self._idle: list[Connection] = []
        self._open = 0
        self._waiting: deque[Deferred[None]] = deque()
        self._closed = False
        self._running: set[Deferred[Any]] = set()
        self._plans = Plans()
        self._apart: Connection | None = None
        self._apart_lock = DeferredLock()

    @property
    def size(self) -> int:
        """How many connections there may be."""
        return self._size

    @property
    def busy(self) -> int:
        """How many are at work now."""
        return self._open - len(self._idle)

    async def start(self) -> None:
        """Open one connection, so that a wrong dsn is noticed at once. Raises StoreUnavailable."""
        self._release(await self._acquire())

    async def stop(self) -> None:
        """Let what runs come to its end, then close."""
        self._closed = True
        while self._running:
            waiter: Deferred[None] = Deferred()
            next(iter(self._running)).addBoth(_tell(waiter))
            await waiter
        for connection in (*self._idle, *([self._apart] if self._apart is not None else [])):
            connection.close()
        self._idle.clear()
        self._apart = None

    async def value_apart(self, sql: str) -> Any:
        """One value over a connection of its own, beside the pool: for what is needed inside of transactions (ids).

        Were it taken from the pool, all connections could be held by transactions that wait for one more.
        """
        return await self._shielded(self._value_apart(sql))

    async def _value_apart(self, sql: str) -> Any:
        async with _Turn(self._apart_lock):
            for again in (True, False):
                if self._apart is None or self._apart.closed:
                    self._apart = await self._connect()
                try:
                    rows, _ = await self.run_on(self._apart, sql, ())
                    return rows[0][0]
                except StoreUnavailable:
                    if not again:
                        raise
        raise AssertionError("unreachable")

    async def transaction(self, work: Callable[[Transaction], Awaitable[T]], *, lasting: bool = True) -> T:
        """Run `work` in one transaction: committed when it returns, rolled back when it raises.

        After a deadlock it is run again, so it must not change anything but through the transaction it is given. `lasting` False: for
        what its caller does again after a crash (a job whose row goes later: what is durable in PostgreSQL is so in order).
        """
        return await self._shielded(self._transaction(work, lasting))

    async def _run(self, sql: str, params: Params) -> tuple[list[Row], int]:
        return await self._shielded(self._single(sql, params))

    async def _single(self, sql: str, params: Params) -> tuple[list[Row], int]:
        for again in (True, False):
            connection = await self._acquire()
            try:
                self._plans.saw(sql, params)
                await self._prepare(connection, sql)
                return await self.run_on(connection, self._plans.form(connection, sql), params)
            except StoreUnavailable:
                # The server restarted while the connection was idle: a read may be asked again.
                if not again or not sql.lstrip().startswith(("SELECT", "WITH RECURSIVE")):
                    raise
            finally:
                self._release(connection)
        raise AssertionError("unreachable")

    async def _transaction(self, work: Callable[[Transaction], Awaitable[T]], lasting: bool) -> T:
        for last in (*[False] * (_TRIES - 1), True):
            transaction = Transaction(self, await self._acquire(), lasting=lasting)
            try:
                try:
                    result = await work(transaction)
                    await transaction.commit()
                    return result
                except BaseException:
                    await transaction.roll_back()
                    raise
            except _AGAIN:
                if last:
                    raise StoreUnavailable(detail="deadlocks") from None
            finally:
                await self._prepare_all(transaction.connection)
                self._release(transaction.connection)
        raise AssertionError("unreachable")

    async def replace(self, connection: Connection) -> Connection:
        """Another one for a connection that was lost."""
        self._release(connection)
        return await self._acquire()

    async def send(self, connection: Connection, statements: Sequence[tuple[str, Params]]) -> tuple[list[Row], int]:
        """Several statements in one message; the outcome of the last of them."""
        texts = []
        for sql, params in statements:
            self._plans.saw(sql, params)
            texts.append((self._plans.form(connection, sql), params))
        if len(texts) == 1:
            return await self.run_on(connection, *texts[0])
        self.statements += len(texts) - 1
        with _bad_values():
            cursor = connection.pollable().cursor()
            message = b"\n;\n".join(cursor.mogrify(sql, params) if params else sql.encode() for sql, params in texts)
        return await self.run_on(connection, message, ())

    async def _prepare_all(self, connection: Connection) -> None:
        """Outside of a transaction, which a statement that cannot be prepared would break."""
        for sql in self._plans.missing(connection):
            if connection.closed:
                return
            try:
                await self._prepare(connection, sql)
            except StoreUnavailable:
                return

    async def _prepare(self, connection: Connection, sql: str) -> None:
        statement = self._plans.preparing(connection, sql)
        if statement is None:
            return
        self.statements -= 1  # what it costs to ask once is not what asking costs
        self.round_trips -= 1
        try:
            await self.run_on(connection, statement, ())
        except psycopg2.ProgrammingError as error:  # a parameter's type cannot be told
            log.debug("Not prepared ({error}): {sql}", error=str(error).strip(), sql=sql[:200])
            self._plans.refuse(sql)
        else:
            self._plans.prepared(connection, sql)

    async def run_on(self, connection: Connection, sql: str | bytes, params: Params) -> tuple[list[Row], int]:
        """One message on one connection of the pool."""
        self.statements += 1
        self.round_trips += 1
        try:
            # Without parameters psycopg2 leaves a % in the statement alone.
            with _bad_values():
                cursor = await connection.cursor().execute(sql, params or None)
        except _AGAIN:
            raise
        except _LOST as error:
            if not connection.closed and not isinstance(error, RollbackFailed) and _is_statement_error(error):
                raise
            if not connection.closed:
                connection.close()
            raise StoreUnavailable(detail=str(error).strip()) from error
        rows = cursor.fetchall() if cursor.description is not None else []
        return rows, cursor.rowcount

    # connections

    async def _acquire(self) -> Connection:
        while True:
            while self._idle:
                connection = self._idle.pop()
                if not connection.closed:
                    return connection
                self._open -= 1
            if self._open < self._size:
                break
            turn: Deferred[None] = Deferred()
            self._waiting.append(turn)
            await turn
        self._open += 1
        try:
            return await self._connect()
        except BaseException:
            self._open -= 1
            self._wake()
            raise

    async def _connect(self) -> Connection:
        waited = 0.0
        pause = 0.05
        while True:
            try:
                return await connect(self.dsn, self._reactor)
            except psycopg2.Error as error:
                if waited >= self._patience_seconds or self._closed:
                    raise StoreUnavailable(detail=str(error).strip()) from error
            await deferLater(self._reactor, pause, lambda: None)
            waited += pause
            pause = min(pause * 2, 1.0)

    def _release(self, connection: Connection) -> None:
        if connection.closed:
            self._open -= 1
        elif self._closed and not self._running:
            connection.close()
        else:
            self._idle.append(connection)
        self._wake()

    def _wake(self) -> None:
        if self._waiting:
            self._waiting.popleft().callback(None)

    def _shielded(self, work: Coroutine[Any, Any, T]) -> Deferred[T]:
        waiter: Deferred[T] = Deferred()
        running = Deferred.fromCoroutine(work)
        self._running.add(running)

        def done(result: T | Failure) -> None:
            self._running.discard(running)
            if not waiter.called:
                waiter.callback(result)
            elif isinstance(result, Failure):
                log.failure("A statement failed after nobody waited for it any more", failure=result)

        running.addBoth(done)
        return waiter


@contextmanager
def _bad_values() -> Iterator[None]:
    try:
        yield
    except psycopg2.DataError as error:
        raise Invalid("A value is out of its range", detail=str(error).strip()) from error
    except (ValueError, OverflowError) as error:  # NUL characters, lone surrogates
        raise Invalid("The text holds characters that cannot be kept", detail=type(error).__name__) from error


class _Turn:
    """`async with` for a DeferredLock."""

    def __init__(self, lock: DeferredLock) -> None:
        self._lock = lock

    async def __aenter__(self) -> None:
        await self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()


async def connect(dsn: str, reactor: Any) -> Connection:
    """A connection of its own. Raises psycopg2.Error."""
    connection = Connection(reactor=reactor)
    await connection.connect(dsn, options="-c timezone=UTC -c statement_timeout=60000 -c lock_timeout=20000", application_name="pleromad")
    return connection


def _is_statement_error(error: BaseException) -> bool:
    """OperationalError covers both a lost connection and, say, a statement that timed out."""
    return getattr(error, "pgcode", None) is not None and not str(getattr(error, "pgcode", "")).startswith(("57P", "08"))


def _tell(waiter: Deferred[None]) -> Callable[[Any], Any]:
    def tell(result: Any) -> Any:
        waiter.callback(None)
        return result

    return tell
