"""The pieces that need no network."""

from __future__ import annotations

import asyncio
import subprocess

import pytest
import spnego
from hypothesis import given
from hypothesis import strategies as st

from provision.simulator.accounts import Accounts
from provision.simulator.command_line import CommandLine, parse_command, split_words
from provision.simulator.encryption import BadMessage, decrypt, encrypt, encryption_protocol
from provision.simulator.envelopes import build_fault, duration, parse
from provision.simulator.pipe import OutputPipe
from provision.simulator.wsman_fault import WSManFault, operation_timed_out

BOTH = frozenset({"stdout", "stderr"})
WORDS = st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1))


@given(WORDS)
def test_command_lines_are_split_as_windows_does(words: list[str]) -> None:
    assert split_words(subprocess.list2cmdline(words)) == words


@pytest.mark.parametrize(
    ("command", "arguments", "expected"),
    [
        ("hostname", [], ("hostname", ())),
        ("C:\\Windows\\System32\\IPCONFIG.EXE /all", [], ("ipconfig", ("/all",))),
        ("%COMSPEC%", ["/c", "ipconfig", "/all"], ("ipconfig", ("/all",))),
        ("cmd.exe", ["/c", '"powershell -Command 1"'], ("powershell", ("-Command", "1"))),
        ("cmd", [], ("cmd", ())),
        ("  ", [], ("", ())),
    ],
)
def test_commands(
    command: str, arguments: list[str], expected: tuple[str, tuple[str, ...]]
) -> None:
    line = parse_command(command, arguments)
    assert (line.name, line.arguments) == expected


def test_the_program_is_kept_as_written() -> None:
    assert parse_command("X\\Foo.exe a", []) == CommandLine("X\\Foo.exe", ("a",))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT20S", 20),
        ("PT60.000S", 60),
        ("PT1H1M1.5S", 3661.5),
        ("P1DT1S", 86401),
        ("PT", None),
        ("P", None),
        ("", None),
        ("20", None),
        ("-PT1S", None),
    ],
)
def test_durations(text: str, seconds: float | None) -> None:
    assert duration(text) == seconds


@given(st.binary() | st.text().map(str.encode))
def test_anything_is_parsed_or_a_fault(message: bytes) -> None:
    try:
        parse(message)
    except WSManFault as refusal:
        fault = refusal
    else:
        return
    assert parse(build_fault(None, fault, "<machine>")).verb == "fault"


def test_a_fault_can_be_read_back() -> None:
    request = parse(build_fault(None, operation_timed_out(), "M"))
    assert request.body is not None
    assert "2150858793" in (request.body[2][0].get("Code") or "")


@pytest.fixture(scope="module")
def contexts() -> tuple[spnego.ContextProxy, spnego.ContextProxy]:
    accounts = Accounts({"u": "p"})
    client = spnego.client("u", "p", protocol="ntlm")
    with accounts.in_place():
        server = spnego.server(protocol="ntlm")
        server.step(client.step(server.step(client.step())))
    accounts.close()
    return client, server


@given(st.binary(max_size=3000))
def test_messages_survive_encryption(
    contexts: tuple[spnego.ContextProxy, spnego.ContextProxy], message: bytes
) -> None:
    client, server = contexts
    protocol = "application/HTTP-SPNEGO-session-encrypted"
    content_type, body = encrypt(client, protocol, message)
    assert encryption_protocol(content_type) == protocol
    assert decrypt(server, body) == message


@given(st.binary(max_size=300))
def test_other_bodies_are_bad_messages(
    contexts: tuple[spnego.ContextProxy, spnego.ContextProxy], body: bytes
) -> None:
    with pytest.raises(BadMessage):
        decrypt(contexts[1], body)


def test_a_message_of_another_length_than_announced_is_bad(
    contexts: tuple[spnego.ContextProxy, spnego.ContextProxy],
) -> None:
    client, server = contexts
    _, body = encrypt(client, "application/HTTP-SPNEGO-session-encrypted", b"x" * 10)
    with pytest.raises(BadMessage, match="another length"):
        decrypt(server, body.replace(b"Length=10", b"Length=11"))


@given(
    st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.binary(max_size=50))),
    st.integers(1, 40),
)
def test_a_pipe_loses_and_reorders_nothing(written: list[tuple[str, bytes]], limit: int) -> None:
    async def run() -> None:
        pipe = OutputPipe()
        for stream, data in written:
            pipe.write(stream, data)
        pipe.finish(-1)
        got = []
        while True:
            await pipe.wait(BOTH)
            taken = pipe.take(BOTH, limit)
            assert sum(len(data) for _, data in taken.chunks) <= limit
            got += taken.chunks
            if taken.exit_code is not None:
                break
        assert taken.exit_code == 0xFFFFFFFF
        assert _flat(got) == _flat(written)

    asyncio.run(run())


def _flat(chunks: list[tuple[str, bytes]]) -> list[tuple[str, int]]:
    return [(stream, byte) for stream, data in chunks for byte in data]


def test_a_pipe_gives_only_the_streams_that_are_asked_for() -> None:
    async def run() -> None:
        pipe = OutputPipe()
        pipe.write("stderr", b"e")
        pipe.write("stdout", b"o")
        taken = pipe.take(frozenset({"stdout"}), 100)
        assert taken.chunks == (("stdout", b"o"),)
        assert pipe.take(BOTH, 100).chunks == (("stderr", b"e"),)

    asyncio.run(run())


def test_a_full_pipe_makes_its_writer_wait() -> None:
    async def run() -> None:
        pipe = OutputPipe()
        pipe.write("stdout", b"x" * (2 << 20))
        writer = asyncio.ensure_future(pipe.drain())
        await asyncio.sleep(0)
        assert not writer.done()
        pipe.take(BOTH, 2 << 20)
        await writer

    asyncio.run(run())


def test_nobody_sees_a_password() -> None:
    accounts = Accounts({"user": "hunter2"})
    try:
        assert "hunter2" not in repr(accounts) + str(vars(accounts)["_file"])
        assert accounts.check("USER", "hunter2")
        assert accounts.check(".\\user", "hunter2")
        assert not accounts.check("user", "")
        assert not accounts.check("other\\user", "hunter2")
    finally:
        accounts.close()
