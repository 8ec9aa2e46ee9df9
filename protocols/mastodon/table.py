"""Every endpoint in one table: routing, scope checks, forms and paging are made from it.

Paths and scopes: Mastodon 4.6, its documentation and routes; rows marked with Pleroma's paths are Pleroma's.
"""

from __future__ import annotations

from dataclasses import replace

from protocols.mastodon.admin_table import ADMIN
from protocols.mastodon.door import Access, NoForm, Row
from protocols.mastodon.endpoints import (
    accounts,
    actions,
    announcements,
    apps,
    bookmarks,
    collections,
    conversations,
    data,
    discovery,
    emails,
    empty,
    filters,
    filters_v1,
    grouped_notifications,
    instance,
    lists,
    media,
    notification_requests,
    notifications,
    oembed,
    polls,
    profile,
    push,
    quotes,
    refreshes,
    relations,
    reports,
    scheduled,
    search,
    security,
    statuses,
    tags,
    timelines,
    translation,
)
from protocols.mastodon.entities.account import (
    Account,
    CredentialAccount,
    DomainBlockPreview,
    FamiliarFollowers,
    FeaturedTag,
    IdentityProof,
    MutedAccount,
    Preferences,
    Profile,
    Relationship,
    Suggestion,
)
from protocols.mastodon.entities.app import (
    Application,
    CredentialApplication,
    RegistrationPending,
    Token,
    WebPushSubscription,
)
from protocols.mastodon.entities.base import CustomEmoji, Empty
from protocols.mastodon.entities.collection import (
    Collections,
    CollectionWithAccounts,
    WrappedCollection,
    WrappedCollectionItem,
)
from protocols.mastodon.entities.filter import Filter, FilterKeyword, FilterStatus, FilterV1
from protocols.mastodon.entities.instance import (
    Activity,
    DomainBlock,
    ExtendedDescription,
    Instance,
    InstanceV1,
    Language,
    OEmbed,
    PrivacyPolicy,
    Rule,
    TermsOfService,
)
from protocols.mastodon.entities.media import MediaAttachment
from protocols.mastodon.entities.notification import (
    GroupedNotificationsResults,
    Merged,
    Notification,
    NotificationPolicy,
    NotificationPolicyV1,
    NotificationRequest,
    Report,
    UnreadCount,
)
from protocols.mastodon.entities.refresh import AsyncRefresh
from protocols.mastodon.entities.search import Search, SearchV1
from protocols.mastodon.entities.security import (
    Aliases,
    Backup,
    BackupCodes,
    Mfa,
    MfaSetUp,
    OAuthToken,
    Success,
)
from protocols.mastodon.entities.status import (
    Context,
    Conversation,
    EmojiReaction,
    Poll,
    PreviewCard,
    ScheduledStatus,
    Status,
    StatusEdit,
    StatusSource,
    Translation,
    TrendsLink,
)
from protocols.mastodon.entities.tag import Tag
from protocols.mastodon.entities.timeline import Announcement, Marker, UserList
from protocols.mastodon.pleroma_table import ALSO, PLEROMA, PLEROMA_TOO
from web.limits import DELETIONS, LOG_INS, SIGN_UPS, UPLOADS

ANYBODY, APP, PERSON = Access.ANYBODY, Access.APP, Access.PERSON

# How many: Mastodon's defaults and limits; some lists of Pleroma are longer.
NOTES = (20, 40)
PEOPLE = (40, 80)
NOTIFICATIONS = (40, 80)
COUNTED = (100, 1000)
TRENDS = (10, 20)

_APPS = (
    Row("POST", "/api/v1/apps", apps.create, ANYBODY, "", CredentialApplication, apps.AppForm, limit=apps.NEW_APPS),
    Row("GET", "/api/v1/apps/verify_credentials", apps.verify_credentials, APP, "", Application),
)

_INSTANCE = (
    Row("GET", "/api/v2/instance", instance.show, ANYBODY, "", Instance),
    Row("GET", "/api/v1/instance", instance.show_v1, ANYBODY, "", InstanceV1),
    Row("GET", "/api/v1/instance/rules", instance.rules, ANYBODY, "", list[Rule]),
    Row("GET", "/api/v1/instance/extended_description", instance.extended_description, ANYBODY, "", ExtendedDescription),
    Row("GET", "/api/v1/instance/languages", instance.languages, ANYBODY, "", list[Language]),
    Row("GET", "/api/v1/instance/domain_blocks", instance.domain_blocks, ANYBODY, "", list[DomainBlock]),
    Row("GET", "/api/v1/instance/privacy_policy", instance.privacy_policy, ANYBODY, "", PrivacyPolicy),
    Row("GET", "/api/v1/instance/terms_of_service", instance.terms_of_service, ANYBODY, "", TermsOfService),
    Row("GET", "/api/v1/instance/terms_of_service/<date>", instance.terms_of_service_of, ANYBODY, "", TermsOfService),
    Row("GET", "/api/v1/instance/peers", discovery.peers, ANYBODY, "", list[str]),
    Row("GET", "/api/v1/peers/search", discovery.search_peers, ANYBODY, "", list[str], discovery.PeersForm, (10, 40)),
    Row("GET", "/api/v1/instance/activity", discovery.activity, ANYBODY, "", list[Activity]),
    Row("GET", "/api/v1/instance/translation_languages", translation.pairs, ANYBODY, "", dict[str, list[str]]),
    Row("GET", "/api/oembed", oembed.show, ANYBODY, "", OEmbed, oembed.OEmbedForm),
    Row("GET", "/api/proofs", empty.not_here, ANYBODY, "", IdentityProof),
    Row("GET", "/api/v1/custom_emojis", instance.custom_emojis, ANYBODY, "", list[CustomEmoji]),
)

