"""Downloads of the modelled host: from the world's internet, and really from loopback alone."""

from __future__ import annotations

import asyncio
import ipaddress
from urllib.parse import urljoin, urlsplit

import requests

from provision.agent.operations.base import ChangeAnswer
from provision.agent.operations.files import Download
from provision.model.outcome import Json
from provision.simulator.world import paths, storage, windows
from provision.simulator.world.files import File, file
from provision.simulator.world.model import World
from provision.simulator.world.network import Resource
from provision.simulator.world.operations import files
from provision.simulator.world.refusal import disk_full, refuse

_REDIRECTS = 5


class _Failed(Exception):
    """The address cannot be had; the text says why, in Windows' words."""


def needed(world: World, request: Download, check: bool) -> ChangeAnswer | None:
    """Answer at once when nothing is to be fetched; None when something is."""
    path = paths.normal(request.path)
    files.refuse_folder(world, path)
    before = files.state(world, path)
    after: dict[str, Json] = {"kind": "file", "sha256": request.sha256.lower()}
    if before == after:
        return ChangeAnswer(changed=False, before=before, after=before)
    return ChangeAnswer(changed=True, before=before, after=after) if check else None


def takes(world: World, request: Download) -> float:
    """Give the host seconds that a download from the world's internet takes."""
    found = world.find(Resource, request.url)
    return found.seconds if found else 0.0


async def fetch(world: World, request: Download) -> File:
    """Give the file that an address leads to.

    Raises:
        OperationRefused: It cannot be had.
    """
    path = paths.normal(request.path)
    try:
        unreachable = world.knobs.download_fails
        if unreachable and unreachable in request.url:
            raise _Failed(windows.TLS_FAILED)
        found = world.find(Resource, request.url)
        if found is not None and found.error:
            raise _Failed(found.error)
        if found is not None:
            return File(path=path, sha256=found.sha256, size=found.size, content=found.content)
        if not _is_loopback(request.url):
            name = urlsplit(request.url).hostname or ""
            raise _Failed(windows.not_resolved(world.windows.culture, name))
        limit = world.disk.free_bytes
        data = await asyncio.to_thread(_read, request.url, request.timeout, limit)
    except _Failed as failed:
        raise refuse("DownloadFailed", f"{request.url}: {failed}") from None
    return file(path, data)


def place(world: World, request: Download, fetched: File) -> tuple[World, ChangeAnswer]:
    """Check a fetched file and put it in its place.

    Raises:
        OperationRefused: Another hash, or no room.
    """
    if fetched.sha256 != request.sha256.lower():
        raise files.hash_mismatch(request.url, fetched.sha256, request.sha256)
    before = files.state(world, fetched.path)
    world = storage.write(world, fetched)
    after = files.state(world, fetched.path)
    return world, ChangeAnswer(changed=True, before=before, after=after)


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _read(url: str, timeout: float, limit: int) -> bytes:
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(_REDIRECTS):
            try:
                with session.get(
                    url, timeout=timeout, stream=True, allow_redirects=False
                ) as response:
                    if not response.is_redirect:
                        return _body(response, limit)
                    url = urljoin(url, response.headers["location"])
            except requests.exceptions.SSLError:
                raise _Failed(windows.TLS_FAILED) from None
            except requests.exceptions.Timeout:
                raise _Failed("The operation has timed out") from None
            except requests.exceptions.RequestException:
                raise _Failed(windows.NOT_CONNECTED.format(where=_where(url))) from None
            if not _is_loopback(url):
                raise _Failed(windows.not_resolved("en-US", urlsplit(url).hostname or ""))
    raise _Failed("Too many automatic redirections were attempted.")


def _where(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _body(response: requests.Response, limit: int) -> bytes:
    if response.status_code != requests.codes.ok:
        raise _Failed(
            f"The remote server returned an error: ({response.status_code}) {response.reason}."
        )
    data = bytearray()
    for piece in response.iter_content(65536):
        data += piece
        if len(data) > limit:
            raise disk_full()
    return bytes(data)
