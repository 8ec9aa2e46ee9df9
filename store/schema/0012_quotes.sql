-- Notes that quote others, and why a note that was to be said later was not.

ALTER TABLE scheduled_notes ADD COLUMN failure text;
CREATE INDEX scheduled_notes_app ON scheduled_notes (app_id);

ALTER TABLE users ADD COLUMN default_quote_policy text NOT NULL DEFAULT 'public';   -- public, followers, nobody
-- Who may quote a note without being let (public, followers, following, unsupported_policy), and who when they are let; NULL: it does not say.
ALTER TABLE notes
    ADD COLUMN quotes_count integer NOT NULL DEFAULT 0,
    ADD COLUMN quote_automatic text[],
    ADD COLUMN quote_manual text[];

CREATE TABLE quotes (
    note_id bigint PRIMARY KEY REFERENCES notes (id) ON DELETE CASCADE,      -- the one that quotes
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,   -- its author
    quoted_id bigint REFERENCES notes (id) ON DELETE SET NULL,               -- NULL: not here (yet, or any more)
    quoted_uri text NOT NULL,
    quoted_account_id bigint REFERENCES accounts (id) ON DELETE SET NULL,
    state text NOT NULL,                            -- pending, accepted, rejected, revoked, deleted
    request_uri text UNIQUE,                        -- the QuoteRequest
    stamp_uri text,                                 -- the QuoteAuthorization (FEP-044f)
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX quotes_quoted ON quotes (quoted_id, note_id DESC);
CREATE INDEX quotes_account ON quotes (account_id);
CREATE INDEX quotes_quoted_account ON quotes (quoted_account_id);
CREATE INDEX quotes_stamp ON quotes (stamp_uri) WHERE stamp_uri IS NOT NULL;
CREATE INDEX quotes_awaited ON quotes (quoted_uri) WHERE quoted_id IS NULL;
