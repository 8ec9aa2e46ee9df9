"""What happens to accounts while they are connected: a new name, a suspension, the end, a token taken back."""

from __future__ import annotations

from pleromad.errors import NotFound
from pleromad.model import event as events
from pleromad.model.event import Event
from protocols.irc import preferences, tell
from protocols.irc.network import Network


class AccountEvents:
    def __init__(self, network: Network) -> None:
        self._network = network

    async def heard(self, event: Event) -> None:
        match event.kind:
            case events.ACCOUNT_UPDATED:
                await self._updated(event.account_id)
            case events.ACCESS_CHANGED:
                await self._access_changed(event.account_id)
            case events.ACCOUNT_DELETED:
                self._deleted(event.account_id)
            case events.BLOCKS_CHANGED:
                await self._network.core.gatekeeper.read()  # this may be heard before the gatekeeper has
                for session in list(self._network.sessions):
                    if self._network.core.gatekeeper.shuts_out(session.address):
                        session.close("Your address has no access here")
            case events.TOKEN_REVOKED:
                for person in self._network.of_account(event.account_id):
                    for session in list(person.sessions):
                        if session.token_id == event.other_id:
                            session.close("Your token was revoked")

    async def _updated(self, account_id: int) -> None:
        network = self._network
        people = network.all_of_account(account_id)
        if not people:
            return
        try:
            account = await network.core.reading.account(account_id)
        except NotFound:
            return
        for person in people:
            person.account = account
            if person.connected:
                await preferences.load(network, person)
            realname = account.display_name or account.username
            if person.realname != realname:
                person.realname = realname
                tell.realname_changed(network, person)
            if account.suspended:
                for session in list(person.sessions):
                    session.close("This account is suspended")

    async def _access_changed(self, account_id: int) -> None:
        """Staff disabled the log-in, or changed what the account may do."""
        people = self._network.all_of_account(account_id)
        if not people:
            return
        try:
            user = await self._network.core.accounts.user(account_id)
        except NotFound:
            return
        if user.disabled or user.account.suspended:
            for person in people:
                for session in list(person.sessions):
                    session.close("Your login is currently disabled")

    def _deleted(self, account_id: int) -> None:
        network = self._network
        for person in network.all_of_account(account_id):
            for channel in list(person.channels.values()):
                tell.parted(network, channel, person, "Account deleted")
                channel.remove(person)
                network.drop_if_empty(channel)
            for session in list(person.sessions):
                session.close("This account was deleted")
            network.forget_if_unseen(person)
