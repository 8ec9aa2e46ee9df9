-- The first schema. Every foreign key has an index; rows of remote notes nobody here touched can be deleted in steps.
-- Ids are 64-bit, ordered by time: milliseconds since 1970 << 16 | 16 bits of the sequence below (see pleromad/ids.py).

CREATE SEQUENCE id_blocks;  -- each daemon takes blocks of 1024 low parts, so that daemons never mint the same id

CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    uri text NOT NULL UNIQUE,
    url text NOT NULL DEFAULT '',
    type text NOT NULL,
    username text NOT NULL,
    domain text,                                    -- NULL: ours
    display_name text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    note_source text NOT NULL DEFAULT '',
    fields jsonb NOT NULL DEFAULT '[]',             -- [[name, html, verified_at or null, source], ...]
    emojis jsonb NOT NULL DEFAULT '[]',             -- [[shortcode, url], ...]
    avatar_url text,
    header_url text,
    avatar_description text NOT NULL DEFAULT '',
    header_description text NOT NULL DEFAULT '',
    locked boolean NOT NULL DEFAULT false,
    discoverable boolean NOT NULL DEFAULT false,
    indexable boolean NOT NULL DEFAULT false,
    hide_collections boolean NOT NULL DEFAULT false,
    followers_count integer NOT NULL DEFAULT 0,
    following_count integer NOT NULL DEFAULT 0,
    statuses_count integer NOT NULL DEFAULT 0,
    last_status_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    fetched_at timestamptz,
    inbox text NOT NULL DEFAULT '',
    shared_inbox text NOT NULL DEFAULT '',
    outbox text NOT NULL DEFAULT '',
    followers_uri text NOT NULL DEFAULT '',
    following_uri text NOT NULL DEFAULT '',
    featured_uri text NOT NULL DEFAULT '',
    key_id text NOT NULL DEFAULT '',
    public_key_pem text NOT NULL DEFAULT '',
    also_known_as text[] NOT NULL DEFAULT '{}',
    moved_to_uri text,
    suspended_at timestamptz,
    silenced_at timestamptz,
    deleted_at timestamptz,                         -- the name stays taken for ever
    raw jsonb                                       -- the actor document as received
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX accounts_handle ON accounts (lower(username), coalesce(domain, ''));
CREATE INDEX accounts_domain ON accounts (domain);
CREATE INDEX accounts_followers_uri ON accounts (followers_uri) WHERE followers_uri <> '';
CREATE INDEX accounts_username ON accounts (lower(username) text_pattern_ops);
CREATE INDEX accounts_display_name ON accounts (lower(display_name) text_pattern_ops);
CREATE INDEX accounts_key_id ON accounts (key_id) WHERE key_id <> '';

