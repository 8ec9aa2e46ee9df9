-- What a profile shows, whose pages may name it as their author, and collections of people (Mastodon 4.6).

ALTER TABLE accounts
    ADD COLUMN show_media boolean NOT NULL DEFAULT true,            -- a tab of pictures
    ADD COLUMN show_media_replies boolean NOT NULL DEFAULT true,    -- with those of replies
    ADD COLUMN show_featured boolean NOT NULL DEFAULT true,         -- a tab of what the person recommends
    ADD COLUMN attribution_domains text[] NOT NULL DEFAULT '{}';    -- hosts whose pages may say they are by this person

CREATE TABLE collections (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',           -- as typed
    language text,
    tag text,
    sensitive boolean NOT NULL DEFAULT false,
    discoverable boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX collections_account ON collections (account_id, id DESC);

CREATE TABLE collection_items (
    id bigint PRIMARY KEY,
    collection_id bigint NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    revoked boolean NOT NULL DEFAULT false,         -- they did not want to be in it: not again
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (collection_id, account_id)
);
CREATE INDEX collection_items_account ON collection_items (account_id);

ALTER TABLE reports ADD COLUMN collection_ids bigint[] NOT NULL DEFAULT '{}';
