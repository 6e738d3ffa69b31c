"""docker_daemon: merged, checked, restarted only when needed, put back when it does not start."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st
from pydantic import ValidationError

from provision.agent.operations.base import ErrorRecord
from provision.model.errors import TaskError
from provision.model.outcome import Outcome
from provision.steps.docker.daemon_json import differing, merge, read_settings, write_settings
from provision.steps.registry import STEPS

PATH = "C:\\ProgramData\\docker\\config\\daemon.json"
PENDING = f"{PATH}.restart-pending"


class Host:
    """A host's daemon.json, its mark of a pending restart, and whether the daemon accepts it."""

    def __init__(self, settings=None):
        self.files = {} if settings is None else {PATH: json.dumps(settings).encode()}
        self.restarts = 0
        self.refuses = ()

    def script(self):
        return {
            "file.read": self.read, "file.stat": self.stat, "file.ensure": self.ensure,
            "service.ensure": self.restart, "docker.version": self.version,
        }  # fmt: skip

    @property
    def settings(self):
        return json.loads(self.files[PATH]) if PATH in self.files else None

    def read(self, operation):
        content = self.files.get(operation.path)
        if content is None:
            return ErrorRecord(message="no such file", id="NotFound")
        return {"content": base64.b64encode(content).decode(), "bytes": len(content)}

    def stat(self, operation):
        return {"kind": "file" if operation.path in self.files else "absent", "bytes": 0}

    def ensure(self, operation):
        if operation.state.value == "absent":
            self.files.pop(operation.path, None)
        else:
            self.files[operation.path] = base64.b64decode(operation.content or "")
        return {"changed": True}

    def restart(self, _operation):
        self.restarts += 1
        return {"changed": True}

    def version(self, _operation):
        answers = not set(self.refuses) & set(self.settings or {})
        message = "" if answers else "cannot connect"
        return {"installed": True, "answers": answers, "message": message}


def test_settings_are_merged_and_the_daemon_restarted_once(player):
    docker = Host({"debug": True, "log-opts": {"max-file": "3"}})
    host = player(docker.script())
    params = {"settings": {"log-opts": {"max-size": "10m"}, "dns": ["192.0.2.1"]}}
    result = host.play("docker_daemon", params, check=True)
    assert (result.outcome, docker.restarts) == (Outcome.CHANGED, 0)
    result = host.play("docker_daemon", params)
    assert docker.settings == {
        "debug": True, "dns": ["192.0.2.1"], "log-opts": {"max-file": "3", "max-size": "10m"},
    }  # fmt: skip
    assert [change.what for change in result.changes] == [
        f"{PATH}: dns", f"{PATH}: log-opts", "service docker (restarted)",
    ]  # fmt: skip
    assert (docker.restarts, PENDING in docker.files) == (1, False)
    assert host.play("docker_daemon", params).outcome is Outcome.OK
    assert docker.restarts == 1


def test_a_missing_file_is_made_without_a_byte_order_mark(player):
    docker = Host()
    player(docker.script()).play("docker_daemon", {"settings": {"debug": True}})
    assert docker.files[PATH].startswith(b"{")


def test_settings_are_removed(player):
    docker = Host({"debug": True, "mtu": 1400})
    player(docker.script()).play("docker_daemon", {"remove": "debug"})
    assert docker.settings == {"mtu": 1400}


def test_a_restart_that_was_cut_off_is_made_up_for(player):
    docker = Host({"debug": True})
    docker.files[PENDING] = b""
    result = player(docker.script()).play("docker_daemon", {"settings": {"debug": True}})
    assert (result.outcome, docker.restarts) == (Outcome.CHANGED, 1)
    assert PENDING not in docker.files


def test_without_a_restart_the_file_alone_changes(player):
    docker = Host()
    params = {"settings": {"debug": True}, "restart": False}
    result = player(docker.script()).play("docker_daemon", params)
    assert (docker.restarts, len(result.changes)) == (0, 1)


@pytest.mark.parametrize("before", [None, {"debug": True}])
def test_the_former_file_comes_back_when_the_daemon_does_not(player, before):
    docker = Host(before)
    docker.refuses = ("hosts",)
    host = player(docker.script())
    params = {"settings": {"hosts": ["npipe://"]}, "within": 30}
    result = host.play("docker_daemon", params)
    assert (result.outcome, docker.settings, docker.restarts) == (Outcome.FAILED, before, 2)
    assert result.evidence == ("it answers again with the former file",)
    assert (host.now, PENDING in docker.files) == (30, False)


def test_a_broken_file_is_told_with_its_place(player):
    docker = Host()
    docker.files[PATH] = b'{\n  "debug": tru\n}'
    with pytest.raises(TaskError, match=r"daemon\.json:2:12: "):
        player(docker.script()).play("docker_daemon", {"settings": {"debug": True}})


def test_what_is_in_the_file_already_is_checked_too(player):
    docker = Host({"debgu": True})
    result = player(docker.script()).play("docker_daemon", {"settings": {"debug": True}})
    assert "the daemon has no setting 'debgu'; 'debug'?" in result.failure
    assert docker.restarts == 0


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"debgu": True}, "'debug'?"),
        ({"debug": "yes"}, "must be true or false"),
        ({"mtu": True}, "must be a number"),
        ({"dns": "192.0.2.1"}, "must be a list"),
        ({"log-level": "loud"}, "must be one of"),
        ({"registry-mirrors": ["mirror.example.com"]}, "http:// or https://"),
        ({"hosts": ["0.0.0.0:2375"]}, "none of npipe"),
        ({}, "give settings"),
    ],
)
def test_settings_are_checked_before_a_host_is_asked(settings, told):
    with pytest.raises(ValidationError, match=told.replace("?", r"\?")):
        STEPS["docker_daemon"].model_validate({"settings": settings})


def test_what_is_not_known_may_pass():
    STEPS["docker_daemon"].model_validate({"settings": {"new-thing": 1}, "unknown": True})


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-9, 9), st.text("aé", max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text("ab", max_size=2), inner, max_size=2)
    ),
    max_leaves=4,
)
SETTINGS = st.dictionaries(st.text("abc", min_size=1, max_size=2), VALUES, max_size=4)


@bounded(max_examples=40)
@given(SETTINGS, SETTINGS)
def test_merging_reaches_what_is_wanted_and_then_changes_nothing(found, wanted):
    merged = merge(found, wanted)
    assert merge(merged, wanted) == merged
    assert differing(merged, merge(merged, wanted)) == []
    assert read_settings(write_settings(merged), "x") == merged
    assert {name: merged[name] for name in found if name not in wanted} == {
        name: found[name] for name in found if name not in wanted
    }
