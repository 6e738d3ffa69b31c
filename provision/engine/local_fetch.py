"""Fetching an address from the controller, for hosts that cannot reach it themselves."""

from __future__ import annotations

from provision.steps.errors import DownloadError

LARGEST = 256 * 1024 * 1024
"""Bytes: more than any script; what is larger belongs on a server that the host can reach."""


def fetch_from_here(url: str, *, timeout: float = 60) -> bytes:
    """Fetch an address over HTTP or HTTPS, the environment's proxies honoured.

    Never checks a hash: the caller does.

    Args:
        timeout: Real seconds without a byte.

    Raises:
        DownloadError: It cannot be had, or is too large.
    """
    import requests

    try:
        with requests.get(url, stream=True, timeout=timeout) as response:
            response.raise_for_status()
            content = bytearray()
            for piece in response.iter_content(64 * 1024):
                content += piece
                if len(content) > LARGEST:
                    raise DownloadError(f"{url} is larger than {LARGEST} bytes")
            return bytes(content)
    except (requests.RequestException, ValueError) as error:
        raise DownloadError(
            f"the controller cannot fetch {url}",
            details=_reason(error),
            resolution="Check the address and the network, or put the file beside the playbook "
            "and name it as a source with `file:`.",
        ) from None


def _reason(error: Exception) -> str:
    root: BaseException = error
    while root.__context__ is not None:
        root = root.__context__
    return f"{type(error).__name__}: {root}"
