"""What `provision doctor` looks at between here and a shell that WinRM opened."""

from __future__ import annotations

import contextlib
import socket
import ssl
import warnings
from functools import partial
from pathlib import Path

import requests
from urllib3.exceptions import InsecureRequestWarning

from provision.cli.finding import SECONDS, Failed, Finding, Look, knock, look_up
from provision.cli.link import WinRMLink
from provision.model.host import Authentication, Scheme
from provision.transport.errors import LoginRefused, SettingRefused
from provision.transport.winrm_errors import translate
from provision.transport.winrm_protocol import make_protocol, system_authorities

_OFFERED_AS = {
    Authentication.BASIC: ("basic",),
    Authentication.NTLM: ("negotiate", "ntlm"),
    Authentication.NEGOTIATE: ("negotiate", "ntlm"),
    Authentication.KERBEROS: ("kerberos", "negotiate"),
    Authentication.CREDSSP: ("credssp",),
}
_PORT_REMEDY = (
    "On the host: `winrm quickconfig`, then `winrm enumerate winrm/config/listener` shows the "
    "port. Check its firewall rule, and firewalls on the way."
)


def looks(link: WinRMLink) -> list[Look]:
    """Give the looks in their order."""
    return [
        ("name", partial(look_up, link.address, link.port)),
        ("port", partial(knock, link.address, link.port, _PORT_REMEDY)),
        ("TLS", partial(_tls, link)),
        ("WinRM", partial(_winrm, link)),
        ("login", partial(_login, link)),
    ]


def _tls(link: WinRMLink) -> str | Finding:
    settings = link.settings
    if settings.scheme is Scheme.HTTP:
        return Finding("TLS", "skipped", "plain http: there is no TLS")
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
            socket.create_connection((link.address, link.port), timeout=SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=link.address) as secured,
        ):
            version = secured.version()
            certificate = secured.getpeercert() or {}
    except ssl.SSLError as error:
        told = translate(requests.exceptions.SSLError(str(error)), link.address, str)
        raise Failed(told.brief, told.resolution) from None
    except OSError as error:
        raise Failed(
            str(error), "Check `ca` in the host file, and that the port speaks TLS."
        ) from None
    if not settings.verify:
        return f"{version}; the certificate was NOT checked (`verify: false`)"
    return f"{version}; certificate accepted, valid until {certificate.get('notAfter', 'unknown')}"


def _winrm(link: WinRMLink) -> str:
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
                timeout=SECONDS,
                verify=verify,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            told = translate(error, f"{link.address}:{link.port}", str)
            detail = f": {told.details}" if told.details else ""
            raise Failed(f"{told.brief}{detail}", told.resolution) from None
    offered = _offered(answer)
    if answer.status_code != 401 or not offered:
        raise Failed(
            f"HTTP status {answer.status_code} without an offer to log in: this is no WinRM",
            "Check the port, and that no proxy or other server answers in its place.",
        )
    if not set(_OFFERED_AS[settings.auth]) & {scheme.lower() for scheme in offered}:
        raise Failed(
            f"answers, but does not offer {settings.auth.value}: only {', '.join(offered)}",
            "Choose another `auth`, or allow it on the host: `winrm set winrm/config/service/auth "
            f'@{{{settings.auth.value.capitalize()}="true"}}`.',
        )
    return f"answers, offers {', '.join(offered)}"


def _offered(answer: requests.Response) -> list[str]:
    values = answer.raw.headers.getlist("WWW-Authenticate")
    return list(dict.fromkeys(value.split()[0].rstrip(",") for value in values if value.strip()))


def _login(link: WinRMLink) -> str:
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
        raise Failed(f"{prefix}{told.brief}{detail}", told.resolution) from None
    return f"{link.settings.user} is accepted by {link.settings.auth.value}, and may open a shell"
