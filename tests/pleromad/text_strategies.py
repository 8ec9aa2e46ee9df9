"""What Hypothesis makes texts and markup of, hostile and ordinary."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

QUIET = settings(max_examples=150)

TAGS = (
    "a", "abbr", "b", "blockquote", "body", "br", "button", "caption", "center", "code", "dd", "div", "dl", "dt", "em", "font", "form",
    "h1", "h2", "hr", "i", "iframe", "img", "input", "li", "math", "noscript", "ol", "p", "plaintext", "pre", "rp", "rt", "ruby",
    "script", "section", "select", "span", "style", "svg", "table", "tbody", "td", "template", "textarea", "th", "title", "tr", "u",
    "ul", "xmp",
)  # fmt: skip
ATTRIBUTES = (
    "", " onclick=x()", ' href="https://e.example/?a=1&b=2"', " href=javascript:alert(1)", ' href="java\nscript:x"', " href=//x/y",
    ' class="mention h-card evil"', " style=color:red", ' rel="tag me"', " src=x onerror=y", " start=3", " colspan=9", ' title="<b>"',
    " href='data:text/html,x'", " href='http://[bad'", ' lang="de"', " dir=rtl", ' href="gemini://a.b/"', " id=x", " /",
)  # fmt: skip
WORDS = (
    "hello", " ", "\n", "\n\n", "&amp;", "&lt;script&gt;", "<", ">", "&", '"', "'", "@bob", "@al@far.example", "#tag", "#täg", ":blob:",
    "https://e.example/a_(b)?c=1#d", "https://bücher.example/ü、", "me@mail.example", "`code`", "```", "*", "_", "**", "[x](https://e.org)",
    "- ", "> ", "1. ", "|a|b|\n|-|-|\n|c|d|\n", "\u202e", "\x00", "\r\n", "漢字", "नमस्ते", "👩‍👩‍👧", "\xa0", "[b]", "[/b]", "[quote]", "[url]",
    "[url=https://e.org]", "[/url]", "[list][*]", "javascript:alert(1)", "\\", "<!--", "-->", "<![CDATA[", "\ud800",
)  # fmt: skip

opening = st.builds(
    lambda tag, attributes: f"<{tag}{attributes}>", st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)
)
closing = st.sampled_from(TAGS).map(lambda tag: f"</{tag}>")
words = st.sampled_from(WORDS) | st.text(max_size=5)
texts = st.lists(words, max_size=25).map("".join)
markup = st.lists(opening | closing | words, max_size=30).map("".join) | st.text(
    alphabet="<>/ab=\"'&;!-p \n", max_size=60
)

HOSTILE = (
    "<", "<a ", "<a \"", "</", "<!--", "&", "&#", "&amp", "<div>", "<b>", "<b a=1><p>", "<table><tr><td>", "<p>x", "</i>", "<ul><li>",
    "@", "@a", "@a@", "@a.", "@a@b.", "#", "#a", "#a_", "http://", "https://a.b/(", "https://a.b/)))", "mailto:", ":", ":a", ":a:", "`",
    "```", "`a\n", "[", "![", "[a](", "*a_", "_a*", "__", "**a", "> ", "- ", "[url]", "[code]", "[quote]", "[b", "\n", "\t", "  \n",
    "a.b@", "a-", "~~", "\\", "|", "(", "漢", "a\u0301", "\u202e", "🏳️‍🌈",
)  # fmt: skip
