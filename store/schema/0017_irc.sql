-- IRC: certificates that log in, who is connected to which daemon, how long a room keeps what was said and who may read it.

CREATE TABLE irc_certificates (
    fingerprint bytea PRIMARY KEY,  -- SHA-256 of the certificate
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name text NOT NULL DEFAULT '',
    added_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX irc_certificates_account ON irc_certificates (account_id);

CREATE TABLE irc_presence (
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    daemon text NOT NULL,  -- a name it gives itself at each start
    away text,
    seen_at timestamptz NOT NULL DEFAULT now(),  -- a daemon that says nothing for some minutes is gone
    PRIMARY KEY (account_id, daemon)
);
CREATE INDEX irc_presence_daemon ON irc_presence (daemon);

ALTER TABLE rooms
    ADD COLUMN retention_days integer CHECK (retention_days > 0),  -- NULL: for ever
    ADD COLUMN read_back text NOT NULL DEFAULT '' CHECK (read_back IN ('', 'all', 'joined', 'none'));  -- '': as its door is
CREATE INDEX rooms_retention ON rooms (account_id) WHERE retention_days IS NOT NULL;
