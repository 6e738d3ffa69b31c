"""The installer's parameters and its less common ways."""

from __future__ import annotations

import pytest

from provision.model.host import Generation
from provision.simulator.world.installer.parameters import BindingError, bind
from provision.simulator.world.installer.scripts import PUBLISHED
from provision.simulator.world.network import Nat

NAME = "Install-ContainerHost.ps1"
SCRIPT = f"C:\\work\\{NAME}"


@pytest.mark.parametrize(
    ("typed", "switches", "values"),
    [
        (["-NoRestart"], {"NoRestart"}, {}),
        (["-norestart:$false"], set(), {}),
        (["-NoR", "-Wim", "C:\\x.wim"], {"NoRestart"}, {"WimPath": "C:\\x.wim"}),
        (["-WimPath:C:\\x.wim"], set(), {"WimPath": "C:\\x.wim"}),
        (["C:\\docker"], set(), {"DockerPath": "C:\\docker"}),
        (["-DockerPath", "a", "b"], set(), {"DockerPath": "a", "ExternalNetAdapter": "b"}),
    ],
)
def test_binds_as_powershell_does(typed, switches, values):
    bound = bind(Generation.TP4, typed, NAME)
    assert (bound.switches, bound.values) == (switches, values)


@pytest.mark.parametrize(
    ("generation", "typed", "id"),
    [
        (Generation.TP4, ["-Bogus"], "NamedParameterNotFound"),
        (Generation.TP4, ["-Skip"], "AmbiguousParameter"),
        (Generation.TP4, ["-WimPath"], "MissingArgument"),
        (Generation.TP4, ["a", "b", "c", "d", "e"], "PositionalParameterNotFound"),
        (Generation.TP5, ["-SkipDocker"], "NamedParameterNotFound"),
        (Generation.RTM, ["-NATSubnetPrefix", "x"], "NamedParameterNotFound"),
    ],
)
def test_refuses_as_powershell_does(generation, typed, id):
    with pytest.raises(BindingError) as caught:
        bind(generation, typed, NAME)
    assert caught.value.record.id == f"{id},{NAME}"


def test_later_generations_know_the_old_name_of_a_switch():
    assert bind(Generation.RTM, ["-UseDHCP"], NAME).on("TransparentNetwork")


def test_a_bogus_parameter_ends_the_job_before_its_first_line(driver):
    driver.fetch_script()
    run = driver.install("a", "-Bogus")
    assert run.last.exit.threw
    assert run.errors()[0].id == f"NamedParameterNotFound,{NAME}"
    marker = "C:\\ProgramData\\provision\\jobs\\a\\Install-ContainerHost.err"
    assert driver.do("file.stat", path=marker).kind.value == "absent"


def test_leaving_out_the_image_and_docker(driver):
    run = driver.build("-SkipImageImport", "-SkipDocker")
    assert run.texts()[-1] == "Script complete!"
    assert driver.world.container_images == ()
    assert driver.world.docker is None
    assert driver.do("switch.list").switches


def test_an_own_subnet(driver):
    driver.build("-NATSubnetPrefix", "10.8.0.0/16", "-SkipImageImport", "-SkipDocker")
    assert driver.do("nat.list").nats[0].prefix == "10.8.0.0/16"
    again = driver.install("c", "-NoRestart", "-SkipDocker", "-SkipImageImport")
    assert again.errors() == []


def test_a_subnet_that_is_none(driver):
    assert "not valid" in driver.build("-NATSubnetPrefix", "nonsense").errors()[-1].message


def test_a_left_over_nat_of_another_prefix(driver):
    driver.build("-SkipImageImport", "-SkipDocker")
    driver.change(lambda world: world.with_(nats=(Nat(name="old", prefix="10.0.0.0/8"),)))
    run = driver.install("c", "-NoRestart")
    assert run.errors()[0].message == (
        "Unexpected NAT configuration.  Switch subnet (172.16.0.0/12) does not match NAT subnet "
        "(10.0.0.0/8)"
    )


def test_a_subnet_that_the_host_itself_is_in(driver):
    run = driver.build("-NATSubnetPrefix", "192.0.2.0/24", "-SkipImageImport", "-SkipDocker")
    assert run.errors()[-1].id == "Windows System Error 87,New-NetNat"
    assert driver.do("nat.list").nats == ()


def test_an_external_switch_takes_the_addresses_of_its_adapter(driver):
    driver.build("-UseDHCP", "-SkipImageImport", "-SkipDocker")
    rows = {row.name: row.addresses for row in driver.do("adapter.list").adapters}
    assert rows["Ethernet0"] == ()
    assert "192.0.2.10/24" in rows["vEthernet (Virtual Switch)"]
    again = driver.install("c", "-NoRestart", "-UseDHCP", "-ExternalNetAdapter", "Other")
    assert again.errors()[0].message == "No adapters found that match the name Other"
    wrong = driver.install(
        "d", "-NoRestart", "-UseDHCP", "-ExternalNetAdapter", "vEthernet (Virtual Switch)"
    )
    assert "none match the expected switch name (Virtual Switch)" in wrong.errors()[0].message