_ACCOUNTS = (
    Row("POST", "/api/v1/accounts", profile.sign_up, APP, "write:accounts", Token | RegistrationPending, profile.SignUpForm, limit=SIGN_UPS),
    Row("GET", "/api/v1/accounts", accounts.many, ANYBODY, "read:accounts", list[Account], accounts.Ids),
    Row("GET", "/api/v1/accounts/verify_credentials", profile.verify_credentials, PERSON, "profile|read:accounts", CredentialAccount),
    Row("PATCH", "/api/v1/accounts/update_credentials", profile.update_credentials, PERSON, "write:accounts", CredentialAccount, profile.ProfileForm, upload=True),
    Row("GET", "/api/v1/accounts/relationships", accounts.relationships, PERSON, "read:follows", list[Relationship], accounts.RelationshipsForm),
    Row("GET", "/api/v1/accounts/familiar_followers", discovery.familiar_followers, PERSON, "read:follows", list[FamiliarFollowers], accounts.Ids),
    Row("GET", "/api/v1/accounts/search", accounts.search, ANYBODY, "read:accounts", list[Account], accounts.SearchForm, PEOPLE),
    Row("GET", "/api/v1/accounts/lookup", accounts.lookup, ANYBODY, "read:accounts", Account, accounts.LookupForm),
    Row("GET", "/api/v1/accounts/<id>", accounts.show, ANYBODY, "read:accounts", Account, accounts.WithRelationships),
    Row("GET", "/api/v1/accounts/<id>/statuses", accounts.statuses, ANYBODY, "read:statuses", list[Status], accounts.StatusesForm, NOTES),
    Row("GET", "/api/v1/accounts/<id>/followers", accounts.followers, ANYBODY, "read:accounts", list[Account], accounts.WithRelationships, PEOPLE),
    Row("GET", "/api/v1/accounts/<id>/following", accounts.following, ANYBODY, "read:accounts", list[Account], accounts.WithRelationships, PEOPLE),
    Row("GET", "/api/v1/accounts/<id>/featured_tags", tags.featured_by, ANYBODY, "read:accounts", list[FeaturedTag]),
    Row("GET", "/api/v1/accounts/<id>/endorsements", tags.endorsed_by, ANYBODY, "read:accounts", list[Account], accounts.WithRelationships, PEOPLE),
    Row("GET", "/api/v1/accounts/<id>/identity_proofs", empty.nothing_of, ANYBODY, "read:accounts", list[IdentityProof]),
    Row("POST", "/api/v1/accounts/<id>/email_subscriptions", empty.not_here, ANYBODY, "", Empty, empty.SubscriptionForm),
    Row("GET", "/api/v1/accounts/<id>/lists", lists.with_account, PERSON, "read:lists", list[UserList]),
    Row("POST", "/api/v1/accounts/<id>/endorse", tags.endorse, PERSON, "write:accounts", Relationship),
    Row("POST", "/api/v1/accounts/<id>/unendorse", tags.unendorse, PERSON, "write:accounts", Relationship),
    Row("POST", "/api/v1/accounts/<id>/pin", tags.endorse, PERSON, "write:accounts", Relationship),
    Row("POST", "/api/v1/accounts/<id>/unpin", tags.unendorse, PERSON, "write:accounts", Relationship),
    Row("POST", "/api/v1/accounts/<id>/follow", relations.follow, PERSON, "write:follows", Relationship, relations.FollowForm),
    Row("POST", "/api/v1/accounts/<id>/unfollow", relations.unfollow, PERSON, "write:follows", Relationship),
    Row("POST", "/api/v1/accounts/<id>/remove_from_followers", relations.remove_from_followers, PERSON, "write:follows", Relationship),
    Row("POST", "/api/v1/accounts/<id>/block", relations.block, PERSON, "write:blocks", Relationship),
    Row("POST", "/api/v1/accounts/<id>/unblock", relations.unblock, PERSON, "write:blocks", Relationship),
    Row("POST", "/api/v1/accounts/<id>/mute", relations.mute, PERSON, "write:mutes", Relationship, relations.MuteForm),
    Row("POST", "/api/v1/accounts/<id>/unmute", relations.unmute, PERSON, "write:mutes", Relationship),
    Row("POST", "/api/v1/accounts/<id>/note", relations.comment, PERSON, "write:accounts", Relationship, relations.CommentForm),
    Row("POST", "/api/v1/follows", relations.follow_by_uri, PERSON, "write:follows", Account, relations.UriForm),
    Row("GET", "/api/v1/follow_requests", relations.requests, PERSON, "read:follows", list[Account], accounts.WithRelationships, PEOPLE),
    Row("POST", "/api/v1/follow_requests/<id>/authorize", relations.authorize, PERSON, "write:follows", Relationship),
    Row("POST", "/api/v1/follow_requests/<id>/reject", relations.reject, PERSON, "write:follows", Relationship),
    Row("GET", "/api/v1/blocks", relations.blocks, PERSON, "read:blocks", list[Account], accounts.WithRelationships, PEOPLE),
    Row("GET", "/api/v1/mutes", relations.mutes, PERSON, "read:mutes", list[MutedAccount], accounts.WithRelationships, PEOPLE),
    Row("GET", "/api/v1/domain_blocks", relations.domain_blocks, PERSON, "read:blocks", list[str], NoForm, (100, 200)),
    Row("GET", "/api/v1/domain_blocks/preview", relations.preview_domain, PERSON, "read:blocks", DomainBlockPreview, relations.DomainForm),
    Row("POST", "/api/v1/domain_blocks", relations.block_domain, PERSON, "write:blocks", Empty, relations.DomainForm),
    Row("DELETE", "/api/v1/domain_blocks", relations.unblock_domain, PERSON, "write:blocks", Empty, relations.DomainForm),
    Row("GET", "/api/v1/endorsements", tags.endorsements, PERSON, "read:accounts", list[Account], NoForm, PEOPLE),
    Row("GET", "/api/v1/preferences", profile.preferences, PERSON, "read:accounts", Preferences),
    Row("GET", "/api/v1/profile", profile.profile, PERSON, "profile|read:accounts", Profile),
    Row("PUT PATCH", "/api/v1/profile", profile.update_profile, PERSON, "write:accounts", Profile, profile.ProfileForm, upload=True),
    Row("DELETE", "/api/v1/profile/avatar", profile.remove_avatar, PERSON, "write:accounts", CredentialAccount),
    Row("DELETE", "/api/v1/profile/header", profile.remove_header, PERSON, "write:accounts", CredentialAccount),
)

