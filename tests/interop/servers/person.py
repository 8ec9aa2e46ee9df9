"""Somebody at a server that speaks Mastodon's client API, as an app sees it. Ours and those of others alike."""

from __future__ import annotations

from typing import Any, Protocol

import requests

from tests.interop.servers.lab import Failed, until

PICTURE = "image/png"


class Lacks(Exception):
    """The software has no such thing, or no way for a program to do it."""


class Refused(Failed):
    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status}: {said[:200]}")
        self.status = status


class Host(Protocol):
    """What a person has to know of the server they are at."""

    name: str
    authority: str

    def delete_person(self, name: str) -> None: ...


class Person:
    names_oneself = True  # among the mentions of a note

    def __init__(self, server: Host, name: str, token: str) -> None:
        self.server, self.name, self.handle = server, name, f"@{name}@{server.name}"
        self._session = requests.Session()
        self._session.verify = server.authority
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._ids: dict[str, str] = {}

    def __repr__(self) -> str:
        return self.handle

    def ask(self, method: str, path: str, **how: Any) -> Any:
        reply = self._session.request(method, f"https://{self.server.name}/api/{path}", timeout=60, **how)
        if not reply.ok:
            raise Refused(reply.status_code, reply.text)
        return reply.json() if reply.content else {}

    # Other people

    def find(self, who: str) -> dict[str, Any] | None:
        """Somebody elsewhere by handle; what the server shows of them. They are looked up over WebFinger if they are new."""
        found = self.ask(
            "GET", "v2/search", params={"q": who, "resolve": "true", "type": "accounts", "limit": 5}
        )["accounts"]
        return next((one for one in found if f"@{one['acct']}" == who), None)

    def id_of(self, other: Person) -> str:
        if other.handle not in self._ids:
            found = until(lambda: self.find(other.handle), f"{self} does not find {other}")
            self._ids[other.handle] = found["id"]
        return self._ids[other.handle]

    def account(self, other: Person) -> dict[str, Any] | None:
        """As it is stored there, nothing is fetched."""
        try:
            return dict(self.ask("GET", f"v1/accounts/{self.id_of(other)}"))
        except Refused as refused:
            if refused.status in (404, 410):
                return None
            raise

    def relationship(self, other: Person) -> dict[str, Any]:
        return dict(self.ask("GET", "v1/accounts/relationships", params={"id[]": self.id_of(other)})[0])

    def follow(self, other: Person) -> None:
        self.ask("POST", f"v1/accounts/{self.id_of(other)}/follow")

    def unfollow(self, other: Person) -> None:
        self.ask("POST", f"v1/accounts/{self.id_of(other)}/unfollow")

    def followed_by(self, other: Person) -> bool:
        return bool(self.relationship(other)["followed_by"])

    def following(self, other: Person) -> bool:
        return bool(self.relationship(other)["following"])

    def asked_by(self, other: Person) -> bool:
        return any(f"@{one['acct']}" == other.handle for one in self.ask("GET", "v1/follow_requests"))

    def let_in(self, other: Person) -> None:
        self.ask("POST", f"v1/follow_requests/{self.id_of(other)}/authorize")

    def send_away(self, other: Person) -> None:
        self.ask("POST", f"v1/follow_requests/{self.id_of(other)}/reject")

    # Notes

    def say(self, text: str, visibility: str = "public", **more: Any) -> dict[str, Any]:
        return dict(self.ask("POST", "v1/statuses", json={"status": text, "visibility": visibility, **more}))

    def edit(self, note: dict[str, Any], text: str) -> None:
        self.ask("PUT", f"v1/statuses/{note['id']}", json={"status": text})

    def delete(self, note: dict[str, Any]) -> None:
        self.ask("DELETE", f"v1/statuses/{note['id']}")

    def act(self, what: str, note: dict[str, Any]) -> None:
        """favourite, unfavourite, reblog, unreblog."""
        self.ask("POST", f"v1/statuses/{note['id']}/{what}")

    def note(self, id: str) -> dict[str, Any] | None:
        try:
            return dict(self.ask("GET", f"v1/statuses/{id}"))
        except Refused as refused:
            if refused.status in (404, 410):
                return None
            raise

    def home(self) -> list[dict[str, Any]]:
        return list(self.ask("GET", "v1/timelines/home", params={"limit": 40}))

    def notifications(self, *types: str) -> list[dict[str, Any]]:
        return [
            one
            for one in self.ask("GET", "v1/notifications", params={"limit": 40})
            if one["type"] in types or not types
        ]

    def sees(self, uri: str) -> dict[str, Any] | None:
        """A note that has come to this person by itself."""
        known = self.home() + [one["status"] for one in self.notifications() if one.get("status")]
        return next((one for one in known if one["uri"] == uri), None)

    def fetch(self, uri: str) -> dict[str, Any] | None:
        """A note by its address; the server has to go and get it."""
        found = self.ask("GET", "v2/search", params={"q": uri, "resolve": "true", "type": "statuses"})[
            "statuses"
        ]
        return next((one for one in found if one["uri"] == uri), None) or self.sees(uri)

    def upload(self, picture: bytes, description: str) -> str:
        sent = {"files": {"file": ("picture.png", picture, PICTURE)}, "data": {"description": description}}
        return str(self.ask("POST", "v2/media", **sent)["id"])

    def vote(self, note: dict[str, Any], choice: int) -> None:
        self.ask("POST", f"v1/polls/{note['poll']['id']}/votes", json={"choices": [choice]})

    # Oneself

    def rename(self, name: str) -> None:
        self.ask("PATCH", "v1/accounts/update_credentials", data={"display_name": name})

    def lock(self) -> None:
        self.ask("PATCH", "v1/accounts/update_credentials", data={"locked": "true"})

    def leave(self) -> None:
        self.server.delete_person(self.name)
