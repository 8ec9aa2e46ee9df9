"""A refusal of the core in gopher's only word for it: an item of type 3."""

from __future__ import annotations

from pleromad.errors import Gone, NotFound, PleromadError
from protocols.gopher import items
from protocols.gopher.items import Here


def refusal(said: PleromadError | str, here: Here) -> bytes:
    match said:
        case str():
            text = said
        case Gone():
            text = "This was deleted."
        case NotFound():
            text = "Nothing is here, or it is not for everybody to see."
        case _:
            text = said.public
    return items.menu([items.error(text), items.info(), items.link(items.MENU, "To the main menu", "/", here)])
