"""fetch: sources in order, the host first, hashes always."""

from __future__ import annotations

import hashlib

import pytest
from pydantic import ValidationError

from provision.agent.operations.base import ErrorRecord
from provision.model.outcome import Outcome

GOOD = b"Write-Output hello\n"
HASH = hashlib.sha256(GOOD).hexdigest()
OTHER = "f" * 64
DEST = "C:\\p\\i.ps1"
URL, URL2 = "https://example.com/a.ps1", "https://example.com/b.ps1"
NOTHING = {"kind": "absent", "bytes": 0}
FAILED = ErrorRecord(
    message="The request was aborted: Could not create SSL/TLS secure channel.", id="DownloadFailed"
)
MISMATCH = ErrorRecord(message="another hash", id="HashMismatch")
FETCHED = {
    "changed": True,
    "before": {"kind": "absent"},
    "after": {"kind": "file", "sha256": HASH},
}


def sources(*given):
    return {"dest": DEST, "sources": [{**one, "sha256": HASH} for one in given]}


def operations(host):
    return [op.name for op in host.asked]


def test_there_already_by_any_of_the_hashes(player):
    host = player({"file.stat": {"kind": "file", "bytes": 9, "sha256": HASH}})
    params = {
        "dest": DEST,
        "sources": [{"url": URL, "sha256": OTHER}, {"url": URL2, "sha256": HASH.upper()}],
    }
    result = host.play("fetch", params)
    assert (result.outcome, host.exchanges) == (Outcome.OK, 1)
    assert HASH in result.evidence[0]


def test_the_host_fetches(player):
    host = player({"file.stat": NOTHING, "download": FETCHED})
    result = host.play(
        "fetch", {"dest": DEST, "url": URL, "sha256": HASH, "download_timeout": "1m"}
    )
    assert result.outcome is Outcome.CHANGED
    assert (host.asked[1].url, host.asked[1].timeout) == (URL, 60)
    assert result.value == {
        "changed": True, "path": DEST, "sha256": HASH, "source": URL, "via": "host",
    }  # fmt: skip


def test_the_next_source_after_a_failed_one(player):
    host = player(
        {"file.stat": NOTHING, "download": lambda op: FETCHED if op.url == URL2 else FAILED}
    )
    result = host.play("fetch", sources({"url": URL}, {"url": URL2}))
    assert result.outcome is Outcome.CHANGED
    assert result.value["source"] == URL2
    assert any(URL in line and "by the host" in line for line in result.evidence)


def test_a_local_file_comes_before_the_controllers_download(player):
    host = player({"file.stat": NOTHING, "download": FAILED}, files={"i.ps1": GOOD})
    result = host.play("fetch", sources({"url": URL}, {"file": "i.ps1"}))
    assert result.outcome is Outcome.CHANGED
    assert host.sent == {DEST: GOOD}
    assert result.value["via"] == "controller"


def test_the_controller_fetches_when_the_host_cannot(player):
    host = player({"file.stat": NOTHING, "download": FAILED}, web={URL: GOOD})
    result = host.play("fetch", sources({"url": URL}, {"file": "missing.ps1"}))
    assert result.outcome is Outcome.CHANGED
    assert host.sent == {DEST: GOOD}


def test_via_controller_never_lets_the_host_download(player):
    host = player({"file.stat": NOTHING}, web={URL: GOOD})
    result = host.play("fetch", {**sources({"url": URL}), "via": "controller"})
    assert result.outcome is Outcome.CHANGED
    assert operations(host) == ["file.stat"]


def test_via_host_never_lets_the_controller_download(player):
    host = player({"file.stat": NOTHING, "download": FAILED}, web={URL: GOOD})
    result = host.play("fetch", {**sources({"url": URL}), "via": "host"})
    assert result.outcome is Outcome.FAILED
    assert "TLS 1.2" in result.remedy
    assert host.sent == {}


def test_wrong_content_is_never_sent_and_all_is_told(player):
    host = player(
        {"file.stat": NOTHING, "download": MISMATCH},
        files={"i.ps1": b"evil"},
        web={URL: b"evil too"},
    )
    result = host.play("fetch", sources({"url": URL}, {"file": "i.ps1"}))
    assert result.outcome is Outcome.FAILED
    assert host.sent == {}
    told = "\n".join(result.evidence)
    assert "another hash" in told
    assert hashlib.sha256(b"evil").hexdigest() in told
    assert told.splitlines()[0] == f"{URL}, by the host: another hash"
    assert told.count(f"and the playbook says {HASH}") == 2
    assert "read it before you trust it" in result.remedy


def test_every_way_is_told_with_who_tried_it_and_why_it_failed(player):
    host = player({"file.stat": NOTHING, "download": FAILED})
    result = host.play("fetch", sources({"url": URL}, {"file": "missing.ps1"}))
    assert result.outcome is Outcome.FAILED
    tried = [line for line in result.evidence if ", by the " in line]
    assert tried == [
        f"{URL}, by the host: {FAILED.message}",
        "missing.ps1, by the controller: cannot read missing.ps1: No such file or directory",
        f"{URL}, by the controller: HTTP 404 Not Found",
    ]
    assert "TLS 1.2" in result.remedy
    assert "Correct it." in result.remedy
    assert "name it as a `file` source" in result.remedy


def test_a_wrong_file_here_is_told_as_such_too(player):
    host = player({"file.stat": NOTHING}, files={"i.ps1": b"evil"})
    result = host.play("fetch", {"dest": DEST, "file": "i.ps1", "sha256": HASH})
    assert "read it before you trust it" in result.remedy


def test_a_full_disk_ends_it_at_once(player):
    full = ErrorRecord(message="There is not enough space on the disk.", id="DiskFull")
    host = player({"file.stat": NOTHING, "download": full}, web={URL: GOOD})
    result = host.play("fetch", sources({"url": URL}, {"url": URL2}))
    assert result.outcome is Outcome.FAILED
    assert operations(host) == ["file.stat", "download"]
    assert "Free some space" in result.remedy


def test_check_mode_downloads_nothing(player):
    host = player({"file.stat": NOTHING})
    result = host.play("fetch", sources({"url": URL}), check=True)
    assert result.outcome is Outcome.CHANGED
    assert operations(host) == ["file.stat"]


@pytest.mark.parametrize(
    "params",
    [
        {"dest": DEST},
        {"dest": DEST, "url": URL},
        {"dest": DEST, "url": URL, "sha256": "abc"},
        {"dest": DEST, "url": "ftp://example.com/x", "sha256": HASH},
        {"dest": DEST, "url": URL, "file": "x", "sha256": HASH},
        {"dest": DEST, "sources": [{"url": URL, "sha256": HASH}], "sha256": HASH},
    ],
)
def test_sources_without_a_hash_or_a_place_are_refused(player, params):
    with pytest.raises(ValidationError):
        player({}).play("fetch", params)
