"""The endpoints of the staff: scopes and permissions are Mastodon's. On whom they may act, `core.moderation` decides."""

from __future__ import annotations

from dataclasses import replace

from pleromad.model.moderation import Permission
from protocols.mastodon.door import Access, NoForm, Row
from protocols.mastodon.endpoints import discovery
from protocols.mastodon.endpoints.admin import accounts, dashboard, hosts, reports, signups, taxonomies
from protocols.mastodon.entities.admin import (
    AdminAccount,
    AdminCanonicalEmailBlock,
    AdminDomainAllow,
    AdminDomainBlock,
    AdminEmailDomainBlock,
    AdminIpBlock,
    AdminReport,
    AdminTag,
    Cohort,
    Dimension,
    Measure,
)
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.status import AdminTrendsLink, Status

STAFF = Access.STAFF

MANY = (100, 200)
HOSTS = (100, 500)
TRENDS = (10, 20)

_ACCOUNTS = (
    Row("GET", "/api/v1/admin/accounts", accounts.many, STAFF, "admin:read:accounts", list[AdminAccount], accounts.AccountsForm, MANY),
    Row("GET", "/api/v2/admin/accounts", accounts.many_v2, STAFF, "admin:read:accounts", list[AdminAccount], accounts.AccountsFormV2, MANY),
    Row("GET", "/api/v1/admin/accounts/<id>", accounts.show, STAFF, "admin:read:accounts", AdminAccount),
    Row("DELETE", "/api/v1/admin/accounts/<id>", accounts.delete, STAFF, "admin:write:accounts", AdminAccount),
    Row("POST", "/api/v1/admin/accounts/<id>/approve", accounts.approve, STAFF, "admin:write:accounts", AdminAccount),
    Row("POST", "/api/v1/admin/accounts/<id>/reject", accounts.reject, STAFF, "admin:write:accounts", AdminAccount),
    Row("POST", "/api/v1/admin/accounts/<id>/action", accounts.act, STAFF, "admin:write:accounts", Empty, accounts.ActionForm),
    Row("POST", "/api/v1/admin/accounts/<id>/enable", accounts.enable, STAFF, "admin:write:accounts", AdminAccount),
    Row("POST", "/api/v1/admin/accounts/<id>/unsilence", accounts.unsilence, STAFF, "admin:write:accounts", AdminAccount),
    Row("POST", "/api/v1/admin/accounts/<id>/unsuspend", accounts.unsuspend, STAFF, "admin:write:accounts", AdminAccount),
    Row("POST", "/api/v1/admin/accounts/<id>/unsensitive", accounts.unsensitive, STAFF, "admin:write:accounts", AdminAccount),
)

_REPORTS = (
    Row("GET", "/api/v1/admin/reports", reports.many, STAFF, "admin:read:reports", list[AdminReport], reports.ReportsForm, MANY),
    Row("GET", "/api/v1/admin/reports/<id>", reports.show, STAFF, "admin:read:reports", AdminReport),
    Row("PUT PATCH", "/api/v1/admin/reports/<id>", reports.update, STAFF, "admin:write:reports", AdminReport, reports.ReportForm),
    Row("POST", "/api/v1/admin/reports/<id>/assign_to_self", reports.assign_to_self, STAFF, "admin:write:reports", AdminReport),
    Row("POST", "/api/v1/admin/reports/<id>/unassign", reports.unassign, STAFF, "admin:write:reports", AdminReport),
    Row("POST", "/api/v1/admin/reports/<id>/resolve", reports.resolve, STAFF, "admin:write:reports", AdminReport),
    Row("POST", "/api/v1/admin/reports/<id>/reopen", reports.reopen, STAFF, "admin:write:reports", AdminReport),
)

_HOSTS = (
    Row("GET", "/api/v1/admin/domain_blocks", hosts.BLOCKS.many, STAFF, "admin:read:domain_blocks", list[AdminDomainBlock], NoForm, HOSTS),
    Row("POST", "/api/v1/admin/domain_blocks", hosts.add_block, STAFF, "admin:write:domain_blocks", AdminDomainBlock, hosts.BlockForm),
    Row("GET", "/api/v1/admin/domain_blocks/<id>", hosts.BLOCKS.show, STAFF, "admin:read:domain_blocks", AdminDomainBlock),
    Row("PUT PATCH", "/api/v1/admin/domain_blocks/<id>", hosts.change_block, STAFF, "admin:write:domain_blocks", AdminDomainBlock, hosts.BlockChangeForm),
    Row("DELETE", "/api/v1/admin/domain_blocks/<id>", hosts.BLOCKS.delete, STAFF, "admin:write:domain_blocks", Empty),
    Row("GET", "/api/v1/admin/domain_allows", hosts.ALLOWS.many, STAFF, "admin:read:domain_allows", list[AdminDomainAllow], NoForm, HOSTS),
    Row("POST", "/api/v1/admin/domain_allows", hosts.add_allow, STAFF, "admin:write:domain_allows", AdminDomainAllow, hosts.DomainForm),
    Row("GET", "/api/v1/admin/domain_allows/<id>", hosts.ALLOWS.show, STAFF, "admin:read:domain_allows", AdminDomainAllow),
    Row("DELETE", "/api/v1/admin/domain_allows/<id>", hosts.ALLOWS.delete, STAFF, "admin:write:domain_allows", Empty),
)

