"""What staff ask and do: one file per subject. Whether they may, the core decides (`core.moderation`)."""
