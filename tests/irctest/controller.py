"""irctest's controller for pleromad. Runs in irctest's own environment, where nothing of pleromad is installed."""

import os
import secrets
import shlex
import socket
from pathlib import Path

from irctest.basecontrollers import BaseServerController, DirectoryBasedController
from irctest.irc_utils import junkdrawer
from irctest.runner import NotImplementedByController
from irctest.specifications import Capabilities, OptionalBehaviors


def _random_name(base):
    """As irctest's own, but that an account here is made of letters, digits and underscores."""
    return base + "_" + secrets.token_hex(5)


# Before the tests import it: what they do with a name is theirs, how it is spelt is the server's.
junkdrawer.random_name = _random_name


class PleromadController(BaseServerController, DirectoryBasedController):
    software_name = "pleromad"
    supported_sasl_mechanisms = {"PLAIN"}
    supports_sts = False
    extban_mute_char = "m"
    _port_wait_interval = 0.05
    # What is declared here cannot hide as a skip: a test that finds it missing fails.
    capabilities = frozenset(
        {
            Capabilities.ACCOUNT_NOTIFY,
            Capabilities.ACCOUNT_TAG,
            Capabilities.AWAY_NOTIFY,
            Capabilities.BATCH,
            Capabilities.ECHO_MESSAGE,
            Capabilities.EXTENDED_JOIN,
            Capabilities.EXTENDED_MONITOR,
            Capabilities.LABELED_RESPONSE,
            Capabilities.MESSAGE_REDACTION,
            Capabilities.MESSAGE_TAGS,
            Capabilities.MULTILINE,
            Capabilities.MULTI_PREFIX,
            Capabilities.READ_MARKER,
            Capabilities.SERVER_TIME,
            Capabilities.SETNAME,
        }
    )
    optional_behaviors = frozenset(
        {
            OptionalBehaviors.BAN_EXCEPTION_MODE,
            OptionalBehaviors.CAP_REQ_MINUS,
            OptionalBehaviors.ELIST_C,
            OptionalBehaviors.ELIST_M,
            OptionalBehaviors.ELIST_N,
            OptionalBehaviors.ELIST_T,
            OptionalBehaviors.ELIST_U,
            OptionalBehaviors.INVITE_EXCEPTION_MODE,
            OptionalBehaviors.INVITE_LIST,
            OptionalBehaviors.INVITE_OVERRIDES_LIMIT,
            OptionalBehaviors.MULTI_JOIN,
            OptionalBehaviors.MULTI_KICK,
            OptionalBehaviors.MULTI_NAMES_COMMAND,
            OptionalBehaviors.MULTI_PRIVMSG,
            OptionalBehaviors.NO_CTCP,
            OptionalBehaviors.SASL_AFTER_REGISTRATION,
        }
    )
    isupport = {
        "BOT": "B",
        "CASEMAPPING": "ascii",
        "ELIST": "CMNTU",
        "INVEX": "I",
        "PREFIX": "(qaohv)~&@%+",
        "STATUSMSG": "~@%+",
        "UTF8ONLY": None,
        "WHOX": None,
    }

    def get_hostname_and_port(self):
        """A free port of the loopback interface only."""
        return "127.0.0.1", super().get_hostname_and_port()[1]

    def run(self, hostname, port, *, password, ssl, run_services, faketime, websocket_hostname, websocket_port):
        if ssl:
            raise NotImplementedByController("ssl")
        self.hostname, self.port = hostname, port
        command = [*shlex.split(os.environ["IRCTEST_DAEMON"]), str(port)]
        if password:
            command += ["--password", password]
        if faketime:
            # "+1y x30": the speed is what matters.
            self.faketime_enabled = True
            command += ["--speed", faketime.rpartition("x")[2]]
        if self.test_config.account_registration_requires_email:
            command.append("--mail")
        if not self.test_config.account_registration_before_connect:
            command.append("--late")
        if websocket_port is not None:
            command += ["--websocket", str(websocket_port)]
            # testReceiveTruncation says something on one connection and at once asks on another whether it came; which of two
            # sockets is read first is not ours to choose.
            self.sync_sleep_time = 0.01
        if run_services:
            self.create_config()
            command += ["--fresh", "--control", str(self.directory / "control")]
        self.proc = self.execute(command, proc_name="pleromad", cwd=Path(os.environ["IRCTEST_ROOT"]))

    def registerUser(self, case, username, password=None):
        """Straight into the database, by way of the daemon."""
        self.wait_for_port()
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.directory / "control"))
            control.sendall(f"register {username} {password}\n".encode())
            answer = control.makefile().readline().strip()
        assert answer == "ok", answer

    def wait_for_services(self):
        """There are none but the daemon itself."""


def get_irctest_controller_class():
    return PleromadController
