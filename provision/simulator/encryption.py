"""Message encryption of WS-Management over http (MS-WSMV 2.2.9.1), for Negotiate and NTLM.

An encrypted message is a multipart body of two parts: a header that names the protocol and the
length of the plain text, and a payload of a 32-bit little-endian length, a signature of that
length, and the sealed text. The boundary is always `Encrypted Boundary`.
"""

from __future__ import annotations

import re
import struct

from spnego import ContextProxy
from spnego.exceptions import SpnegoError

_BOUNDARY = b"--Encrypted Boundary"
_CONTENT_TYPE = re.compile(
    r'\s*multipart/encrypted\s*;.*protocol="(application/HTTP-(?:SPNEGO|Kerberos)-session-encrypted)"',
    re.IGNORECASE,
)
_BODY = re.compile(
    rb"--\s*Encrypted Boundary\r\n(?P<header>[^\0]{1,500}?)"
    rb"--\s*Encrypted Boundary\r\n\s*Content-Type:\s*application/octet-stream\r\n",
    re.IGNORECASE,
)
_END = re.compile(rb"--\s*Encrypted Boundary--(?:\r\n)?\Z")
_LENGTH = re.compile(rb";\s*Length=(\d{1,9})", re.IGNORECASE)


class BadMessage(Exception):
    """An encrypted body that is malformed, or sealed with other keys than the connection's."""


def encryption_protocol(content_type: str) -> str | None:
    """Name the protocol of an encrypted body; None for a plain one."""
    match = _CONTENT_TYPE.match(content_type)
    return match[1] if match else None


def decrypt(context: ContextProxy, body: bytes) -> bytes:
    """Open one encrypted message.

    Raises:
        BadMessage: It is malformed, or was not sealed for this connection.
    """
    start, end = _BODY.match(body), _END.search(body, max(0, len(body) - 40))
    length = _LENGTH.search(start["header"]) if start else None
    if start is None or end is None or length is None:
        raise BadMessage("not a multipart/encrypted body")
    payload = body[start.end() : end.start()]
    size = struct.unpack_from("<I", payload)[0] if len(payload) >= 4 else -1
    if not 0 <= size <= len(payload) - 4:
        raise BadMessage("the signature is cut")
    try:
        plain = context.unwrap_winrm(payload[4 : 4 + size], payload[4 + size :])
    except (SpnegoError, ValueError) as error:
        raise BadMessage("the message cannot be unsealed") from error
    if len(plain) != int(length[1]):
        raise BadMessage("the message has another length than announced")
    return plain


def encrypt(context: ContextProxy, protocol: str, message: bytes) -> tuple[str, bytes]:
    """Seal one message; gives its content type and body."""
    sealed = context.wrap_winrm(message)
    body = b"".join(
        (
            _BOUNDARY,
            b"\r\n\tContent-Type: ",
            protocol.encode(),
            b"\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=",
            str(len(message) + sealed.padding_length).encode(),
            b"\r\n",
            _BOUNDARY,
            b"\r\n\tContent-Type: application/octet-stream\r\n",
            struct.pack("<I", len(sealed.header)),
            sealed.header,
            sealed.data,
            _BOUNDARY,
            b"--\r\n",
        )
    )
    return f'multipart/encrypted;protocol="{protocol}";boundary="Encrypted Boundary"', body
