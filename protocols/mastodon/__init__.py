"""The Mastodon API (4.6) with Pleroma's dialect: HTTP/JSON and streaming, for apps."""
