"""The OStatus door, first floor: Atom with Activity Streams 1.0, and what WebFinger says for it."""
