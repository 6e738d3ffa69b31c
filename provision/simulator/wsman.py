"""What the WinRM service does with each WS-Management action (MS-WSMV, text-based command shell).

A request that waits, a Receive above all, waits at most for its OperationTimeout, and takes output
only when its answer is about to be written: whoever cancels it before that loses nothing.
"""

from __future__ import annotations

import asyncio
import binascii
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

import pybase64

from provision.simulator.command_line import parse_command
from provision.simulator.envelopes import (
    IDENTITY,
    SHELL,
    WSMAN,
    Request,
    build,
    duration,
    new_id,
)
from provision.simulator.launcher import Launcher
from provision.simulator.pipe import OutputPipe, Taken
from provision.simulator.settings import ServerSettings
from provision.simulator.shells import Command, Shell, Shells
from provision.simulator.wsman_fault import (
    invalid_action,
    invalid_parameter,
    invalid_resource,
    invalid_xml,
    not_supported,
    operation_timed_out,
)

CMD_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
_SHELLS = CMD_SHELL.rpartition("/")[0]
_CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
_PSRP = "http://schemas.microsoft.com/powershell/"
_STATE = _SHELLS + "/CommandState/"
_SIGNAL = _SHELLS + "/signal/"
_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
_ACTIONS = {
    **{_TRANSFER + verb: verb for verb in ("Create", "Delete", "Get")},
    **{f"{_SHELLS}/{verb}": verb for verb in ("Command", "Send", "Receive", "Signal")},
}
_DEFAULT_TIMEOUT = 60.0
_OVERHEAD = 2048
_SMALLEST = 8192


