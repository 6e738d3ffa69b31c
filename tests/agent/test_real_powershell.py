"""The bootstrap, wire and client over a real PowerShell, with a small agent of the tests' own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from provision.agent.client import AgentClient, AgentRefused
from provision.agent.operations import FileStat
from provision.agent.source import AgentSource
from provision.engine.clock import HostClock
from provision.transport.errors import ShellGone
from provision.transport.local import LocalConnector

pytestmark = [
    pytest.mark.powershell,
    pytest.mark.skipif(
        not (shutil.which("powershell") or shutil.which("pwsh")), reason="no PowerShell on PATH"
    ),
]

HANDLER = r"""
function Write-Answer([string] $Number, $Result) {
    $json = ConvertTo-Json -InputObject @{ ok = $true; result = $Result } -Compress -Depth 5
    $body = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($json))
    [Console]::Out.Write("`n@pv $Number $($body.Length) $body`n")
    [Console]::Out.Flush()
}
$script:carried = 0
{
    param([string] $Line)
    if ($Line -match '^@ready (.*)$') {
        $boot = @{ boot_time = '2026-01-01T00:00:00Z'; token = 'token' }
        Write-Answer 0 @{ boot = $boot; powershell = '5.0'; process = $PID; sha256 = $Matches[1] }
        return
    }
    if ($Line -notmatch '^@pv (\d+) ([A-Za-z0-9+/=]+)$') { return }
    $number = $Matches[1]
    $json = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Matches[2]))
    $path = (ConvertFrom-Json -InputObject $json).params.path
    if ($path -eq 'die') {
        [Console]::Error.WriteLine('last words')
        [Environment]::Exit(5)
    }
    if ($path -eq 'noise') { [Console]::Out.Write('noise without an end') }
    if ($path -eq 'output') { 'dropped by the bootstrap' }
    if ($path -eq 'throw') { throw 'thrown by the handler' }
    if ($path -eq 'console') { $path += [Console]::In.ReadLine() }
    $script:carried++
    Write-Answer $number @{ kind = 'file'; bytes = $path.Length; sha256 = "$script:carried" }
}
"""


@pytest.fixture
def make_client(policy) -> Iterator:
    clients = []

    def make(source: AgentSource) -> AgentClient:
        channel = LocalConnector(wait=5).channel()
        clients.append(AgentClient(channel, retrying=policy, clock=HostClock(), source=source))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def test_an_agent_answers_through_noise(make_client):
    client = make_client(AgentSource.of("# ä日本 " + "#" * 50_000 + HANDLER))
    assert client.start().powershell == "5.0"
    answers = client.call_many([FileStat(path="x" * (number + 1)) for number in range(100)])
    assert [answer.bytes for answer in answers] == list(range(1, 101))
    assert client.call(FileStat(path="noise")).bytes == 5
    assert client.strays == ("noise without an end",)
    assert client.call(FileStat(path="output")).bytes == 6
    assert client.call(FileStat(path="console")).bytes == 7
    assert client.call(FileStat(path="日本" * 40_000)).bytes == 80_000
    assert client.call(FileStat(path="a")).sha256 == "105"
    assert len(client.strays) == 1


def test_a_process_that_ends_is_noticed_with_its_last_words(make_client):
    client = make_client(AgentSource.of(HANDLER))
    client.start()
    with pytest.raises(ShellGone, match="exit code 5") as caught:
        client.call(FileStat(path="die"))
    assert "last words" in caught.value.details


def test_a_source_that_does_not_run_is_refused(make_client):
    with pytest.raises(AgentRefused) as caught:
        make_client(AgentSource.of("throw 'not on this host'")).start()
    assert "not on this host" in caught.value.details


def test_a_source_that_arrives_damaged_is_not_run(make_client):
    source = AgentSource.of(HANDLER)
    damaged = AgentSource(source.text, source.sha256, source.encoded.replace("A", "B", 1))
    with pytest.raises(ShellGone, match="damaged"):
        make_client(damaged).start()


def test_an_exception_of_the_handler_does_not_end_the_agent(make_client):
    client = make_client(AgentSource.of(HANDLER))
    client.start()
    client._session.add(FileStat(path="throw"))
    assert client.call(FileStat(path="abc")).bytes == 3
    for _ in range(200):  # The two streams come in no order.
        if "thrown by the handler" in client.stderr:
            break
        client.call(FileStat(path="abc"))
    assert "thrown by the handler" in client.stderr
