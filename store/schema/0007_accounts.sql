-- The life of an account: links by mail, a second factor, app passwords, sessions, moves, imports and archives.

ALTER TABLE users ADD COLUMN moved_at timestamptz;            -- when it last moved away: not again for some days

-- Links that work once, by mail or from an administrator. Only hashes of the codes are kept.
CREATE TABLE account_links (
    code_hash text PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES users (account_id) ON DELETE CASCADE,
    purpose text NOT NULL,                                    -- confirm, email, password
    email text NOT NULL DEFAULT '',                           -- the address it proves
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX account_links_account ON account_links (account_id, purpose);

CREATE TABLE totp (
    account_id bigint PRIMARY KEY REFERENCES users (account_id) ON DELETE CASCADE,
    secret text NOT NULL,                                     -- base32
    confirmed_at timestamptz,                                 -- NULL: being set up
    last_step bigint NOT NULL DEFAULT 0                       -- a code is good once
);

CREATE TABLE backup_codes (
    account_id bigint NOT NULL REFERENCES users (account_id) ON DELETE CASCADE,
    code_hash text NOT NULL,
    PRIMARY KEY (account_id, code_hash)
);

-- Somebody gave the right password and is asked for the second factor.
CREATE TABLE challenges (
    code_hash text PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES users (account_id) ON DELETE CASCADE,
    app_id bigint REFERENCES oauth_apps (id) ON DELETE CASCADE,   -- NULL: at the log-in page
    scopes text[] NOT NULL DEFAULT '{}',
    tries_left integer NOT NULL DEFAULT 5,
    expires_at timestamptz NOT NULL
);
CREATE INDEX challenges_account ON challenges (account_id);
CREATE INDEX challenges_app ON challenges (app_id);

-- What a person calls it: the browser of a session, the name of an app password (a token without an application).
ALTER TABLE oauth_tokens ADD COLUMN name text NOT NULL DEFAULT '', ADD COLUMN last_used_on date;

CREATE TABLE imports (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES users (account_id) ON DELETE CASCADE,
    kind text NOT NULL,                                       -- follows, blocks, mutes, lists, bookmarks, domain_blocks, filters
    total integer NOT NULL,
    done integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    failures text[] NOT NULL DEFAULT '{}',                    -- the first of them, in words
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX imports_account ON imports (account_id, id);

CREATE TABLE archives (
    id bigint PRIMARY KEY,
    account_id bigint REFERENCES users (account_id) ON DELETE SET NULL,
    name text NOT NULL,                                       -- of the file in the folder of archives
    size_bytes bigint,                                        -- NULL: being made
    failed boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX archives_account ON archives (account_id, id);