_EMAILS = (
    Row("POST", "/api/v1/emails/confirmations", emails.resend, PERSON, "write:accounts", Empty, emails.EmailForm, limit=SIGN_UPS, waiting=True),
    Row("GET", "/api/v1/emails/check_confirmation", emails.check, PERSON, "read:accounts|write:accounts|profile", bool, waiting=True),
)

_STATUSES = (
    Row("POST", "/api/v1/statuses", statuses.create, PERSON, "write:statuses", Status | ScheduledStatus, statuses.StatusForm),
    Row("GET", "/api/v1/statuses", statuses.many, ANYBODY, "read:statuses", list[Status], accounts.Ids),
    Row("GET", "/api/v1/statuses/<id>", statuses.show, ANYBODY, "read:statuses", Status),
    Row("PUT PATCH", "/api/v1/statuses/<id>", statuses.update, PERSON, "write:statuses", Status, statuses.EditForm),
    Row("DELETE", "/api/v1/statuses/<id>", statuses.delete, PERSON, "write:statuses", Status, statuses.DeleteForm, limit=DELETIONS),
    Row("GET", "/api/v1_alpha/async_refreshes/<id>", refreshes.show, PERSON, "read", AsyncRefresh),
    Row("GET", "/api/v1/statuses/<id>/context", statuses.context, ANYBODY, "read:statuses", Context),
    Row("GET", "/api/v1/statuses/<id>/history", statuses.history, ANYBODY, "read:statuses", list[StatusEdit]),
    Row("GET", "/api/v1/statuses/<id>/source", statuses.source, PERSON, "read:statuses", StatusSource),
    Row("GET", "/api/v1/statuses/<id>/favourited_by", statuses.favourited_by, ANYBODY, "read:accounts|read:statuses", list[Account], accounts.WithRelationships, PEOPLE),
    Row("GET", "/api/v1/statuses/<id>/reblogged_by", statuses.reblogged_by, ANYBODY, "read:accounts|read:statuses", list[Account], accounts.WithRelationships, PEOPLE),
    Row("GET", "/api/v1/statuses/<id>/card", discovery.card, ANYBODY, "read:statuses", PreviewCard | Empty),
    Row("POST", "/api/v1/statuses/<id>/translate", translation.translate, APP, "read:statuses", Translation, translation.TranslateForm),
    Row("GET", "/api/v1/statuses/<id>/quotes", quotes.many, ANYBODY, "read:statuses", list[Status], NoForm, NOTES),
    Row("POST", "/api/v1/statuses/<id>/quotes/<quoting_status_id>/revoke", quotes.revoke, PERSON, "write:statuses", Status),
    Row("PUT", "/api/v1/statuses/<id>/interaction_policy", quotes.interaction_policy, PERSON, "write:statuses", Status, quotes.InteractionForm),
    Row("POST", "/api/v1/statuses/<id>/favourite", actions.favourite, PERSON, "write:favourites", Status),
    Row("POST", "/api/v1/statuses/<id>/unfavourite", actions.unfavourite, PERSON, "write:favourites", Status),
    Row("POST", "/api/v1/statuses/<id>/reblog", actions.reblog, PERSON, "write:statuses", Status, actions.BoostForm),
    Row("POST", "/api/v1/statuses/<id>/unreblog", actions.unreblog, PERSON, "write:statuses", Status),
    Row("POST", "/api/v1/statuses/<id>/bookmark", bookmarks.bookmark, PERSON, "write:bookmarks", Status, bookmarks.BookmarkForm),
    Row("POST", "/api/v1/statuses/<id>/unbookmark", bookmarks.unbookmark, PERSON, "write:bookmarks", Status),
    Row("POST", "/api/v1/statuses/<id>/pin", actions.pin, PERSON, "write:accounts", Status),
    Row("POST", "/api/v1/statuses/<id>/unpin", actions.unpin, PERSON, "write:accounts", Status),
    Row("POST", "/api/v1/statuses/<id>/mute", actions.mute, PERSON, "write:mutes", Status, actions.MuteForm),
    Row("POST", "/api/v1/statuses/<id>/unmute", actions.unmute, PERSON, "write:mutes", Status),
    Row("GET", "/api/v1/polls/<id>", polls.show, ANYBODY, "read:statuses", Poll),
    Row("POST", "/api/v1/polls", empty.not_here, PERSON, "write:statuses", Poll),
    Row("POST", "/api/v1/polls/<id>/votes", polls.vote, PERSON, "write:statuses", Poll, polls.VoteForm),
    Row("POST", "/api/v2/media", media.upload, PERSON, "write:media", MediaAttachment, media.UploadForm, limit=UPLOADS, upload=True),
    Row("POST", "/api/v1/media", media.upload_and_wait, PERSON, "write:media", MediaAttachment, media.UploadForm, limit=UPLOADS, upload=True),
    Row("GET", "/api/v1/media/<id>", media.show, PERSON, "write:media|read:media", MediaAttachment),
    Row("DELETE", "/api/v1/media/<id>", media.discard, PERSON, "write:media", Empty),
    Row("PUT", "/api/v1/media/<id>", media.describe, PERSON, "write:media", MediaAttachment, media.DescribeForm, upload=True),
    Row("GET", "/api/v1/scheduled_statuses", scheduled.many, PERSON, "read:statuses", list[ScheduledStatus], NoForm, NOTES),
    Row("GET", "/api/v1/scheduled_statuses/<id>", scheduled.show, PERSON, "read:statuses", ScheduledStatus),
    Row("PUT", "/api/v1/scheduled_statuses/<id>", scheduled.update, PERSON, "write:statuses", ScheduledStatus, scheduled.TimeForm),
    Row("DELETE", "/api/v1/scheduled_statuses/<id>", scheduled.delete, PERSON, "write:statuses", Empty),
)

