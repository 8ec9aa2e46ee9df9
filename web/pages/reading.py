"""Pages that are read: timelines, profiles, threads, hashtags."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pleromad.errors import NotFound, Unauthenticated
from pleromad.model.account import Account, Relationship
from pleromad.model.note import Seen, Visibility
from pleromad.model.page import Page, Slice
from web.pages import head, shown
from web.pages.frame import Frame
from web.pages.turning import older_and_newer
from web.paging import page_of
from web.site import Answer, Request, Site

if TYPE_CHECKING:
    from pleromad.core import Core

PER_PAGE = 20
ID_DIGITS = 19


class Reading:
    def __init__(self, core: Core, site: Site, frame: Frame) -> None:
        self.core = core
        self.frame = frame
        html = "text/html"
        site.represent("/", html, self.local, default=True)
        site.represent("/public", html, self.everything, default=True)
        site.represent("/home", html, self.home, default=True)
        site.represent("/@<name>", html, self.profile, default=True)
        site.represent("/@<name>/<id>", html, self.thread, default=True)
        site.represent("/tags/<name>", html, self.tag, default=True)
        site.represent("/users/<name>", html, self.to_profile)
        site.represent("/notes/<id>", html, self.to_note)

    # -- timelines --

    async def local(self, request: Request) -> Answer:
        """The public posts of this server."""
        viewer = await self.frame.viewer(request)
        page = page_of(request, default=PER_PAGE)
        found = await self.core.reading.public(viewer.id if viewer else None, page, local=True, narrow=True)
        settings = self.core.settings
        about = head.Head(
            url=f"{self.core.uris.base}/",
            title=settings.name,
            description=settings.instance.description,
            image=head.absolute("/static/icon.png", self.core.uris),
        )
        return await self._timeline(
            request,
            viewer,
            found,
            title=settings.name,
            heading=settings.name if viewer is None else "Local timeline",
            intro=settings.instance.description if viewer is None else "",
            empty="Nobody has said anything in public here yet.",
            head=about,
            compose={},
        )

    async def everything(self, request: Request) -> Answer:
        """All public posts this server knows. Those of other servers are for people of this one."""
        viewer = await self.frame.viewer(request)
        page = page_of(request, default=PER_PAGE)
        found = await self.core.reading.public(viewer.id if viewer else None, page, local=viewer is None, narrow=True)
        return await self._timeline(
            request,
            viewer,
            found,
            title="Known network" if viewer else "Local timeline",
            heading="Known network" if viewer else "Local timeline",
            intro="Public posts of everybody this server has heard of." if viewer else "",
            empty="Nothing is known yet.",
        )

    async def home(self, request: Request) -> Answer:
        viewer = await self.frame.viewer(request)
        if viewer is None:
            return Answer.redirect("/log-in?next=/home", headers=(("Cache-Control", "no-store"),))
        found = await self.core.reading.home(viewer.id, page_of(request, default=PER_PAGE))
        return await self._timeline(
            request,
            viewer,
            found,
            title="Home",
            heading="Home",
            empty="Follow somebody, and what they say stands here.",
            compose={},
        )

    async def tag(self, request: Request) -> Answer:
        viewer = await self.frame.viewer(request)
        name = request.params["name"].removeprefix("#")
        if not name or len(name) > 200:
            raise NotFound
        page = page_of(request, default=PER_PAGE)
        found = await self.core.reading.tag(viewer.id if viewer else None, name, page, narrow=True)
        uris = self.core.uris
        about = head.Head(
            url=uris.tag(name),
            title=f"#{name}",
            description=f"Public posts with #{name}",
            alternates=((head.ATOM, f"{uris.tag(name)}.atom"),),
            index=False,
        )
        return await self._timeline(
            request,
            viewer,
            found,
            title=f"#{name}",
            heading=f"#{name}",
            empty="No public posts with this tag are known here.",
            head=about,
        )

    async def _timeline(
        self,
        request: Request,
        viewer: Account | None,
        found: Slice[Seen],
        *,
        title: str,
        heading: str,
        empty: str,
        intro: str = "",
        compose: dict[str, Any] | None = None,
        **more: Any,
    ) -> Answer:
        first = not any(name in ("max_id", "min_id") for name, _ in request.query)
        if compose is not None and viewer is not None and first:
            compose = {"who": await self._usual_visibility(viewer), **compose}
        else:
            compose = None
        tabs = (("/home", "Home"), ("/", "Local"), ("/public", "Known network")) if viewer else ()
        return await self.frame.page(
            request,
            "timeline.html",
            title=title,
            viewer=viewer,
            heading=heading,
            quiet_heading=False,
            intro=intro if first else "",
            empty=empty,
            notes=self._shown(found.items, viewer),
            tabs=tabs,
            compose=compose,
            **self._pages(request, found),
            **more,
        )

    def _shown(self, items: tuple[Seen, ...], viewer: Account | None) -> list[shown.ShownNote]:
        now: datetime = self.core.clock.now()
        return [shown.note(seen, viewer, now=now) for seen in items]

    def _pages(self, request: Request, found: Slice[Any]) -> dict[str, Any]:
        older, newer = older_and_newer(request, found)
        return {"older": older, "newer": newer}

    async def _usual_visibility(self, viewer: Account) -> str:
        return (await self.core.accounts.user(viewer.id)).default_visibility

    # -- people --

    async def to_profile(self, request: Request) -> Answer:
        """/users/<name> is the actor's id; people are led to its page."""
        account = await self.core.reading.account_by_handle(request.params["name"])
        if not account.local:
            raise NotFound
        return Answer.redirect(shown.person(account).href, 302)

    async def profile(self, request: Request) -> Answer:
        viewer = await self.frame.viewer(request)
        account = await self.core.reading.account_by_handle(request.params["name"])
        viewer_id = viewer.id if viewer else None
        if account.group and account.local:
            return Answer.redirect(shown.person(account).href)
        if not account.local and viewer is None:
            # Their own server shows them better, and knows whom they hide from.
            return Answer.redirect(shown.web(account.url) or account.uri)
        if account.local and account.role is None and not account.group:
            return Answer.redirect("/about")  # the instance's own actor
        page = page_of(request, default=PER_PAGE)
        which = request.first("with") or ""
        notes: list[shown.ShownNote] = []
        found: Slice[Seen] = Slice(())
        if not account.suspended:
            reading = self.core.reading
            found = await reading.of_account(
                viewer_id, account.id, page, only_media=which == "media", exclude_replies=which == ""
            )
            if which == "" and page.max_id is None and page.min_id is None:
                pinned = await reading.of_account(viewer_id, account.id, Page(5), pinned=True)
                now = self.core.clock.now()
                notes += [shown.note(seen, viewer, now=now, pinned=True) for seen in pinned.items]
            above = {note.id for note in notes}
            notes += [
                note for note in self._shown(found.items, viewer) if note.id not in above or note.boosted_by
            ]
        relation: Relationship | None = None
        if viewer is not None and viewer.id != account.id:
            relation = next(iter(await self.core.reading.relationships(viewer.id, [account.id])), None)
        person = shown.person(account)
        href = person.href
        tabs = [
            (href + query, words, which == name)
            for name, query, words in (
                ("", "", "Posts"),
                ("replies", "?with=replies", "With replies"),
                ("media", "?with=media", "Media"),
            )
        ]
        return await self.frame.page(
            request,
            "profile.html",
            title=f"{person.plain} (@{account.username}@{account.domain or self.core.settings.domain})",
            viewer=viewer,
            head=head.of_account(account, self.core.uris, self.core.settings.domain),
            account=account,
            person=person,
            bio=shown.with_emoji(account.note, account.emojis),
            fields=[
                (
                    shown.with_emoji(Markup.escape(f.name), account.emojis),
                    shown.with_emoji(f.value, account.emojis),
                    f.verified_at,
                )
                for f in account.fields
            ],
            moved=shown.web(account.moved_to_uri),
            relation=relation,
            notes=notes,
            tabs=tabs,
            **self._pages(request, found),
        )

    # -- notes --

    async def to_note(self, request: Request) -> Answer:
        """/notes/<id> is the note's id; people are led to its page."""
        viewer = await self.frame.viewer(request)
        seen = await self.core.reading.note(viewer.id if viewer else None, _id(request))
        return Answer.redirect(shown.note_href(seen.note.boost_of or seen.note))

    async def thread(self, request: Request) -> Answer:
        viewer = await self.frame.viewer(request)
        viewer_id = viewer.id if viewer else None
        seen = await self.core.reading.note(viewer_id, _id(request))
        note = seen.note.boost_of or seen.note
        if seen.note.boost_of is not None or request.params["name"].lower() != note.account.acct.lower():
            return Answer.redirect(shown.note_href(note))
        if not note.local and viewer is None:
            return Answer.redirect(shown.web(note.url) or note.uri)
        before, after = await self.core.reading.thread(viewer_id, note.id)
        await self.core.walks.shown(viewer_id, note, [*before, *after])
        now = self.core.clock.now()
        page = shown.note(seen, viewer, now=now)
        about = head.of_note(note, page, self.core.uris, self.core.settings.domain)
        compose: dict[str, Any] = {}
        if viewer is not None:
            compose = self._reply(note, viewer, await self._usual_visibility(viewer))
        return await self.frame.page(
            request,
            "thread.html",
            title=f"{page.author.plain}: “{shown.summary(page, 60)}”",
            viewer=viewer,
            head=about,
            heading=f"Post by {page.author.plain}",
            note=page,
            before=[shown.note(each, viewer, now=now) for each in before],
            after=shown.thread(note.id, after, viewer, now),
            compose=compose,
        )

    def _reply(self, note: Any, viewer: Account, usual: str) -> dict[str, Any]:
        """How the form for a reply is filled: who is named, the warning, and nobody sees it who did not see the note."""
        named = [note.account.acct, *(mention.acct for mention in note.mentions)]
        names = [f"@{acct}" for acct in dict.fromkeys(named) if acct != viewer.acct]
        order = [
            Visibility.PUBLIC,
            Visibility.UNLISTED,
            Visibility.LOCAL,
            Visibility.FOLLOWERS,
            Visibility.DIRECT,
        ]
        who = max(order.index(note.visibility), order.index(Visibility(usual)))
        return {
            "reply": note.id,
            "text": " ".join(names) + (" " if names else ""),
            "spoiler": note.spoiler_text,
            "who": order[who].value,
        }


def _id(request: Request) -> int:
    text = request.params["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= ID_DIGITS) or int(text) >= 1 << 63:
        raise NotFound
    return int(text)


def need(viewer: Account | None) -> Account:
    if viewer is None:
        raise Unauthenticated
    return viewer
