The Mastodon API with Pleroma's dialect: apps log in, post, read, search, upload and stream over WebSocket and Server-Sent Events.
