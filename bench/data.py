"""A server of middle age, made from a seed: people here and elsewhere, notes, threads, boosts, follows. By COPY, in seconds.

The same seed and sizes make the same rows. Only the keys differ: one RSA pair for everybody here, one for everybody elsewhere,
made at the first run and kept beside the data, because requests are signed with them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from bench.text import Vocabulary

DOMAIN = "bench.localhost"
BASE = f"https://{DOMAIN}"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
END = datetime(2026, 10, 31, 12, tzinfo=UTC)
DAYS = 60
READER = "reader"  # who follows many; made by pleromactl, so that there is a password
HOME_ROWS = 1_000


@dataclass(frozen=True)
class Sizes:
    notes: int = 100_000
    accounts: int = 1_000
    local: int = 100  # of the accounts
    hosts: int = 200
    follows: int = 390  # of the reader
    sinks: int = 100  # hosts with followers of the author whose notes are delivered
    followers: int = 1_000  # on those hosts
    seed: int = 1


@dataclass
class Tables:
    """Rows by table, in the order they can be copied in; the first row of each names its columns."""

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def add(self, table: str, **values: Any) -> None:
        if table not in self.columns:
            self.columns[table] = tuple(values)
            self.rows[table] = []
        self.rows[table].append(tuple(values.values()))

    def copy_into(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            for table, rows in self.rows.items():
                if not rows:
                    continue
                text = io.StringIO("".join("\t".join(map(_field, row)) + "\n" for row in rows))
                cursor.copy_expert(f"COPY {table} ({', '.join(self.columns[table])}) FROM STDIN", text)
        connection.commit()


def _field(value: Any) -> str:
    """A value in COPY's text format (PostgreSQL manual, COPY, "Text Format")."""
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case datetime():
            return value.isoformat()
        case dict():
            text = json.dumps(value, ensure_ascii=False)
        case list():
            text = "{" + ",".join('"' + str(item).replace("\\", "\\\\").replace('"', '\\"') + '"' for item in value) + "}"
        case _:
            text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


@dataclass(frozen=True)
class Person:
    id: int
    username: str
    domain: str | None
    uri: str

    @property
    def handle(self) -> str:
        return f"@{self.username}" if self.domain is None else f"@{self.username}@{self.domain}"


