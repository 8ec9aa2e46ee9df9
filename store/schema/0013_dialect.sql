-- What staff changed at run time, and what Pleroma's API keeps.

CREATE TABLE kept_settings (
    key text PRIMARY KEY,                           -- section.name, as in the file
    value jsonb NOT NULL,
    changed_by bigint REFERENCES accounts (id) ON DELETE SET NULL,   -- NULL: from the shell
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX kept_settings_changed_by ON kept_settings (changed_by) WHERE changed_by IS NOT NULL;

-- Direct notes between two people as a chat (Pleroma): how far one has read in it, and that one has opened it.
CREATE TABLE chats (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    other_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    last_read_id bigint NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, other_id)
);
CREATE INDEX chats_other ON chats (other_id);
