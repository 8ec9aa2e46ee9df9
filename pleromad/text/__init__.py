"""Text: what people type and what they read. HTML in, HTML out, and plain text for the doors that have no HTML.

`render` turns what was typed into HTML, `sanitise` makes HTML of others harmless, `to_plain` reads HTML out as plain
text, and the `find_*` functions say who and what a text speaks of. All of it is linear in the length of the input.
"""

from pleromad.text.characters import escape, plain_name
from pleromad.text.entities import find_handles, find_hashtags, find_shortcodes, normal_tag
from pleromad.text.plain import Link, excerpt, find_links, to_plain
from pleromad.text.rendering import CONTENT_TYPES, MentionTarget, Rendered, handles_in, render, render_line
from pleromad.text.sanitiser import sanitise
from pleromad.text.wrapping import columns, wrap

__all__ = [
    "CONTENT_TYPES",
    "Link",
    "MentionTarget",
    "Rendered",
    "columns",
    "escape",
    "excerpt",
    "find_handles",
    "find_hashtags",
    "find_links",
    "find_shortcodes",
    "handles_in",
    "normal_tag",
    "plain_name",
    "render",
    "render_line",
    "sanitise",
    "to_plain",
    "wrap",
]