_TIMELINES = (
    Row("GET", "/api/v1/timelines/home", timelines.home, PERSON, "read:statuses", list[Status], timelines.ChoiceForm, NOTES),
    Row("GET", "/api/v1/timelines/public", timelines.public, ANYBODY, "read:statuses", list[Status], timelines.ChoiceForm, NOTES),
    Row("GET", "/api/v1/timelines/tag/<hashtag>", timelines.tag, ANYBODY, "read:statuses", list[Status], timelines.TagForm, NOTES),
    Row("GET", "/api/v1/timelines/direct", timelines.direct, PERSON, "read:statuses", list[Status], timelines.ChoiceForm, NOTES),
    Row("GET", "/api/v1/timelines/list/<id>", lists.timeline, PERSON, "read:lists", list[Status], timelines.ChoiceForm, NOTES),
    Row("GET", "/api/v1/timelines/link", discovery.with_link, ANYBODY, "read:statuses", list[Status], discovery.LinkForm, NOTES),
    Row("GET", "/api/v1/favourites", timelines.favourites, PERSON, "read:favourites", list[Status], NoForm, NOTES),
    Row("GET", "/api/v1/bookmarks", bookmarks.many, PERSON, "read:bookmarks", list[Status], bookmarks.BookmarkForm, NOTES),
    Row("GET", "/api/v1/markers", timelines.markers, PERSON, "read:statuses", dict[str, Marker], timelines.WhichMarkers),
    Row("POST", "/api/v1/markers", timelines.set_markers, PERSON, "write:statuses", dict[str, Marker], timelines.MarkersForm),
    Row("GET", "/api/v1/announcements", announcements.many, PERSON, "", list[Announcement]),
    Row("POST", "/api/v1/announcements/<id>/dismiss", announcements.dismiss, PERSON, "write:accounts", Empty),
    Row("PUT", "/api/v1/announcements/<id>/reactions/<name>", announcements.react, PERSON, "write:favourites", Empty),
    Row("DELETE", "/api/v1/announcements/<id>/reactions/<name>", announcements.unreact, PERSON, "write:favourites", Empty),
    Row("GET", "/api/v1/followed_tags", tags.followed, PERSON, "read:follows", list[Tag], NoForm, (100, 200)),
    Row("GET", "/api/v1/featured_tags", tags.featured, PERSON, "read:accounts", list[FeaturedTag]),
    Row("POST", "/api/v1/featured_tags", tags.add_featured, PERSON, "write:accounts", FeaturedTag, tags.NameForm),
    Row("DELETE", "/api/v1/featured_tags/<id>", tags.remove_featured, PERSON, "write:accounts", Empty),
    Row("GET", "/api/v1/featured_tags/suggestions", discovery.often_used_tags, PERSON, "read:accounts", list[Tag]),
    Row("GET", "/api/v1/suggestions", discovery.suggestions_v1, PERSON, "read|read:accounts", list[Account], NoForm, PEOPLE),
    Row("GET", "/api/v2/suggestions", discovery.suggestions, PERSON, "read|read:accounts", list[Suggestion], NoForm, PEOPLE),
    Row("DELETE", "/api/v1/suggestions/<account_id>", discovery.dismiss_suggestion, PERSON, "read|read:accounts", Empty),
    Row("GET", "/api/v1/directory", discovery.directory, ANYBODY, "", list[Account], discovery.DirectoryForm, PEOPLE),
    Row("GET", "/api/v1/trends", discovery.trending_tags, ANYBODY, "", list[Tag], NoForm, TRENDS),
    Row("GET", "/api/v1/trends/tags", discovery.trending_tags, ANYBODY, "", list[Tag], NoForm, TRENDS),
    Row("GET", "/api/v1/trends/statuses", discovery.trending_statuses, ANYBODY, "", list[Status], NoForm, NOTES),
    Row("GET", "/api/v1/trends/links", discovery.trending_links, ANYBODY, "", list[TrendsLink], NoForm, TRENDS),
)

