"""The server: what it is, what it allows, its rules."""

from __future__ import annotations

from msgspec import UNSET

from pleromad import __version__
from pleromad.clock import iso
from pleromad.core import Core
from pleromad.errors import NotFound
from pleromad.features import features
from pleromad.media_proxy import HERE
from pleromad.model.account import Account
from pleromad.model.push import VapidKey
from pleromad.reading.instance import Counts
from pleromad.signatures import SAFE
from protocols.mastodon.door import Call, Listed, NoForm
from protocols.mastodon.entities import instance as entities
from protocols.mastodon.from_core.accounts import HEADER, emoji, encode
from protocols.mastodon.from_core.admin import digest
from protocols.mastodon.from_core.admin import rules as house_rules

# The API this door speaks, and what it is: apps look for the first number.
MASTODON = "4.6.0"
VERSION = f"{MASTODON} (compatible; pleromad {__version__})"
# Mastodon counts its API's changes since 4.3: 2 is grouped notifications, 7 quotes and their policies.
API_VERSION = 7
CHARACTERS_PER_URL = 0  # an address counts as long as it is
MAX_FPS = 120
MAX_PICTURE_TEXT = 1_500

_LANGUAGES = {"de": "Deutsch", "en": "English", "es": "Español", "fr": "Français", "it": "Italiano", "ja": "日本語", "nl": "Nederlands", "pl": "Polski", "pt": "Português", "ru": "Русский", "zh": "中文"}


async def show(call: Call[NoForm]) -> entities.Instance:
    core = call.core
    instance = core.settings.instance
    counts = await core.reading.counts()
    vapid = await core.personal.vapid_key()
    base = core.uris.base
    contact = await _contact(core)
    visitors, limits = core.settings.visitors, core.settings.profiles
    return entities.Instance(
        domain=instance.domain,
        title=core.settings.name,
        version=VERSION,
        source_url=f"{base}/about",
        description=instance.description,
        wrapstodon=None,
        usage=entities.Usage(users=entities.ActiveUsers(active_month=counts.active_month)),
        thumbnail=entities.Thumbnail(url=base + HEADER, description=""),
        icon=[],
        languages=list(instance.languages),
        configuration=entities.Configuration(
            urls=entities.InstanceUrls(
                streaming=streaming_url(core),
                status=None,
                about=f"{base}/about",
                privacy_policy=f"{base}/privacy-policy",
                terms_of_service=f"{base}/terms-of-service" if instance.terms_of_service else None,
            ),
            vapid=entities.Vapid(public_key=vapid.public),
            accounts=entities.AccountLimits(
                max_display_name_length=limits.max_name,
                max_note_length=limits.max_bio,
                max_avatar_description_length=MAX_PICTURE_TEXT,
                max_header_description_length=MAX_PICTURE_TEXT,
                max_featured_tags=0,
                max_pinned_statuses=core.settings.posts.max_pins,
                max_profile_fields=limits.max_fields,
                profile_field_name_limit=limits.max_field,
                profile_field_value_limit=limits.max_field,
            ),
            statuses=_status_limits(core),
            media_attachments=_media_limits(core),
            polls=_poll_limits(core),
            translation=entities.Translation(enabled=core.translator is not None and core.translator.on),
            timelines_access=entities.TimelinesAccess(
                live_feeds=entities.FeedAccess(local=visitors.local_timeline, remote=visitors.remote_timeline),
                hashtag_feeds=entities.FeedAccess(local=visitors.local_tags, remote=visitors.remote_tags),
                trending_link_feeds=entities.FeedAccess(local=visitors.trends, remote=visitors.trends),
            ),
            limited_federation=core.settings.federation.limited or not core.settings.federation.enabled,
        ),
        registrations=_registrations(core),
        api_versions=entities.ApiVersions(mastodon=API_VERSION),
        contact=entities.Contact(
            email=instance.contact_email, account=None if contact is None else call.render.accounts.raw(contact)
        ),
        rules=house_rules(core),
        pleroma=_pleroma(core, counts, vapid),
    )


async def show_v1(call: Call[NoForm]) -> entities.InstanceV1:
    core = call.core
    instance = core.settings.instance
    media = core.settings.media
    counts = await core.reading.counts()
    vapid = await core.personal.vapid_key()
    contact = await _contact(core)
    polls = _poll_limits(core)
    return entities.InstanceV1(
        uri=instance.domain,
        title=core.settings.name,
        short_description=instance.description,
        description=instance.description,
        email=instance.contact_email,
        version=VERSION,
        urls=entities.UrlsV1(streaming_api=streaming_url(core)),
        stats=entities.StatsV1(user_count=counts.people, status_count=counts.notes, domain_count=counts.hosts),
        thumbnail=core.uris.base + HEADER,
        languages=list(instance.languages),
        registrations=instance.registrations in ("open", "approval"),
        approval_required=instance.registrations == "approval",
        invites_enabled=instance.registrations == "invite",
        configuration=entities.ConfigurationV1(
            accounts=entities.AccountLimitsV1(max_featured_tags=0),
            statuses=_status_limits(core),
            media_attachments=_media_limits(core),
            polls=polls,
        ),
        contact_account=None if contact is None else call.render.accounts.raw(contact),
        rules=house_rules(core),
        max_toot_chars=instance.post_limit,
        max_media_attachments=core.settings.posts.max_media,
        chat_limit=instance.post_limit,
        shout_limit=instance.post_limit if core.settings.rooms.lobby else 0,
        description_limit=media.max_description,
        poll_limits=entities.PollLimitsV1(
            max_options=polls.max_options,
            max_option_chars=polls.max_characters_per_option,
            min_expiration=polls.min_expiration,
            max_expiration=polls.max_expiration,
        ),
        upload_limit=media.max_video_bytes,
        avatar_upload_limit=media.max_image_bytes,
        background_upload_limit=media.max_image_bytes,
        banner_upload_limit=media.max_image_bytes,
        background_image=None,
        vapid_public_key=vapid.public,
        pleroma=_pleroma(core, counts, vapid),
    )


