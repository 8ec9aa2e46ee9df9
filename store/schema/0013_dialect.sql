-- What staff changed at run time, and what Pleroma's API keeps.

CREATE TABLE kept_settings (
    key text PRIMARY KEY,                           -- section.name, as in the file
    value jsonb NOT NULL,
    changed_by bigint REFERENCES accounts (id) ON DELETE SET NULL,   -- NULL: from the shell
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX kept_settings_changed_by ON kept_settings (changed_by) WHERE changed_by IS NOT NULL;