_REPORTS = (
    Row("POST", "/api/v1/reports", reports.create, PERSON, "write:reports", Report, reports.ReportForm, limit=reports.REPORTS),
)

_LISTS = (
    Row("GET", "/api/v1/lists", lists.many, PERSON, "read:lists", list[UserList]),
    Row("POST", "/api/v1/lists", lists.create, PERSON, "write:lists", UserList, lists.NewListForm),
    Row("GET", "/api/v1/lists/<id>", lists.show, PERSON, "read:lists", UserList),
    Row("PUT", "/api/v1/lists/<id>", lists.update, PERSON, "write:lists", UserList, lists.ListForm),
    Row("DELETE", "/api/v1/lists/<id>", lists.delete, PERSON, "write:lists", Empty),
    Row("GET", "/api/v1/lists/<id>/accounts", lists.members, PERSON, "read:lists", list[Account], accounts.WithRelationships, PEOPLE),
    Row("POST", "/api/v1/lists/<id>/accounts", lists.add_members, PERSON, "write:lists", Empty, lists.MembersForm),
    Row("DELETE", "/api/v1/lists/<id>/accounts", lists.remove_members, PERSON, "write:lists", Empty, lists.MembersForm),
)

_COLLECTIONS = (
    Row("POST", "/api/v1/collections", collections.create, PERSON, "write:collections", WrappedCollection, collections.NewCollectionForm),
    Row("GET", "/api/v1/collections/<id>", collections.show, ANYBODY, "read:collections", CollectionWithAccounts),
    Row("PUT PATCH", "/api/v1/collections/<id>", collections.update, PERSON, "write:collections", WrappedCollection, collections.CollectionForm),
    Row("DELETE", "/api/v1/collections/<id>", collections.delete, PERSON, "write:collections", Empty),
    Row("GET", "/api/v1/accounts/<id>/collections", collections.of_account, ANYBODY, "read:collections", Collections, NoForm, PEOPLE),
    Row("GET", "/api/v1/accounts/<id>/in_collections", collections.with_account, PERSON, "read:collections", Collections, NoForm, PEOPLE),
    Row("POST", "/api/v1/collections/<id>/items", collections.add_item, PERSON, "write:collections", WrappedCollectionItem, collections.ItemForm),
    Row("DELETE", "/api/v1/collections/<id>/items/<item>", collections.remove_item, PERSON, "write:collections", Empty),
    Row("POST", "/api/v1/collections/<id>/items/<item>/revoke", collections.revoke_item, PERSON, "write:collections", Empty),
)