class Maker:
    """`reader_id` is the account that pleromactl made; the keys are PEM texts."""

    def __init__(self, sizes: Sizes, reader_id: int, local_keys: tuple[str, str], remote_public: str) -> None:
        self.sizes = sizes
        self._random = Random(sizes.seed)
        self._vocabulary = Vocabulary(self._random)
        self._reader = reader_id
        self._local_private, self._local_public = local_keys
        self._remote_public = remote_public
        self._low = 0
        self._ids: set[int] = set()
        self.tables = Tables()

    def make(self) -> Tables:
        people = self._people()
        self._follows(people)
        self._notes(people)
        self._sinks(people)
        return self.tables

    def _id(self, moment: datetime) -> int:
        self._low = (self._low + 1) & 0xFFFF
        id = (int(moment.timestamp() * 1000) << 16) | self._low
        while id in self._ids:  # of a million, some meet
            id += 1 << 16
        self._ids.add(id)
        return id

    def _at(self, part: float) -> datetime:
        """A moment in the past: 0 is the beginning, 1 the end."""
        return datetime.fromtimestamp(END.timestamp() - DAYS * 86_400 * (1 - part), UTC)

    # ---- people

    def _people(self) -> list[Person]:
        people = []
        for number in range(self.sizes.accounts):
            local = number < self.sizes.local
            domain = None if local else f"h{number % self.sizes.hosts}.bench.example"
            people.append(self._person(f"p{number}", domain, f"https://{domain}" if domain else BASE))
        return people

    def _person(self, username: str, domain: str | None, base: str, inbox: str = "", shared: str = "") -> Person:
        uri = f"{base}/users/{username}"
        moment = self._at(0)
        person = Person(self._id(moment), username, domain, uri)
        words = self._vocabulary.words(2)
        self.tables.add(
            "accounts",
            id=person.id,
            uri=uri,
            url=f"{base}/@{username}",
            type="Person",
            username=username,
            domain=domain,
            display_name=" ".join(words).title(),
            note=f"<p>{self._vocabulary.sentence(12)}</p>",
            fields=json.dumps([["Home", f'<a href="{base}/" rel="nofollow noopener">{base}/</a>', None, ""]]),
            avatar_url=None if domain is None else f"{base}/avatars/{username}.png",
            discoverable=True,
            indexable=True,
            created_at=moment,
            last_status_at=moment,
            inbox=inbox or f"{uri}/inbox",
            shared_inbox=shared or f"{base}/inbox",
            outbox=f"{uri}/outbox",
            followers_uri=f"{uri}/followers",
            following_uri=f"{uri}/following",
            featured_uri=f"{uri}/collections/featured",
            key_id=f"{uri}#main-key",
            public_key_pem=self._local_public if domain is None else self._remote_public,
        )
        if domain is None:
            self.tables.add("keys", account_id=person.id, private_key_pem=self._local_private)
        return person

    def _follow(self, account_id: int, target: Person) -> None:
        id = self._id(END)
        self.tables.add(
            "follows", account_id=account_id, target_id=target.id, id=id, uri=f"{BASE}/activities/{id}", accepted=True, created_at=END
        )

    def _follows(self, people: Sequence[Person]) -> None:
        """The reader's, some among people here, and some of people elsewhere after people here."""
        self.followed = self._random.sample(list(people), min(self.sizes.follows, len(people)))
        for target in self.followed:
            self._follow(self._reader, target)
        for person in people[: self.sizes.local]:
            for target in self._random.sample(list(people), min(30, len(people))):
                if target is not person:
                    self._follow(person.id, target)
        for person in people[self.sizes.local :]:
            self._follow(person.id, self._random.choice(people[: self.sizes.local]))

    # ---- what they say

    def _notes(self, people: Sequence[Person]) -> None:
        random, sizes = self._random, self.sizes
        weights = [1 / (1 + random.randrange(30)) for _ in people]
        authors = random.choices(people, weights, k=sizes.notes)
        recent: list[tuple[int, str, Person, int]] = []  # what may be answered: id, uri, author, conversation
        self._home: list[tuple[int, int]] = []
        followed = {person.id for person in self.followed}
        for number, author in enumerate(authors):
            moment = self._at(number / sizes.notes)
            id = self._id(moment)
            parent = random.choice(recent) if recent and random.random() < 0.3 else None
            uri = self._note(id, author, moment, parent)
            conversation = parent[3] if parent else id
            recent.append((id, uri, author, conversation))
            if len(recent) > 300:
                del recent[random.randrange(200)]
            if author.id in followed and (parent is None or parent[2].id in followed):
                self._home.append((self._reader, id))
            if random.random() < 0.05:
                self._boost(random.choice(recent)[:2], random.choice(people), moment, followed)
        self._place_all()

    def _place_all(self) -> None:
        for owner, note in self._home[-HOME_ROWS:]:
            self.tables.add("home", owner_id=owner, note_id=note)

    def _note(self, id: int, author: Person, moment: datetime, parent: tuple[int, str, Person, int] | None) -> str:
        random, vocabulary = self._random, self._vocabulary
        local = author.domain is None
        base = BASE if local else f"https://{author.domain}"
        uri = f"{base}/notes/{id}" if local else f"{author.uri}/statuses/{id}"
        paragraphs = vocabulary.text()
        tags = random.sample(vocabulary.tags, random.choice((0, 0, 0, 1, 1, 2)))
        html = [f"<p>{paragraph}</p>" for paragraph in paragraphs]
        if parent is not None:
            who = parent[2]
            html[0] = (
                f'<p><span class="h-card"><a href="{who.uri}" class="u-url mention" rel="nofollow noopener">@<span>{who.username}</span></a>'
                f"</span> {paragraphs[0]}</p>"
            )
        if random.random() < 0.15:
            link = f"https://{vocabulary.words(1)[0]}.example/{id}"
            html.append(f'<p><a href="{link}" target="_blank" rel="nofollow noopener">{link}</a></p>')
        if tags:
            links = " ".join(
                f'<a href="{base}/tags/{tag}" class="mention hashtag" rel="tag nofollow noopener">#<span>{tag}</span></a>' for tag in tags
            )
            html.append(f"<p>{links}</p>")
        content = "".join(html)
        warning = vocabulary.sentence(3) if random.random() < 0.05 else ""
        pictures = random.choice((1, 1, 2)) if random.random() < 0.12 else 0
        visibility = "unlisted" if random.random() < 0.1 else "public"
        to, cc = ([PUBLIC], [f"{author.uri}/followers"]) if visibility == "public" else ([f"{author.uri}/followers"], [PUBLIC])
        if parent is not None:
            cc = [*cc, parent[2].uri]
        attachments = [
            {"type": "Document", "mediaType": "image/jpeg", "url": f"{base}/files/{id}-{place}.jpg", "name": vocabulary.sentence(6), "width": 1200, "height": 800}
            for place in range(pictures)
        ]  # fmt: skip
        if parent is None:
            self.tables.add("conversations", id=id, uri=f"{base}/contexts/{id}")
        conversation = parent[3] if parent else id
        data = {
            "id": uri, "type": "Note", "attributedTo": author.uri, "to": to, "cc": cc, "content": content, "summary": warning or None,
            "sensitive": bool(warning), "published": moment.isoformat(), "url": f"{base}/@{author.username}/{id}",
            "inReplyTo": parent[1] if parent else None, "conversation": f"{base}/contexts/{conversation}",
            "tag": [{"type": "Hashtag", "href": f"{base}/tags/{tag}", "name": f"#{tag}"} for tag in tags], "attachment": attachments,
        }  # fmt: skip
        self.tables.add(
            "notes",
            id=id,
            uri=uri,
            url=data["url"],
            type="Note",
            account_id=author.id,
            boost_of_id=None,
            visibility=visibility,
            local=local,
            content=content,
            source="\n\n".join(paragraphs) if local else "",
            content_type="text/plain" if local else "text/html",
            spoiler_text=warning,
            sensitive=bool(warning),
            language="en",
            in_reply_to_id=parent[0] if parent else None,
            in_reply_to_uri=parent[1] if parent else None,
            in_reply_to_account_id=parent[2].id if parent else None,
            conversation_id=conversation,
            tags=tags,
            has_media=bool(pictures),
            boosts_count=random.choice((0, 0, 0, 1, 4)),
            likes_count=random.choice((0, 0, 1, 2, 9)),
            created_at=moment,
            data=data,
        )
        if parent is not None and parent[2].id != author.id:
            self.tables.add("mentions", note_id=id, account_id=parent[2].id)
        for tag in tags:
            self.tables.add("note_tags", tag=tag, note_id=id)
        for place, attachment in enumerate(attachments):
            self.tables.add(
                "media", id=self._id(moment), account_id=author.id, note_id=id, position=place, kind="image", media_type="image/jpeg",
                remote_url=attachment["url"], description=attachment["name"], blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj", width=1200, height=800,
            )  # fmt: skip
        self._activity("Create", uri + "/activity" if not local else f"{BASE}/activities/{id}", id, author, visibility, local, data, moment)
        return uri

    def _boost(self, of: tuple[int, str], by: Person, moment: datetime, followed: set[int]) -> None:
        id = self._id(moment)
        local = by.domain is None
        uri = f"{BASE}/activities/{id}" if local else f"{by.uri}/statuses/{id}/activity"
        self.tables.add("conversations", id=id, uri=None)
        values = dict.fromkeys(self.tables.columns["notes"])
        values |= {
            "id": id, "uri": uri, "url": "", "type": "Announce", "account_id": by.id, "boost_of_id": of[0], "visibility": "public", "local": local,
            "content": "", "source": "", "content_type": "text/html", "spoiler_text": "", "sensitive": False, "conversation_id": id, "tags": [],
            "has_media": False, "boosts_count": 0, "likes_count": 0, "created_at": moment,
        }  # fmt: skip
        self.tables.add("notes", **values)
        self._activity("Announce", uri, id, by, "public", local, of[1], moment)
        if by.id in followed:
            self._home.append((self._reader, id))

    def _activity(
        self, type: str, uri: str, note_id: int, actor: Person, visibility: str, local: bool, object: Any, moment: datetime
    ) -> None:
        data = {
            "id": uri, "type": type, "actor": actor.uri, "object": object, "to": [PUBLIC], "cc": [f"{actor.uri}/followers"],
            "published": moment.isoformat(),
        }  # fmt: skip
        self.tables.add(
            "activities", id=self._id(moment), uri=uri, type=type, account_id=actor.id, note_id=note_id, visibility=visibility, local=local,
            data=data, created_at=moment,
        )  # fmt: skip

    # ---- hosts that take deliveries

    def _sinks(self, people: Sequence[Person]) -> None:
        """Followers of the reader on hosts of loopback; `bench.house` puts the port in."""
        for number in range(self.sizes.followers):
            host = sink_host(number % self.sizes.sinks)
            base = f"http://{host}:{SINK_PORT}"
            person = self._person(f"f{number}", f"{host}:{SINK_PORT}", base, shared=f"{base}/inbox")
            id = self._id(END)
            self.tables.add(
                "follows", account_id=person.id, target_id=self._reader, id=id, uri=f"{base}/follows/{id}", accepted=True, created_at=END
            )


SINK_PORT = 18_901


def sink_host(number: int) -> str:
    """Linux answers on all of 127.0.0.0/8: each address is a host of its own."""
    return f"127.0.{1 + number // 200}.{1 + number % 200}"


FINISH = """
UPDATE accounts a SET statuses_count = n.count FROM (SELECT account_id, count(*) FROM notes GROUP BY account_id) n WHERE n.account_id = a.id;
UPDATE accounts a SET followers_count = f.count FROM (SELECT target_id, count(*) FROM follows GROUP BY target_id) f WHERE f.target_id = a.id;
UPDATE accounts a SET following_count = f.count FROM (SELECT account_id, count(*) FROM follows GROUP BY account_id) f WHERE f.account_id = a.id;
UPDATE notes p SET replies_count = r.count FROM (SELECT in_reply_to_id, count(*) FROM notes WHERE in_reply_to_id IS NOT NULL GROUP BY 1) r
    WHERE r.in_reply_to_id = p.id;
"""


def finish(connection: Any) -> None:
    """Counters, then the statistics PostgreSQL plans with."""
    with connection.cursor() as cursor:
        cursor.execute(FINISH)
    connection.commit()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE) notes")
        cursor.execute("VACUUM ANALYZE")
    connection.autocommit = False
