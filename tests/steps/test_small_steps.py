"""file, copy, template, windows_feature, service, restart, wait_for, assert."""

from __future__ import annotations

import base64
import hashlib

import pytest
from pydantic import ValidationError

from provision.agent.operations.base import ChangeAnswer, ErrorRecord
from provision.model.errors import TaskError
from provision.model.outcome import Change, Outcome
from provision.steps.transfer import FolderSent, Sent

ABSENT, FOLDER = {"kind": "absent"}, {"kind": "folder"}


def test_a_folder_takes_one_exchange(player):
    host = player({"file.ensure": {"changed": True, "before": ABSENT, "after": FOLDER}})
    result = host.play("file", {"path": "C:\\x", "state": "folder"})
    assert result.outcome is Outcome.CHANGED
    assert result.changes == (Change(what="C:\\x", before=ABSENT, after=FOLDER),)
    assert host.exchanges == 1
    assert host.asked[0].content is None


def test_a_file_that_is_right_already_is_ok(player):
    host = player({"file.ensure": {"changed": False, "before": FOLDER, "after": FOLDER}})
    result = host.play("file", {"path": "C:\\x", "content": "héllo\n"})
    assert (result.outcome, result.changes) == (Outcome.OK, ())
    assert base64.b64decode(host.asked[0].content) == "héllo\n".encode()


def test_check_mode_reaches_the_host(player):
    host = player({"file.ensure": {"changed": True, "before": ABSENT, "after": FOLDER}})
    assert host.play("file", {"path": "C:\\x"}, check=True).outcome is Outcome.CHANGED
    assert host.checked == [True]


def test_content_is_only_for_files(player):
    with pytest.raises(ValidationError, match="content is only for"):
        player({}).play("file", {"path": "x", "state": "folder", "content": "y"})


@pytest.mark.parametrize("size", [0, 1, 64 * 1024])
def test_small_copies_take_one_exchange(player, size):
    content = b"\xff" * size
    host = player(
        {"file.ensure": {"changed": True, "before": ABSENT, "after": {"kind": "file"}}},
        files={"a.bin": content},
    )
    result = host.play("copy", {"src": "a.bin", "dest": "C:\\a.bin"})
    assert host.exchanges == 1
    assert base64.b64decode(host.asked[0].content) == content
    assert result.value["sha256"] == hashlib.sha256(content).hexdigest()


def test_large_copies_are_uploaded(player):
    content = b"x" * (64 * 1024 + 1)
    host = player({}, files={"a.bin": content})
    assert host.play("copy", {"src": "a.bin", "dest": "C:\\a"}).outcome is Outcome.CHANGED
    assert host.sent == {"C:\\a": content}


def test_a_folder_is_copied_with_what_differs(player):
    sent = FolderSent(
        changes=(Change(what="C:\\t\\a", after={"kind": "file"}),),
        files=3, sent=1, bytes=7, removed=0,
    )  # fmt: skip
    host = player({"UploadFolder": sent}, files={"tools/a": b"x"})
    params = {"src": "tools", "dest": "C:\\t", "remove_extra": True}
    result = host.play("copy", params)
    assert result.outcome is Outcome.CHANGED
    assert [change.what for change in result.changes] == ["C:\\t\\a"]
    assert (result.value["files"], result.value["sent"]) == (3, 1)
    effect = host.carried[0]
    assert (effect.local, effect.path, effect.remove_extra) == ("tools", "C:\\t", True)
    assert not effect.check
    host.play("copy", params, check=True)
    assert host.carried[1].check


def test_extra_things_are_removed_from_folders_only(player):
    host = player({}, files={"a.bin": b"x"})
    with pytest.raises(TaskError, match="remove_extra is for folders"):
        host.play("copy", {"src": "a.bin", "dest": "C:\\a", "remove_extra": True})


THERE = {"kind": "file", "bytes": 9}


@pytest.mark.parametrize("resumed", [0, 5])
def test_a_file_is_retrieved(player, resumed):
    change = ChangeAnswer(changed=True, before=ABSENT, after={"kind": "file", "sha256": "b" * 64})
    sent = Sent(change=change, sha256="b" * 64, bytes=9, resumed_at=resumed)
    host = player({"file.stat": THERE, "DownloadFile": sent})
    result = host.play("retrieve", {"src": "C:\\log", "dest": "logs/a"}, timeout=77)
    assert result.outcome is Outcome.CHANGED
    assert (result.changes[0].what, result.value["bytes"]) == ("logs/a", 9)
    effect = host.carried[0]
    assert (effect.path, effect.local, effect.timeout) == ("C:\\log", "logs/a", 77)
    assert ("5 of 9 bytes" in "".join(result.evidence)) is bool(resumed)


def test_a_folder_is_retrieved(player):
    sent = FolderSent(
        changes=(Change(what="logs/a", after={"kind": "file"}),),
        files=3, sent=1, bytes=7, removed=1,
    )  # fmt: skip
    host = player({"file.stat": {"kind": "folder", "bytes": 0}, "DownloadFolder": sent})
    params = {"src": "C:\\logs", "dest": "logs", "remove_extra": True}
    result = host.play("retrieve", params, check=True)
    assert result.outcome is Outcome.CHANGED
    assert (result.value["files"], result.value["removed"]) == (3, 1)
    effect = host.carried[0]
    assert (effect.path, effect.local, effect.check) == ("C:\\logs", "logs", True)
    assert effect.remove_extra
    host = player({"file.stat": THERE})
    with pytest.raises(TaskError, match="remove_extra is for folders"):
        host.play("retrieve", params)