_FILTERS = (
    Row("GET", "/api/v2/filters", filters.many, PERSON, "read:filters", list[Filter]),
    Row("POST", "/api/v2/filters", filters.create, PERSON, "write:filters", Filter, filters.FilterForm),
    Row("GET", "/api/v2/filters/<id>", filters.show, PERSON, "read:filters", Filter),
    Row("PUT", "/api/v2/filters/<id>", filters.update, PERSON, "write:filters", Filter, filters.FilterForm),
    Row("DELETE", "/api/v2/filters/<id>", filters.delete, PERSON, "write:filters", Empty),
    Row("GET", "/api/v2/filters/<id>/keywords", filters.keywords, PERSON, "read:filters", list[FilterKeyword]),
    Row("POST", "/api/v2/filters/<id>/keywords", filters.add_keyword, PERSON, "write:filters", FilterKeyword, filters.KeywordForm),
    Row("GET", "/api/v2/filters/keywords/<id>", filters.show_keyword, PERSON, "read:filters", FilterKeyword),
    Row("PUT", "/api/v2/filters/keywords/<id>", filters.update_keyword, PERSON, "write:filters", FilterKeyword, filters.KeywordChangeForm),
    Row("DELETE", "/api/v2/filters/keywords/<id>", filters.delete_keyword, PERSON, "write:filters", Empty),
    Row("GET", "/api/v2/filters/<id>/statuses", filters.statuses, PERSON, "read:filters", list[FilterStatus]),
    Row("POST", "/api/v2/filters/<id>/statuses", filters.add_status, PERSON, "write:filters", FilterStatus, filters.StatusIdForm),
    Row("GET", "/api/v2/filters/statuses/<id>", filters.show_status, PERSON, "read:filters", FilterStatus),
    Row("DELETE", "/api/v2/filters/statuses/<id>", filters.delete_status, PERSON, "write:filters", Empty),
    Row("GET", "/api/v1/filters", filters_v1.many, PERSON, "read:filters", list[FilterV1]),
    Row("POST", "/api/v1/filters", filters_v1.create, PERSON, "write:filters", FilterV1, filters_v1.OldFilterForm),
    Row("GET", "/api/v1/filters/<id>", filters_v1.show, PERSON, "read:filters", FilterV1),
    Row("PUT", "/api/v1/filters/<id>", filters_v1.update, PERSON, "write:filters", FilterV1, filters_v1.OldFilterChange),
    Row("DELETE", "/api/v1/filters/<id>", filters_v1.delete, PERSON, "write:filters", Empty),
)

