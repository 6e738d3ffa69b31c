"""Downloads: the six published scripts, loopback servers, and nothing else."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from provision.simulator.world.installer.scripts import PUBLISHED, VANISHED

BODY = b"Write-Output 'hello'\n"
SHA256 = hashlib.sha256(BODY).hexdigest()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/script")
            self.end_headers()
        elif self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://example.com/script")
            self.end_headers()
        elif self.path == "/script":
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)
        else:
            self.send_error(404)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def get(driver, url, sha256=SHA256, **more):
    return driver.do("download", url=url, path="C:\\d\\s.ps1", sha256=sha256, **more)


@pytest.mark.parametrize("script", PUBLISHED, ids=lambda each: each.commit[:8])
def test_the_published_scripts(driver, script):
    assert get(driver, script.url, script.sha256).changed
    stat = driver.do("file.stat", path="C:\\d\\s.ps1", hash=True)
    assert (stat.bytes, stat.sha256) == (script.size, script.sha256)
    assert not get(driver, "https://example.com/gone", script.sha256).changed


def test_addresses_of_their_day(driver):
    for url in VANISHED:
        record = driver.refused("download", url=url, path="C:\\x", sha256="0" * 64)
        assert record.id == "DownloadFailed"
        assert "The remote name could not be resolved: 'aka.ms'" in record.message


def test_the_rest_of_the_internet(driver):
    url = "https://example.com/x"
    record = driver.refused("download", url=url, path="C:\\x", sha256="0" * 64)
    assert "could not be resolved: 'example.com'" in record.message


def test_check_mode(driver):
    answer = driver.do(
        "download", check=True, url="https://example.com/x", path="C:\\x", sha256="a" * 64
    )
    assert (answer.changed, answer.after) == (True, {"kind": "file", "sha256": "a" * 64})
    assert driver.do("file.stat", path="C:\\x").kind.value == "absent"


@pytest.mark.parametrize("path", ["/script", "/moved"])
def test_loopback_is_really_fetched(driver, server, path):
    assert get(driver, server + path).changed
    piece = driver.do("file.read", path="C:\\d\\s.ps1")
    assert piece.bytes == len(BODY)


def test_another_hash(driver, server):
    record = driver.refused("download", url=server + "/script", path="C:\\x", sha256="0" * 64)
    assert record.id == "HashMismatch"
    assert SHA256 in record.message
    assert driver.do("file.stat", path="C:\\x").kind.value == "absent"


def test_what_a_server_refuses(driver, server):
    for path, said in (("/none", "(404)"), ("/away", "could not be resolved: 'example.com'")):
        record = driver.refused("download", url=server + path, path="C:\\x", sha256="0" * 64)
        assert (record.id, said in record.message) == ("DownloadFailed", True)


def test_a_closed_port(driver, server):
    url = server.rsplit(":", 1)[0] + ":1/x"
    record = driver.refused("download", url=url, path="C:\\x", sha256="0" * 64, timeout=5)
    assert "Unable to connect" in record.message


def test_https_that_nobody_vouches_for(driver, server):
    url = server.replace("http:", "https:") + "/script"
    assert driver.refused("download", url=url, path="C:\\x", sha256="0" * 64).id == "DownloadFailed"


def test_no_room(simulate, server):
    driver = simulate(disk_free_bytes=5)
    record = driver.refused("download", url=server + "/script", path="C:\\x", sha256=SHA256)
    assert record.id == "DiskFull"


def test_a_folder_in_its_place(driver):
    record = driver.refused("download", url="http://x", path="C:\\Users", sha256="0" * 64)
    assert record.id == "NotSupported"