_SIGN_UPS = (
    Row("GET", "/api/v1/admin/email_domain_blocks", signups.EMAIL_DOMAINS.many, STAFF, "admin:read:email_domain_blocks", list[AdminEmailDomainBlock], NoForm, MANY),
    Row("POST", "/api/v1/admin/email_domain_blocks", signups.add_email_domain, STAFF, "admin:write:email_domain_blocks", AdminEmailDomainBlock, signups.EmailDomainForm),
    Row("GET", "/api/v1/admin/email_domain_blocks/<id>", signups.EMAIL_DOMAINS.show, STAFF, "admin:read:email_domain_blocks", AdminEmailDomainBlock),
    Row("DELETE", "/api/v1/admin/email_domain_blocks/<id>", signups.EMAIL_DOMAINS.delete, STAFF, "admin:write:email_domain_blocks", Empty),
    Row("GET", "/api/v1/admin/canonical_email_blocks", signups.EMAILS.many, STAFF, "admin:read:canonical_email_blocks", list[AdminCanonicalEmailBlock], NoForm, MANY),
    Row("POST", "/api/v1/admin/canonical_email_blocks", signups.add_email, STAFF, "admin:write:canonical_email_blocks", AdminCanonicalEmailBlock, signups.EmailForm),
    Row("POST", "/api/v1/admin/canonical_email_blocks/test", signups.test_email, STAFF, "admin:read:canonical_email_blocks", list[AdminCanonicalEmailBlock], signups.TestForm),
    Row("GET", "/api/v1/admin/canonical_email_blocks/<id>", signups.EMAILS.show, STAFF, "admin:read:canonical_email_blocks", AdminCanonicalEmailBlock),
    Row("DELETE", "/api/v1/admin/canonical_email_blocks/<id>", signups.EMAILS.delete, STAFF, "admin:write:canonical_email_blocks", Empty),
    Row("GET", "/api/v1/admin/ip_blocks", signups.IPS.many, STAFF, "admin:read:ip_blocks", list[AdminIpBlock], NoForm, MANY),
    Row("POST", "/api/v1/admin/ip_blocks", signups.add_ip, STAFF, "admin:write:ip_blocks", AdminIpBlock, signups.IpForm),
    Row("GET", "/api/v1/admin/ip_blocks/<id>", signups.IPS.show, STAFF, "admin:read:ip_blocks", AdminIpBlock),
    Row("PUT PATCH", "/api/v1/admin/ip_blocks/<id>", signups.change_ip, STAFF, "admin:write:ip_blocks", AdminIpBlock, signups.IpChangeForm),
    Row("DELETE", "/api/v1/admin/ip_blocks/<id>", signups.IPS.delete, STAFF, "admin:write:ip_blocks", Empty),
)

_FIGURES = (
    Row("POST", "/api/v1/admin/dimensions", dashboard.dimensions, STAFF, "admin:read", list[Dimension], dashboard.DimensionsForm),
    Row("POST", "/api/v1/admin/measures", dashboard.measures, STAFF, "admin:read", list[Measure], dashboard.MeasuresForm),
    Row("POST", "/api/v1/admin/retention", dashboard.retention, STAFF, "admin:read", list[Cohort], dashboard.RetentionForm),
)

_TAXONOMIES = (
    Row("GET", "/api/v1/admin/tags", taxonomies.tags, STAFF, "admin:read", list[AdminTag], NoForm, MANY),
    Row("GET", "/api/v1/admin/tags/<name>", taxonomies.show_tag, STAFF, "admin:read", AdminTag),
    Row("PUT PATCH", "/api/v1/admin/tags/<name>", taxonomies.change_tag, STAFF, "admin:write", AdminTag, taxonomies.TagForm),
    Row("GET", "/api/v1/admin/trends/tags", taxonomies.trending_tags, STAFF, "admin:read", list[AdminTag], NoForm, TRENDS),
    Row("POST", "/api/v1/admin/trends/tags/<name>/approve", taxonomies.approve_tag, STAFF, "admin:write", AdminTag),
    Row("POST", "/api/v1/admin/trends/tags/<name>/reject", taxonomies.reject_tag, STAFF, "admin:write", AdminTag),
    Row("GET", "/api/v1/admin/trends/statuses", discovery.trending_statuses, STAFF, "admin:read", list[Status], NoForm, TRENDS),
    Row("POST", "/api/v1/admin/trends/statuses/<id>/approve", taxonomies.approve_status, STAFF, "admin:write", Status),
    Row("POST", "/api/v1/admin/trends/statuses/<id>/reject", taxonomies.reject_status, STAFF, "admin:write", Status),
    Row("GET", "/api/v1/admin/trends/links", taxonomies.trending_links, STAFF, "admin:read", list[AdminTrendsLink], NoForm, TRENDS),
    Row("POST", "/api/v1/admin/trends/links/<id>/approve", taxonomies.approve_link, STAFF, "admin:write", AdminTrendsLink),
    Row("POST", "/api/v1/admin/trends/links/<id>/reject", taxonomies.reject_link, STAFF, "admin:write", AdminTrendsLink),
    Row("GET", "/api/v1/admin/trends/links/publishers", taxonomies.publishers, STAFF, "admin:read", list[object]),
    Row("POST", "/api/v1/admin/trends/links/publishers/<id>/approve", taxonomies.no_publisher, STAFF, "admin:write", object),
    Row("POST", "/api/v1/admin/trends/links/publishers/<id>/reject", taxonomies.no_publisher, STAFF, "admin:write", object),
)

_NEEDS: tuple[tuple[tuple[Row, ...], Permission], ...] = (
    (_ACCOUNTS, Permission.MANAGE_USERS),
    (_REPORTS, Permission.MANAGE_REPORTS),
    (_HOSTS, Permission.MANAGE_FEDERATION),
    (_SIGN_UPS, Permission.MANAGE_BLOCKS),
    (_FIGURES, Permission.VIEW_DASHBOARD),
    (_TAXONOMIES, Permission.MANAGE_TAXONOMIES),
)

ADMIN: tuple[Row, ...] = tuple(replace(row, needs=needs) for rows, needs in _NEEDS for row in rows)
