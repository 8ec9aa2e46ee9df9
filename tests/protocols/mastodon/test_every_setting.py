"""Each setting that staff may change: set once over the API, kept, told truthfully wherever apps look, and given back to the file."""

from __future__ import annotations

from typing import Any

from pleromad.model.account import Role
from pleromad.sections import Declaration
from pleromad.settings import LIVE
from tests.protocols.mastodon.case import MastodonCase
from tests.protocols.mastodon.test_settings import CONFIG, asked, tuples

V1, V2, NODEINFO, PANEL = "/api/v1/instance", "/api/v2/instance", "/nodeinfo/2.1", "/instance/panel.html"
# Values that the types alone do not suggest.
VALUES: dict[str, Any] = {
    "instance.terms_effective_date": "2026-11-23",
    "instance.contact_account": "ada",
    "rooms.lobby": "",
    "polls.max_seconds": 7_200,
    "polls.min_seconds": 120,
}
# Where each is told: the document, and the way into it. `None`: what it is told as; else what stands there then.
TOLD: dict[str, list[tuple[str, str, Any]]] = {
    "instance.name": [(V1, "title", None), (V2, "title", None), (NODEINFO, "metadata.nodeName", None)],
    "instance.description": [(V1, "description", None), (V2, "description", None), (NODEINFO, "metadata.nodeDescription", None)],
    "instance.registrations": [(V1, "approval_required", True), (V2, "registrations.approval_required", True), (NODEINFO, "metadata.accountApprovalRequired", True)],
    "instance.post_limit": [(V1, "max_toot_chars", None), (V2, "configuration.statuses.max_characters", None)],
    "instance.rules": [(V1, "rules.0.text", "one"), (V2, "rules.0.text", "one")],
    "instance.languages": [(V1, "languages.0", "one"), (V2, "languages.0", "one")],
    "instance.contact_email": [(V1, "email", None), (V2, "contact.email", None)],
    "instance.contact_account": [(V1, "contact_account.acct", None), (V2, "contact.account.acct", None)],
    "posts.formats": [(V1, "pleroma.metadata.post_formats", ["text/plain"]), (V2, "configuration.statuses.supported_mime_types", ["text/plain"]), (NODEINFO, "metadata.postFormats", ["text/plain"])],
    "posts.max_media": [(V1, "max_media_attachments", None), (V2, "configuration.statuses.max_media_attachments", None)],
    "posts.max_pins": [(V2, "configuration.accounts.max_pinned_statuses", None)],
    "polls.max_options": [(V1, "poll_limits.max_options", None), (V2, "configuration.polls.max_options", None), (NODEINFO, "metadata.pollLimits.max_options", None)],
    "polls.max_option_characters": [(V1, "poll_limits.max_option_chars", None), (V2, "configuration.polls.max_characters_per_option", None), (NODEINFO, "metadata.pollLimits.max_option_chars", None)],
    "polls.min_seconds": [(V1, "poll_limits.min_expiration", None), (V2, "configuration.polls.min_expiration", None), (NODEINFO, "metadata.pollLimits.min_expiration", None)],
    "polls.max_seconds": [(V1, "poll_limits.max_expiration", None), (V2, "configuration.polls.max_expiration", None), (NODEINFO, "metadata.pollLimits.max_expiration", None)],
    "profiles.max_name": [(V2, "configuration.accounts.max_display_name_length", None)],
    "profiles.max_bio": [(V2, "configuration.accounts.max_note_length", None)],
    "profiles.max_fields": [(V1, "pleroma.metadata.fields_limits.max_fields", None), (V2, "configuration.accounts.max_profile_fields", None), (NODEINFO, "metadata.fieldsLimits.maxFields", None)],
    "profiles.max_field": [(V2, "configuration.accounts.profile_field_value_limit", None), (NODEINFO, "metadata.fieldsLimits.valueLength", None)],
    "visitors.local_timeline": [(V2, "configuration.timelines_access.live_feeds.local", None), (NODEINFO, "metadata.private", True)],
    "visitors.remote_timeline": [(V2, "configuration.timelines_access.live_feeds.remote", None)],
    "visitors.local_tags": [(V2, "configuration.timelines_access.hashtag_feeds.local", None)],
    "visitors.remote_tags": [(V2, "configuration.timelines_access.hashtag_feeds.remote", None)],
    "visitors.trends": [(V2, "configuration.timelines_access.trending_link_feeds.local", None)],
    "federation.limited": [(V2, "configuration.limited_federation", True), (V1, "pleroma.metadata.federation.domain_blocks.limited_federation", True)],
    "federation.enabled": [(V1, "pleroma.metadata.federation.enabled", False)],
    "media.max_image_bytes": [(V1, "avatar_upload_limit", None), (V2, "configuration.media_attachments.image_size_limit", None), (NODEINFO, "metadata.uploadLimits.avatar", None)],
    "media.max_video_bytes": [(V1, "upload_limit", None), (V2, "configuration.media_attachments.video_size_limit", None), (NODEINFO, "metadata.uploadLimits.general", None)],
    "media.max_pixels": [(V2, "configuration.media_attachments.image_matrix_limit", None)],
    "media.max_description": [(V1, "description_limit", None), (V2, "configuration.media_attachments.description_limit", None)],
}  # fmt: skip
# Not told as themselves: they are in force, or a page of their own has them.
ELSEWHERE = {
    "instance.extended_description", "instance.privacy_policy", "instance.terms_of_service", "instance.terms_effective_date", "instance.panel",
    "instance.show_domain_blocks", "rooms.lobby", "federation.authorized_fetch", "federation.groups", "federation.relay", "media.convert", "media.preview_cards",
    "media.proxy", "media.proxy_max_bytes",
}  # fmt: skip


