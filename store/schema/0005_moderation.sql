-- Moderation: reports and what staff did, hosts and addresses that are kept out, announcements, figures of use.

ALTER TABLE accounts
    ADD COLUMN sensitized_at timestamptz,           -- all their media are shown as sensitive
    ADD COLUMN suspended_by text,                   -- staff, host (a block of the whole host), origin (their own server says so)
    ADD COLUMN silenced_by text;                    -- staff, host
UPDATE accounts SET suspended_by = 'staff' WHERE suspended_at IS NOT NULL;
UPDATE accounts SET silenced_by = 'staff' WHERE silenced_at IS NOT NULL;
CREATE INDEX accounts_suspended ON accounts (id) WHERE suspended_at IS NOT NULL;
CREATE INDEX accounts_silenced ON accounts (id) WHERE silenced_at IS NOT NULL;
CREATE INDEX accounts_sensitized ON accounts (id) WHERE sensitized_at IS NOT NULL;

ALTER TABLE users ADD COLUMN invited_by bigint REFERENCES accounts (id) ON DELETE SET NULL;
CREATE INDEX users_invited_by ON users (invited_by) WHERE invited_by IS NOT NULL;

ALTER TABLE notifications ADD COLUMN about_id bigint;  -- what it is about besides a note: a report, a strike, a severance

CREATE TABLE reports (
    id bigint PRIMARY KEY,
    uri text NOT NULL UNIQUE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    note_ids bigint[] NOT NULL DEFAULT '{}',        -- no references: a report outlives what it is about
    rule_ids integer[] NOT NULL DEFAULT '{}',
    category text NOT NULL DEFAULT 'other',         -- spam, legal, violation, other
    comment text NOT NULL DEFAULT '',
    forwarded boolean NOT NULL DEFAULT false,
    assigned_id bigint REFERENCES accounts (id) ON DELETE SET NULL,
    resolved_at timestamptz,
    resolved_by bigint REFERENCES accounts (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reports_open ON reports (id DESC) WHERE resolved_at IS NULL;
CREATE INDEX reports_account ON reports (account_id);
CREATE INDEX reports_target ON reports (target_id);
CREATE INDEX reports_assigned ON reports (assigned_id) WHERE assigned_id IS NOT NULL;
CREATE INDEX reports_resolved_by ON reports (resolved_by) WHERE resolved_by IS NOT NULL;
CREATE INDEX reports_resolved_at ON reports (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX reports_created_at ON reports (created_at);

-- What staff did to somebody (Mastodon: AccountWarning).
CREATE TABLE strikes (
    id bigint PRIMARY KEY,
    target_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    account_id bigint REFERENCES accounts (id) ON DELETE SET NULL,   -- NULL: from the shell
    action text NOT NULL,
    text text NOT NULL DEFAULT '',
    report_id bigint REFERENCES reports (id) ON DELETE SET NULL,
    note_ids bigint[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX strikes_target ON strikes (target_id);
CREATE INDEX strikes_account ON strikes (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX strikes_report ON strikes (report_id) WHERE report_id IS NOT NULL;

-- Follows of somebody here that ended because staff suspended the other side.
CREATE TABLE severances (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    type text NOT NULL,                             -- domain_block, account_suspension
    target_name text NOT NULL,
    followers_count integer NOT NULL,
    following_count integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX severances_account ON severances (account_id);

-- Hosts, with all below them.
CREATE TABLE host_blocks (
    id bigint PRIMARY KEY,
    domain text NOT NULL UNIQUE,
    severity text NOT NULL DEFAULT 'silence',       -- silence, suspend, noop
    reject_media boolean NOT NULL DEFAULT false,
    reject_reports boolean NOT NULL DEFAULT false,
    private_comment text NOT NULL DEFAULT '',
    public_comment text NOT NULL DEFAULT '',
    obfuscate boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE host_allows (
    id bigint PRIMARY KEY,
    domain text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Who may sign up.
CREATE TABLE email_domain_blocks (
    id bigint PRIMARY KEY,
    domain text NOT NULL UNIQUE,
    allow_with_approval boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE email_domain_tries (
    block_id bigint NOT NULL REFERENCES email_domain_blocks (id) ON DELETE CASCADE,
    day date NOT NULL,
    address text NOT NULL,
    uses integer NOT NULL DEFAULT 1,
    PRIMARY KEY (block_id, day, address)
);

CREATE TABLE canonical_email_blocks (
    id bigint PRIMARY KEY,
    hash text NOT NULL UNIQUE,                      -- SHA-256 of the address in its plainest form
    account_id bigint REFERENCES accounts (id) ON DELETE CASCADE,  -- whose suspension made it
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX canonical_email_blocks_account ON canonical_email_blocks (account_id) WHERE account_id IS NOT NULL;

CREATE TABLE ip_blocks (
    id bigint PRIMARY KEY,
    ip cidr NOT NULL UNIQUE,
    severity text NOT NULL,                         -- sign_up_requires_approval, sign_up_block, no_access
    comment text NOT NULL DEFAULT '',
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- From where people here signed up and logged in; kept for a year.
CREATE TABLE user_addresses (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    address inet NOT NULL,
    used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, address)
);
CREATE INDEX user_addresses_address ON user_addresses (address);

CREATE TABLE active_days (
    day date NOT NULL,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (day, account_id)
);
CREATE INDEX active_days_account ON active_days (account_id);

-- What staff decided about hashtags. What has no row may be used, found, and become a trend.
CREATE TABLE tag_rules (
    tag text PRIMARY KEY,
    display_name text NOT NULL DEFAULT '',
    trendable boolean,
    usable boolean NOT NULL DEFAULT true,
    listable boolean NOT NULL DEFAULT true,
    reviewed_at timestamptz
);

CREATE TABLE announcements (
    id bigint PRIMARY KEY,
    text text NOT NULL,
    content text NOT NULL,                          -- HTML
    mention_ids bigint[] NOT NULL DEFAULT '{}',
    note_ids bigint[] NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{}',
    starts_at timestamptz,
    ends_at timestamptz,
    all_day boolean NOT NULL DEFAULT false,
    published_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE announcement_dismissals (
    announcement_id bigint NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (announcement_id, account_id)
);
CREATE INDEX announcement_dismissals_account ON announcement_dismissals (account_id);

CREATE TABLE announcement_reactions (
    announcement_id bigint NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name text NOT NULL,
    url text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (announcement_id, name, account_id)
);
CREATE INDEX announcement_reactions_account ON announcement_reactions (account_id);

-- Who of the staff did what, and when.
CREATE TABLE staff_log (
    id bigint PRIMARY KEY,
    account_id bigint REFERENCES accounts (id) ON DELETE SET NULL,   -- NULL: from the shell
    action text NOT NULL,
    target_type text NOT NULL,                      -- account, report, host_block ...
    target_id bigint,
    target text NOT NULL DEFAULT '',                -- as it was called then
    details jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX staff_log_account ON staff_log (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX staff_log_target ON staff_log (target_type, target_id);
