"""Live streams: what the bus says, to whoever listens over a WebSocket or Server-Sent Events."""
