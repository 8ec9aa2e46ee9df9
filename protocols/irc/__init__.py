"""The IRC door: rooms of the core as channels, people as nicks, timelines as `&` channels. See docs/irc.md."""
