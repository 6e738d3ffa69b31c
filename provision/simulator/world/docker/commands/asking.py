"""`docker version` and `docker info`."""

from __future__ import annotations

from provision.simulator.world.docker import formats, ids, networking, registry, store
from provision.simulator.world.docker.daemon import api_version, cannot_connect
from provision.simulator.world.docker.life import daemon_answers
from provision.simulator.world.docker.options import read
from provision.simulator.world.docker.play import Play

DATA_ROOT = "C:\\ProgramData\\docker"


def need_daemon(play: Play, path: str) -> None:
    """End as the client does when the daemon does not answer."""
    if not daemon_answers(play.world):
        play.fail(cannot_connect(play.docker, path))


def version(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker version`."""
    takes = "f|format" if play.docker.json_format else ""
    template = read(play, "version", arguments, takes=takes).value("format")
    docker, answers = play.docker, daemon_answers(play.world)
    client, server = _part(docker.client), _part(docker.server)
    if template:
        if not answers:
            play.say(formats.fill_in(play, template, {"Client": client, "Server": None}))
            play.fail(cannot_connect(docker, "version"))
        server = {**server, "KernelVersion": kernel(play)}
        data = {"Client": client, "Server": server}
        play.say(formats.fill_in(play, "{{json .}}" if template == "json" else template, data))
        return
    play.say("Client:", *_lines(client))
    if not answers:
        play.fail(cannot_connect(docker, "version"))
    play.say("", "Server:")
    if docker.since(18, 9):
        play.say(" Engine:", *(f" {line}" for line in _lines(server)))
    else:
        play.say(*_lines(server))


def info(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker info`."""
    takes = "f|format" if play.docker.since(1, 13) else ""
    template = read(play, "info", arguments, takes=takes).value("format")
    need_daemon(play, "info")
    data = _info(play)
    if template:
        play.say(formats.fill_in(play, "{{json .}}" if template == "json" else template, data))
        return
    play.say(
        f"Containers: {data['Containers']}",
        f" Running: {data['ContainersRunning']}",
        " Paused: 0",
        f" Stopped: {data['ContainersStopped']}",
        f"Images: {data['Images']}",
        f"Server Version: {data['ServerVersion']}",
        "Storage Driver: windowsfilter",
        " Windows: ",
        f"Logging Driver: {data['LoggingDriver']}",
        f"Default Isolation: {data['Isolation']}",
        f"Kernel Version: {data['KernelVersion']}",
        f"Operating System: {data['OperatingSystem']}",
        f"CPUs: {data['NCPU']}",
        f"Total Memory: {int(play.world.windows.memory_bytes) / 1024**3:.3g} GiB",
        f"Name: {data['Name']}",
        f"ID: {data['ID']}",
        f"Docker Root Dir: {data['DockerRootDir']}",
        f"Registry: {data['IndexServerAddress']}",
    )


def kernel(play: Play) -> str:
    """Give the kernel as docker on Windows names it."""
    build = play.world.windows.build
    return f"10.0 {build} ({build}.{registry.revision(play.world)}.amd64fre)"


def _part(version: str) -> dict[str, object]:
    return {
        "Version": version,
        "ApiVersion": api_version(version),
        "Os": "windows",
        "Arch": "amd64",
    }


def _lines(part: dict[str, object]) -> list[str]:
    return [
        f" Version:      {part['Version']}",
        f" API version:  {part['ApiVersion']}",
        f" OS/Arch:      {part['Os']}/{part['Arch']}",
    ]


def _info(play: Play) -> dict[str, object]:
    world, docker = play.world, play.docker
    running = sum(each.state == "running" for each in world.containers)
    config = docker.config
    labels = config.get("labels")
    isolation = "process"
    options = config.get("exec-opts")
    for each in options if isinstance(options, list) else []:
        if isinstance(each, str) and each.startswith("isolation="):
            isolation = each.partition("=")[2]
    return {
        "ID": ids.digits("daemon", world.windows.machine_id)[:48].upper(),
        "Containers": len(world.containers),
        "ContainersRunning": running,
        "ContainersPaused": 0,
        "ContainersStopped": len(world.containers) - running,
        "Images": len(store.all_contents(world)),
        "Driver": "windowsfilter",
        "LoggingDriver": config.get("log-driver") or "json-file",
        "Plugins": {"Network": sorted({each.driver for each in networking.networks(world)})},
        "KernelVersion": kernel(play),
        "OperatingSystem": world.windows.caption,
        "OSType": "windows",
        "Architecture": "x86_64",
        "NCPU": world.windows.processors,
        "MemTotal": world.windows.memory_bytes,
        "DockerRootDir": config.get("data-root") or config.get("graph") or DATA_ROOT,
        "Name": world.windows.computer_name,
        "Labels": labels if isinstance(labels, list) else [],
        "ServerVersion": docker.server,
        "Isolation": isolation,
        "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": {
            "Mirrors": config.get("registry-mirrors") or [],
            "InsecureRegistryCIDRs": config.get("insecure-registries") or [],
        },
        "Warnings": None,
    }
