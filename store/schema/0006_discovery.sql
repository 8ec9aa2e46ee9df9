-- Finding things: what notes and people are found by, which hashtags and links are used, what is on the pages behind links.
-- And what waits for its hour: notes that are posted later, uploads that are worked on.

DROP INDEX notes_search;

-- The words of a note, written with it (pleromad/searching). Not a column of notes: counting a like would copy it.
CREATE TABLE note_search (
    note_id bigint PRIMARY KEY REFERENCES notes (id) ON DELETE CASCADE,
    account_id bigint NOT NULL,
    reader bigint NOT NULL,                         -- 0 anybody, 1 people here, 2 those addressed, else whose followers
    document tsvector NOT NULL
);
-- What was written last is searched one by one until it is merged into the index: a small part is enough.
CREATE INDEX note_search_document ON note_search USING gin (document) WITH (gin_pending_list_limit = 512);

CREATE TABLE account_search (
    account_id bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    document tsvector NOT NULL
);
CREATE INDEX account_search_document ON account_search USING gin (document);

-- What there was before: in small steps while the daemon runs, newest first.
INSERT INTO jobs (kind, payload) SELECT 'index', '{"what": "notes"}' WHERE EXISTS (SELECT FROM notes);
INSERT INTO jobs (kind, payload) SELECT 'index', '{"what": "accounts"}' WHERE EXISTS (SELECT FROM accounts);

CREATE TABLE tags (
    name text PRIMARY KEY,
    total bigint NOT NULL DEFAULT 0,                -- public uses up to the days that tag_uses still has
    uses integer NOT NULL DEFAULT 0,                -- in the last seven days, as counted last
    score double precision NOT NULL DEFAULT 0       -- how much it trends, as counted last
);
CREATE INDEX tags_prefix ON tags (name text_pattern_ops);
CREATE INDEX tags_score ON tags (score DESC) WHERE score > 0;

CREATE TABLE tag_uses (
    tag text NOT NULL,
    day date NOT NULL,                              -- UTC
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    uses integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tag, day, account_id)
);
CREATE INDEX tag_uses_day ON tag_uses (day);
CREATE INDEX tag_uses_account ON tag_uses (account_id);

INSERT INTO tags (name, total) SELECT tag, count(*) FROM note_tags GROUP BY tag;
INSERT INTO tag_uses (tag, day, account_id, uses)
    SELECT t.tag, (n.created_at AT TIME ZONE 'UTC')::date, n.account_id, count(*) FROM notes n JOIN note_tags t ON t.note_id = n.id
    WHERE n.id >= ((extract(epoch FROM now()) - 7 * 86400) * 1000)::bigint << 16 AND n.visibility = 'public' GROUP BY 1, 2, 3;

-- The page behind a link, fetched once for all notes that have it.
CREATE TABLE cards (
    id bigint PRIMARY KEY,
    url text NOT NULL UNIQUE,
    ready boolean NOT NULL DEFAULT false,           -- it was fetched, and there is something to show
    fetched_at timestamptz,
    type text NOT NULL DEFAULT 'link',              -- link, photo, video
    title text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    author_name text NOT NULL DEFAULT '',
    author_url text NOT NULL DEFAULT '',
    provider_name text NOT NULL DEFAULT '',
    provider_url text NOT NULL DEFAULT '',
    html text NOT NULL DEFAULT '',
    width integer NOT NULL DEFAULT 0,
    height integer NOT NULL DEFAULT 0,
    image_url text,
    embed_url text NOT NULL DEFAULT '',
    language text,
    published_at timestamptz,
    score double precision NOT NULL DEFAULT 0,      -- how much it trends, as counted last
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX cards_score ON cards (score DESC) WHERE score > 0;

CREATE TABLE note_cards (
    note_id bigint PRIMARY KEY REFERENCES notes (id) ON DELETE CASCADE,
    card_id bigint NOT NULL REFERENCES cards (id) ON DELETE CASCADE
);
CREATE INDEX note_cards_card ON note_cards (card_id, note_id DESC);

CREATE TABLE trending_notes (
    note_id bigint PRIMARY KEY REFERENCES notes (id) ON DELETE CASCADE,
    score double precision NOT NULL
);

-- What staff does not want among the trends (hashtags: tag_rules): kind is link, publisher or status, key its address, host or id.
CREATE TABLE trend_refusals (
    kind text NOT NULL,
    key text NOT NULL,
    PRIMARY KEY (kind, key)
);

-- Whom people here follow most, as counted last.
CREATE TABLE popular_accounts (
    account_id bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    followers integer NOT NULL
);
CREATE TABLE suggestion_dismissals (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, target_id)
);
CREATE INDEX suggestion_dismissals_target ON suggestion_dismissals (target_id);
CREATE INDEX accounts_directory ON accounts (id) WHERE discoverable AND suspended_at IS NULL AND deleted_at IS NULL;

CREATE TABLE scheduled_notes (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    app_id bigint,
    scheduled_at timestamptz NOT NULL,
    draft jsonb NOT NULL,
    idempotency_key text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account_id, idempotency_key)
);
CREATE INDEX scheduled_notes_account ON scheduled_notes (account_id, id DESC);
CREATE INDEX scheduled_notes_due ON scheduled_notes (scheduled_at);

ALTER TABLE media
    ADD COLUMN scheduled_id bigint REFERENCES scheduled_notes (id) ON DELETE SET NULL,  -- kept for a note that is posted later
    ADD COLUMN problem text;                        -- why it could not be worked on
CREATE INDEX media_scheduled ON media (scheduled_id) WHERE scheduled_id IS NOT NULL;
