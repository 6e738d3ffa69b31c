"""Fetching an address from the controller, for hosts that cannot reach it themselves."""

from __future__ import annotations

from typing import BinaryIO

from provision.steps.errors import DownloadError

LARGEST = 16 * 1024**3
"""Bytes: an address that never ends must not fill the controller's disk."""


def fetch_from_here(url: str, into: BinaryIO, *, timeout: float = 60) -> None:
    """Fetch an address over HTTP or HTTPS, the environment's proxies honoured.

    Never checks a hash: the caller does.

    Args:
        into: What came is written there.
        timeout: Real seconds without a byte.

    Raises:
        DownloadError: It cannot be had, or is too large.
    """
    import requests

    try:
        with requests.get(url, stream=True, timeout=timeout) as response:
            response.raise_for_status()
            length = 0
            for piece in response.iter_content(256 * 1024):
                length += into.write(piece)
                if length > LARGEST:
                    raise DownloadError(f"{url} is larger than {LARGEST} bytes")
    except (requests.RequestException, ValueError) as error:
        raise DownloadError(
            f"the controller cannot fetch {url}",
            details=_reason(error),
            resolution="Check the address and the network, or put the file beside the playbook "
            "and name it as a source with `file:`.",
        ) from None
    except OSError as error:
        raise DownloadError(f"cannot keep what came from {url}", details=str(error)) from None


def _reason(error: Exception) -> str:
    root: BaseException = error
    while root.__context__ is not None:
        root = root.__context__
    return f"{type(error).__name__}: {root}"
