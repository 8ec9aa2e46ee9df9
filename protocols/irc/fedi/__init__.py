"""The service nick `fedi`: everything a client of the fediverse does, as words. One module for each subject; importing them fills the tables."""

from protocols.irc.fedi import filters, lists, marks, people, posts, reading, settings, staff

__all__ = ["filters", "lists", "marks", "people", "posts", "reading", "settings", "staff"]
