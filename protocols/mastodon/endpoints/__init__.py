"""What each endpoint does: forms and functions, a file per subject. `protocols.mastodon.table` says which path is whose."""
