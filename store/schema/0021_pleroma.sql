-- What Pleroma's API has beside Mastodon's.

CREATE TABLE bookmark_folders (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name text NOT NULL,
    emoji text                                      -- a Unicode emoji, or the shortcode of one of this server's
);
CREATE INDEX bookmark_folders_account ON bookmark_folders (account_id);
ALTER TABLE bookmarks ADD COLUMN folder_id bigint REFERENCES bookmark_folders (id) ON DELETE SET NULL;
CREATE INDEX bookmarks_folder ON bookmarks (folder_id, id DESC) WHERE folder_id IS NOT NULL;

-- What people here listen to.
CREATE TABLE scrobbles (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    title text NOT NULL,
    album text NOT NULL DEFAULT '',
    artist text NOT NULL DEFAULT '',
    length integer NOT NULL DEFAULT 0,              -- as the app counts it
    url text NOT NULL DEFAULT '',
    visibility text NOT NULL DEFAULT 'public',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX scrobbles_account ON scrobbles (account_id, id DESC);

ALTER TABLE users ADD COLUMN mascot_id bigint REFERENCES media (id) ON DELETE SET NULL;
CREATE INDEX users_mascot ON users (mascot_id) WHERE mascot_id IS NOT NULL;

ALTER TABLE accounts
    ADD COLUMN background_url text,                 -- what front-ends show behind everything
    ADD COLUMN show_role boolean NOT NULL DEFAULT true,
    ADD COLUMN show_likes boolean NOT NULL DEFAULT false,
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',   -- of the staff: what their notes are held to
    ADD COLUMN suggested boolean NOT NULL DEFAULT false;    -- by the staff, to newcomers
CREATE INDEX accounts_suggested ON accounts (id) WHERE suggested;

-- What staff remark on a report among themselves.
CREATE TABLE report_notes (
    id bigint PRIMARY KEY,
    report_id bigint NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
    account_id bigint REFERENCES accounts (id) ON DELETE SET NULL,
    content text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX report_notes_report ON report_notes (report_id);
CREATE INDEX report_notes_account ON report_notes (account_id) WHERE account_id IS NOT NULL;

ALTER TABLE oauth_apps ADD COLUMN trusted boolean NOT NULL DEFAULT false;

ALTER TABLE invites
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN uses integer NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX invites_id ON invites (id);

-- A pack is the category of the emojis in it.
CREATE TABLE emoji_packs (
    name text PRIMARY KEY,
    description text NOT NULL DEFAULT '',
    license text NOT NULL DEFAULT '',
    homepage text NOT NULL DEFAULT ''
);
ALTER TABLE emojis ADD COLUMN filename text;        -- in its pack

ALTER TABLE thread_mutes ADD COLUMN expires_at timestamptz;