_NOTIFICATIONS = (
    Row("GET", "/api/v1/notifications", notifications.many, PERSON, "read:notifications", list[Notification], notifications.NotificationsForm, NOTIFICATIONS),
    Row("GET", "/api/v1/notifications/unread_count", notifications.unread_count, PERSON, "read:notifications", UnreadCount, notifications.NotificationsForm, COUNTED),
    Row("POST", "/api/v1/notifications/clear", notifications.clear, PERSON, "write:notifications", Empty),
    Row("POST", "/api/v1/notifications/dismiss", notifications.dismiss_by_form, PERSON, "write:notifications", Empty, notifications.IdForm),
    Row("DELETE", "/api/v1/notifications/destroy_multiple", notifications.dismiss_many, PERSON, "write:notifications", Empty, notifications.ManyForm),
    Row("GET", "/api/v1/notifications/policy", notification_requests.policy_v1, PERSON, "read:notifications", NotificationPolicyV1),
    Row("PUT PATCH", "/api/v1/notifications/policy", notification_requests.set_policy_v1, PERSON, "write:notifications", NotificationPolicyV1, notification_requests.OldPolicyForm),
    Row("GET", "/api/v1/notifications/requests", notification_requests.many, PERSON, "read:notifications", list[NotificationRequest], notifications.SupportedForm, NOTIFICATIONS),
    Row("GET", "/api/v1/notifications/requests/merged", notification_requests.merged, PERSON, "read:notifications", Merged),
    Row("POST", "/api/v1/notifications/requests/accept", notification_requests.accept_many, PERSON, "write:notifications", Empty, notification_requests.IdsForm),
    Row("POST", "/api/v1/notifications/requests/dismiss", notification_requests.dismiss_many, PERSON, "write:notifications", Empty, notification_requests.IdsForm),
    Row("GET", "/api/v1/notifications/requests/<id>", notification_requests.show, PERSON, "read:notifications", NotificationRequest, notifications.SupportedForm),
    Row("POST", "/api/v1/notifications/requests/<id>/accept", notification_requests.accept, PERSON, "write:notifications", Empty),
    Row("POST", "/api/v1/notifications/requests/<id>/dismiss", notification_requests.dismiss, PERSON, "write:notifications", Empty),
    Row("GET", "/api/v1/notifications/<id>", notifications.show, PERSON, "read:notifications", Notification, notifications.SupportedForm),
    Row("POST", "/api/v1/notifications/<id>/dismiss", notifications.dismiss, PERSON, "write:notifications", Empty),
    Row("DELETE", "/api/v1/notifications/<id>", notifications.dismiss, PERSON, "write:notifications", Empty),
    Row("GET", "/api/v2/notifications", grouped_notifications.many, PERSON, "read:notifications", GroupedNotificationsResults, grouped_notifications.GroupsForm, NOTIFICATIONS),
    Row("GET", "/api/v2/notifications/unread_count", grouped_notifications.unread_count, PERSON, "read:notifications", UnreadCount, grouped_notifications.GroupsForm, COUNTED),
    Row("POST", "/api/v2/notifications/clear", notifications.clear, PERSON, "write:notifications", Empty),
    Row("GET", "/api/v2/notifications/policy", notification_requests.policy, PERSON, "read:notifications", NotificationPolicy),
    Row("PUT PATCH", "/api/v2/notifications/policy", notification_requests.set_policy, PERSON, "write:notifications", NotificationPolicy, notification_requests.PolicyForm),
    Row("GET", "/api/v2/notifications/<group_key>", grouped_notifications.show, PERSON, "read:notifications", GroupedNotificationsResults, notifications.SupportedForm),
    Row("POST", "/api/v2/notifications/<group_key>/dismiss", grouped_notifications.dismiss, PERSON, "write:notifications", Empty),
    Row("GET", "/api/v2/notifications/<group_key>/accounts", grouped_notifications.accounts, PERSON, "read:notifications|write:notifications", list[Account], NoForm, PEOPLE),
    Row("GET", "/api/v1/conversations", conversations.many, PERSON, "read:statuses", list[Conversation], conversations.ConversationsForm, NOTES),
    Row("DELETE", "/api/v1/conversations/<id>", conversations.delete, PERSON, "write:conversations", Empty),
    Row("POST", "/api/v1/conversations/<id>/read", conversations.read, PERSON, "write:conversations", Conversation),
    Row("POST", "/api/v1/conversations/<id>/unread", conversations.unread, PERSON, "write:conversations", Conversation),
    Row("POST", "/api/v1/push/subscription", push.subscribe, PERSON, "push", WebPushSubscription, push.SubscribeForm),
    Row("GET", "/api/v1/push/subscription", push.show, PERSON, "push", WebPushSubscription),
    Row("PUT", "/api/v1/push/subscription", push.change, PERSON, "push", WebPushSubscription, push.ChangeForm),
    Row("DELETE", "/api/v1/push/subscription", push.unsubscribe, PERSON, "push", Empty),
)

_SEARCH = (
    Row("GET", "/api/v2/search", search.search, ANYBODY, "read:search", Search, search.SearchForm, NOTES),
    Row("GET", "/api/v1/search", search.search_v1, ANYBODY, "read:search", SearchV1, search.SearchForm, NOTES),
    Row("GET", "/api/v1/tags/<name>", tags.show, ANYBODY, "", Tag),
    Row("POST", "/api/v1/tags/<name>/follow", tags.follow, PERSON, "write:follows", Tag),
    Row("POST", "/api/v1/tags/<name>/unfollow", tags.unfollow, PERSON, "write:follows", Tag),
    Row("POST", "/api/v1/tags/<name>/feature", tags.feature, PERSON, "write:accounts", Tag),
    Row("POST", "/api/v1/tags/<name>/unfeature", tags.unfeature, PERSON, "write:accounts", Tag),
)

