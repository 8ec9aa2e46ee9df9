"""The ActivityPub door: WebFinger, actors, inboxes, delivery (W3C ActivityPub and ActivityStreams 2.0, 2018)."""
