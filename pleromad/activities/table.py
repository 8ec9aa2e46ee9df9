"""Which function applies which activity. A new activity type is a module of this package and one row here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pleromad.activities import (
    accept,
    announce,
    block,
    collection,
    create,
    delete,
    flag,
    follow,
    invite,
    like,
    move,
    other,
    quote,
    refusal,
    suspend,
    undo,
    update,
    vote,
)
from pleromad.activities.work import Result, Work
from pleromad.model import activity as model

APPLY: Mapping[type[model.Activity], Callable[[Work, Any], Awaitable[Result]]] = {
    model.Accept: accept.apply,
    model.Add: collection.apply,
    model.Announce: announce.apply,
    model.Block: block.apply,
    model.Create: create.apply,
    model.Delete: delete.apply,
    model.EmojiReact: like.react,
    model.Flag: flag.apply,
    model.Follow: follow.apply,
    model.Invite: invite.apply,
    model.Like: like.apply,
    model.Move: move.apply,
    model.Other: other.apply,
    model.QuoteAccept: quote.accept,
    model.QuoteReject: quote.reject,
    model.QuoteRequest: quote.request,
    model.QuoteRevoke: quote.revoke,
    model.Refusal: refusal.apply,
    model.Reject: accept.reject,
    model.Remove: collection.remove,
    model.Suspend: suspend.apply,
    model.Undo: undo.apply,
    model.Update: update.apply,
    model.Vote: vote.apply,
}
