"""What `provision doctor` looks at, from the name of a host to the self-test of the agent.

Each look rests on the ones before it: after a failure the rest is skipped. Nothing is changed on
the host; two shells are opened there and closed again.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import requests
from urllib3.exceptions import InsecureRequestWarning

from provision.agent.client import AgentClient
from provision.agent.operations.host import SelfTest
from provision.cli.link import Link
from provision.engine import retry
from provision.model.errors import ProvisionError
from provision.model.host import Authentication, Scheme
from provision.transport.errors import LoginRefused, SettingRefused
from provision.transport.winrm_errors import translate
from provision.transport.winrm_protocol import make_protocol, system_authorities

_SECONDS = 10
_OFFERED_AS = {
    Authentication.BASIC: ("basic",),
    Authentication.NTLM: ("negotiate", "ntlm"),
    Authentication.NEGOTIATE: ("negotiate", "ntlm"),
    Authentication.KERBEROS: ("kerberos", "negotiate"),
    Authentication.CREDSSP: ("credssp",),
}

State = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One row: what was looked at, and what was found.

    Args:
        remedy: What to do about a failure.
        agent: The agent itself found it: the host could be reached.
    """

    look: str
    state: State
    found: str
    remedy: str = ""
    agent: bool = False


class _Failed(Exception):
    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found)
        self.found = found
        self.remedy = remedy


def examine(link: Link) -> Iterator[Finding]:
    """Look at everything in turn; gives each finding as soon as it is known."""
    looks: list[tuple[str, Callable[[Link], str | None]]] = [
        ("name", _name),
        ("port", _port),
        ("TLS", _tls),
        ("WinRM", _winrm),
        ("login", _login),
    ]
    for number, (name, look) in enumerate(looks):
        try:
            found = look(link)
        except _Failed as failed:
            yield Finding(name, "failed", failed.found, failed.remedy)
            for later in [*(later for later, _ in looks[number + 1 :]), "agent", "self-test"]:
                yield Finding(later, "skipped", f"{name} comes first")
            return
        state: State = "skipped" if found is None else "passed"
        yield Finding(name, state, found or "plain http: there is no TLS")
    yield from _agent(link)


