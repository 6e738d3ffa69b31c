"""pywinrm's protocol, with what a kept shell needs of it beyond pywinrm.

pywinrm makes each envelope anew from a tree, which for a large Send takes longer than everything
else that the client does for it (measured with pywinrm 0.5); but one Send or Receive of a command
differs from the next only in its message id and its data. And pywinrm announces 150 KB as the
largest answer, the limit of Windows Server 2008 R2, where 500 KB are allowed since 2012.
"""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from typing import Any

import pybase64
import xmltodict
from winrm.protocol import Protocol

from provision.transport.winrm_shortcut import Shortcut

ENVELOPE = 500 * 1024
"""MaxEnvelopeSizekb of Windows Server 2012 and later."""

SMALL_ENVELOPE = 150 * 1024
"""MaxEnvelopeSizekb of older hosts, and what pywinrm announces."""

_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_ALIKE = ("basic", "ntlm", "certificate")
"""Where requests of a session that is logged in differ in their body alone; those of Kerberos and
CredSSP may not."""

_ID, _DATA = "@id@", "@data@"


class KeepingProtocol(Protocol):
    """A pywinrm protocol that keeps the last body, and the form of its Sends.

    A Receive that is answered with some other XML comes out of pywinrm as "no output, still
    running", and a Send answered with anything as done; only the body tells the difference.
    """

    last_body: bytes = b""
    envelope_limit: int = ENVELOPE
    """Bytes that one answer of the host may have."""

    _forms: tuple[tuple[str, str, int], list[bytes], list[bytes]] | None = None

    def send_message(self, message: str | bytes) -> bytes:
        """Send an envelope; gives the body of the answer, and keeps it."""
        self.last_body = b""
        self._take_the_shortcut(self.transport)
        envelope: Any = message
        self.last_body = super().send_message(envelope)
        return self.last_body

    def _take_the_shortcut(self, transport: Any) -> None:
        session = transport.build_session()
        if isinstance(session, Shortcut):
            return
        # Otherwise each request looks for proxies and passwords in the environment and ~/.netrc.
        session.trust_env = False
        # Otherwise a login goes to whoever is named.
        session.max_redirects = 0
        if transport.auth_method in _ALIKE and not transport.proxy:
            sealed = transport.encryption is not None
            transport.session = Shortcut(session, transport.endpoint, sealed=sealed)

    def build_wsman_header(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Give the headers of an envelope, with our limit for the answer."""
        envelope: dict[str, Any] = super().build_wsman_header(*args, **kwargs)
        envelope["env:Header"]["w:MaxEnvelopeSize"]["#text"] = str(self.envelope_limit)
        return envelope

    def send_command_input(
        self, shell_id: str, command_id: str, stdin_input: str | bytes, end: bool = False
    ) -> None:
        """Write to a command's standard input."""
        if end or isinstance(stdin_input, str):
            super().send_command_input(shell_id, command_id, stdin_input, end)
            return
        head, middle, tail = self._forms_for(shell_id, command_id)[0]
        self.send_message(
            b"".join((head, _new_id(), middle, pybase64.b64encode(stdin_input), tail))
        )

    def get_command_output_raw(
        self, shell_id: str, command_id: str
    ) -> tuple[bytes, bytes, int, bool]:
        """Give what a command wrote since the last time, its exit code, and whether it has ended.

        Raises:
            WinRMOperationTimeoutError: Nothing came for as long as the host waits.
        """
        head, tail = self._forms_for(shell_id, command_id)[1]
        root = ET.fromstring(self.send_message(b"".join((head, _new_id(), tail))))
        written: dict[str, list[bytes]] = {"stdout": [], "stderr": []}
        for stream in root.iter(f"{{{_SHELL}}}Stream"):
            if stream.text and stream.get("Name") in written:
                written[stream.attrib["Name"]].append(pybase64.b64decode(stream.text))
        done = any(
            state.get("State", "").endswith("/Done")
            for state in root.iter(f"{{{_SHELL}}}CommandState")
        )
        code = root.find(f".//{{{_SHELL}}}ExitCode") if done else None
        exit_code = int(code.text or -1) if code is not None else -1
        return b"".join(written["stdout"]), b"".join(written["stderr"]), exit_code, done

    def _forms_for(self, shell_id: str, command_id: str) -> tuple[list[bytes], list[bytes]]:
        key = (shell_id, command_id, self.envelope_limit)
        if self._forms is None or self._forms[0] != key:
            stream = {"@CommandId": command_id, "@Name": "stdin", "@End": "false", "#text": _DATA}
            send = self._form("Send", shell_id, {"rsp:Stream": stream}, _ID, _DATA)
            desired = {"@CommandId": command_id, "#text": "stdout stderr"}
            receive = self._form("Receive", shell_id, {"rsp:DesiredStream": desired}, _ID)
            self._forms = (key, send, receive)
        return self._forms[1:]

    def _form(self, verb: str, shell_id: str, body: dict[str, Any], *places: str) -> list[bytes]:
        """Give an envelope, cut at the places where something is to be filled in."""
        envelope = self.build_wsman_header(
            resource_uri=f"{_SHELL}/cmd",
            action=f"{_SHELL}/{verb}",
            shell_id=shell_id,
            message_id=_ID,
        )
        envelope["env:Body"] = {f"rsp:{verb}": body}
        parts = []
        rest: str = xmltodict.unparse({"env:Envelope": envelope})
        for place in places:
            part, _, rest = rest.partition(place)
            parts.append(part.encode())
        return [*parts, rest.encode()]


def _new_id() -> bytes:
    return str(uuid.uuid4()).encode()
