"""Each scenario, from an empty host to its end, as an agent sees it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from provision.model.errors import InputError
from provision.model.host import SimulateSettings, SwitchError
from provision.simulator.world import scenarios, windows

TP4_SECOND_HALF = [
    "Querying status of Windows feature: Containers...",
    "Feature Containers is already enabled.",
    "Waiting for Hyper-V Management...",
    "Enabling container networking...",
    "Creating container switch (NAT)...",
    "Creating NAT for 172.16.0.0/12...",
    "Installing ContainerProvider package...",
    "Getting Container OS image (WindowsServerCore) version 10.0.10586.0 from OneGet (this may "
    "take a few minutes)...",
    "Container base image install complete.  Querying container images...",
    "The following images are present on this machine:",
    "    ContainerImage (Name = 'WindowsServerCore')",
    "",
    "Installing Docker...",
    "Creating Docker program data...",
    "This script uses a third party tool: NSSM. For more information, see https://nssm.cc/usage",
    "Downloading NSSM...",
    "Extracting NSSM from archive...",
    "Configuring NSSM for Docker service...",
    "Waiting for Docker daemon...",
    "Successfully connected to Docker Daemon.",
    "Tagging new base image (6801d964fda5)...",
    "Base image is now tagged:",
    "windowsservercore   10.0.10586.0        6801d964fda5        11 weeks ago        0 B",
    "windowsservercore   latest              6801d964fda5        11 weeks ago        0 B",
    "Script complete!",
]


def works(driver, job="second"):
    """Tell whether all that a verification asks for is there."""
    switches = driver.do("switch.list").switches
    tags = {image.tag for image in driver.do("image.list").images}
    marker = driver.do(
        "file.stat", path=f"C:\\ProgramData\\provision\\jobs\\{job}\\Install-ContainerHost.err"
    )
    return bool(switches) and "latest" in tags and marker.kind.value == "absent"


def test_tp4(simulate):
    driver = simulate(scenario="tp4", speed=1.0)
    began = driver.world.host_time
    driver.fetch_script()
    first = driver.install("first", "-NoRestart")
    assert first.texts() == [TP4_SECOND_HALF[0], "Enabling feature Containers..."]
    assert first.texts("warning") == ["A reboot is required; stopping script execution"]
    assert first.last.exit.exit_code is None
    assert not first.last.exit.threw
    assert driver.do("facts").pending_restart == ("servicing",)
    driver.restart()
    assert driver.do("facts").pending_restart == ()

    second = driver.install("second", "-NoRestart")
    assert second.texts() == TP4_SECOND_HALF
    (error,) = second.errors()
    assert error.id == windows.SWITCH_ERROR_ID
    assert error.hresult == windows.SWITCH_ERROR_HRESULT
    assert second.errors("caught") == []
    assert works(driver)
    adapters = {adapter.name: adapter for adapter in driver.do("adapter.list").adapters}
    assert adapters["vEthernet (Virtual Switch)"].addresses == ("172.16.0.1/12",)
    assert [nat.prefix for nat in driver.do("nat.list").nats] == ["172.16.0.0/12"]
    assert driver.do("docker.version").answers
    assert 7200 < driver.world.host_time - began < 7900

    again = driver.install("third", "-NoRestart")
    assert again.texts() == [
        *TP4_SECOND_HALF[:3],
        "Networking is already configured.  Confirming configuration...",
        "Image WindowsServerCore is already installed on this machine.",
        *TP4_SECOND_HALF[9:12],
        "Docker is already installed.",
        "Script complete!",
    ]


def test_the_installers_own_restart(simulate):
    driver = simulate(scenario="tp4", speed=1.0)
    driver.fetch_script()
    first = driver.install("first")
    assert first.texts()[2] == "Restart is required; restarting now..."
    assert first.texts()[-1] == "Registering script to re-run at next user logon..."
    (task,) = driver.do("scheduled_task.list", names=["ContainerBootstrap"]).tasks
    assert task.at_logon
    assert task.action.startswith(
        "powershell.exe -NoExit C:\\ProgramData\\provision\\jobs\\first\\Install-ContainerHost.ps1 "
    )
    copy = "C:\\ProgramData\\provision\\jobs\\first\\Install-ContainerHost.ps1"
    copied = driver.do("file.stat", path=copy, hash=True)
    assert copied == driver.do("file.stat", path="C:\\work\\Install-ContainerHost.ps1", hash=True)
    boot = driver.host.power().boot
    driver.come_up()
    assert driver.host.power().boot == boot + 1
    driver.pass_time(10_000)
    assert driver.do("switch.list").switches == ()
    driver.install("second")
    assert works(driver)
    assert driver.do("scheduled_task.list", names=["ContainerBootstrap"]).tasks
    driver.do("scheduled_task.remove", task="ContainerBootstrap")
    assert not driver.do("scheduled_task.list", names=["ContainerBootstrap"]).tasks


@pytest.mark.parametrize(
    ("scenario", "version"), [("tp5", "10.0.14300.1000"), ("rtm", "10.0.14393.206")]
)
def test_later_generations(simulate, scenario, version):
    driver = simulate(scenario=scenario, speed=1.0)
    run = driver.build()
    assert run.errors() == []
    assert run.texts()[-1] == "Script complete!"
    assert ("Downloading NSSM..." in run.texts()) == (scenario == "tp5")
    assert works(driver)
    assert {image.tag for image in driver.do("image.list").images} == {version, "latest"}
    assert driver.do("switch.list").switches[0].type == "Internal"


def test_tp4_clean(simulate):
    driver = simulate(scenario="tp4-clean", speed=1.0)
    assert driver.build().errors() == []
    assert works(driver)


def test_tp4_fatal_switch(simulate):
    driver = simulate(scenario="tp4-fatal-switch", speed=1.0)
    run = driver.build()
    (error,) = run.errors()
    assert error.id == "Microsoft.PowerShell.Commands.WriteErrorException,Install-ContainerHost.ps1"
    (caught,) = run.errors("caught")
    assert caught.id == windows.SWITCH_ERROR_ID
    assert caught.hresult == windows.BIND_FAILED_HRESULT
    assert "0x80070490" in error.message
    assert "Script complete!" not in run.texts()
    assert driver.do("switch.list").switches == ()
    marker = "C:\\ProgramData\\provision\\jobs\\second\\Install-ContainerHost.err"
    assert driver.do("file.stat", path=marker).kind.value == "file"


def test_slow_silence(simulate):
    driver = simulate(scenario="slow-silence", speed=1.0)
    driver.build()
    assert works(driver)
    assert driver.world.host_time > 17_000


def test_a_silent_installer_shows_signs_of_life(simulate):
    driver = simulate(scenario="feature-there", silent_for=5000.0, speed=1.0)
    driver.fetch_script()
    driver.do("job.start", id="a", path="C:\\work\\Install-ContainerHost.ps1")
    driver.pass_time(2000)
    one = driver.do("job.poll", id="a")
    driver.pass_time(600)
    two = driver.do("job.poll", id="a", offset=one.next_offset)
    assert two.records == ()
    assert two.process.cpu_seconds > one.process.cpu_seconds + 60
    assert two.process.io_bytes > one.process.io_bytes
    assert two.idle_seconds == pytest.approx(one.idle_seconds + 600)


@pytest.mark.parametrize(("scenario", "boots"), [("double-restart", 2), ("endless-restarts", 12)])
def test_restarts_in_a_row(simulate, scenario, boots):
    driver = simulate(scenario=scenario, speed=1.0)
    before = driver.do("boot").boot
    driver.do("restart", reason="test")
    seen = {}
    while True:
        driver.pass_time(4)
        power = driver.host.power()
        if power.listening and power.accounts and power.boot > 1:
            answer = driver.do("boot")
            seen.setdefault(power.boot, answer.boot)
            assert answer.settled or "logon" in answer.waiting_for
            if answer.settled:
                break
            last = power.boot
    assert list(seen) == list(range(2, boots + 2))
    assert last == boots + 1
    assert len({identity.token for identity in (before, *seen.values())}) == boots + 1
    assert len({identity.boot_time for identity in seen.values()}) == boots


def test_slow_accounts(simulate):
    driver = simulate(scenario="slow-accounts", speed=1.0)
    driver.do("restart", reason="test", delay=0)
    driver.pass_time(100)
    power = driver.host.power()
    assert (power.boot, power.listening, power.accounts) == (2, True, False)
    driver.pass_time(290)
    assert not driver.host.power().accounts
    driver.pass_time(10)
    assert driver.host.power().accounts


def test_hangs(simulate):
    driver = simulate(scenario="hangs", speed=1.0)
    run = driver.build()
    assert run.last.state.value == "running"
    assert run.texts()[-1].startswith("Getting Container OS image")
    driver.pass_time(500)
    later = driver.do("job.poll", id="second")
    assert later.process == run.last.process
    stopped = driver.do("job.stop", id="second")
    assert stopped.after == {"state": "finished"}
    assert driver.do("job.poll", id="second").exit.stopped


def test_no_image(simulate):
    driver = simulate(scenario="no-image", speed=1.0)
    run = driver.build()
    assert run.texts()[-1] == "Script complete!"
    assert driver.do("image.list").images == ()


def test_docker_fails_and_the_second_run_lies(simulate):
    driver = simulate(scenario="docker-fails", speed=1.0)
    run = driver.build()
    assert run.errors()[-1].message == "Docker Daemon did not start successfully within 1 minute."
    answer = driver.do("docker.version")
    assert answer.installed
    assert not answer.answers
    assert "refused" in answer.message
    assert driver.refused("image.list").id == "NotFound"
    assert driver.refused("service.ensure", service="docker", state="running").id == "StartFailed"
    again = driver.install("third", "-NoRestart")
    assert again.texts()[-2:] == ["Docker is already installed.", "Script complete!"]
    assert not driver.do("docker.version").answers


def test_download_fails(simulate):
    driver = simulate(scenario="download-fails", speed=1.0)
    url = "https://raw.githubusercontent.com/x/y"
    record = driver.refused("download", url=url, path="C:\\a", sha256="0" * 64)
    assert record.id == "DownloadFailed"
    assert "SSL/TLS" in record.message


def test_gallery_fails(simulate):
    driver = simulate(scenario="gallery-fails", speed=1.0)
    run = driver.build()
    assert [error.message for error in run.errors()] == [
        "Failed while adding virtual Ethernet switch connections.",
        "Could not install ContainerProvider",
    ]


def test_disk_full(simulate):
    driver = simulate(scenario="disk-full", speed=1.0)
    run = driver.build()
    assert run.errors("caught")[-1].hresult == "0x80070070"
    assert "Script complete!" not in run.texts()


def test_japanese(simulate):
    driver = simulate(scenario="japanese", speed=1.0)
    (error,) = driver.build().errors()
    assert error.id == windows.SWITCH_ERROR_ID
    assert error.hresult == windows.SWITCH_ERROR_HRESULT
    assert "仮想" in error.message
    assert "Failed" not in error.message
    assert works(driver)


def test_feature_there(simulate):
    driver = simulate(scenario="feature-there", speed=1.0)
    driver.fetch_script()
    run = driver.install("second")
    assert run.texts() == TP4_SECOND_HALF
    assert driver.host.power().boot == 1


def test_already_built(simulate):
    driver = simulate(scenario="already-built", speed=1.0)
    assert {image.tag for image in driver.do("image.list").images} == {"10.0.10586.0", "latest"}
    assert driver.do("job.poll", id="built-before").state.value == "absent"


@pytest.mark.parametrize(("name", "build"), [("2019", 17763), ("2022", 20348), ("2025", 26100)])
def test_the_servers_of_today(simulate, name, build):
    driver = simulate(**scenarios.apply(SimulateSettings(scenario=name)).model_dump())
    assert driver.do("facts").os_build == build


@pytest.mark.parametrize("name", ["inside-the-prefix", "route-into-the-prefix"])
def test_networks_that_overlap_the_nat_s_default(simulate, name):
    driver = simulate(**scenarios.apply(SimulateSettings(scenario=name)).model_dump())
    inside = [*driver.do("facts").addresses]
    inside += [route.destination for route in driver.do("route.list").routes]
    assert any(one.startswith(("172.20.", "172.18.")) for one in inside)
    run = driver.build("-SkipImageImport", "-SkipDocker")
    refused = "Windows System Error 87,New-NetNat" in [each.id for each in run.errors()]
    # WinNAT looks at addresses alone; a route goes unreachable without a word.
    assert refused is (name == "inside-the-prefix")


def test_machines_that_hyper_v_containers_cannot_be_on(simulate):
    for name in ("no-nested-virtualization", "one-processor"):
        settings = scenarios.apply(SimulateSettings(scenario=name))
        machine = simulate(**settings.model_dump()).do("platform")
        assert machine.firmware_virtualization is (name == "one-processor")
        assert machine.processors == (1 if name == "one-processor" else 2)


def test_two_adapters_and_a_lost_network():
    named = {name: scenarios.SCENARIOS[name] for name in ("two-adapters", "network-lost")}
    assert named["two-adapters"].knobs["second_adapter"]
    assert named["network-lost"].knobs["network_lost"]


def docker(driver, *arguments, timeout=100_000.0):
    return driver.do("docker.run", arguments=arguments, timeout=timeout)


@pytest.mark.parametrize(
    ("scenario", "arguments", "text"),
    [
        ("pull-drops", ("pull", "microsoft/sqlite"), "forcibly closed by the remote host"),
        ("rate-limit", ("pull", "microsoft/sqlite"), "toomanyrequests"),
        ("image-mismatch", ("run", "microsoft/sqlite", "cmd"), "(0xc0370101)"),
        (
            "no-https",
            ("build", "C:\\built"),
            "returned a non-zero code: 1",
        ),
    ],
)
def test_scenarios_of_docker(simulate, scenario, arguments, text):
    driver = simulate(scenario=scenario, speed=1.0)
    driver.build()
    driver.do("file.ensure", path="C:\\built\\Dockerfile", state="file", content=_NEEDS_CHOCO)
    answer = docker(driver, *arguments)
    assert answer.exit_code
    assert text in answer.stderr


_NEEDS_CHOCO = base64.b64encode(
    b"FROM windowsservercore\n"
    b"RUN powershell iex (New-Object Net.WebClient).DownloadString('http://chocolatey.org/install.ps1')\n"
    b"RUN choco install -y nmap jdk7\n"
).decode()


def test_build_hangs(simulate):
    driver = simulate(scenario="build-hangs", speed=1.0)
    driver.build()
    driver.do("file.ensure", path="C:\\built\\Dockerfile", state="file", content=_NEEDS_CHOCO)
    assert docker(driver, "build", "C:\\built").timed_out
    driver.do("job.start", id="b", program="docker", arguments=["build", "C:\\built"])
    driver.pass_time(40_000)
    before = driver.do("job.poll", id="b").process
    driver.pass_time(40_000)
    assert driver.do("job.poll", id="b").process == before


def test_docker_down(simulate):
    driver = simulate(scenario="docker-down", speed=1.0)
    driver.build()
    assert driver.do("docker.version").answers
    driver.restart()
    assert not driver.do("docker.version").answers
    assert "refused" in docker(driver, "images").stderr
    driver.do("service.ensure", service="docker", state="running")
    assert driver.do("docker.version").answers


def test_every_scenario_is_tried_here():
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in scenarios.SCENARIOS if f'"{name}"' not in text] == []


def test_knobs_given_with_a_scenario_win():
    settings = scenarios.apply(
        SimulateSettings(scenario="tp4-fatal-switch", switch_error=SwitchError.NONE)
    )
    assert settings.switch_error is SwitchError.NONE
    assert scenarios.apply(settings) == settings


def test_an_unknown_scenario_names_the_nearest():
    with pytest.raises(InputError) as caught:
        scenarios.apply(SimulateSettings(scenario="double-restarts"))
    assert "double-restart" in caught.value.problems[0].hint
