-- Rooms across servers: who is in a room of another server as that server tells, and which hosts are told of our rooms' members.

CREATE TABLE room_members (
    room_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (room_id, account_id)
);
CREATE INDEX room_members_account ON room_members (account_id);

-- Takes what a room tells of its members, ranks and settings (a server like this one). NULL: not asked yet.
ALTER TABLE hosts ADD COLUMN rooms boolean;