@pytest.mark.parametrize(
    ("line_end", "expected"),
    [("crlf", b"a\r\nbob\r\n"), ("lf", b"a\nbob\n"), ("keep", b"a\r\nbob\n")],
)
def test_template_line_ends(player, line_end, expected):
    host = player(
        {"file.ensure": {"changed": True, "before": ABSENT, "after": {"kind": "file"}}},
        files={"t.j2": b"\xef\xbb\xbfa\r\n{{ name }}\n"},
        variables={"name": "bob"},
    )
    host.play("template", {"src": "t.j2", "dest": "C:\\t", "line_end": line_end})
    assert base64.b64decode(host.asked[0].content) == expected


FEATURE = {"before": {"installed": False}, "after": {"installed": True}}


def test_features_take_one_exchange_and_one_restart(player):
    host = player(
        {"feature.ensure": {"changed": True, **FEATURE, "restart_needed": True}},
    )
    result = host.play("windows_feature", ["Containers", "Hyper-V"])
    assert [change.what for change in result.changes] == ["feature Containers", "feature Hyper-V"]
    assert host.exchanges == 1
    assert host.restarts == ["feature Containers and Hyper-V"]
    assert result.value == {"changed": True, "restart_needed": False, "restarted": True}


@pytest.mark.parametrize(("check", "restart"), [(True, "if_needed"), (False, "never")])
def test_features_do_not_restart_when_they_must_not(player, check, restart):
    host = player({"feature.ensure": {"changed": True, **FEATURE, "restart_needed": True}})
    result = host.play("windows_feature", {"names": "Containers", "restart": restart}, check=check)
    assert host.restarts == []
    assert result.value["restart_needed"] is True
    assert result.evidence == ("Windows wants a restart for Containers",)


def test_one_unknown_feature_fails_and_tells_what_changed(player):
    answers = [
        {"changed": True, **FEATURE, "restart_needed": False},
        ErrorRecord(message="no feature 'Nope'", id="NotFound"),
    ]
    host = player({"feature.ensure": lambda op: answers[op.feature == "Nope"]})
    result = host.play("windows_feature", ["Telnet-Client", "Nope"])
    assert result.outcome is Outcome.FAILED
    assert "no feature 'Nope'" in (result.failure or "")
    assert [change.what for change in result.changes] == ["feature Telnet-Client"]


def test_services(player):
    before, after = {"state": "stopped", "start": "manual"}, {"state": "running", "start": "manual"}
    host = player({"service.ensure": {"changed": True, "before": before, "after": after}})
    result = host.play("service", {"names": "docker", "state": "running"})
    assert result.changes == (Change(what="service docker", before=before, after=after),)
    assert host.asked[0].start is None


def test_a_service_that_was_only_restarted(player):
    running = {"state": "running", "start": "auto"}
    host = player({"service.ensure": {"changed": True, "before": running, "after": running}})
    result = host.play("service", {"names": "docker", "restart": True})
    assert result.changes == (
        Change(what="service docker (restarted)", before=running, after=running),
    )


def test_restart_only_when_pending(player, host_facts):
    quiet = player({"facts": host_facts()})
    assert quiet.play("restart", "pending").outcome is Outcome.OK
    assert quiet.restarts == []
    wanting = player({"facts": host_facts(pending_restart=["component servicing"])})
    result = wanting.play("restart", {})
    assert wanting.restarts == ["pending: component servicing"]
    assert result.changes[0].what == "boot"
    assert result.changes[0].before != result.changes[0].after


def test_restart_always_asks_nothing_first(player):
    host = player({})
    assert host.play("restart", {"mode": "always", "reason": "so"}).outcome is Outcome.CHANGED
    assert (host.restarts, host.exchanges) == (["so"], 0)


def test_restart_restarts_nothing_in_check_mode(player):
    host = player({})
    assert host.play("restart", "always", check=True).outcome is Outcome.CHANGED
    assert host.restarts == []


def stat(kind):
    return {"kind": kind, "bytes": 0}


def test_wait_for_a_path(player):
    host = player({"file.stat": [stat("absent"), stat("absent"), stat("file")]})
    result = host.play("wait_for", {"path": "C:\\done", "every": 3})
    assert result.outcome is Outcome.OK
    assert host.now == 6
    assert result.evidence == ("C:\\done: file after 6 s",)


def test_wait_for_a_path_to_go(player):
    host = player({"file.stat": [stat("file"), stat("absent")]})
    assert host.play("wait_for", {"path": "x", "state": "absent"}).outcome is Outcome.OK


def test_wait_for_fails_at_its_deadline(player):
    host = player({"service.list": {"services": []}})
    result = host.play("wait_for", {"service": "docker", "within": "30s"})
    assert result.outcome is Outcome.FAILED
    assert host.now == 30
    assert result.evidence == ("service docker: not installed",)


def test_wait_for_time(player):
    host = player({})
    host.play("wait_for", 45)
    assert (host.now, host.exchanges) == (45, 0)


@pytest.mark.parametrize(
    "params", [{}, {"path": "x", "service": "y"}, {"path": "x", "state": "running"}]
)
def test_wait_for_wants_one_thing(player, params):
    with pytest.raises(ValidationError):
        player({}).play("wait_for", params)


def test_assert(player):
    host = player({}, variables={"a > 1": True, "b": [], "c": 0})
    assert host.play("assert", "a > 1").outcome is Outcome.OK
    result = host.play("assert", {"that": ["a > 1", "b", "c"], "message": "too small"})
    assert (result.outcome, result.failure) == (Outcome.FAILED, "too small")
    assert result.evidence == ("does not hold: b", "does not hold: c")
    result = host.play("assert", ["a > 1", "b", "c"])
    assert (result.failure, result.evidence) == ("does not hold: b", ("does not hold: c",))
    assert host.exchanges == 0
