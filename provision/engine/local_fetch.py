"""Fetching an address from the controller, for hosts that cannot reach it themselves."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from provision.steps.errors import DownloadError

if TYPE_CHECKING:
    import requests

LARGEST = 16 * 1024**3
"""Bytes: an address that never ends must not fill the controller's disk."""


def fetch_from_here(url: str, into: BinaryIO, *, timeout: float = 60) -> None:
    """Fetch an address over HTTP or HTTPS, the environment's proxies honoured.

    Never checks a hash: the caller does.

    Args:
        into: What came is written there.
        timeout: Real seconds without a byte.

    Raises:
        DownloadError: It cannot be had, or is too large; its brief says why.
    """
    import requests

    try:
        with requests.get(url, stream=True, timeout=timeout) as response:
            response.raise_for_status()
            length = 0
            for piece in response.iter_content(256 * 1024):
                length += into.write(piece)
                if length > LARGEST:
                    raise DownloadError(f"{url}: larger than {LARGEST} bytes")
    except (requests.RequestException, ValueError) as error:
        reason, remedy = _reason(error, url, timeout)
        raise DownloadError(f"{url}: {reason}", resolution=remedy) from None
    except OSError as error:
        raise DownloadError(
            f"{url}: what came cannot be kept here: {error.strerror}",
            resolution="Make room in this machine's folder for temporary files (TMPDIR).",
        ) from None


def _reason(error: Exception, url: str, timeout: float) -> tuple[str, str]:
    """Say in plain words why an address cannot be had, and what to do."""
    import requests

    response = getattr(error, "response", None)
    if isinstance(response, requests.Response):
        return _status(response)
    causes = list(_causes(error))
    if not isinstance(error, requests.ConnectionError | requests.Timeout):
        return str(error) or type(error).__name__, "Check the address."
    name = urlsplit(url).hostname or ""
    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy gives no way there: {causes[-1]}", "Check HTTP_PROXY and HTTPS_PROXY."
    if isinstance(error, requests.Timeout):
        return f"no answer for {timeout:g} s", "Check the network and its firewalls."
    for cause in causes:
        match cause:
            case socket.gaierror():
                told = f"DNS does not resolve {name}: {cause.strerror}"
                return told, "Check the address's spelling, and this machine's DNS."
            case ssl.SSLCertVerificationError():
                told = f"the certificate of {name} is not trusted: {cause.verify_message}"
                return told, "Name the authority's certificate in REQUESTS_CA_BUNDLE."
            case ConnectionRefusedError():
                return "connection refused", "Nothing listens there; check the address and port."
            case ssl.SSLError():
                return f"TLS failed: {cause.reason}", "Check that the address speaks https."
    last = causes[-1]
    told = getattr(last, "strerror", None) or str(last) or type(last).__name__
    return told, "Check the address and the network."


def _status(response: requests.Response) -> tuple[str, str]:
    code = response.status_code
    told = f"HTTP {code} {response.reason or ''}".rstrip()
    if code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return told, "Nothing is at this address any more: correct it, or name another source."
    if code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return told, "The address wants a login, which `fetch` has none of: name another source."
    return told, "Try again later, or name another source."


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and what lies behind it, the outermost first."""
    seen: set[int] = set()
    todo: list[BaseException] = [error]
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        behind = (getattr(one, "reason", None), *one.args, one.__cause__, one.__context__)
        todo += [cause for cause in behind if isinstance(cause, BaseException)]
