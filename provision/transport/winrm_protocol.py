"""A pywinrm protocol made of a host file's settings, deaf to the environment."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import winrm.transport

from provision.model.host import Authentication, Scheme, WinRMSettings
from provision.model.secret import Secret
from provision.transport.errors import SettingRefused
from provision.transport.winrm_keeping import KeepingProtocol

_READ_SLACK = 10
_CONNECT = 10

_WITHOUT_PASSWORD = (Authentication.KERBEROS, Authentication.CERTIFICATE)
_ENCRYPTED = (
    Authentication.NTLM,
    Authentication.NEGOTIATE,
    Authentication.KERBEROS,
    Authentication.CREDSSP,
)
_TRANSPORTS = {
    Authentication.BASIC: "basic",
    Authentication.NTLM: "ntlm",
    Authentication.NEGOTIATE: "ntlm",
    Authentication.KERBEROS: "kerberos",
    Authentication.CREDSSP: "credssp",
    Authentication.CERTIFICATE: "certificate",
}


def make_protocol(
    settings: WinRMSettings, address: str, port: int, password: Secret | None
) -> KeepingProtocol:
    """Make a protocol that has not sent anything yet.

    Neither proxies nor certificate authorities are taken from the environment. Messages over plain
    http are encrypted with every authentication that can, or not sent at all.

    Raises:
        SettingRefused: The settings cannot work.
    """
    check_settings(settings, password)
    plain_http = settings.scheme is Scheme.HTTP
    bracketed = f"[{address}]" if ":" in address else address
    transport: Any = _TRANSPORTS[settings.auth]
    authorities: Any = settings.ca or system_authorities()
    protocol = KeepingProtocol(
        endpoint=f"{settings.scheme.value}://{bracketed}:{port}/wsman",
        transport=transport,
        username=settings.user,
        password=password.get_secret_value() if password else None,
        ca_trust_path=authorities,
        cert_pem=settings.certificate,
        cert_key_pem=settings.key,
        server_cert_validation="validate" if settings.verify else "ignore",
        read_timeout_sec=settings.operation_timeout + _READ_SLACK,
        operation_timeout_sec=settings.operation_timeout,
        message_encryption="always" if plain_http and settings.auth in _ENCRYPTED else "auto",
        proxy=settings.proxy,
    )
    set_timeouts(protocol, min(_CONNECT, settings.connect_timeout), protocol.read_timeout_sec)
    return protocol


def set_timeouts(protocol: KeepingProtocol, connect: float, read: float) -> None:
    """Let requests wait that many seconds for a connection, and for each answer."""
    timeouts: Any = (connect, read)
    protocol.transport.read_timeout_sec = timeouts


def check_settings(settings: WinRMSettings, password: Secret | None) -> None:
    """Find what cannot work before anything is sent.

    Raises:
        SettingRefused: With what to change.
    """
    auth = settings.auth
    if auth is Authentication.CERTIFICATE:
        if settings.scheme is Scheme.HTTP:
            raise SettingRefused(
                "auth: certificate needs https", resolution="Leave `scheme` out, or use https."
            )
        if not settings.certificate or not settings.key:
            raise SettingRefused(
                "auth: certificate needs a certificate and its key",
                resolution="Give `certificate` and `key`, two PEM files.",
            )
    if password is None and auth not in _WITHOUT_PASSWORD:
        raise SettingRefused(
            f"auth: {auth.value} needs a password",
            resolution="Give `password` as a reference, such as {env: WINRM_PASSWORD}.",
        )
    for field in ("ca", "certificate", "key"):
        path = getattr(settings, field)
        if path and not Path(path).exists():
            raise SettingRefused(
                f"{field}: {path} does not exist",
                resolution=f"Check `{field}` in the host file.",
            )
    for needed, present in (
        (Authentication.KERBEROS, winrm.transport.HAVE_KERBEROS),
        (Authentication.CREDSSP, winrm.transport.HAVE_CREDSSP),
    ):
        if auth is needed and not present:
            raise SettingRefused(
                f"auth: {auth.value} needs a library that is not installed",
                resolution=f"Install the extra: pip install 'provision[{auth.value}]'.",
            )


def system_authorities() -> str | None:
    """Where the operating system keeps the authorities that it trusts.

    Returns:
        A file or a folder; None when OpenSSL knows none, which means those of certifi.
    """
    paths = ssl.get_default_verify_paths()
    if Path(paths.openssl_cafile).is_file():
        return paths.openssl_cafile
    folder = Path(paths.openssl_capath)
    return str(folder) if folder.is_dir() and any(folder.iterdir()) else None
