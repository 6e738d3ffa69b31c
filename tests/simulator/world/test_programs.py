"""Programs of the modelled host, for `exec` and for other people's clients."""

from __future__ import annotations

import pytest

from provision.simulator.world.system import Program


def ran(driver, *words):
    return driver.do("exec", program=words[0], arguments=list(words[1:]))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("hostname",), "WIN-TP4\r\n"),
        (("HOSTNAME.EXE",), "WIN-TP4\r\n"),
        (("C:\\Windows\\System32\\whoami.exe",), "win-tp4\\administrator\r\n"),
        (("cmd", "/c", "ver"), "\r\nMicrosoft Windows [Version 10.0.10586]\r\n"),
        (("cmd.exe", "/d", "/c", "echo hello world"), "hello world\r\n"),
        (("cmd", "/c", "hostname"), "WIN-TP4\r\n"),
    ],
)
def test_prints(driver, words, found):
    answer = ran(driver, *words)
    assert (answer.stdout, answer.exit_code) == (found, 0)


def test_ipconfig_shows_the_switch(simulate):
    driver = simulate(scenario="already-built")
    text = ran(driver, "ipconfig").stdout
    assert "Ethernet adapter vEthernet (Virtual Switch):" in text
    assert "172.16.0.1" in text
    assert "255.240.0.0" in text


def test_exit_codes(driver):
    assert ran(driver, "cmd", "/c", "exit 7").exit_code == 7
    answer = ran(driver, "cmd", "/c", "nonsense")
    assert answer.exit_code == 1
    assert "'nonsense' is not recognized" in answer.stderr


@pytest.mark.parametrize("program", ["nonsense", "C:\\other\\hostname.exe", "docker", "powershell"])
def test_a_program_that_is_not_there_is_not_made_up(driver, program):
    assert driver.refused("exec", program=program).id == "NotFound"
    assert driver.host.program(program, ()) is None


def test_check_mode_runs_nothing(driver):
    answer = driver.do("exec", check=True, program="nonsense")
    assert (answer.ran, answer.exit_code) == (False, None)


def test_a_missing_folder(driver):
    assert driver.refused("exec", program="hostname", directory="C:\\none").id == "NotFound"


def test_programs_of_the_world(driver):
    everything = Program(name="tool", stdout="all", seconds=30)
    one = Program(name="tool", arguments=("x",), stderr="one", exit_code=2)
    driver.change(lambda world: world.put(everything).put(one))
    began = driver.world.host_time
    assert ran(driver, "tool", "y").stdout == "all"
    assert driver.world.host_time - began == pytest.approx(30)
    assert ran(driver, "tool.exe", "x").stderr == "one"
    late = driver.do("exec", program="tool", timeout=5)
    assert (late.timed_out, late.exit_code) == (True, None)


def test_long_output_keeps_its_end(driver):
    text = "x" * 300_000 + "end"
    driver.change(lambda world: world.put(Program(name="tool", stdout=text)))
    answer = ran(driver, "tool")
    assert answer.truncated
    assert len(answer.stdout) == 256 * 1024
    assert answer.stdout.endswith("end")


def test_shutdown_restarts_the_host(driver):
    assert ran(driver, "shutdown", "/r", "/t", "5").exit_code == 0
    assert ran(driver, "shutdown", "/r", "/t", "5").exit_code == 1190
    driver.pass_time(6)
    assert not driver.host.power().listening


def test_a_client_restarts_the_host(driver):
    assert driver.host.program("shutdown", ("-r", "-t", "0")).exit_code == 0
    assert not driver.host.power().listening


@pytest.mark.parametrize("scenario", ["tp4", "rtm"])
def test_docker_for_other_clients(simulate, scenario):
    generation = scenario
    driver = simulate(scenario="already-built", generation=generation)
    table = driver.host.program("docker", ("images",)).stdout.decode().splitlines()
    assert table[0].split("  ")[0] == "REPOSITORY"
    assert [line.split()[1] for line in table[1:]][1] == "latest"
    version = driver.host.program("docker", ("version",)).stdout.decode()
    assert "Server:" in version
    rows = driver.host.program("docker", ("images", "--format", "{{json .}}"))
    assert rows.exit_code == (125 if scenario == "tp4" else 0)
    other = driver.host.program("docker", ("run", "x"))
    assert other.exit_code == 125
    assert other.stderr.startswith(b"Unable to find image 'x:latest' locally\n")


def test_docker_whose_daemon_is_down(simulate):
    driver = simulate(scenario="already-built")
    driver.do("service.ensure", service="docker", state="stopped")
    version = driver.host.program("docker", ("version",))
    assert version.exit_code == 1
    assert b"Client:" in version.stdout
    assert b"Server:" not in version.stdout
    assert driver.host.program("docker", ("images",)).exit_code == 1
    assert driver.host.program("docker", ("ps",)).exit_code == 1
