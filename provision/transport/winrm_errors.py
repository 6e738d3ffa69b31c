"""What pywinrm raises, as errors of ours: each with its class, its evidence and a remedy.

Measured with pywinrm 0.5, requests 2.34 and pyspnego 0.12 against loopback servers. The order of
the questions matters: an `SSLError` of requests is also a `ConnectionError`, and all of its errors
are `OSError`s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

import requests.exceptions as http
from winrm.exceptions import (
    AuthenticationError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)

from provision.transport.errors import (
    CertificateRefused,
    ConnectionBroken,
    LoginRefused,
    ServerTrouble,
    SettingRefused,
    ShellGone,
    TransportError,
)

Scrub: TypeAlias = Callable[[str], str]

_MOST_TEXT = 600
_CREDENTIALS = re.compile(r"//[^/@\s]+@")

_ACCESS_DENIED = 5
_GONE_FAULTS = {
    2150858843: "the shell was not found on the host",
    109: "the process on the host has ended",
    232: "the process on the host has ended",
    233: "the process on the host has ended",
}
_QUOTA_FAULTS = {2150859173, 2150859174, 2150859175, 2150859176}
_BROKEN_FAULTS = {
    995: "the host aborted the operation",
    1115: "the host is shutting down",
    2147943515: "the host is shutting down",
}

_TLS_REMEDIES = (
    (
        ("wrong version number", "wrong_version_number", "http request", "packet length too long"),
        "the port does not speak TLS",
        "This looks like a plain HTTP port: use port 5986, or `scheme: http` with `auth: ntlm`.",
    ),
    (
        ("hostname mismatch", "ip address mismatch", "doesn't match", "not valid for"),
        "the host's certificate is for another name",
        "Use the name that the certificate was made for as `address`.",
    ),
    (
        ("has expired", "not yet valid"),
        "the host's certificate is not valid now",
        "Renew it on the host, or set this machine's clock.",
    ),
    (
        ("certificate verify failed", "certificate_verify_failed"),
        "the host's certificate is not trusted",
        "Give the authority that signed it (or the certificate itself) as `ca`; "
        "`verify: false` accepts any, for a first look.",
    ),
)
_NO_CERTIFICATE_IN_FILE = ("no certificate or crl", "no_certificate_or_crl", "no start line")
_HANDSHAKE_CUT = ("eof occurred", "unexpected_eof", "unexpected eof", "connection reset")


def translate(error: Exception, address: str, scrub: Scrub) -> TransportError:
    """Give our error for what pywinrm or a library under it raised.

    Args:
        error: Anything; what is not known counts as trouble with the server.
        address: Where the host is, for people.
        scrub: Takes secrets out of a text.
    """
    text = scrub(_CREDENTIALS.sub("//***@", str(error)))[:_MOST_TEXT]
    if isinstance(error, TransportError):
        return error
    if isinstance(error, AuthenticationError) or _is_login_failure(error):
        return _login_refused(address, text)
    if isinstance(error, http.RequestException):
        return _of_requests(error, text, _innermost(error, scrub), address)
    if isinstance(error, WinRMOperationTimeoutError):
        return ConnectionBroken(f"{address} took longer than the operation timeout", details=text)
    if isinstance(error, WSManFaultError):
        return _of_fault(error, text, address)
    if isinstance(error, WinRMTransportError):
        body = scrub(excerpt(error.response_text))
        return ServerTrouble(
            f"{address} answered with HTTP status {error.code} and no WinRM",
            details=body,
            resolution="Check that WinRM listens there (`winrm enumerate winrm/config/listener` "
            "on the host) and that no proxy or other server answers in its place.",
        )
    if isinstance(error, WinRMError):
        return SettingRefused(f"WinRM to {address} cannot be used this way", details=text)
    if _module(error) in ("spnego", "gssapi"):
        return ConnectionBroken(
            f"the encrypted session with {address} is out of step", details=text
        )
    if isinstance(error, OSError) and "certificate" in text:
        return SettingRefused(
            "a certificate file cannot be read",
            details=text,
            resolution="Check `ca`, `certificate` and `key` in the host file.",
        )
    if isinstance(error, OSError):
        return ConnectionBroken(f"the connection to {address} broke", details=text)
    if isinstance(error, AttributeError) and "wrap" in text:  # pywinrm has no session to seal with
        return ServerTrouble(
            f"{address} answered without asking for a login",
            resolution="Check the port, and that no proxy or other server answers in its place.",
        )
    return ServerTrouble(
        f"{address} answered with something that is not WinRM",
        details=f"{type(error).__name__}: {text}".rstrip(": "),
        resolution="Check the port, and that no proxy or other server answers in its place.",
    )


def excerpt(body: str) -> str:
    """Give the beginning of a body without its markup, on one line."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", body, flags=re.DOTALL | re.IGNORECASE)
    return " ".join(text.split())[:_MOST_TEXT]


def _login_refused(address: str, details: str = "") -> LoginRefused:
    """Give the error for a login that the host refused."""
    return LoginRefused(
        f"{address} refused the login",
        details=details,
        resolution="Check `user`, the password's source and `auth` in the host file, and which "
        "authentication the host allows (`winrm get winrm/config/service/auth`).",
    )


