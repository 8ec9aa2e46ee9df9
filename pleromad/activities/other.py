"""What other servers say and nothing here comes of: its JSON is kept as it came."""

from __future__ import annotations

from pleromad import errors
from pleromad.activities.work import Result, Work, require
from pleromad.model.activity import Other


async def apply(work: Work, activity: Other) -> Result:
    require(activity.raw is not None, errors.Invalid("There is nothing to keep"))
    return Result(activity.raw, account_id=work.actor.id)
