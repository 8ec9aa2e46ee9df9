"""The way out for letters: SMTP (RFC 5321) with STARTTLS (RFC 3207) or TLS from the start, to one server that takes our mail."""
