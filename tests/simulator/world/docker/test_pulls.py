"""Pulls: layers on the clock, what a registry has, and how it fails."""

from __future__ import annotations

import pytest


def test_layers_are_told_as_they_come(tp4):
    lines = tp4("pull", "microsoft/iis").splitlines()
    assert lines[:2] == ["Using default tag: latest", "latest: Pulling from microsoft/iis"]
    base, layer = (line.split(":")[0] for line in lines[2:4])
    assert lines[2:4] == [f"{base}: Already exists", f"{layer}: Pulling fs layer"]
    assert lines[4:7] == [
        f"{layer}: Verifying Checksum",
        f"{layer}: Download complete",
        f"{layer}: Pull complete",
    ]
    assert lines[-1] == "Status: Downloaded newer image for microsoft/iis:latest"
    assert tp4.seconds > 15
    assert "Image is up to date" in tp4("pull", "microsoft/iis")
    assert tp4.seconds < 5


@pytest.mark.parametrize(
    "name",
    [
        "mcr.microsoft.com/windows/servercore:ltsc2022",
        "mcr.microsoft.com/windows/nanoserver:ltsc2022",
        "mcr.microsoft.com/windows/servercore:ltsc2019",
        "hello-world",
    ],
)
def test_what_there_is_today(today, name):
    today("pull", name)
    (image,) = today.json("inspect", name)
    assert image["OsVersion"].startswith("10.0.17763" if "2019" in name else "10.0.20348")
    assert image["RepoDigests"][0].startswith(name.split(":")[0] + "@sha256:")
    today("run", name, "cmd", "/c", "ver", code=125 if "2019" in name else 0)


def test_2016_between(rtm):
    rtm("pull", "microsoft/nanoserver")
    rtm("pull", "mcr.microsoft.com/windows/servercore:ltsc2016")
    assert "SIZE" in rtm("images")
    # Old docker pulls what it cannot run.
    rtm("pull", "mcr.microsoft.com/windows/nanoserver:ltsc2019")
    assert "0xc0370101" in rtm("run", "mcr.microsoft.com/windows/nanoserver:ltsc2019", code=125)


def test_too_new_an_image_is_refused(today):
    text = today.error("pull", "mcr.microsoft.com/windows/servercore:ltsc2025")
    assert text == (
        "a Windows version 10.0.26100-based image is incompatible with a 10.0.20348 host\n"
    )
    (entry,) = [
        today.json("manifest", "inspect", "-v", "mcr.microsoft.com/windows/servercore:ltsc2025")
    ]
    assert entry["Descriptor"]["platform"]["os.version"].startswith("10.0.26100")
    assert len(today.json("manifest", "inspect", "-v", "hello-world")) == 4


def test_a_client_that_knows_no_manifests(rtm):
    assert "'manifest' is not a docker command" in rtm.error("manifest", "inspect", "x")


@pytest.mark.parametrize(
    ("generation", "release", "text"),
    [
        ("tp4", "", "Error: image library/none-such:latest not found"),
        ("rtm", "", "repository none-such not found: does not exist or no pull access"),
        ("2022", "", "pull access denied for none-such"),
    ],
)
def test_no_such_image(host, generation, release, text):
    typist = host(generation, release=release)
    assert text in typist.error("pull", "none-such")
    assert "Unable to find image" in typist("run", "none-such", code=125)
    assert "not found" in typist.error("pull", "microsoft/iis:none") or generation == "2022"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("dropped", "wsarecv: An existing connection was forcibly closed by the remote host"),
        ("unreachable", "net/http: TLS handshake timeout"),
        ("rate-limit", "toomanyrequests: You have reached your pull rate limit"),
        ("not-found", "not found"),
    ],
)
def test_failures_that_pass(host, error, text):
    typist = host("rtm", pulls_fail=2, pull_error=error)
    for _ in range(2):
        assert text in typist.error("pull", "microsoft/iis")
        assert "microsoft/iis" not in typist("images")
    typist("pull", "microsoft/iis")
    assert "microsoft/iis" in typist("images")


def test_a_registry_that_is_not_reached(host):
    typist = host("rtm", download_fails="docker.io")
    assert "no such host" in typist.error("pull", "microsoft/iis")
    assert "no such host" in typist.error("search", "x")
    typist("pull", "mcr.microsoft.com/windows/nanoserver:ltsc2016")


def test_no_room_for_a_layer(rtm):
    rtm.world = rtm.world.with_(disk=rtm.world.disk.model_copy(update={"free_bytes": 10_000_000}))
    assert "not enough space on the disk" in rtm.error("pull", "microsoft/iis")
    assert "microsoft/iis" not in rtm("images")
