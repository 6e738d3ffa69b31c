"""Docker as a job: lines at their moments, signs of life, and what an end in the middle leaves."""

from __future__ import annotations

import base64

import pytest

DOCKERFILE = (
    "FROM windowsservercore\n"
    "RUN powershell iex (New-Object Net.WebClient).DownloadString('http://chocolatey.org/install.ps1')\n"
    "RUN choco install -y nmap jdk7\n"
    "RUN ver\n"
)


@pytest.fixture
def driver(simulate):
    driver = simulate(scenario="already-built", speed=1.0)
    content = base64.b64encode(DOCKERFILE.encode()).decode()
    driver.do("file.ensure", path="C:\\ctx\\Dockerfile", state="file", content=content)
    return driver


def start(driver, *arguments, job="d", **more):
    driver.do("job.start", id=job, program="docker", arguments=arguments, **more)


def follow(driver, job="d"):
    records, offset = [], 0
    while True:
        answer = driver.do("job.poll", id=job, offset=offset, wait=600)
        records += answer.records
        offset = answer.next_offset
        if answer.state.value not in ("started", "running") and not answer.more:
            return records, answer


def test_a_build_is_told_as_it_goes(driver):
    start(driver, "build", "-t", "made", ".", directory="C:\\ctx")
    driver.pass_time(60)
    early = driver.do("job.poll", id="d")
    assert "typing choco" in early.records[-1].text
    driver.pass_time(400)
    silent = driver.do("job.poll", id="d", offset=early.next_offset)
    assert "See the log" in silent.records[-1].text
    driver.pass_time(1200)
    later = driver.do("job.poll", id="d", offset=silent.next_offset)
    assert later.records == ()
    assert later.idle_seconds > 1000
    assert later.process.cpu_seconds > silent.process.cpu_seconds + 100
    assert later.process.io_bytes > silent.process.io_bytes + 10**9
    records, last = follow(driver)
    assert last.exit.exit_code == 0
    assert records[-1].text.startswith("Successfully built")
    assert {image.repository for image in driver.do("image.list").images} == {
        "windowsservercore",
        "made",
    }


def test_a_stopped_build_goes_on_from_what_it_finished(driver):
    start(driver, "build", "C:\\ctx")
    driver.pass_time(300)
    driver.do("job.stop", id="d")
    driver.pass_time(5000)
    assert len(driver.world.image_contents) == 1
    start(driver, "build", "C:\\ctx", job="again")
    records, last = follow(driver, "again")
    assert last.exit.exit_code == 0
    assert [record.text for record in records].count(" ---> Using cache") == 1


def test_a_restart_ends_a_build_and_keeps_its_layers(driver):
    start(driver, "build", "C:\\ctx")
    driver.pass_time(300)
    driver.restart()
    assert driver.do("job.poll", id="d").state.value == "lost"
    start(driver, "build", "C:\\ctx", job="again")
    records, last = follow(driver, "again")
    assert last.exit.exit_code == 0
    assert " ---> Using cache" in [record.text for record in records]


def test_a_build_outlives_the_simulator(simulate, tmp_path):
    path = tmp_path / "host.json"
    first = simulate(path=path, scenario="already-built", speed=1.0)
    start(first, "pull", "microsoft/iis")
    first.runner.run(first.host.close())
    second = simulate(path=path, scenario="already-built", speed=1.0)
    _, last = follow(second)
    assert last.exit.exit_code == 0
    assert "microsoft/iis" in {image.repository for image in second.do("image.list").images}


def test_a_failed_pull(simulate):
    driver = simulate(scenario="already-built", speed=1.0, pulls_fail=1)
    start(driver, "pull", "microsoft/iis")
    records, last = follow(driver)
    assert last.exit.exit_code == 1
    assert "forcibly closed" in records[-1].text
    assert records[-1].kind == "error"
    start(driver, "pull", "microsoft/iis", job="again")
    assert follow(driver, "again")[1].exit.exit_code == 0


def test_docker_run_waits_and_may_be_stopped(driver):
    answer = driver.do(
        "docker.run", arguments=["run", "-d", "--name", "a", "windowsservercore", "ping", "-t", "x"]
    )
    assert answer.exit_code == 0
    late = driver.do("docker.run", arguments=["pull", "microsoft/iis"], timeout=5)
    assert (late.timed_out, late.exit_code) == (True, None)
    assert "microsoft/iis" not in {each.repository for each in driver.do("image.list").images}
    asked = {"arguments": ["rm", "-f", "a"]}
    assert driver.do("docker.run", check=True, **asked).exit_code == 0
    assert driver.world.containers
    driver.do("docker.run", **asked)
    assert not driver.world.containers
    recorded = driver.do(
        "exec", program="docker", arguments=["tag", "windowsservercore", "x"], id="c1"
    )
    assert recorded.exit_code == 0
    assert "x" in {each.repository for each in driver.do("image.list").images}


def test_the_service_and_its_configuration(driver):
    def write(text):
        content = base64.b64encode(text.encode()).decode()
        path = "C:\\ProgramData\\docker\\config\\daemon.json"
        driver.do("file.ensure", path=path, state="file", content=content)

    run = [
        "run",
        "-d",
        "--name",
        "a",
        "--restart",
        "always",
        "windowsservercore",
        "ping",
        "-t",
        "x",
    ]
    driver.do("docker.run", arguments=run)
    write('{"data-root": "D:\\\\docker"}')
    info = ["info"]
    assert "D:\\docker" not in driver.do("docker.run", arguments=info).stdout
    driver.do("service.ensure", service="docker", restart=True, state="running")
    assert "Docker Root Dir: D:\\docker" in driver.do("docker.run", arguments=info).stdout
    assert driver.world.containers[0].starts == 2
    write("{nonsense")
    refused = driver.refused("service.ensure", service="docker", restart=True, state="running")
    assert refused.id == "StartFailed"
    assert driver.world.containers[0].state == "exited"
    assert "refused" in driver.do("docker.run", arguments=info).stderr
