-- What a person does not want to read (Mastodon: filters, version 2).

CREATE TABLE filters (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    title text NOT NULL,
    contexts text[] NOT NULL,                       -- home, notifications, public, thread, account
    action text NOT NULL DEFAULT 'warn',            -- warn, hide, blur
    expires_at timestamptz
);
CREATE INDEX filters_account ON filters (account_id);

CREATE TABLE filter_keywords (
    id bigint PRIMARY KEY,
    filter_id bigint NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
    keyword text NOT NULL,
    whole_word boolean NOT NULL DEFAULT false
);
CREATE INDEX filter_keywords_filter ON filter_keywords (filter_id);

CREATE TABLE filter_notes (
    id bigint PRIMARY KEY,
    filter_id bigint NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
    note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    UNIQUE (filter_id, note_id)
);
CREATE INDEX filter_notes_note ON filter_notes (note_id);
