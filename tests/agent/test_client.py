from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provision.agent.client import AgentRefused, UnexpectedAnswer
from provision.agent.operations import FileStat, FileWrite, JobPoll
from provision.agent.operations.base import OperationError
from provision.agent.session import WINDOW
from provision.agent.source import AgentSource
from provision.transport.channel import Output
from provision.transport.errors import ConnectionBroken, ShellGone

faults = st.lists(
    st.tuples(st.sampled_from(["ok", "before", "after", "cut"]), st.integers(0, 10**6)),
    max_size=25,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(faults, st.integers(1, 40), st.sampled_from([60, 500, 112_500]), st.integers(1, 3000))
def test_each_request_is_carried_out_once_and_every_answer_arrives(
    make_pair, schedule, count, max_send, split
):
    pair = make_pair(max_send=max_send)
    pair.client.start()
    pair.channel.faults = list(schedule)
    pair.channel.split = split
    operations = [FileStat(path="p" * (number % 7) * 30) for number in range(count)]
    answers = pair.client.call_many(operations)
    assert [answer.bytes for answer in answers] == [len(one.path) for one in operations]
    assert [path for _, path in pair.far.executed] == [one.path for one in operations]
    assert len({number for number, _ in pair.far.executed}) == count


def test_the_agent_gets_ready(make_pair):
    pair = make_pair()
    ready = pair.client.start()
    assert ready.process == 412
    assert ready.sha256 == AgentSource.of("'the agent' # ä").sha256


def test_a_quick_call_is_one_send_and_one_receive(make_pair):
    pair = make_pair()
    pair.client.start()
    before = len(pair.channel.sent)
    pair.client.call(FileStat(path="a"))
    assert len(pair.channel.sent) == before + 1
    assert pair.channel.recovered == 0


def test_a_loss_while_starting_is_left_to_the_caller(make_pair):
    pair = make_pair()
    pair.channel.faults = [("after", 0)]
    with pytest.raises(ConnectionBroken):
        pair.client.start()
    assert pair.channel.recovered == 0


def test_a_damaged_agent_counts_as_lost(make_pair):
    pair = make_pair()
    feed = pair.far.feed
    pair.far.feed = lambda data: feed(b"AAAA" + data[4:])
    with pytest.raises(ShellGone, match="damaged"):
        pair.client.start()


def test_what_the_policy_stops_at_is_raised_and_the_client_can_go_on(make_pair):
    pair = make_pair(attempts=3)
    pair.client.start()
    pair.channel.faults = [("before", 0)] * 4
    with pytest.raises(ConnectionBroken):
        pair.client.call(FileStat(path="lost"))
    assert pair.client.call(FileStat(path="next")).bytes == 4
    assert [path for _, path in pair.far.executed] == ["next"]


def test_each_loss_gets_a_new_policy(make_pair):
    pair = make_pair(attempts=2)
    pair.client.start()
    kinds = ["after", "ok", "before", "ok", "ok"] + ["before", "ok", "before", "ok", "ok"] * 3
    pair.channel.faults = [(kind, 0) for kind in kinds]
    pair.channel.split = 10
    assert pair.client.call(FileStat(path="a" * 50)).bytes == 50


def test_an_interrupted_call_does_not_spoil_the_next(make_pair, monkeypatch):
    pair = make_pair(max_send=100)
    pair.client.start()
    send, calls = pair.channel.send, []

    def interrupted(data: bytes) -> None:
        calls.append(data)
        if len(calls) == 2:
            raise KeyboardInterrupt
        send(data)

    monkeypatch.setattr(pair.channel, "send", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pair.client.call(FileStat(path="x" * 300))
    assert pair.client.call(FileStat(path="yy")).bytes == 2
    assert [path for _, path in pair.far.executed] == ["yy"]


def test_an_error_of_the_host_is_raised_after_all_were_carried_out(make_pair):
    pair = make_pair()
    pair.client.start()

    def answer(_op, params):
        if params["path"] == "b":
            raise PermissionError("no")
        return {"kind": "absent", "bytes": 0}

    pair.far.answer = answer
    with pytest.raises(OperationError) as caught:
        pair.client.call_many([FileStat(path=path) for path in "abc"])
    assert caught.value.record.id == "Denied"
    assert [path for _, path in pair.far.executed] == ["a", "b", "c"]


def test_an_answer_of_another_shape_says_so_with_evidence(make_pair):
    pair = make_pair()
    pair.client.start()
    pair.far.answer = lambda *_: {"kind": "file", "size": 3}
    with pytest.raises(UnexpectedAnswer) as caught:
        pair.client.call(FileStat(path="a"))
    assert "size" in caught.value.details


def test_an_answer_in_the_last_output_still_counts(make_pair):
    pair = make_pair()
    pair.client.start()
    receive = pair.channel.receive

    def last_words() -> Output:
        output = receive()
        return Output(output.stdout, b"", 0)

    pair.channel.receive = last_words
    assert pair.client.call(FileStat(path="abc")).bytes == 3
    with pytest.raises(ShellGone, match="exit code 0"):
        pair.client.call(FileStat(path="abc"))
    assert len(pair.far.executed) == 1


def test_a_process_that_ends_is_lost_with_its_last_words(make_pair):
    pair = make_pair()
    pair.client.start()

    def die(_op, _params):
        pair.far.exit_code = 3
        pair.far.output += b"half a li"
        pair.far.stderr += (
            b'#< CLIXML\r\n<Objs Version="1.1.0.1"><S S="Error">out of memory_x000D__x000A_</S>'
            b'<Obj S="progress" RefId="0"><TN><T>x</T></TN></Obj></Objs>'
        )
        return {}

    pair.far.answer = die
    with pytest.raises(ShellGone, match="exit code 3") as caught:
        pair.client.call(FileStat(path="a"))
    assert caught.value.details == "out of memory\nhalf a li"


def test_a_forgotten_answer_is_a_loss_and_nothing_is_repeated(make_pair):
    pair = make_pair()
    pair.client.start()
    pair.far._last = 10
    with pytest.raises(ShellGone, match="no longer keeps"):
        pair.client.call(FileStat(path="a"))
    assert pair.far.executed == []


def test_a_shell_that_is_gone_is_not_asked_again(make_pair):
    pair = make_pair()
    pair.client.start()
    pair.channel.gone = True
    with pytest.raises(ShellGone):
        pair.client.call(FileStat(path="a"))
    assert pair.channel.recovered == 0


@pytest.mark.parametrize(
    ("operation", "own"), [(FileStat(path="a"), 0), (JobPoll(id="j", wait=600), 600)]
)
@pytest.mark.parametrize("speed", [1.0, 600.0])
def test_a_silent_agent_is_given_up_after_the_operations_own_time(make_pair, operation, own, speed):
    pair = make_pair(speed=speed)
    pair.client.start()
    pair.far.feed = lambda _: None
    began = pair.clock.now()
    with pytest.raises(ShellGone, match="gives no answer"):
        pair.client.call(operation)
    assert pair.clock.now() - began == pytest.approx(own + 300 * speed, rel=0.01)


def test_requests_without_an_answer_do_not_pile_up_on_the_host(make_pair):
    pair = make_pair()
    pair.client.start()
    most = unread = 0
    feed, receive = pair.far.feed, pair.channel.receive

    def watch(data: bytes) -> None:
        nonlocal most, unread
        unread += len(data)
        most = max(most, unread)
        feed(data)

    def read() -> Any:
        nonlocal unread
        unread = 0
        return receive()

    pair.far.feed, pair.channel.receive = watch, read
    pair.far.answer = lambda *_: {"bytes": 1}
    content = "x" * (WINDOW // 6)
    pair.client.call_many([FileWrite(path="a", offset=0, content=content) for _ in range(30)])
    assert WINDOW // 2 < most <= WINDOW


def test_a_client_closes_its_channel(make_pair):
    pair = make_pair()
    pair.client.close()
    assert pair.channel.closed


def test_refused_is_permanent():
    assert AgentRefused("x").error_class.value == "permanent"
