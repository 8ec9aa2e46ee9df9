"""What a person takes along and brings with them: tables (CSV) in and out, an archive of all they said."""

from __future__ import annotations

from pleromad.transfers.archives import Archives
from pleromad.transfers.desk import TransferDesk
from pleromad.transfers.exports import Exports
from pleromad.transfers.imports import Imports

__all__ = ["TransferDesk", "Transfers"]


class Transfers(Exports, Imports, Archives):
    def __init__(self, desk: TransferDesk) -> None:
        super().__init__(desk)
