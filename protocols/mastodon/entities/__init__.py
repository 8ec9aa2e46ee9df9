"""The entities of the Mastodon API 4.6 (its documentation, "Entities") with Pleroma's keys, field by field.

The types are the documentation: answers are checked against them in the tests, and a schema is made from them.
"""
