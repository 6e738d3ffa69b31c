"""command and powershell, at once and as jobs."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from provision.agent.operations.base import WIRE, ErrorRecord, OperationError
from provision.agent.operations.jobs import JobStart
from provision.model.errors import TaskError
from provision.model.outcome import Outcome
from provision.steps.registry import STEPS

TIME = "2016-01-16T09:00:00.000Z"
RAN = {"exit_code": 0, "stdout": "hi\n", "stderr": ""}


def record(number, kind, text, **error):
    made = {"number": number, "time": TIME, "kind": kind, "text": text}
    return {**made, "error": {"message": text, **error}} if error else made


def polled(state, *records, offset=0, **others):
    return {
        "state": state, "records": list(records), "next_offset": offset, "time": TIME, **others,
    }  # fmt: skip


def ended(code=0, *, threw=False):
    return {"exit_code": code, "threw": threw, "time": TIME}


def names(host):
    return [op.name for op in host.asked]


def test_a_line_is_split_and_run_in_one_exchange(player):
    host = player({"exec": RAN})
    result = host.play("command", 'docker tag "a b" c')
    assert (result.outcome, host.exchanges) == (Outcome.CHANGED, 1)
    assert (host.asked[0].program, host.asked[0].arguments) == ("docker", ("tag", "a b", "c"))
    assert result.value == {"changed": True, "exit_code": 0, "stdout": "hi\n", "stderr": ""}
    assert host.asked[0].id == "run-1-01-task-command"


def test_exit_codes(player):
    host = player({"exec": {**RAN, "exit_code": 3010, "stderr": "one\ntwo\n"}})
    result = host.play("command", "msiexec")
    assert (result.outcome, result.failure) == (Outcome.FAILED, "msiexec: exit code 3010")
    assert result.evidence[1:] == ("stderr: one", "stderr: two", "stdout: hi")
    assert result.issue == "restart-wanted"
    assert (
        host.play("command", {"line": "msiexec", "ok_codes": [0, 3010]}).value["exit_code"] == 3010
    )


def test_what_a_short_program_wrote_is_told(player):
    host = player({"exec": {**RAN, "stdout": "hi\n\nho\n", "stderr": "oh\n", "truncated": True}})
    host.play("command", "msiexec")
    assert [(line.kind, line.text) for line in host.progress] == [
        ("stdout", "(earlier lines are left out)"),
        ("stdout", "hi"),
        ("stdout", "ho"),
        ("stderr", "oh"),
    ]


def test_what_a_short_script_wrote_is_told_in_order(player):
    records = [
        record(1, "output", "one\ntwo"),
        record(2, "warning", "careful"),
        record(3, "error", "bad", id="Bad"),
        record(4, "verbose", "not this"),
        record(5, "output", "three"),
    ]
    answer = {"records": records, "exit_code": 1, "threw": False}
    host = player({"powershell": answer})
    result = host.play("powershell", "x")
    assert [(line.kind, line.text) for line in host.progress] == [
        ("stdout", "one"),
        ("stdout", "two"),
        ("stderr", "WARNING: careful"),
        ("stderr", "bad"),
        ("stdout", "three"),
    ]
    assert result.outcome is Outcome.FAILED
    assert result.evidence[-3:] == ("stdout: one", "stdout: two", "stdout: three")


def test_a_timeout(player):
    host = player({"exec": {**RAN, "exit_code": None, "timed_out": True}})
    result = host.play("command", "ping", timeout=7)
    assert result.failure == "ping: stopped at its timeout"
    assert host.asked[0].timeout == 7


@pytest.mark.parametrize(
    ("params", "kind", "why"),
    [
        ({"creates": "C:\\x"}, "file", "C:\\x exists already"),
        ({"removes": "C:\\x"}, "absent", "C:\\x is gone already"),
    ],
)
@pytest.mark.parametrize("name", ["command", "powershell"])
def test_guards(player, name, params, kind, why):
    host = player({"file.stat": {"kind": kind, "bytes": 0}})
    result = host.play(name, {STEPS[name].short: "do it", **params})
    assert (result.outcome, result.evidence, host.exchanges) == (Outcome.OK, (why,), 1)


@pytest.mark.parametrize("name", ["command", "powershell"])
def test_check_mode_runs_only_what_changes_nothing(player, name):
    answer = RAN if name == "command" else {"records": [], "exit_code": None, "threw": False}
    host = player({"exec": answer, "powershell": answer})
    short = STEPS[name].short
    assert host.play(name, {short: "x"}, check=True).outcome is Outcome.CHANGED
    assert host.exchanges == 0
    assert host.play(name, {short: "x", "changes": False}, check=True).outcome is Outcome.OK
    assert (host.exchanges, host.checked) == (1, [False])


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"line": "a", "program": "b"},
        {"line": "a", "arguments": ["b"]},
        {"line": 'a "b'},
        {"line": "  "},
        {"line": "a", "detach": True, "environment": {"A": "b"}},
    ],
)
def test_wrong_commands_are_refused(params):
    with pytest.raises(ValidationError):
        STEPS["command"].model_validate(params)


def test_a_call_is_recorded_under_a_name_of_its_own(player):
    host = player({"powershell": {"records": [], "exit_code": None, "threw": False}})
    host.play("powershell", {"script": "x", "changes": False}, check=True)
    assert host.asked[0].id is None
    host.key = "k" * 120
    host.play("powershell", "x")
    host.key += "k"
    host.play("powershell", "x")
    ids = [op.id for op in host.asked[1:]]
    assert [len(one) for one in ids] == [100, 100]
    assert len(set(ids)) == 2


def test_a_call_that_a_restart_lost_is_begun_anew_if_the_task_is(player):
    lost = ErrorRecord(message="call x began and left no answer: boot changed", id="CallLost")
    host = player({"exec": [lost, RAN]})
    host.reruns = 1
    assert host.play("command", "x").outcome is Outcome.CHANGED
    assert [op.id for op in host.asked] == ["run-1-01-task-command", "run-1-01-task-command-again1"]
    host = player({"exec": lost})
    with pytest.raises(OperationError):
        host.play("command", "x")
    assert len(host.asked) == 1


def test_powershell_records(player):
    records = [
        record(1, "output", "one"),
        record(2, "warning", "careful"),
        record(3, "error", "nope", id="PathNotFound,x", hresult="0x80070003"),
        record(4, "information", "told"),
    ]
    host = player({"powershell": {"records": records, "exit_code": None, "threw": False}})
    result = host.play("powershell", "Get-Thing")
    assert result.outcome is Outcome.CHANGED
    assert result.value == {
        "changed": True,
        "exit_code": None,
        "output": ["one", "told"],
        "warnings": ["careful"],
        "errors": ["nope"],
    }
    assert result.evidence == ("error: nope [PathNotFound,x, 0x80070003]",)
    result = host.play("powershell", {"script": "x", "fail_on_errors": True})
    assert (result.outcome, result.failure) == (Outcome.FAILED, "nope")


def test_a_terminating_error_is_diagnosed(player):
    last = record(1, "error", "Could not create SSL/TLS secure channel.", id="WebException,x")
    host = player({"powershell": {"records": [last], "exit_code": 1, "threw": True}})
    result = host.play("powershell", "x")
    assert result.failure == "Could not create SSL/TLS secure channel."
    assert "TLS 1.2" in result.remedy


def test_an_exit_code_of_a_script(player):
    host = player({"powershell": {"records": [], "exit_code": 4, "threw": False}})
    assert host.play("powershell", "exit 4").failure == "exit code 4"


def test_a_script_file_is_read_here(player):
    host = player(
        {"powershell": {"records": [], "exit_code": None, "threw": False}},
        files={"a.ps1": "\ufeffWrite-Output é".encode(), "b.ps1": b"\xff\xfe\x00"},
    )
    host.play("powershell", {"file": "a.ps1"})
    assert host.asked[0].script == "Write-Output é"
    with pytest.raises(TaskError, match="not UTF-8"):
        host.play("powershell", {"file": "b.ps1"})


def job(*polls, start=None, **others):
    return {
        "job.poll": list(polls),
        "job.start": start or {"started": True, "state": "started"},
        "job.remove": {"changed": True},
        "job.stop": {"changed": True},
        **others,
    }


def test_a_job_from_start_to_end(player):
    host = player(
        job(
            polled("absent"),
            polled("running", record(1, "output", "one"), offset=10),
            polled("finished", record(2, "output", "two"), offset=20, exit=ended()),
        )
    )
    result = host.play("command", {"line": "make all", "detach": True})
    assert result.outcome is Outcome.CHANGED
    assert result.value["stdout"] == "one\ntwo"
    assert names(host) == ["job.poll", "job.start", "job.poll", "job.poll"]
    assert host.asked[1].run == "run-1"
    assert [op.offset for op in host.asked if op.name == "job.poll"] == [0, 0, 10]
    assert {op.id for op in host.asked} == {"01-task"}
    shown = [line.text for line in host.progress if line.kind == "output"]
    assert shown == ["one", "two"]


def test_a_job_that_this_run_began_before_is_not_started_twice(player):
    host = player(
        job(
            polled("finished", exit=ended(), run="run-1"),
            polled("finished", record(1, "output", "x"), exit=ended(), run="run-1"),
            start={"started": False, "state": "finished"},
        )
    )
    result = host.play("powershell", {"script": "x", "detach": True})
    assert result.outcome is Outcome.CHANGED
    assert result.value["output"] == ["x"]
    assert host.says("its result is taken")
    assert "job.remove" not in names(host)


def test_the_ended_job_of_another_run_makes_room(player):
    host = player(
        job(polled("finished", exit=ended(), run="run-0"), polled("finished", exit=ended()))
    )
    result = host.play("powershell", {"script": "x", "detach": True})
    assert result.outcome is Outcome.CHANGED
    assert names(host) == ["job.poll", "job.remove", "job.start", "job.poll"]


def test_the_running_job_of_another_run_is_followed(player):
    running = polled("running", run="run-0")
    host = player(job(running, running, polled("finished", exit=ended(), run="run-0")))
    result = host.play("powershell", {"script": "x", "detach": True})
    assert result.outcome is Outcome.CHANGED
    assert names(host) == ["job.poll", "job.start", "job.poll", "job.poll"]


def test_skipped_output_is_told(player):
    host = player(
        job(
            polled("absent"),
            polled("running", record(900, "output", "x"), offset=9, skipped=480_000_000),
            polled("finished", offset=9, exit=ended()),
        )
    )
    assert host.play("command", {"line": "x", "detach": True}).outcome is Outcome.CHANGED
    assert [line.text for line in host.progress if "skipped" in line.text] == [
        "480 MB of output were skipped"
    ]


SECRET = {"user": "LAB\\builder", "password": "hunter2", "level": "highest"}


@pytest.mark.parametrize("name", ["command", "powershell"])
def test_a_job_of_a_named_account(player, name):
    host = player(job(polled("absent"), polled("finished", exit=ended())))
    params = {STEPS[name].short: "x", "detach": True, "account": SECRET}
    step = STEPS[name].model_validate(params)
    result = host.play(name, params)
    start = host.asked[1]
    assert (start.account.user, start.account.level) == ("LAB\\builder", "highest")
    assert start.model_dump(mode="json", context={WIRE: True})["account"] == SECRET
    told = [step, step.intent(), step.model_dump(), step.model_dump_json(), start, result]
    told += [start.model_dump_json(), host.progress]
    assert "hunter2" not in repr(told) + str(told)


@pytest.mark.parametrize("name", ["command", "powershell"])
def test_an_account_is_for_jobs_alone(name):
    with pytest.raises(ValidationError, match="give detach as well") as raised:
        STEPS[name].model_validate({STEPS[name].short: "x", "account": SECRET})
    with pytest.raises(ValidationError) as nonsense:
        JobStart.model_validate({"id": "x", "script": "x", "account": {**SECRET, "level": "low"}})
    assert "hunter2" not in str(raised.value) + str(nonsense.value)


def test_a_lost_job_of_an_earlier_run_is_started_anew(player):
    host = player(job(polled("lost"), polled("finished", exit=ended())))
    assert host.play("command", {"line": "x", "detach": True}).outcome is Outcome.CHANGED
    assert names(host)[:3] == ["job.poll", "job.remove", "job.start"]


def test_an_answer_from_before_a_long_outage_ends_nothing(player):
    def process(cpu):
        return {"id": 7, "cpu_seconds": cpu, "io_bytes": 0}

    host = player(
        job(
            polled("absent"),
            polled("running", process=process(5)),
            polled("running", process=process(5)),
            polled("running", process=process(900)),
            polled("running", process=process(901)),
            polled("finished", exit=ended()),
        )
    )
    answer = host._answer

    def slowly(operation, check):
        host.now += 7200 if len(host.asked) == 3 else getattr(operation, "wait", 0)
        return answer(operation, check)

    host._answer = slowly
    params = {"line": "x", "detach": True, "silence": {"give_up_after": "1h"}}
    result = host.play("command", params, timeout=9000)
    assert result.outcome is Outcome.CHANGED, result
    assert "job.stop" not in names(host)


def test_a_job_that_is_lost_under_way_is_not_started_again(player):
    host = player(job(polled("absent"), polled("lost", evidence="boot changed")))
    result = host.play("command", {"line": "x", "detach": True})
    assert result.failure == "x: lost: boot changed"
    assert names(host).count("job.start") == 1


def test_a_job_that_this_run_lost_is_not_started_again(player):
    lost = polled("lost", evidence="boot changed", run="run-1")
    host = player(job(lost, lost))
    host.begun = frozenset({host.key})
    result = host.play("command", {"line": "x", "detach": True})
    assert result.failure == "x: lost: boot changed"
    assert "before you run it again" in result.remedy
    assert names(host) == ["job.poll", "job.poll"]


def test_an_ended_job_with_other_content_makes_room(player):
    exists = ErrorRecord(message="other content", id="JobExists")
    host = player(
        job(
            polled("finished", exit=ended(), run="run-1"),
            polled("finished", exit=ended()),
        )
        | {"job.start": [exists, {"started": True, "state": "started"}]}
    )
    assert host.play("command", {"line": "x", "detach": True}).outcome is Outcome.CHANGED
    assert names(host)[:4] == ["job.poll", "job.start", "job.remove", "job.start"]


def test_a_running_job_with_other_content_is_left_alone(player):
    exists = ErrorRecord(message="other content", id="JobExists")
    host = player(job(polled("running")) | {"job.start": exists})
    with pytest.raises(TaskError, match="still running"):
        host.play("command", {"line": "x", "detach": True})
    assert names(host) == ["job.poll", "job.start"]


def waits(host, state, **others):
    def poll(operation):
        host.now += operation.wait
        return polled(state, **others)

    return poll


def test_a_job_that_is_never_seen_running_is_stopped(player):
    host = player({})
    host.script = job() | {"job.poll": waits(host, "started")}
    result = host.play("command", {"line": "x", "detach": True})
    assert "not started: not seen running after" in (result.failure or "")
    assert names(host)[-1] == "job.stop"


def test_an_overdue_job_goes_on(player):
    process = {"id": 1, "cpu_seconds": 1.0, "io_bytes": 1}
    host = player({})
    host.script = job() | {"job.poll": waits(host, "running", process=process)}
    result = host.play("command", {"line": "x", "detach": True}, timeout=100)
    assert "overdue: still running" in (result.failure or "")
    assert "the same job is found and followed" in result.remedy
    assert "job.stop" not in names(host)
    assert "job.remove" not in names(host)


def test_waits_grow_while_nothing_comes(player):
    host = player({})
    host.script = job() | {"job.poll": waits(host, "running")}
    host.play("command", {"line": "x", "detach": True}, timeout=120)
    assert [op.wait for op in host.asked if op.name == "job.poll"][:7] == [0, 0, 2, 4, 8, 16, 30]


def test_a_chatty_job_keeps_its_errors(player):
    first = record(1, "error", "the reason", id="Reason,x")
    chatter = [record(n, "output", f"line {n}") for n in range(2, 4000)]
    host = player(
        job(
            polled("absent"),
            polled("running", first, *chatter[:2000], more=True, offset=5),
            polled("running", *chatter[2000:], offset=9),
            polled("finished", offset=9, exit=ended(1, threw=True)),
        )
    )
    result = host.play("powershell", {"script": "x", "detach": True})
    assert result.failure == "the reason"
    assert len(result.value["output"]) == 2000
    assert result.value["output"][-1] == "line 3999"