# Pleroma's own; each also without /v1.
_PLEROMA = (
    Row("POST", "/api/v1/pleroma/accounts/confirmation_resend", emails.resend_to, ANYBODY, "", None, emails.WhoForm, limit=LOG_INS),
    Row("GET", "/api/v1/pleroma/password_reset/<token>", emails.to_new_password, ANYBODY, "", None),
    Row("POST", "/api/v1/pleroma/password_reset", emails.new_password, ANYBODY, "", Success, emails.ResetForm, limit=LOG_INS),
    Row("POST", "/api/v1/pleroma/change_password", security.change_password, PERSON, "write:accounts", Success, security.NewPasswordForm, limit=LOG_INS),
    Row("POST", "/api/v1/pleroma/change_email", security.change_email, PERSON, "write:accounts", Success, security.EmailForm, limit=LOG_INS),
    Row("POST", "/api/v1/pleroma/delete_account", security.delete_account, PERSON, "write:accounts", Success, security.PasswordForm, limit=LOG_INS),
    Row("POST", "/api/v1/pleroma/disable_account", security.disable_account, PERSON, "write:accounts", Success, security.PasswordForm, limit=LOG_INS),
    Row("GET", "/api/v1/pleroma/aliases", security.aliases, PERSON, "read:accounts", Aliases),
    Row("PUT", "/api/v1/pleroma/aliases", security.add_alias, PERSON, "write:accounts", Success, security.AliasForm),
    Row("DELETE", "/api/v1/pleroma/aliases", security.remove_alias, PERSON, "write:accounts", Success, security.AliasForm),
    Row("POST", "/api/v1/pleroma/move_account", security.move, PERSON, "write:accounts", Success, security.MoveForm, limit=LOG_INS),
    Row("GET", "/api/v1/pleroma/accounts/mfa", security.mfa, PERSON, "read:security", Mfa),
    Row("GET", "/api/v1/pleroma/accounts/mfa/backup_codes", security.backup_codes, PERSON, "write:security", BackupCodes),
    Row("GET", "/api/v1/pleroma/accounts/mfa/setup/<method>", security.mfa_set_up, PERSON, "write:security", MfaSetUp),
    Row("POST", "/api/v1/pleroma/accounts/mfa/confirm/<method>", security.mfa_confirm, PERSON, "write:security", Empty, security.CodeForm, limit=LOG_INS),
    Row("DELETE", "/api/v1/pleroma/accounts/mfa/<method>", security.mfa_off, PERSON, "write:security", Empty, security.PasswordForm, limit=LOG_INS),
    Row("POST", "/api/v1/pleroma/follow_import", data.follows, PERSON, "follow|write:follows", str, data.ListForm),
    Row("POST", "/api/v1/pleroma/blocks_import", data.blocks, PERSON, "follow|write:blocks", str, data.ListForm),
    Row("POST", "/api/v1/pleroma/mutes_import", data.mutes, PERSON, "follow|write:mutes", str, data.ListForm),
    Row("GET", "/api/v1/pleroma/backups", data.backups, PERSON, "read:backups", list[Backup]),
    Row("POST", "/api/v1/pleroma/backups", data.make_backup, PERSON, "read:backups", list[Backup]),
    Row("GET", "/api/v1/pleroma/statuses/<id>/reactions", actions.reactions, ANYBODY, "read:statuses", list[EmojiReaction]),
    Row("GET", "/api/v1/pleroma/statuses/<id>/reactions/<emoji>", actions.reactions, ANYBODY, "read:statuses", list[EmojiReaction]),
    Row("PUT", "/api/v1/pleroma/statuses/<id>/reactions/<emoji>", actions.react, PERSON, "write:statuses", Status),
    Row("DELETE", "/api/v1/pleroma/statuses/<id>/reactions/<emoji>", actions.unreact, PERSON, "write:statuses", Status),
    Row("POST", "/api/v1/pleroma/accounts/<id>/subscribe", relations.subscribe, PERSON, "write:follows", Relationship),
    Row("POST", "/api/v1/pleroma/accounts/<id>/unsubscribe", relations.unsubscribe, PERSON, "write:follows", Relationship),
    Row("GET", "/api/v1/pleroma/conversations/<id>", conversations.show, PERSON, "read:statuses", Conversation),
    Row("GET", "/api/v1/pleroma/conversations/<id>/statuses", conversations.statuses, PERSON, "read:statuses", list[Status], NoForm, NOTES),
    Row("POST", "/api/v1/pleroma/conversations/read", conversations.read_all, PERSON, "write:conversations", list[Conversation]),
    Row("POST", "/api/v1/pleroma/notifications/read", notifications.read, PERSON, "write:notifications", Notification | list[Notification], notifications.ReadForm),
)

# Pleroma's, at one address each.
_PLEROMA_TOO = (
    Row("POST", "/auth/password", emails.forgotten, ANYBODY, "", None, emails.WhoForm, limit=LOG_INS),
    Row("GET", "/api/account/confirm_email/<id>/<token>", emails.to_confirm, ANYBODY, "", None),
    Row("GET", "/api/oauth_tokens", security.tokens, PERSON, "read:security|read:accounts", list[OAuthToken]),
    Row("GET", "/api/oauth_tokens.json", security.tokens, PERSON, "read:security|read:accounts", list[OAuthToken]),  # Pleroma-FE
    Row("DELETE", "/api/oauth_tokens/<id>", security.revoke, PERSON, "write:security|write:accounts", None),
)

_ALL: tuple[Row, ...] = (
    *_APPS,
    *_INSTANCE,
    *_ACCOUNTS,
    *_EMAILS,
    *_STATUSES,
    *_TIMELINES,
    *_REPORTS,
    *_LISTS,
    *_COLLECTIONS,
    *_FILTERS,
    *_NOTIFICATIONS,
    *_SEARCH,
    *_PLEROMA,
    *ADMIN,
    *_PLEROMA_TOO,
    *PLEROMA,
    *PLEROMA_TOO,
    *(replace(row, path=row.path.replace("/api/v1/", "/api/", 1)) for row in (*_PLEROMA, *PLEROMA)),
)

ROWS: tuple[Row, ...] = (
    *_ALL,
    *(replace(row, path=also) for row in _ALL if row.method == "GET" and (path := ALSO.get(row.path)) for also in (path, path.replace("/v1", "", 1))),
)
