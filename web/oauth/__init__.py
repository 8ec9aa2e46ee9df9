"""OAuth 2.0 for applications: RFC 6749 with PKCE (RFC 7636), in the shapes Mastodon's clients know."""
