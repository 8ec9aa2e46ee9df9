-- Threads that were walked for their replies (FEP-7888): when, and how many notes came of it.
CREATE TABLE walks (
    note_id bigint PRIMARY KEY REFERENCES notes (id) ON DELETE CASCADE,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    found integer NOT NULL DEFAULT 0
);

-- Which inbox took which activity of ours, and what it answered last.
CREATE TABLE deliveries (
    activity_id bigint NOT NULL,
    inbox text NOT NULL,
    host text NOT NULL,
    state text NOT NULL,                            -- taken, waiting, refused, given up
    tries integer NOT NULL,
    status integer,                                 -- of HTTP; NULL: no answer
    said text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (activity_id, inbox)
);
CREATE INDEX deliveries_host ON deliveries (host, at DESC);
CREATE INDEX deliveries_at ON deliveries (at);
