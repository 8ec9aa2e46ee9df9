-- Lists of people, and what is in them: written at fan-out like home. Tags that are followed fill home, too.

CREATE TABLE lists (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    title text NOT NULL,
    replies_policy text NOT NULL DEFAULT 'list',    -- followed, list, none
    exclusive boolean NOT NULL DEFAULT false        -- its members' notes are not in home
);
CREATE INDEX lists_account ON lists (account_id);

CREATE TABLE list_members (
    list_id bigint NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id bigint NOT NULL,                             -- for paging: when they were added
    PRIMARY KEY (list_id, account_id)
);
CREATE INDEX list_members_account ON list_members (account_id);

CREATE TABLE list_notes (
    list_id bigint NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
    note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    PRIMARY KEY (list_id, note_id)
);
CREATE INDEX list_notes_note ON list_notes (note_id);

CREATE TABLE followed_tags (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    tag text NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (account_id, tag)
);
CREATE INDEX followed_tags_tag ON followed_tags (tag);

CREATE TABLE featured_tags (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    tag text NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (account_id, tag)
);

-- People a person recommends on their profile.
CREATE TABLE endorsements (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id bigint NOT NULL,
    PRIMARY KEY (account_id, target_id)
);
CREATE INDEX endorsements_target ON endorsements (target_id);
