"""What staff change at run time: kept in the database, the same in all daemons, enforced where it says."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

from twisted.internet import reactor

from pleromad import ctl, ctl_settings
from pleromad.core import Core
from pleromad.errors import Forbidden, Invalid, TooLarge, Unauthenticated
from pleromad.model.account import ProfileChange, Role
from pleromad.model.activity import Add, Update
from pleromad.model.note import PollDraft
from pleromad.model.page import Page
from pleromad.moderation.settings import UNSET
from pleromad.sections import declarations
from store import kept_settings
from tests.support.clients import until
from tests.support.core import CoreCase, settings_of


class SettingsCase(CoreCase):
    async def change(self, **changes: object) -> None:
        """`posts__max_pins=3` for `posts.max_pins`."""
        await self.core.moderation.change_settings(None, {key.replace("__", "."): value for key, value in changes.items()})


class ChangingTests(SettingsCase):
    def test_whatever_can_be_changed_says_what_it_is(self) -> None:
        for one in declarations().values():
            if one.live:
                self.assertTrue(one.description.endswith((".", "mode")), one.key)

    async def test_a_change_holds_over_the_file_until_it_is_taken_back(self) -> None:
        await self.change(instance__post_limit=12)
        self.assertEqual(self.core.settings.instance.post_limit, 12)
        self.core.settings = settings_of({"instance": {"name": "Another", "post_limit": 99}}, str(self.core.settings.data_dir))
        self.assertEqual((self.core.settings.name, self.core.settings.instance.post_limit), ("Another", 12))
        await self.change(instance__post_limit=UNSET)
        self.assertEqual(self.core.settings.instance.post_limit, 99)

    async def test_what_is_wrong_is_named_and_nothing_is_changed(self) -> None:
        for key, value, words in (
            ("instance.post_limit", 0, "a whole number from 1 to 100000"),
            ("instance.post_limit", "many", "expected a whole number"),
            ("instance.registrations", "maybe", "not one of open, approval, invite, closed"),
            ("rates.account", "often", "requests/seconds"),
            ("posts.formats", ["text/html"], "text/plain"),
            ("posts.formats", [], "posts.formats"),
            ("instance.domain", "else.example", "not a setting that can be changed"),
            ("no.such", 1, "not a setting"),
        ):
            with self.assertRaises(Invalid) as caught:
                await self.core.moderation.change_settings(None, {"instance.name": "Half", key: value})
            self.assertIn(words, caught.exception.public, key)
        self.assertEqual(await kept_settings.all(self.database), {})
        self.assertEqual(self.core.settings.name, "Here")

    async def test_only_who_may_change_settings_does_and_it_is_logged(self) -> None:
        moderator = await self.person("molly", role=Role.MODERATOR)
        admin = await self.person("ada", role=Role.ADMIN)
        with self.assertRaises(Forbidden):
            await self.core.moderation.change_settings(moderator, {"posts.max_pins": 1})
        with self.assertRaises(Forbidden):
            self.core.moderation.live_settings(moderator)
        await self.core.moderation.change_settings(admin, {"posts.max_pins": 1})
        await self.core.moderation.change_settings(admin, {"posts.max_pins": 1})
        (entry,) = (await self.core.moderation.entries(None, Page())).items
        self.assertEqual((entry.by.username if entry.by else "", entry.action, entry.target), ("ada", "set", "posts.max_pins"))
        self.assertEqual(entry.details, {"was": 5, "now": 1})

    async def test_what_an_older_version_kept_and_does_not_fit_is_left_out(self) -> None:
        await kept_settings.put(self.database, "posts.max_pins", "lots", None)
        await kept_settings.put(self.database, "gone.away", 1, None)
        await self.change(posts__max_media=3)
        self.assertEqual((self.core.settings.posts.max_pins, self.core.settings.posts.max_media), (5, 3))

    async def test_daemons_on_one_database_share_them(self) -> None:
        other = Core(settings_of({}, str(self.core.settings.data_dir)), self.database, reactor)
        await other.start()
        try:
            await self.change(instance__registrations="invite")

            async def taken() -> bool:
                return other.settings.instance.registrations == "invite"

            await until(taken)
        finally:
            await other.stop()
        late = Core(settings_of({}, str(self.core.settings.data_dir)), self.database, reactor)
        await late.start()
        self.assertEqual(late.settings.instance.registrations, "invite")
        await late.stop()


class EnforcedTests(SettingsCase):
    async def test_notes_and_polls_keep_to_them(self) -> None:
        alice = await self.person("alice")
        await self.change(instance__post_limit=10, posts__formats=["text/plain"], polls__max_options=2, polls__max_seconds=3600)
        with self.assertRaises(TooLarge):
            await self.say(alice, "eleven char")
        with self.assertRaises(Invalid):
            await self.say(alice, "*short*", content_type="text/markdown")
        with self.assertRaises(Invalid):
            await self.say(alice, "which?", poll=PollDraft(options=("a", "b", "c"), expires_in_seconds=600))
        with self.assertRaises(Invalid) as caught:
            await self.say(alice, "which?", poll=PollDraft(options=("a", "b"), expires_in_seconds=7200))
        self.assertIn("between a minute and 60 minutes", caught.exception.public)
        await self.say(alice, "which?", poll=PollDraft(options=("a", "b"), expires_in_seconds=3600))

    async def test_pins_and_profiles_keep_to_them(self) -> None:
        alice = await self.person("alice")
        first, second = await self.say(alice, "one"), await self.say(alice, "two")
        await self.change(posts__max_pins=1, profiles__max_name=5, profiles__max_fields=0)
        await self.submit(Add(actor_id=alice.id, collection="featured", note_id=first.id), alice)
        with self.assertRaises(Invalid):
            await self.submit(Add(actor_id=alice.id, collection="featured", note_id=second.id), alice)
        for change in (ProfileChange(display_name="Too long"), ProfileChange(fields=(("a", "b"),))):
            with self.assertRaises(Invalid):
                await self.submit(Update(actor_id=alice.id, profile=change), alice)

    async def test_timelines_are_for_whom_staff_say(self) -> None:
        alice, admin = await self.person("alice"), await self.person("ada", role=Role.ADMIN)
        far = await self.remote("far")
        await self.say(alice, "here #tea")
        reading = self.core.reading
        await self.change(visitors__remote_timeline="authenticated", visitors__local_tags="disabled", visitors__remote_tags="disabled")
        self.assertEqual(len((await reading.public(None, Page(), local=True)).items), 1)
        self.assertEqual(len((await reading.public(None, Page(), narrow=True)).items), 1)
        self.assertEqual(len((await reading.public(far.id, Page())).items), 1)
        for asked in (reading.public(None, Page()), reading.public(None, Page(), remote=True), reading.tag(None, "tea", Page(), narrow=True)):
            with self.assertRaises(Unauthenticated):
                await asked
        self.assertEqual((await reading.tag(alice.id, "tea", Page())).items, ())
        self.assertEqual(len((await reading.tag(admin.id, "tea", Page())).items), 1)


class CommandTests(SettingsCase):
    async def run_ctl(self, *words: str) -> str:
        options = ctl.parser().parse_args(["settings", *words])
        out = io.StringIO()
        with redirect_stdout(out):
            await ctl_settings.COMMANDS["settings", options.command](self.core, options)
        return out.getvalue()

    async def test_settings_are_listed_set_and_unset(self) -> None:
        self.assertIn("  posts.max_pins = 5\n", await self.run_ctl("list"))
        self.assertEqual(await self.run_ctl("set", "posts.max_pins", "7"), "* posts.max_pins = 7\n")
        self.assertEqual(await self.run_ctl("set", "instance.rules", "Be kind.", "No spam."), '* instance.rules = ["Be kind.","No spam."]\n')
        self.assertEqual(await self.run_ctl("set", "federation.limited", "on"), "* federation.limited = true\n")
        self.assertEqual(await self.run_ctl("set", "instance.name", "The", "Place"), '* instance.name = "The Place"\n')
        self.assertIn("the file says 5", await self.run_ctl("list", "--explain"))
        self.assertEqual(await self.run_ctl("unset", "posts.max_pins"), "  posts.max_pins = 5\n")
        with self.assertRaises(Invalid):
            await self.run_ctl("set", "posts.max_pins", "several")
        with self.assertRaises(Invalid):
            await self.run_ctl("set", "nothing", "1")
