"""A large server: a million notes of 20,000 people, in several languages, each findable; everybody here follows 400 and has a token.

Made like the one of `data.py` and by the same rules, but written piece by piece: all at once it would need more memory than it is worth.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.data import END, Maker, Person, Sizes, Tables
from pleromad.model.note import Visibility
from pleromad.searching.documents import Findable, name_document

PIECE = 20_000  # notes
HOME_ROWS = 1_000
NOTIFICATIONS = 5_000  # of the reader
LISTED = 100  # members of the reader's list
LIST_ROWS = 3_000
THREAD = 500  # replies below one note
RARE = "zyzzogeton"  # a word of 20 notes
RARE_EACH = 50_000
HAN = "日本東京学校先生今日天気時間電車音楽料理写真本読書水曜新聞世界言葉海山川花鳥風月雨雪春夏秋冬朝夜"


@dataclass(frozen=True)
class Many(Sizes):
    notes: int = 1_000_000
    accounts: int = 20_000
    local: int = 200
    hosts: int = 2_000
    follows: int = 400
    sinks: int = 1
    followers: int = 0


def token_of(number: int) -> str:
    """The access token of the local person `p` + number."""
    return f"token-of-{number}"


class Crowd(Maker):
    """`connection` is written to as it goes; `reader_id` has everything a page can be asked of."""

    def __init__(self, sizes: Sizes, reader_id: int, local_keys: tuple[str, str], remote_public: str, connection: Any) -> None:
        super().__init__(sizes, reader_id, local_keys, remote_public)
        self._connection = connection
        self._homes: dict[int, deque[int]] = {}
        self._fans: dict[int, list[int]] = {}  # of each author those here who follow them
        self._list: deque[int] = deque(maxlen=LIST_ROWS)
        self._begun = time.monotonic()
        self._said = 0

    def make(self) -> Tables:
        with self._connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # foreign keys hold by making, and are not looked up
        people = self._people()
        self._users(people)
        self._follows(people)
        here = {self._reader, *(person.id for person in people[: self.sizes.local])}
        for fan, author, *_ in self.tables.rows["follows"]:
            if fan in here:
                self._fans.setdefault(author, []).append(fan)
        self._homes = {owner: deque(maxlen=HOME_ROWS) for owner in here}
        self._members = {person.id for person in self.followed[:LISTED]}
        self._write()
        self._notes(people)
        self._thread(people)
        for owner, notes in self._homes.items():
            for note in notes:
                self.tables.add("home", owner_id=owner, note_id=note)
        self._listed()
        self._told(people)
        self._write()
        return self.tables

    def _write(self) -> None:
        self.tables.copy_into(self._connection)
        for rows in self.tables.rows.values():
            rows.clear()

    # ---- people

    def _users(self, people: Sequence[Person]) -> None:
        for number, person in enumerate(people):
            self.tables.add("account_search", account_id=person.id, document=name_document(person.username, self._vocabulary.words(1)[0]))
            if number < self.sizes.local:
                self.tables.add("users", account_id=person.id, email=f"{person.username}@bench.localhost", confirmed_at=END, approved_at=END)
                self.tables.add(
                    "oauth_tokens", id=self._id(END), token_hash=hashlib.sha256(token_of(number).encode()).hexdigest(), account_id=person.id,
                    scopes=["read", "write", "follow", "push"],
                )  # fmt: skip

    def _follows(self, people: Sequence[Person]) -> None:
        """Everybody here follows as many as the reader does; everybody elsewhere follows one here."""
        everybody = list(people)
        self.followed = self._random.sample(everybody, min(self.sizes.follows, len(people)))
        for target in self.followed:
            self._follow(self._reader, target)
        for person in people[: self.sizes.local]:
            for target in self._random.sample(everybody, min(self.sizes.follows, len(people))):
                if target is not person:
                    self._follow(person.id, target)
        for person in people[self.sizes.local :]:
            self._follow(person.id, self._random.choice(everybody[: self.sizes.local]))

    # ---- what they say

    def _note(self, id: int, author: Person, moment: datetime, parent: tuple[int, str, Person, int] | None) -> str:
        uri = super()._note(id, author, moment, parent)
        columns = self.tables.columns["notes"]
        row = dict(zip(columns, self.tables.rows["notes"][-1], strict=True))
        if self._said % 10 == 0:
            row |= {"content": f"<p>{self._han()}</p>", "language": "ja"}
        elif self._said % RARE_EACH == 1:
            row["content"] += f"<p>{RARE}</p>"
        self.tables.rows["notes"][-1] = tuple(row.values())
        found = Findable(
            id=id, account_id=author.id, visibility=Visibility(row["visibility"]), content=row["content"], spoiler_text=row["spoiler_text"],
            language=row["language"], sensitive=row["sensitive"], reply=parent is not None, tags=row["tags"],
        )  # fmt: skip
        self.tables.add("note_search", note_id=id, account_id=author.id, reader=found.reader, document=found.document)
        self._place(id, author.id, parent[2].id if parent else None)
        self._said += 1
        if self._said % PIECE == 0:
            self._write()
            if self._said % (5 * PIECE) == 0:
                print(f"{self._said:,} notes, {time.monotonic() - self._begun:.0f} s", file=sys.stderr, flush=True)
        return uri

    def _boost(self, of: tuple[int, str], by: Person, moment: datetime, followed: set[int]) -> None:
        super()._boost(of, by, moment, set())
        self._place(self.tables.rows["notes"][-1][self.tables.columns["notes"].index("id")], by.id, None)

    def _place_all(self) -> None:
        """Not yet: the thread comes after."""

    def _place(self, id: int, author: int, answered: int | None) -> None:
        """Into the homes of those who follow the author, and whom the author answers."""
        for fan in self._fans.get(author, ()):
            if answered is None or answered in (author, fan) or fan in self._fans.get(answered, ()):
                self._homes[fan].append(id)
        if author in self._members and answered is None:
            self._list.append(id)

    def _han(self) -> str:
        return "".join(self._random.choices(HAN, k=self._random.randint(10, 60)))

    def _thread(self, people: Sequence[Person]) -> None:
        """A note with many replies, at all depths."""
        moment = self._at(1)
        root = self._id(moment)
        said = [(root, self._note(root, people[0], moment, None), people[0], root)]
        for _ in range(min(THREAD, self.sizes.notes)):
            id, author = self._id(moment), self._random.choice(people)
            uri = self._note(id, author, moment, self._random.choice(said[-60:] + said[:5]))
            said.append((id, uri, author, root))

    # ---- what belongs to the reader

    def _listed(self) -> None:
        id = self._id(END)
        self.tables.add("lists", id=id, account_id=self._reader, title="Some")
        for member in sorted(self._members):
            self.tables.add("list_members", list_id=id, account_id=member, id=self._id(END))
        for note in self._list:
            self.tables.add("list_notes", list_id=id, note_id=note)

    def _told(self, people: Sequence[Person]) -> None:
        """Likes, boosts and mentions of notes in the reader's home: who is told does not read whose they are."""
        notes = list(self._homes[self._reader])
        for number in range(min(NOTIFICATIONS, self.sizes.notes)):
            moment = self._at(number / NOTIFICATIONS)
            type = ("favourite", "mention", "reblog", "favourite", "follow")[number % 5]
            note = None if type == "follow" else notes[number // 9 % len(notes)]
            group = None if type == "mention" else f"{type}-{note}" if note else f"follow-{number // 20}"
            self.tables.add(
                "notifications", id=self._id(moment), account_id=self._reader, type=type, from_id=self._random.choice(people).id, note_id=note,
                group_key=group, created_at=moment,
            )  # fmt: skip
