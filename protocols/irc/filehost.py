"""Files for IRC (ISUPPORT `soju.im/FILEHOST`): POST a file to `/irc/files`, say its address, and it hangs on what was said.

The client sends the file as it is, with the credentials it has for IRC: HTTP Basic for SASL PLAIN, Bearer for OAUTHBEARER.
It is kept like an upload of any other door: one that is said nowhere goes after a day.
"""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import Message
from typing import TYPE_CHECKING

from pleromad.model.note import NoteDraft
from web.answers import Answer
from web.auth import viewer_of

if TYPE_CHECKING:
    from pleromad.core import Core
    from web.request import Request
    from web.site import Site

PATH = "/irc/files"
MAX_FILES = 4
_NAME = 200


def register(site: Site) -> None:
    async def upload(request: Request) -> Answer:
        viewer = await viewer_of(request, site.core)
        account = viewer.need("write", "write:media")
        described = Message()
        described["Content-Disposition"] = request.header("content-disposition")
        media = await site.core.media.upload(
            account.id,
            request.body,
            filename=(described.get_filename() or "")[:_NAME],
            media_type=request.header("content-type"),
        )
        return Answer(201, b"", "", (("Location", media.url),))

    site.route("POST", PATH, upload, max_body=site.core.settings.media.max_video_bytes + 1024)


async def with_files(core: Core, account_id: int, draft: NoteDraft) -> NoteDraft:
    """The draft with those of the account's uploads attached whose addresses it says."""
    start = core.uris.media("")
    if start not in draft.text:
        return draft
    addresses = re.findall(re.escape(start) + r"[\w./-]{1,200}", draft.text)[:MAX_FILES]
    found = await core.media.waiting(account_id, [address.removeprefix(start) for address in addresses])
    text = draft.text
    for address in addresses:
        if address.removeprefix(start) in found:
            text = re.sub(rf" ?{re.escape(address)}(?![\w./-])", "", text, count=1)
    return replace(draft, text=text.strip(), media_ids=(*draft.media_ids, *found.values()))
