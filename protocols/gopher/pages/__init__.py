"""What there is to read: a page for each kind of selector."""
