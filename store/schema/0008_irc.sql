-- What belongs to IRC alone: metadata of accounts and rooms (IRCv3 metadata). Markers are those of the Mastodon API.

CREATE TABLE irc_metadata (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,  -- a room is one, too
    key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (account_id, key)
);