class Service:
    """Answers requests of users who are known already.

    Args:
        shells: Those of the present boot.
    """

    def __init__(self, shells: Shells, launcher: Launcher, settings: ServerSettings) -> None:
        self._shells = shells
        self._launcher = launcher
        self._settings = settings

    async def answer(self, request: Request, user: str, client: str) -> bytes:
        """Carry out one request; gives the answer's envelope.

        Args:
            client: The client's address.

        Raises:
            WSManFault: The answer is a fault.
        """
        timeout = min(request.timeout or _DEFAULT_TIMEOUT, self._settings.operation_seconds)
        try:
            async with asyncio.timeout(timeout):
                return await self._dispatch(request, user, client)
        except TimeoutError:
            raise operation_timed_out() from None

    async def _dispatch(self, request: Request, user: str, client: str) -> bytes:
        if request.body is not None and request.body.tag == IDENTITY + "Identify":
            return self._identify(request)
        verb = _ACTIONS.get(request.action)
        if request.resource.startswith(_PSRP):
            raise not_supported(
                "This is a simulated host: it has no PowerShell remoting endpoint (PSRP), only "
                "the command shell."
            )
        if verb == "Get" and request.resource.startswith(_CONFIG):
            return self._configuration(request)
        if not request.resource.startswith(_SHELLS):
            raise invalid_resource(request.resource)
        if verb is None:
            raise invalid_action(request.action)
        if verb == "Create":
            return self._create(request, user, client)
        shell = self._shells.find(request.selectors.get("ShellId", ""), user)
        with shell.in_use():
            match verb:
                case "Get":
                    return build(request, _describe(shell, client))
                case "Delete":
                    self._shells.delete(shell)
                    return build(request, "")
                case "Command":
                    return await self._command(request, shell)
                case "Send":
                    return await self._send(request, shell)
                case "Receive":
                    return await self._receive(request, shell)
                case _:
                    return self._signal(request, shell)

    def _create(self, request: Request, user: str, client: str) -> bytes:
        body = _body(request, "Shell")
        idle = duration((body.findtext(SHELL + "IdleTimeOut") or "").strip())
        shell = self._shells.open(user, body.get("ShellId", ""), idle)
        created = (
            f"<x:ResourceCreated><a:Address>http://{escape(client)}/wsman</a:Address>"
            f"<a:ReferenceParameters><w:ResourceURI>{CMD_SHELL}</w:ResourceURI><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{escape(shell.id)}</w:Selector></w:SelectorSet>'
            "</a:ReferenceParameters></x:ResourceCreated>"
        )
        return build(request, created + _describe(shell, client))

    async def _command(self, request: Request, shell: Shell) -> bytes:
        body = _body(request, "CommandLine")
        words = [element.text or "" for element in body.findall(SHELL + "Arguments")]
        line = parse_command(body.findtext(SHELL + "Command") or "", words)
        if not line.program:
            raise invalid_parameter()
        command_id = (body.get("CommandId") or new_id()).upper()
        if command_id in shell.commands:
            raise invalid_parameter()
        pipe = OutputPipe()
        direct = request.options.get("WINRS_SKIP_CMD_SHELL", "").upper() in ("TRUE", "1")
        program = await self._launcher.start(line, pipe, direct=direct)
        shell.commands[command_id] = Command(command_id, program, pipe)
        return build(
            request,
            f"<rsp:CommandResponse><rsp:CommandId>{escape(command_id)}</rsp:CommandId>"
            "</rsp:CommandResponse>",
        )

    async def _send(self, request: Request, shell: Shell) -> bytes:
        for stream in _body(request, "Send").findall(SHELL + "Stream"):
            command = shell.command(stream.get("CommandId", ""))
            try:
                data = pybase64.b64decode(_compact(stream.text or ""), validate=True)
            except (binascii.Error, ValueError):
                raise invalid_xml("a Stream is no base64") from None
            end = stream.get("End", "").lower() in ("true", "1")
            await command.program.write(data, end=end)
        return build(request, "<rsp:SendResponse/>")

    async def _receive(self, request: Request, shell: Shell) -> bytes:
        desired = _body(request, "Receive").find(SHELL + "DesiredStream")
        if desired is None:
            raise invalid_xml("a Receive without DesiredStream")
        command = shell.command(desired.get("CommandId", ""))
        streams = frozenset((desired.text or "stdout stderr").split())
        largest = self._settings.envelope_limit
        limit = max(_SMALLEST, min(request.envelope_limit or largest, largest)) - _OVERHEAD
        await command.pipe.wait(streams)
        taken = command.pipe.take(streams, limit // 4 * 3)
        return build(request, _output(command.id, taken))

    def _signal(self, request: Request, shell: Shell) -> bytes:
        body = _body(request, "Signal")
        command = shell.command(body.get("CommandId", ""))
        code = (body.findtext(SHELL + "Code") or "").strip()
        match code.removeprefix(_SIGNAL).lower():
            case "terminate":
                command.close()
                del shell.commands[command.id]
            case "ctrl_c" | "ctrl_break":
                command.program.interrupt()
            case _:
                raise invalid_parameter()
        return build(request, "<rsp:SignalResponse/>")

    def _identify(self, request: Request) -> bytes:
        namespace = IDENTITY[1:-1]
        return build(
            request,
            f'<i:IdentifyResponse xmlns:i="{namespace}">'
            f"<i:ProtocolVersion>{WSMAN[1:-1]}</i:ProtocolVersion>"
            "<i:ProductVendor>Microsoft Corporation</i:ProductVendor>"
            f"<i:ProductVersion>OS: {self._settings.os_version} SP: 0.0 Stack: 3.0"
            "</i:ProductVersion></i:IdentifyResponse>",
            f"{namespace}/IdentifyResponse",
        )

    def _configuration(self, request: Request) -> bytes:
        settings = self._settings
        basic = any(scheme.lower() == "basic" for scheme in settings.schemes)
        return build(
            request,
            f'<cfg:Config xmlns:cfg="{_CONFIG}">'
            f"<cfg:MaxEnvelopeSizekb>{settings.envelope_limit // 1024}</cfg:MaxEnvelopeSizekb>"
            f"<cfg:MaxTimeoutms>{int(settings.operation_seconds * 1000)}</cfg:MaxTimeoutms>"
            "<cfg:MaxBatchItems>32000</cfg:MaxBatchItems><cfg:Service>"
            f"<cfg:AllowUnencrypted>{_xml(settings.allow_unencrypted)}</cfg:AllowUnencrypted>"
            f"<cfg:Auth><cfg:Basic>{_xml(basic)}</cfg:Basic><cfg:Negotiate>true</cfg:Negotiate>"
            "<cfg:CbtHardeningLevel>Relaxed</cfg:CbtHardeningLevel></cfg:Auth></cfg:Service>"
            f"<cfg:Winrs><cfg:MaxShellsPerUser>{settings.shells_per_user}</cfg:MaxShellsPerUser>"
            "</cfg:Winrs></cfg:Config>",
        )


def _body(request: Request, name: str) -> ET.Element:
    if request.body is None or request.body.tag != SHELL + name:
        raise invalid_xml(f"the body holds no {name}")
    return request.body


def _compact(text: str) -> str:
    return "".join(text.split()) if any(blank in text for blank in " \t\r\n") else text


def _describe(shell: Shell, client: str) -> str:
    return (
        f"<rsp:Shell><rsp:ShellId>{escape(shell.id)}</rsp:ShellId>"
        f"<rsp:ResourceUri>{CMD_SHELL}</rsp:ResourceUri><rsp:Owner>{escape(shell.user)}</rsp:Owner>"
        f"<rsp:ClientIP>{escape(client)}</rsp:ClientIP>"
        f"<rsp:IdleTimeOut>PT{shell.idle_seconds:.3f}S</rsp:IdleTimeOut>"
        "<rsp:InputStreams>stdin</rsp:InputStreams>"
        "<rsp:OutputStreams>stdout stderr</rsp:OutputStreams>"
        "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime>"
        "<rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity></rsp:Shell>"
    )


def _output(command_id: str, taken: Taken) -> str:
    command = quoteattr(command_id)
    parts = [
        f'<rsp:Stream Name="{name}" CommandId={command}>{pybase64.b64encode_as_string(data)}'
        "</rsp:Stream>"
        for name, data in taken.chunks
    ]
    if taken.exit_code is None:
        parts.append(f'<rsp:CommandState CommandId={command} State="{_STATE}Running"/>')
    else:
        parts += [
            f'<rsp:Stream Name="{name}" CommandId={command} End="true"/>'
            for name in ("stdout", "stderr")
        ]
        parts.append(
            f'<rsp:CommandState CommandId={command} State="{_STATE}Done">'
            f"<rsp:ExitCode>{taken.exit_code}</rsp:ExitCode></rsp:CommandState>"
        )
    return f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"


def _xml(value: bool) -> str:
    return "true" if value else "false"
