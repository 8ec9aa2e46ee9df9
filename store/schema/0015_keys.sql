-- Keys beside the RSA key in `accounts` and `keys`: Ed25519, for RFC 9421 signatures and FEP-8b32 proofs (FEP-521a).

ALTER TABLE keys ADD COLUMN ed25519_private_pem text;  -- of ours; made when it is needed for the first time

CREATE TABLE actor_keys (
    key_id text NOT NULL,
    account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    public_key_pem text NOT NULL,
    PRIMARY KEY (key_id, account_id)
);
CREATE INDEX actor_keys_account ON actor_keys (account_id);

-- Relays that this server takes part in. LitePub: its actor is followed by ours (/relay). Mastodon: its inbox is asked for all that is public.
CREATE TABLE relays (
    url text PRIMARY KEY,                            -- as staff gave it: an actor, or an inbox
    kind text NOT NULL,                              -- litepub, mastodon
    state text NOT NULL DEFAULT 'wished',            -- wished, asked, accepted, refused
    actor_uri text,
    inbox text NOT NULL DEFAULT '',
    follow_uri text,
    created_at timestamptz NOT NULL DEFAULT now()
);
