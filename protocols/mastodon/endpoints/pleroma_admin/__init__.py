"""What Pleroma's front-ends for staff ask. Who may do what to whom `core.moderation` decides, as for Mastodon's endpoints."""
