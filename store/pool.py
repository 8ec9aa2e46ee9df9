"""Connections to PostgreSQL, statements and transactions. Everything else in this package is SQL over what is here.

Everything runs behind a shield: when whoever waits is cancelled (Klein does that when a client hangs up) the statement or the
transaction goes on to its end, so that a connection never returns to the pool in the middle of something.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

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

T = TypeVar("T")
Params = Sequence[Any] | Mapping[str, Any]
Row = Sequence[Any]

log = Logger()
psycopg2.extras.register_default_jsonb(globally=True, loads=msgspec.json.decode)

_LOST = (psycopg2.OperationalError, psycopg2.InterfaceError, RollbackFailed)
_AGAIN = (psycopg2.errors.DeadlockDetected, psycopg2.errors.SerializationFailure)
_TRIES = 4


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


class _Statements:
    """The four forms over one: `_run(sql, params) -> (rows, count)`."""

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


class Transaction(_Statements):
    """A transaction that is open; made by `Database.transaction` only."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._connection = connection

    async def _run(self, sql: str, params: Params) -> tuple[list[Row], int]:
        return await self._database.run_on(self._connection, sql, params)


class Database(_Statements):
    """A pool of `size` connections, opened as they are needed. A connection that broke is dropped, and a new one opened.

    While PostgreSQL is away a statement waits up to `patience_seconds` for it (a restart takes less) before StoreUnavailable.
    `statements` counts what was sent, for measurements.
    """

    def __init__(self, dsn: str, reactor: Any, *, size: int = 8, patience_seconds: float = 10.0) -> None:
        self.dsn = dsn
        self.statements = 0
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

    async def transaction(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in one transaction: committed when it returns, rolled back when it raises.

        After a deadlock it is run again, so it must not change anything but through the transaction it is given.
        """
        return await self._shielded(self._transaction(work))

    async def _run(self, sql: str, params: Params) -> tuple[list[Row], int]:
        return await self._shielded(self._single(sql, params))

    async def _single(self, sql: str, params: Params) -> tuple[list[Row], int]:
        for again in (True, False):
            connection = await self._acquire()
            try:
                return await self.run_on(connection, await self._plans.planned(connection, sql, params), params)
            except StoreUnavailable:
                # The server restarted while the connection was idle: a read may be asked again.
                if not again or not sql.lstrip().startswith(("SELECT", "WITH RECURSIVE")):
                    raise
            finally:
                self._release(connection)
        raise AssertionError("unreachable")

    async def _transaction(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        for last in (*[False] * (_TRIES - 1), True):
            connection = await self._begin()
            try:
                try:
                    result = await work(Transaction(self, connection))
                    await self.run_on(connection, "COMMIT", ())
                    return result
                except BaseException:
                    await self._roll_back(connection)
                    raise
            except _AGAIN:
                if last:
                    raise StoreUnavailable(detail="deadlocks") from None
            finally:
                self._release(connection)
        raise AssertionError("unreachable")

    async def _begin(self) -> Connection:
        """A connection inside a new transaction; one that turns out to be lost only now is replaced."""
        while True:
            connection = await self._acquire()
            try:
                await self.run_on(connection, "BEGIN", ())
                return connection
            except StoreUnavailable:
                self._release(connection)
            except BaseException:
                self._release(connection)
                raise

    async def _roll_back(self, connection: Connection) -> None:
        if connection.closed:
            return
        try:
            await self.run_on(connection, "ROLLBACK", ())
        except StoreUnavailable:
            connection.close()

    async def run_on(self, connection: Connection, sql: str, params: Params) -> tuple[list[Row], int]:
        """One statement on one connection of the pool."""
        self.statements += 1
        try:
            # Without parameters psycopg2 leaves a % in the statement alone.
            cursor = await connection.cursor().execute(sql, params or None)
        except _AGAIN:
            raise
        except _LOST as error:
            if not connection.closed and not isinstance(error, RollbackFailed) and _is_statement_error(error):
                raise
            if not connection.closed:
                connection.close()
            raise StoreUnavailable(detail=str(error).strip()) from error
        except psycopg2.DataError as error:
            raise Invalid("A value is out of its range", detail=str(error).strip()) from error
        except (ValueError, OverflowError) as error:  # NUL characters, lone surrogates
            raise Invalid("The text holds characters that cannot be kept", detail=type(error).__name__) from error
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


class _Turn:
    """`async with` for a DeferredLock."""

    def __init__(self, lock: DeferredLock) -> None:
        self._lock = lock

    async def __aenter__(self) -> None:
        await self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()


class Plans:
    """Reads that come again and again are prepared, once per connection: for a timeline, planning takes longer than running.

    psycopg2 knows no prepared statements; it still puts the parameters in, into EXECUTE. PostgreSQL chooses by itself between a plan
    for these parameters and one for any (plan_cache_mode auto).
    """

    AFTER = 5  # times a statement was seen
    MOST = 100  # statements

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._forms: dict[str, tuple[str, str]] = {}  # statement -> PREPARE, EXECUTE
        self._refused: set[str] = set()
        self._prepared: WeakKeyDictionary[Connection, set[str]] = WeakKeyDictionary()

    async def planned(self, connection: Connection, sql: str, params: Params) -> str:
        """The statement to send instead of `sql`, with the same parameters."""
        if not params or sql in self._refused or not sql.lstrip().startswith("SELECT"):
            return sql
        form = self._forms.get(sql)
        if form is None:
            if len(self._forms) >= self.MOST or len(self._seen) > 20 * self.MOST:
                return sql
            self._seen[sql] = self._seen.get(sql, 0) + 1
            if self._seen[sql] < self.AFTER:
                return sql
            form = self._forms[sql] = _prepare_and_execute(f"plan_{len(self._forms)}", sql, params)
        prepared = self._prepared.setdefault(connection, set())
        if sql not in prepared:
            try:
                await connection.cursor().execute(form[0])
            except psycopg2.ProgrammingError as error:  # a parameter's type cannot be told
                log.debug("Not prepared ({error}): {sql}", error=str(error).strip(), sql=sql[:200])
                self._refused.add(sql)
                return sql
            prepared.add(sql)
        return form[1]


def _prepare_and_execute(name: str, sql: str, params: Params) -> tuple[str, str]:
    """`%s` and `%(name)s` become $1, $2 ...; in EXECUTE they stand as they were, for psycopg2 to fill in."""
    if isinstance(params, Mapping):
        used = list(dict.fromkeys(_NAMED.findall(sql)))
        body = _NAMED.sub(lambda found: f"${used.index(found.group(1)) + 1}", sql)
        places = ", ".join(f"%({each})s" for each in used)
    else:
        number = itertools.count(1)
        body = _PLACE.sub(lambda _: f"${next(number)}", sql)
        places = ", ".join(["%s"] * len(params))
    return f"PREPARE {name} AS {body.replace('%%', '%')}", f"EXECUTE {name} ({places})" if places else f"EXECUTE {name}"


_NAMED = re.compile(r"%\((\w+)\)s")
_PLACE = re.compile(r"%s")


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
