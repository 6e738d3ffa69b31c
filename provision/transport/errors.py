"""What can go wrong between us and a host, by what a retry policy must do about it."""

from __future__ import annotations

from provision.model.errors import ErrorClass, ProvisionError


class TransportError(ProvisionError):
    """Bytes could not be carried; `error_class` says whether trying again can help."""

    error_class = ErrorClass.TRANSIENT


class ConnectionBroken(TransportError):
    """Refused, reset, truncated, timed out: the host may be restarting, or the network hiccups."""


class ServerTrouble(TransportError):
    """The host answered with something other than it should: 500, 503, HTML, no shell."""


class LoginRefused(TransportError):
    """401, or no key accepted: wrong user or password, or a host too young to know its accounts."""

    error_class = ErrorClass.PERMANENT


class CertificateRefused(TransportError):
    """TLS failed: an untrusted certificate, another name, or a plain port."""

    error_class = ErrorClass.PERMANENT


class HostKeyRefused(TransportError):
    """SSH: the host's key is not known, is not the known one, or was revoked."""

    error_class = ErrorClass.PERMANENT


class SettingRefused(TransportError):
    """What the user configured cannot work: a CA file that is missing, a scheme not offered."""

    error_class = ErrorClass.PERMANENT


class FilesRefused(TransportError):
    """Files cannot be carried beside the agent; it carries them itself then."""


class ShellGone(TransportError):
    """The process on the host is gone; the host itself may well live."""

    error_class = ErrorClass.LOST