CREATE TABLE keys (
    account_id bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    private_key_pem text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    account_id bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    email text NOT NULL,
    password_hash text,
    role text NOT NULL DEFAULT 'user',
    reason text NOT NULL DEFAULT '',
    confirmed_at timestamptz,
    approved_at timestamptz,
    disabled_at timestamptz,
    locale text NOT NULL DEFAULT 'en',
    default_visibility text NOT NULL DEFAULT 'public',
    default_sensitive boolean NOT NULL DEFAULT false,
    default_language text,
    default_content_type text NOT NULL DEFAULT 'text/plain',
    settings jsonb NOT NULL DEFAULT '{}',
    app_id bigint,
    last_active_on date,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE email <> '';

CREATE TABLE invites (
    code_hash text PRIMARY KEY,
    role text NOT NULL DEFAULT 'user',
    created_by bigint REFERENCES accounts (id) ON DELETE CASCADE,
    uses_left integer NOT NULL DEFAULT 1,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX invites_created_by ON invites (created_by);

CREATE TABLE rooms (
    account_id bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    topic text NOT NULL DEFAULT '',
    topic_by text NOT NULL DEFAULT '',
    topic_at timestamptz,
    invite_only boolean NOT NULL DEFAULT false,
    moderated boolean NOT NULL DEFAULT false,
    members_only boolean NOT NULL DEFAULT true,
    secret boolean NOT NULL DEFAULT false,
    topic_locked boolean NOT NULL DEFAULT true,
    key text NOT NULL DEFAULT '',
    member_limit integer,
    created_by bigint REFERENCES accounts (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rooms_created_by ON rooms (created_by);

CREATE TABLE room_ranks (
    room_id bigint NOT NULL REFERENCES rooms (account_id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    rank text NOT NULL,                             -- q a o h v
    PRIMARY KEY (room_id, account_id, rank)
);
CREATE INDEX room_ranks_account ON room_ranks (account_id);

CREATE TABLE room_masks (
    room_id bigint NOT NULL REFERENCES rooms (account_id) ON DELETE CASCADE,
    kind text NOT NULL,                             -- b e I
    mask text NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (room_id, kind, mask)
);

CREATE TABLE room_bans (
    room_id bigint NOT NULL REFERENCES rooms (account_id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (room_id, account_id)
);
CREATE INDEX room_bans_account ON room_bans (account_id);

CREATE TABLE room_invites (
    room_id bigint NOT NULL REFERENCES rooms (account_id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (room_id, account_id)
);
CREATE INDEX room_invites_account ON room_invites (account_id);

-- Activities: what happened, as ActivityStreams JSON. Local ones as this server wrote them (without @context),
-- those of other servers as received.
CREATE TABLE activities (
    id bigint PRIMARY KEY,
    uri text NOT NULL UNIQUE,
    type text NOT NULL,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    note_id bigint,                                 -- no reference: the activity outlives its note
    visibility text NOT NULL DEFAULT 'direct',
    local boolean NOT NULL,
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX activities_outbox ON activities (account_id, id DESC) WHERE local AND visibility IN ('public', 'unlisted');
CREATE INDEX activities_account ON activities (account_id, id);
CREATE INDEX activities_note ON activities (note_id) WHERE note_id IS NOT NULL;

CREATE TABLE conversations (
    id bigint PRIMARY KEY,
    uri text UNIQUE
);

CREATE TABLE notes (
    id bigint PRIMARY KEY,
    uri text NOT NULL UNIQUE,
    url text NOT NULL DEFAULT '',
    type text NOT NULL,                             -- Note, Question, Article ... or Announce (a boost)
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    boost_of_id bigint REFERENCES notes (id) ON DELETE CASCADE,
    visibility text NOT NULL,
    local boolean NOT NULL,
    content text NOT NULL DEFAULT '',
    source text NOT NULL DEFAULT '',
    content_type text NOT NULL DEFAULT 'text/html',
    spoiler_text text NOT NULL DEFAULT '',
    title text NOT NULL DEFAULT '',
    sensitive boolean NOT NULL DEFAULT false,
    language text,
    in_reply_to_id bigint REFERENCES notes (id) ON DELETE SET NULL,
    in_reply_to_uri text,
    in_reply_to_account_id bigint REFERENCES accounts (id) ON DELETE SET NULL,
    conversation_id bigint NOT NULL REFERENCES conversations (id),
    room_id bigint REFERENCES accounts (id) ON DELETE CASCADE,
    tags text[] NOT NULL DEFAULT '{}',
    emojis jsonb NOT NULL DEFAULT '[]',
    has_media boolean NOT NULL DEFAULT false,
    replies_count integer NOT NULL DEFAULT 0,
    boosts_count integer NOT NULL DEFAULT 0,
    likes_count integer NOT NULL DEFAULT 0,
    reactions_count integer NOT NULL DEFAULT 0,
    app_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    edited_at timestamptz,
    expires_at timestamptz,
    arrived_at timestamptz NOT NULL DEFAULT now(),
    data jsonb                                      -- the ActivityStreams object (ours without @context, theirs as received)
) WITH (fillfactor = 85);
CREATE INDEX notes_account ON notes (account_id, id DESC);
CREATE INDEX notes_public ON notes (id DESC) WHERE visibility = 'public' AND boost_of_id IS NULL AND room_id IS NULL;
CREATE INDEX notes_local ON notes (id DESC) WHERE local AND visibility IN ('public', 'local') AND boost_of_id IS NULL AND room_id IS NULL;
CREATE INDEX notes_boost_of ON notes (boost_of_id, account_id) WHERE boost_of_id IS NOT NULL;
CREATE INDEX notes_in_reply_to ON notes (in_reply_to_id) WHERE in_reply_to_id IS NOT NULL;
CREATE INDEX notes_in_reply_to_uri ON notes (in_reply_to_uri) WHERE in_reply_to_uri IS NOT NULL AND in_reply_to_id IS NULL;
CREATE INDEX notes_in_reply_to_account ON notes (in_reply_to_account_id) WHERE in_reply_to_account_id IS NOT NULL;
CREATE INDEX notes_conversation ON notes (conversation_id, id);
CREATE INDEX notes_room ON notes (room_id, id DESC) WHERE room_id IS NOT NULL;
CREATE INDEX notes_expires ON notes (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX notes_search ON notes USING gin (to_tsvector('simple', content || ' ' || spoiler_text || ' ' || title))
    WHERE boost_of_id IS NULL;

CREATE TABLE note_edits (
    id bigserial PRIMARY KEY,
    note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    content text NOT NULL,
    source text NOT NULL DEFAULT '',
    content_type text NOT NULL DEFAULT 'text/plain',
    spoiler_text text NOT NULL,
    sensitive boolean NOT NULL,
    media_ids bigint[] NOT NULL DEFAULT '{}',
    poll_options text[],
    created_at timestamptz NOT NULL
);
CREATE INDEX note_edits_note ON note_edits (note_id, id);

-- Everybody a note is addressed to one by one. silent: addressed without being named in the text.
CREATE TABLE mentions (
    note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    silent boolean NOT NULL DEFAULT false,
    PRIMARY KEY (note_id, account_id)
);
CREATE INDEX mentions_account ON mentions (account_id, note_id DESC);

CREATE TABLE note_tags (
    tag text NOT NULL,
    note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, note_id)
);
CREATE INDEX note_tags_note ON note_tags (note_id);

-- Ids of objects that were deleted: ours answer 410, theirs are never taken in again.
CREATE TABLE tombstones (
    uri text PRIMARY KEY,
    type text NOT NULL DEFAULT 'Note',
    local boolean NOT NULL,
    deleted_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE media (
    id bigint PRIMARY KEY,
    account_id bigint REFERENCES accounts (id) ON DELETE CASCADE,
    note_id bigint REFERENCES notes (id) ON DELETE SET NULL,
    position integer NOT NULL DEFAULT 0,
    kind text NOT NULL,
    media_type text NOT NULL,
    path text,
    preview_path text,
    remote_url text,
    remote_preview_url text,
    description text NOT NULL DEFAULT '',
    blurhash text,
    width integer,
    height integer,
    preview_width integer,
    preview_height integer,
    duration_seconds double precision,
    size_bytes bigint,
    focus_x double precision,
    focus_y double precision,
    ready boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX media_note ON media (note_id, position) WHERE note_id IS NOT NULL;
CREATE INDEX media_account ON media (account_id);
CREATE INDEX media_unattached ON media (created_at) WHERE note_id IS NULL;

CREATE TABLE polls (
    note_id bigint PRIMARY KEY REFERENCES notes (id) ON DELETE CASCADE,
    multiple boolean NOT NULL,
    hide_totals boolean NOT NULL DEFAULT false,
    options text[] NOT NULL,
    votes integer[] NOT NULL,                       -- of each option
    voters_count integer,
    expires_at timestamptz,
    closed_at timestamptz
);
CREATE INDEX polls_open ON polls (expires_at) WHERE closed_at IS NULL AND expires_at IS NOT NULL;

CREATE TABLE votes (
    note_id bigint NOT NULL REFERENCES polls (note_id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    choice integer NOT NULL,
    uri text,
    PRIMARY KEY (note_id, account_id, choice)
);
CREATE INDEX votes_account ON votes (account_id);

CREATE TABLE follows (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id bigint NOT NULL,                             -- for paging: when it was made
    uri text NOT NULL,                              -- of the Follow activity
    accepted boolean NOT NULL,
    show_boosts boolean NOT NULL DEFAULT true,
    notify boolean NOT NULL DEFAULT false,
    languages text[],
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, target_id)
);
CREATE INDEX follows_target ON follows (target_id, accepted, id DESC);
CREATE INDEX follows_account ON follows (account_id, accepted, id DESC);

CREATE TABLE blocks (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id bigint NOT NULL,
    uri text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, target_id)
);
CREATE INDEX blocks_target ON blocks (target_id);

CREATE TABLE mutes (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id bigint NOT NULL,
    notifications boolean NOT NULL DEFAULT true,
    expires_at timestamptz,
    PRIMARY KEY (account_id, target_id)
);
CREATE INDEX mutes_target ON mutes (target_id);

CREATE TABLE domain_blocks (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    domain text NOT NULL,
    id bigserial,
    PRIMARY KEY (account_id, domain)
);

CREATE TABLE account_notes (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    comment text NOT NULL,
    PRIMARY KEY (account_id, target_id)
);
CREATE INDEX account_notes_target ON account_notes (target_id);

CREATE TABLE likes (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    id bigint NOT NULL,
    uri text NOT NULL,
    PRIMARY KEY (account_id, note_id)
);
CREATE INDEX likes_note ON likes (note_id, id DESC);
CREATE INDEX likes_account ON likes (account_id, id DESC);

CREATE TABLE reactions (
    note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    emoji text NOT NULL,
    url text,
    id bigint NOT NULL,
    uri text NOT NULL,
    PRIMARY KEY (note_id, account_id, emoji)
);
CREATE INDEX reactions_account ON reactions (account_id);

CREATE TABLE bookmarks (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    id bigint NOT NULL,
    PRIMARY KEY (account_id, note_id)
);
CREATE INDEX bookmarks_note ON bookmarks (note_id);
CREATE INDEX bookmarks_account ON bookmarks (account_id, id DESC);

CREATE TABLE pins (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    id bigint NOT NULL,
    PRIMARY KEY (account_id, note_id)
);
CREATE INDEX pins_note ON pins (note_id);

CREATE TABLE thread_mutes (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, conversation_id)
);
CREATE INDEX thread_mutes_conversation ON thread_mutes (conversation_id);

-- Home timelines are written, not searched: one row per local reader.
CREATE TABLE home (
    owner_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    PRIMARY KEY (owner_id, note_id)
);
CREATE INDEX home_note ON home (note_id);

CREATE TABLE notifications (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    type text NOT NULL,
    from_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    note_id bigint REFERENCES notes (id) ON DELETE CASCADE,
    emoji text,
    emoji_url text,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notifications_account ON notifications (account_id, id DESC);
CREATE INDEX notifications_from ON notifications (from_id);
CREATE INDEX notifications_note ON notifications (note_id) WHERE note_id IS NOT NULL;

CREATE TABLE markers (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    timeline text NOT NULL,
    last_read_id bigint NOT NULL,
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, timeline)
);

CREATE TABLE emojis (
    shortcode text NOT NULL,
    domain text NOT NULL DEFAULT '',
    url text NOT NULL,
    category text,
    visible boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (shortcode, domain)
);

CREATE TABLE oauth_apps (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    website text,
    redirect_uris text[] NOT NULL,
    scopes text[] NOT NULL,
    client_id text NOT NULL UNIQUE,
    client_secret text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE oauth_codes (
    code_hash text PRIMARY KEY,
    app_id bigint NOT NULL REFERENCES oauth_apps (id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    redirect_uri text NOT NULL,
    scopes text[] NOT NULL,
    code_challenge text,
    code_challenge_method text,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX oauth_codes_app ON oauth_codes (app_id);
CREATE INDEX oauth_codes_account ON oauth_codes (account_id);

CREATE TABLE oauth_tokens (
    id bigint PRIMARY KEY,
    token_hash text NOT NULL UNIQUE,
    refresh_hash text UNIQUE,
    app_id bigint REFERENCES oauth_apps (id) ON DELETE CASCADE,
    account_id bigint REFERENCES accounts (id) ON DELETE CASCADE,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz
);
CREATE INDEX oauth_tokens_app ON oauth_tokens (app_id);
CREATE INDEX oauth_tokens_account ON oauth_tokens (account_id);

CREATE TABLE idempotency (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key text NOT NULL,
    activity_id bigint NOT NULL,
    note_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE jobs (
    id bigserial PRIMARY KEY,
    kind text NOT NULL,
    key text,
    payload jsonb NOT NULL DEFAULT '{}',
    raw bytea,
    run_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL DEFAULT 20,
    last_error text,
    locked_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    dedupe text UNIQUE
);
CREATE INDEX jobs_due ON jobs (kind, run_at);
CREATE INDEX jobs_key ON jobs (kind, key, id) WHERE key IS NOT NULL;

-- What we remember of other servers: are they alive, which signatures they take.
CREATE TABLE hosts (
    host text PRIMARY KEY,
    software text NOT NULL DEFAULT '',
    signature text NOT NULL DEFAULT '',
    failing_since timestamptz,
    last_failure_at timestamptz,
    last_success_at timestamptz,
    failed_days integer NOT NULL DEFAULT 0
);

CREATE TABLE settings (
    key text PRIMARY KEY,
    value jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
