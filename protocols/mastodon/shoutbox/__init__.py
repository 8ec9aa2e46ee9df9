"""Pleroma's shoutbox: the lobby as its front-ends have it, over a Phoenix channel."""
