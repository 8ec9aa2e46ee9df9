"""Web Push (RFC 8030): notifications on their way to the apps of people who look elsewhere."""
