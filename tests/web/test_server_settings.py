"""The settings of the server, as an administrator without JavaScript changes them."""

from __future__ import annotations

from lxml import html

from pleromad.model.account import Role
from tests.web.test_settings import SettingsCase

PATH = "/settings/server"


def form_of(page: str, section: str) -> dict[str, object]:
    """What a browser would send of the form of this section, untouched."""
    (form,) = [one for one in html.fromstring(page).forms if one.fields.get("section") == section]
    return {name: list(value) if isinstance(value, set | html.CheckboxValues) else value for name, value in form.fields.items() if value is not None}


class ServerTests(SettingsCase):
    async def test_it_is_for_administrators(self) -> None:
        await self.begin(role=Role.MODERATOR)
        self.assertEqual((await self.seat.get(PATH)).status, 403)
        self.assertNotIn(PATH, await self.see("/settings/profile"))

    async def test_what_is_typed_holds_and_the_rest_stays(self) -> None:
        await self.begin(role=Role.ADMIN)
        self.assertIn(PATH, await self.see("/settings/profile"))
        given = form_of(await self.see(PATH), "instance")
        await self.send(PATH, {**given, "instance.name": "The Place", "instance.rules": "Be kind.\r\n\r\nNo spam.", "instance.post_limit": "77"})
        instance = self.core.settings.instance
        self.assertEqual((instance.name, instance.rules, instance.post_limit), ("The Place", ("Be kind.", "No spam."), 77))
        kept = {one.key for one in self.core.moderation.live_settings(None) if one.changed}
        self.assertEqual(kept, {"instance.name", "instance.rules", "instance.post_limit"})
        given = form_of(await self.see(PATH), "instance")
        await self.send(PATH, {**given, "instance.post_limit": "5000"})
        kept = {one.key for one in self.core.moderation.live_settings(None) if one.changed}
        self.assertEqual(kept, {"instance.name", "instance.rules"})

    async def test_switches_and_choices_are_boxes(self) -> None:
        await self.begin(role=Role.ADMIN)
        await self.send(PATH, {"section": "federation", "federation.limited": "1"})
        self.assertEqual((self.core.settings.federation.enabled, self.core.settings.federation.limited), (False, True))
        given = form_of(await self.see(PATH), "posts")
        await self.send(PATH, {**given, "posts.formats": ["text/plain", "text/html"]})
        self.assertEqual(self.core.settings.posts.formats, ("text/plain", "text/html"))

    async def test_what_is_wrong_is_told_at_its_field(self) -> None:
        await self.begin(role=Role.ADMIN)
        given = form_of(await self.see(PATH), "polls")
        page = await self.send(PATH, {**given, "polls.max_options": "1"}, 422)
        (hint,) = html.fromstring(page).xpath("//*[@id='polls.max_options-hint']")
        self.assertIn("a whole number from 2 to 200", hint.text_content())
        (typed,) = html.fromstring(page).xpath("//input[@name='polls.max_options']")
        self.assertEqual(typed.value, "1")
        self.assertEqual(self.core.settings.polls.max_options, 20)