def _innermost(error: BaseException, scrub: Scrub) -> str:
    """Say what is at the bottom of an error of requests, without what is wrapped around it."""
    while True:
        parts = (getattr(error, "reason", None), *error.args, error.__cause__)
        inner = next((one for one in parts if isinstance(one, BaseException)), None)
        if inner is None:
            break
        error = inner
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    said = re.sub(r"HTTPS?Connection(Pool)?\(.*?\): | ?\(_ssl\.c:\d+\)", "", said)
    return scrub(_CREDENTIALS.sub("//***@", said))[:_MOST_TEXT].strip()


def _of_requests(
    error: http.RequestException, text: str, cause: str, address: str
) -> TransportError:
    """Give our error for one of requests.

    Args:
        text: All that it says.
        cause: What is at its bottom, for people.
    """
    if isinstance(error, http.SSLError):
        return _of_tls(text, cause, address)
    if isinstance(error, http.ProxyError):
        return ConnectionBroken(
            f"the proxy on the way to {address} does not carry the connection",
            details=cause,
            resolution="Check `proxy` in the host file.",
        )
    if isinstance(error, http.ConnectTimeout):
        return ConnectionBroken(
            f"{address} does not answer at all",
            details=cause,
            resolution="Check the address, that the host is on, and firewalls on the way.",
        )
    if isinstance(error, http.ReadTimeout):
        return ConnectionBroken(
            f"{address} is connected and does not answer",
            details=cause,
            resolution="Check that the port is WinRM's, and whether the host is overloaded.",
        )
    if isinstance(error, http.InvalidURL | http.InvalidSchema | http.MissingSchema):
        return SettingRefused(
            f"{address} is no usable address",
            details=text,
            resolution="Check `address` and `proxy` in the host file.",
        )
    if isinstance(error, http.TooManyRedirects):
        return ServerTrouble(
            f"{address} sends its clients elsewhere, which is not followed",
            resolution="Check the port, and that no proxy or other server answers in its place.",
        )
    lower = text.lower()
    if "refused" in lower:
        return ConnectionBroken(
            f"{address} refused the connection",
            details=cause,
            resolution="Check the port, and that WinRM runs on the host "
            "(`winrm quickconfig`, and its firewall rule).",
        )
    if "name or service not known" in lower or "failed to resolve" in lower:
        return ConnectionBroken(
            f"{address} cannot be found by its name",
            details=cause,
            resolution="Check the spelling of `address`, and name resolution on this machine.",
        )
    return ConnectionBroken(
        f"the connection to {address} broke",
        details=cause,
        resolution="If it stays so, check the port and `scheme`: 5985 is for http, 5986 for https.",
    )


def _of_tls(text: str, cause: str, address: str) -> TransportError:
    lower = text.lower()
    if any(sign in lower for sign in _NO_CERTIFICATE_IN_FILE):
        return SettingRefused(
            "a certificate file holds no certificate",
            details=cause,
            resolution="`ca`, `certificate` and `key` want PEM files.",
        )
    for signs, brief, remedy in _TLS_REMEDIES:
        if any(sign in lower for sign in signs):
            return CertificateRefused(f"{address}: {brief}", details=cause, resolution=remedy)
    if any(sign in lower for sign in _HANDSHAKE_CUT):
        return ConnectionBroken(
            f"{address} hung up in the TLS handshake",
            details=cause,
            resolution="If it stays so, the port may not speak TLS, or have no certificate.",
        )
    return CertificateRefused(
        f"TLS with {address} failed",
        details=cause,
        resolution="Check the listener's certificate, and which TLS versions the host allows.",
    )


def _of_fault(error: WSManFaultError, text: str, address: str) -> TransportError:
    code, subcode = error.wsman_fault_code, error.fault_subcode or ""
    details = f"fault {code or subcode}: {text}"
    if code in _GONE_FAULTS:
        return ShellGone(f"{address}: {_GONE_FAULTS[code]}", details=details)
    if subcode.endswith("InvalidSelectors"):
        return ShellGone(f"{address}: the shell was not found on the host", details=details)
    if code in _BROKEN_FAULTS:
        return ConnectionBroken(f"{address}: {_BROKEN_FAULTS[code]}", details=details)
    if code == _ACCESS_DENIED or subcode.endswith("AccessDenied"):
        return LoginRefused(
            f"{address}: the user may not use WinRM",
            details=details,
            resolution="Use an administrator. For a local account other than Administrator the "
            "host also needs LocalAccountTokenFilterPolicy = 1.",
        )
    if code in _QUOTA_FAULTS or subcode.endswith("QuotaLimit"):
        return ServerTrouble(
            f"{address}: a WinRM quota is used up",
            details=details,
            resolution="Shells that other programs left behind count too: close them "
            "(`winrm enumerate shell`), or raise MaxShellsPerUser.",
        )
    return ServerTrouble(f"{address} answered with a fault", details=details)


def _is_login_failure(error: Exception) -> bool:
    if _module(error) == "requests_credssp" or type(error).__name__ == "KerberosExchangeError":
        return True
    return _module(error) == "spnego" and "NoCredential" in type(error).__name__


def _module(error: Exception) -> str:
    return type(error).__module__.partition(".")[0]
