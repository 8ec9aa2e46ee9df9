"""Statements that come again and again are prepared, once per connection: for a timeline, planning takes longer than running."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

Params = Sequence[Any] | Mapping[str, Any]


_RECKONED = 11


def any_of(ids: Collection[int]) -> list[int]:
    """`ids` for `= ANY(...)` in a statement that is prepared, with zeros (nothing's id) up to eleven.

    Of an array that it does not know PostgreSQL reckons with ten elements. Fewer look cheaper, so that it would plan each time for the
    very array it is given, which takes several times as long as reading a few rows.
    """
    return [*ids, *(0,) * (_RECKONED - len(ids))]


class Plans:
    """Which statements are prepared under which name, and on which connection.

    psycopg2 knows no prepared statements; it still puts the parameters in, into EXECUTE. PostgreSQL chooses by itself between a plan
    for these parameters and one for any (plan_cache_mode auto).
    """

    AFTER = 5  # times a statement was seen
    MOST = 150  # statements

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._forms: dict[str, tuple[str, str]] = {}  # statement -> PREPARE, EXECUTE
        self._refused: set[str] = set()
        self._prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()

    def saw(self, sql: str, params: Params) -> None:
        """The statement is to be run."""
        if sql in self._forms or not params or sql in self._refused:
            return
        if len(self._forms) >= self.MOST or len(self._seen) > 20 * self.MOST:
            return
        self._seen[sql] = count = self._seen.get(sql, 0) + 1
        if count >= self.AFTER:
            if _WORTH.match(sql) is None:
                self._refused.add(sql)
            else:
                self._forms[sql] = _prepare_and_execute(f"plan_{len(self._forms)}", sql, params)

    def form(self, connection: Any, sql: str) -> str:
        """What to send instead of `sql`, with the same parameters."""
        if sql in self._forms and sql in self._prepared.get(connection, ()):
            return self._forms[sql][1]
        return sql

    def preparing(self, connection: Any, sql: str) -> str | None:
        """What to send first, if the statement is to be prepared on this connection."""
        form = self._forms.get(sql)
        if form is None or sql in self._refused or sql in self._prepared.get(connection, ()):
            return None
        return form[0]

    def missing(self, connection: Any) -> list[str]:
        """Statements that are prepared elsewhere, and not on this connection."""
        done = self._prepared.get(connection, ())
        if len(done) + len(self._refused) >= len(self._forms):
            return []
        return [sql for sql in self._forms if sql not in done and sql not in self._refused]

    def prepared(self, connection: Any, sql: str) -> None:
        self._prepared.setdefault(connection, set()).add(sql)

    def refuse(self, sql: str) -> None:
        self._refused.add(sql)


# Of reads those without a WITH: some of these are as they are so that they are planned for their parameters.
_WORTH = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH\b.*\b(INSERT|UPDATE|DELETE)\b)", re.DOTALL)


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