def _name(link: Link) -> str:
    try:
        found = socket.getaddrinfo(link.address, link.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _Failed(
            f"{link.address!r} cannot be found: {error}",
            "Check the spelling of `address`, and name resolution on this machine.",
        ) from None
    return f"{link.address} is {', '.join(dict.fromkeys(str(entry[4][0]) for entry in found))}"


def _port(link: Link) -> str:
    try:
        socket.create_connection((link.address, link.port), timeout=_SECONDS).close()
    except OSError as error:
        refused = isinstance(error, ConnectionRefusedError)
        raise _Failed(
            f"port {link.port}: {'refused' if refused else error}",
            "On the host: `winrm quickconfig`, then `winrm enumerate winrm/config/listener` shows "
            "the port. Check its firewall rule, and firewalls on the way.",
        ) from None
    return f"port {link.port} is open"


def _tls(link: Link) -> str | None:
    settings = link.settings
    if settings.scheme is Scheme.HTTP:
        return None
    context = ssl.create_default_context()
    try:
        authorities = Path(settings.ca or system_authorities() or "")
        if authorities.is_file():
            context.load_verify_locations(cafile=authorities)
        elif authorities.name:
            context.load_verify_locations(capath=authorities)
        if not settings.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        with (
            socket.create_connection((link.address, link.port), timeout=_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=link.address) as secured,
        ):
            version = secured.version()
            certificate = secured.getpeercert() or {}
    except ssl.SSLError as error:
        told = translate(requests.exceptions.SSLError(str(error)), link.address, str)
        raise _Failed(told.brief, told.resolution) from None
    except OSError as error:
        raise _Failed(
            str(error), "Check `ca` in the host file, and that the port speaks TLS."
        ) from None
    if not settings.verify:
        return f"{version}; the certificate was NOT checked (`verify: false`)"
    return f"{version}; certificate accepted, valid until {certificate.get('notAfter', 'unknown')}"


def _winrm(link: Link) -> str:
    settings = link.settings
    if settings.auth is Authentication.CERTIFICATE:
        return "asked together with the login: the certificate is the login"
    verify: bool | str = settings.verify and (settings.ca or system_authorities() or True)
    host = f"[{link.address}]" if ":" in link.address else link.address
    url = f"{settings.scheme.value}://{host}:{link.port}/wsman"
    with requests.Session() as session, warnings.catch_warnings():
        # Whoever gave `verify: false` has been warned, in our words.
        warnings.simplefilter("ignore", InsecureRequestWarning)
        session.trust_env = False
        session.proxies = {"all": settings.proxy} if settings.proxy else {}
        try:
            answer = session.post(
                url,
                headers={"Content-Type": "application/soap+xml;charset=UTF-8"},
                timeout=_SECONDS,
                verify=verify,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            told = translate(error, f"{link.address}:{link.port}", str)
            detail = f": {told.details}" if told.details else ""
            raise _Failed(f"{told.brief}{detail}", told.resolution) from None
    offered = _offered(answer)
    if answer.status_code != 401 or not offered:
        raise _Failed(
            f"HTTP status {answer.status_code} without an offer to log in: this is no WinRM",
            "Check the port, and that no proxy or other server answers in its place.",
        )
    if not set(_OFFERED_AS[settings.auth]) & {scheme.lower() for scheme in offered}:
        raise _Failed(
            f"answers, but does not offer {settings.auth.value}: only {', '.join(offered)}",
            "Choose another `auth`, or allow it on the host: `winrm set winrm/config/service/auth "
            f'@{{{settings.auth.value.capitalize()}="true"}}`.',
        )
    return f"answers, offers {', '.join(offered)}"


def _offered(answer: requests.Response) -> list[str]:
    values = answer.raw.headers.getlist("WWW-Authenticate")
    return list(dict.fromkeys(value.split()[0].rstrip(",") for value in values if value.strip()))


def _login(link: Link) -> str:
    """Log in and open a shell; whatever comes after the login is no matter of passwords."""
    address = f"{link.address}:{link.port}"
    try:
        protocol = make_protocol(link.settings, link.address, link.port, link.password)
        try:
            shell = protocol.open_shell()
            protocol.close_shell(shell)
        finally:
            with contextlib.suppress(Exception):
                protocol.transport.close_session()
    except Exception as error:
        told = translate(error, address, link.scrub)
        refused = isinstance(told, (LoginRefused, SettingRefused))
        prefix = "" if refused else "no shell could be opened: "
        detail = f" ({told.details})" if told.details and not refused else ""
        raise _Failed(f"{prefix}{told.brief}{detail}", told.resolution) from None
    return f"{link.settings.user} is accepted by {link.settings.auth.value}, and may open a shell"


def _agent(link: Link) -> Iterator[Finding]:
    """Start the agent and let it test itself."""
    client = AgentClient(
        link.connector.channel(),
        retrying=lambda: retry.in_place(link.clock),
        clock=link.clock,
    )
    try:
        try:
            ready = client.start()
        except ProvisionError as error:
            detail = f": {error.details}" if error.details else ""
            yield Finding("agent", "failed", f"{error.brief}{detail}", error.resolution)
            return
        found = f"runs in PowerShell {ready.powershell}, boot {ready.boot}"
        yield Finding("agent", "passed", found)
        try:
            checks = client.call(SelfTest()).checks
        except ProvisionError as error:
            yield Finding("self-test", "failed", error.brief, error.resolution, agent=True)
            return
    finally:
        client.close()
    for check in checks:
        state: State = "passed" if check.passed else "failed"
        remedy = "" if check.passed else _REMEDIES.get(check.check, "")
        yield Finding(f"self-test: {check.check}", state, check.found, remedy, agent=True)


_REMEDIES = {
    "powershell": "Install Windows Management Framework 5.0 or later.",
    "elevated": "Log in as a member of Administrators; for a local account other than "
    "Administrator set LocalAccountTokenFilterPolicy to 1.",
    "language_mode": "The agent needs FullLanguage: lift the constrained language policy for "
    "this account.",
    "data_folder": "Let the account write to its data folder in ProgramData.",
    "scheduled_tasks": "Jobs run as scheduled tasks: the ScheduledTasks module is needed.",
    "volatile_key": "Let the account write to HKLM\\SOFTWARE.",
}
