"""What the client prints: tables, JSON, and what it says when something is not there."""

from __future__ import annotations

import json

import pytest


def test_the_table_of_tp4(tp4):
    assert tp4("images").splitlines()[0] == (
        "REPOSITORY          TAG                 IMAGE ID            CREATED             "
        "VIRTUAL SIZE"
    )
    assert "windowsservercore   latest              6801d964fda5        11 weeks ago" in tp4(
        "images"
    )


@pytest.mark.parametrize("command", ["images", "ps", "version", "search x", "network ls", "info"])
def test_tp4_knows_no_format(tp4, command):
    result = tp4.run(*command.split(), "--format", "{{json .}}")
    assert result.exit_code == 125
    assert b"flag provided but not defined: --format" in result.stderr


def test_since_then_lists_are_json(rtm, today):
    rows = [json.loads(line) for line in rtm("images", "--format", "{{json .}}").splitlines()]
    assert {row["Repository"] for row in rows} == {"windowsservercore"}
    assert rtm.json("version", "--format", "{{json .}}")["Server"]["Version"].startswith("1.12")
    assert rtm("version", "-f", "{{.Client.Version}}") == "1.12.2-cs2-ws-beta\n"
    # `search`, `network ls` and `info` learnt it later.
    assert b"not defined" in rtm.run("info", "--format", "{{json .}}").stderr
    assert today.json("info", "--format", "{{json .}}")["OSType"] == "windows"
    networks = today("network", "ls", "--format", "{{.Name}} {{.Driver}}").splitlines()
    assert networks == ["nat nat", "none null"]
    assert b"unknown flag: --nonsense" in today.run("images", "--nonsense").stderr


def test_search_finds_the_sixteen(tp4):
    lines = tp4("search", "*").splitlines()
    names = [line.split()[0] for line in lines[1:]]
    assert len(names) == 16
    assert {name.split("/")[0] for name in names} == {"microsoft"}
    assert "microsoft/iis" in tp4("search", "iis")
    assert len(tp4("search", "nothing-like-it").splitlines()) == 1


def test_inspect_gives_json_in_every_version(tp4, today):
    (image,) = tp4.json("inspect", "windowsservercore")
    assert image["Id"].startswith("sha256:6801d964fda5")
    assert len(image["Id"]) == 7 + 64
    assert image["OsVersion"] == "10.0.10586.0"
    assert sorted(image["RepoTags"])[1] == "windowsservercore:latest"
    assert tp4("inspect", "-f", "{{.Os}}/{{.Architecture}}", "6801d9") == "windows/amd64\n"
    assert tp4.json("inspect", "--type", "image", image["Id"]) == [image]
    result = tp4.run("inspect", "none", "windowsservercore")
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)) == 1
    assert result.stderr == b"Error: No such object: none\n"
    assert tp4.error("inspect", "--type", "container", "x") == "Error: No such container: x\n"
    assert "network x not found" in today.error("network", "inspect", "x")


def test_a_template_that_is_too_much_is_refused(tp4):
    assert "no such template" in tp4.error("inspect", "-f", "{{range .X}}{{end}}", "6801d9")
    assert "can't evaluate field Nope" in tp4.error("inspect", "-f", "{{.Nope}}", "6801d9")


def test_unknown_commands_and_wrong_numbers(tp4):
    assert "'nonsense' is not a docker command" in tp4.error("nonsense")
    assert "requires exactly 2 arguments" in tp4.error("tag", "x")
    assert "flag needs an argument: --name" in tp4.error("run", "--name")
    assert "Docker version 1.10.0-dev" in tp4("--version")


def test_tags(tp4, rtm):
    tp4("tag", "windowsservercore", "base:1")
    assert "base" in tp4("images")
    tp4("pull", "microsoft/sqlite")
    assert "Conflict: Tag 1 is already set" in tp4.error("tag", "microsoft/sqlite", "base:1")
    tp4("tag", "-f", "microsoft/sqlite", "base:1")
    assert b"not defined: -f" in rtm.run("tag", "-f", "windowsservercore", "x").stderr
    rtm("tag", "windowsservercore", "base:1")
    assert "No such image: nothing" in rtm.error("tag", "nothing", "x")
    assert "not a valid repository/tag" in rtm.error("tag", "windowsservercore", "UPPER")


def test_rmi(rtm):
    free = rtm.world.disk.free_bytes
    rtm("pull", "microsoft/iis")
    assert rtm.world.disk.free_bytes < free
    rtm("run", "--name", "user", "microsoft/iis", "cmd", "/c", "ver")
    assert "must be forced" in rtm.error("rmi", "microsoft/iis")
    rtm("rm", "user")
    text = rtm("rmi", "microsoft/iis")
    assert "Untagged: microsoft/iis:latest" in text
    assert "Deleted: sha256:" in text
    assert rtm.world.disk.free_bytes == free
    assert "No such image" in rtm.error("rmi", "microsoft/iis")


def test_history(tp4):
    lines = tp4("history", "windowsservercore").splitlines()
    assert len(lines) == 2
    assert "9.3 GB" in lines[1]


def test_an_archive_goes_to_another_host(tp4, host):
    tp4("pull", "microsoft/sqlite")
    assert "cannot find the path" in tp4.error("save", "-o", "C:\\none\\x.tar", "microsoft/sqlite")
    tp4("save", "-o", "C:\\x.tar", "microsoft/sqlite")
    archive = next(each for each in tp4.world.files if each.path == "C:\\x.tar")
    other = host("tp4")
    other.world = other.world.put(archive)
    assert "Loaded image: microsoft/sqlite:latest" in other("load", "-i", "C:\\x.tar")
    assert other.json("inspect", "microsoft/sqlite") == tp4.json("inspect", "microsoft/sqlite")
    other.write("C:\\bad.tar", b"nonsense")
    assert "unexpected EOF" in other.error("load", "-i", "C:\\bad.tar")


def test_no_daemon(tp4, rtm):
    for typist, text in ((tp4, "actively refused it"), (rtm, "docker_engine: The system cannot")):
        service = next(each for each in typist.world.services if each.name == "docker")
        typist.world = typist.world.put(service.model_copy(update={"state": "stopped"}))
        for command in ("images", "ps", "run x", "pull x", "inspect x", "network ls", "info"):
            assert text in typist.error(*command.split())
        assert text in typist.error("version")