def test_the_first_of_two_adapters_is_the_one_that_winrm_comes_through(simulate):
    driver = simulate(second_adapter=True, feature_installed=True, speed=1.0)
    driver.fetch_script()
    driver.do("job.start", id="a", path=SCRIPT, arguments=["-UseDHCP", "-SkipImageImport"])
    driver.pass_time(120)
    assert not driver.host.power().listening
    driver.pass_time(100_000)
    assert not driver.host.power().listening


def test_a_named_second_adapter_leaves_winrm_alone(simulate):
    driver = simulate(second_adapter=True, feature_installed=True, speed=1.0)
    run = driver.build("-UseDHCP", "-ExternalNetAdapter", "Ethernet1", "-SkipImageImport")
    assert run.texts()[-1] == "Script complete!"
    rows = {row.name: row.addresses for row in driver.do("adapter.list").adapters}
    assert rows["vEthernet (Virtual Switch)"] == ("198.51.100.10/24",)
    assert "192.0.2.10/24" in rows["Ethernet0"]


def test_an_adapter_that_is_not_there(driver):
    run = driver.build("-UseDHCP", "-ExternalNetAdapter", "Wi-Fi")
    assert run.errors()[0].message == "Cannot index into a null array."


def test_an_image_from_a_file(driver):
    assert "invalid WimPath" in driver.build("-WimPath", "C:\\x.wim").errors()[-1].message
    driver.change(
        lambda world: world.remove("switch", "virtual switch").with_(
            adapters=world.adapters[:1], nats=()
        )
    )
    driver.do("file.ensure", path="C:\\x.wim", state="file")
    run = driver.install("c", "-NoRestart", "-WimPath", "C:\\x.wim")
    assert run.texts()[-1] == "Script complete!"
    assert "Installing ContainerProvider package..." not in run.texts()


def test_docker_from_a_file(driver):
    run = driver.build("-SkipImageImport", "-DockerPath", "C:\\d.exe")
    assert run.errors()[-1].message == "Cannot copy from C:\\d.exe"
    driver.do("file.ensure", path="C:\\d.exe", state="file")
    again = driver.install("c", "-NoRestart", "-SkipImageImport", "-DockerPath", "C:\\d.exe")
    assert again.texts()[-1] == "Script complete!"


@pytest.mark.parametrize(
    ("generation", "names"),
    [("tp4", {"windowsservercore", "nanoserver"}), ("rtm", {"nanoserver"})],
)
def test_the_images_of_hyper_v_containers(simulate, generation, names):
    driver = simulate(generation=generation, speed=1.0)
    driver.build("-HyperV")
    assert {image.repository for image in driver.do("image.list").images} == names


def test_the_network_that_rtm_is_told(simulate):
    driver = simulate(generation="rtm", speed=1.0)
    driver.build("-UseDHCP", "-NatNet", "10.8.0.0/16", "-SkipImageImport")
    assert [nat.prefix for nat in driver.do("nat.list").nats] == ["10.8.0.0/16"]
    switches = {switch.name: switch.type for switch in driver.do("switch.list").switches}
    assert switches == {"nat": "Internal", "Transparent": "External"}


def test_hyper_v_too(driver):
    driver.build("-HyperV", "-SkipImageImport", "-SkipDocker")
    features = driver.do("feature.list", names=["Hyper-V", "Containers"]).features
    assert all(feature.installed for feature in features)


def test_a_pending_restart_alone_stops_it(simulate):
    driver = simulate(speed=1.0)
    driver.do("feature.ensure", feature="Containers")
    driver.fetch_script()
    run = driver.install("a", "-NoRestart")
    assert run.texts()[-1] == "Feature Containers is already enabled."
    assert run.texts("warning") == ["A reboot is required; stopping script execution"]


def test_tp4s_script_on_tp5_finds_no_nat_switch(simulate):
    driver = simulate(generation="tp5", feature_installed=True, speed=1.0)
    script = PUBLISHED[0]
    driver.do("download", url=script.url, path="C:\\work\\" + NAME, sha256=script.sha256)
    run = driver.install("a", "-NoRestart")
    assert run.errors("caught")[0].id.startswith("CannotConvertArgumentNoMessage,")


def test_adding_the_switch_cuts_the_network_for_a_moment_in_the_same_boot(simulate):
    driver = simulate(scenario="feature-there", speed=1.0)
    driver.fetch_script()
    driver.do("job.start", id="a", path="C:\\work\\" + NAME)
    lost = 0
    while not driver.do("nat.list").nats:
        driver.pass_time(1)
        power = driver.host.power()
        lost += not power.listening
        assert power.boot == 1
    assert 4 <= lost <= 6
    assert driver.host.power().listening
    assert driver.do("job.poll", id="a").state.value == "running"