async def rules(call: Call[NoForm]) -> list[entities.Rule]:
    return house_rules(call.core)


async def extended_description(call: Call[NoForm]) -> entities.ExtendedDescription:
    found = await call.core.reading.extended_description()
    return entities.ExtendedDescription(updated_at=iso(found.updated_at), content=found.html)


async def privacy_policy(call: Call[NoForm]) -> entities.PrivacyPolicy:
    found = await call.core.reading.privacy_policy()
    return entities.PrivacyPolicy(updated_at=iso(found.updated_at), content=found.html)


async def terms_of_service(call: Call[NoForm]) -> entities.TermsOfService:
    """The ones in force, or that will be. NotFound when there are none."""
    found = await call.core.reading.terms_of_service()
    return entities.TermsOfService(
        effective_date=found.effective_date.isoformat(),
        effective=found.effective_date <= call.core.clock.now().date(),
        content=found.html,
        succeeded_by=None,
    )


async def terms_of_service_of(call: Call[NoForm]) -> entities.TermsOfService:
    """Those of a day. Older ones are not kept."""
    found = await terms_of_service(call)
    if found.effective_date != call.request.params["date"]:
        raise NotFound
    return found


async def domain_blocks(call: Call[NoForm]) -> list[entities.DomainBlock]:
    """NotFound where they are not told; `users`: only to people here."""
    shown = call.core.settings.instance.show_domain_blocks
    if shown == "disabled" or (shown == "users" and call.viewer_id is None):
        raise NotFound
    return [
        entities.DomainBlock(
            domain=one.public_domain,
            digest=digest(one.domain),
            severity="suspend" if one.severity == "suspend" else "silence",
            comment=one.public_comment or UNSET,
        )
        for one in call.core.moderation.public_blocks()
    ]


async def languages(call: Call[NoForm]) -> list[entities.Language]:
    return [entities.Language(code=code, name=_LANGUAGES.get(code, code)) for code in call.core.settings.instance.languages]


async def custom_emojis(call: Call[NoForm]) -> Listed:
    return Listed([encode(emoji(one, HERE)) for one in await call.core.reading.emojis()])


def streaming_url(core: Core) -> str:
    return core.uris.base.replace("http", "ws", 1)


async def _contact(core: Core) -> Account | None:
    name = core.settings.instance.contact_account
    if not name:
        return None
    try:
        return await core.reading.account_by_handle(name)
    except NotFound:
        return None


def _registrations(core: Core) -> entities.Registrations:
    mode = core.settings.instance.registrations
    return entities.Registrations(
        enabled=mode in ("open", "approval"),
        approval_required=mode == "approval",
        message=None,
        min_age=None,
        reason_required=mode == "approval",
        url=None,
    )


def _status_limits(core: Core) -> entities.StatusLimits:
    return entities.StatusLimits(
        max_characters=core.settings.instance.post_limit,
        max_media_attachments=core.settings.posts.max_media,
        characters_reserved_per_url=CHARACTERS_PER_URL,
        supported_mime_types=list(core.settings.posts.formats),
    )


def _media_limits(core: Core) -> entities.MediaLimits:
    media = core.settings.media
    return entities.MediaLimits(
        supported_mime_types=sorted(set(SAFE.values())),
        description_limit=media.max_description,
        image_size_limit=media.max_image_bytes,
        image_matrix_limit=media.max_pixels,
        video_size_limit=media.max_video_bytes,
        video_frame_rate_limit=MAX_FPS,
        video_matrix_limit=media.max_pixels,
    )


def _poll_limits(core: Core) -> entities.PollLimits:
    return entities.PollLimits(
        max_options=core.settings.polls.max_options,
        max_characters_per_option=core.settings.polls.max_option_characters,
        min_expiration=core.settings.polls.min_seconds,
        max_expiration=core.settings.polls.max_seconds,
    )


def _pleroma(core: Core, counts: Counts, vapid: VapidKey) -> entities.PleromaInstance:
    return entities.PleromaInstance(
        metadata=entities.InstanceMetadata(
            account_activation_required=core.settings.mail.on,
            birthday_required=False,
            birthday_min_age=0,
            features=features(core.settings),
            federation={**core.activities.policies.describe(), "enabled": core.settings.federation.enabled},
            fields_limits=entities.FieldsLimits(
                max_fields=core.settings.profiles.max_fields,
                max_remote_fields=20,
                name_length=core.settings.profiles.max_field,
                value_length=core.settings.profiles.max_field,
            ),
            post_formats=list(core.settings.posts.formats),
        ),
        stats=entities.InstanceStatsPleroma(mau=counts.active_month),
        vapid_public_key=vapid.public,
    )