def another(one: Declaration, now: Any) -> Any:
    if one.key in VALUES:
        return VALUES[one.key]
    match one.kind:
        case "switch":
            return not now
        case "number":
            return now + 1
        case "choice":
            return next(each for each in ("approval", "authenticated", *one.choices) if each in one.choices and each != now)
        case "choices":
            return [one.choices[0]]
        case "texts":
            return ["one"]
    return "7/60" if one.section == "rates" else "another"


def at(document: Any, path: str) -> Any:
    for step in path.split("."):
        document = document[int(step)] if step.isdigit() else document[step]
    return document


class EverySettingTests(MastodonCase):
    DOORS = ("mastodon", "activitypub", "pages")

    async def test_each_is_set_told_and_given_back(self) -> None:
        admin = await self.token(await self.person("ada", role=Role.ADMIN), "read", "admin:read", "admin:write")
        untold = set()
        for key, one in LIVE.items():
            before = tuples(await self.call("GET", CONFIG, admin))[key]
            value = another(one, before)
            changed = await self.call("POST", CONFIG, admin, json=asked(one.section, **{one.name: value}))
            self.assertEqual(tuples(changed)[key], value, key)
            for document, path, told in TOLD.get(key, ()):
                reply = (await self.get(document)).json()
                self.assertEqual(at(reply, path), value if told is None else told, f"{key} in {document}")
            if key not in TOLD and key not in ELSEWHERE and one.section != "rates":
                untold.add(key)
            back = {"configs": [{"group": ":pleroma", "key": f":{one.section}", "delete": True, "subkeys": [f":{one.name}"]}]}
            await self.call("POST", CONFIG, admin, json=back)
            self.assertEqual(tuples(await self.call("GET", CONFIG, admin))[key], before, key)
        self.assertEqual(untold, set())

    async def test_each_rate_is_told_in_the_headers_of_its_bucket(self) -> None:
        admin = await self.token(await self.person("ada", role=Role.ADMIN), "read", "write", "admin:read", "admin:write")
        for name, method, path, token in (
            ("account", "GET", "/api/v1/accounts/verify_credentials", admin),
            ("address", "GET", V1, None),
            ("uploads", "POST", "/api/v2/media", admin),
            ("deletions", "DELETE", "/api/v1/statuses/1", admin),
            ("reports", "POST", "/api/v1/reports", admin),
            ("new_apps", "POST", "/api/v1/apps", None),
            ("log_ins", "POST", "/auth/password", None),
            ("sign_ups", "POST", "/api/v1/accounts", await self.token(None)),
        ):
            await self.call("POST", CONFIG, admin, json=asked("rates", **{name: "777/60"}))
            reply = await self.request(method, path, token=token, json={} if method == "POST" else None)
            self.assertEqual(reply.headers.get("x-ratelimit-limit"), "777", name)
