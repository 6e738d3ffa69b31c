"""`docker ps`, `start`, `stop`, `restart`, `kill`, `wait`, `rm`, `logs`."""

from __future__ import annotations

from datetime import datetime
from fnmatch import fnmatch

from provision.simulator.world.docker import formats, store
from provision.simulator.world.docker.commands.asking import need_daemon
from provision.simulator.world.docker.commands.starting import begin, start_seconds
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.life import STOPPED
from provision.simulator.world.docker.options import Options, exactly, read
from provision.simulator.world.docker.play import WAITING, Play
from provision.simulator.world.effects import EndContainer, Remove

_COLUMNS = {
    "ID": "CONTAINER ID",
    "Image": "IMAGE",
    "Command": "COMMAND",
    "CreatedAt": "CREATED AT",
    "RunningFor": "CREATED",
    "Status": "STATUS",
    "Ports": "PORTS",
    "Names": "NAMES",
}
_SHOWN = ("ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names")


def ps(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker ps`."""
    takes = "f|filter n|last " + ("format" if play.docker.json_format else "")
    options = read(
        play, "ps", arguments, switches="a|all q|quiet l|latest no-trunc s|size", takes=takes
    )
    need_daemon(play, "containers/json")
    rows = []
    for each in sorted(play.world.containers, key=lambda each: each.created, reverse=True):
        if not _wanted(each, options):
            continue
        name = each.id if options.on("no-trunc") else each.id[:12]
        if options.on("quiet"):
            play.say(name)
            continue
        command = " ".join(each.command)
        if not options.on("no-trunc") and len(command) > 20:
            command = command[:19] + "…" if play.docker.since(1, 13) else command[:17] + "..."
        rows.append(
            {
                "ID": name,
                "Image": each.image_name,
                "Command": f'"{command}"',
                "CreatedAt": each.created,
                "RunningFor": formats.age(play, each.created),
                "Status": status(play, each),
                "State": each.state,
                "Ports": _ports(each),
                "Names": each.name,
                "Labels": ",".join(f"{key}={value}" for key, value in each.labels.items()),
                "Mounts": ",".join(each.volumes),
                "Networks": each.network,
                "Size": "0B",
                "LocalVolumes": "0",
            }
        )
    if not options.on("quiet"):
        formats.rows(play, options.value("format"), _COLUMNS, rows, _SHOWN)


def _wanted(container: Container, options: Options) -> bool:
    filters = [each.split("=", 1) for each in options.all("filter") if "=" in each]
    for key, value in filters:
        matches = {
            "name": value.lower().strip("^$/") in container.key,
            "status": container.state == value,
            "ancestor": fnmatch(container.image_name, f"{value}*"),
            "id": container.id.startswith(value),
            "label": value in container.labels
            or value in [f"{name}={given}" for name, given in container.labels.items()],
        }
        if not matches.get(key, True):
            return False
    asked = options.on("all") or any(key == "status" for key, _ in filters)
    return asked or container.state == "running"


def status(play: Play, container: Container) -> str:
    """Say how a container is: `Up 3 minutes`, `Exited (0) 2 hours ago`."""
    if container.state == "created":
        return "Created"
    if container.state == "exited":
        return f"Exited ({container.exit_code}) {formats.age(play, container.finished)}"
    return f"Up {formats.age(play, container.started).removesuffix(' ago')}"


def _ports(container: Container) -> str:
    if container.state != "running":
        return ""
    shown = []
    for each in container.ports:
        host, _, inner = each.rpartition(":")
        inner = inner if "/" in inner else f"{inner}/tcp"
        shown.append(f"0.0.0.0:{host}->{inner}" if host else inner)
    return ", ".join(shown)


def _each(
    play: Play, command: str, arguments: tuple[str, ...], switches: str = "", takes: str = ""
) -> tuple[Options, list[tuple[str, Container]]]:
    """Read the names of containers; one that is not there is complained of."""
    options = read(play, command, arguments, switches=switches, takes=takes)
    exactly(play, command, options, 1)
    need_daemon(play, f"containers/{options.words[0]}/{command}")
    found = []
    for name in options.words:
        container = store.find_container(play.world, name)
        if container is None:
            where = "" if command == "logs" else " response from daemon"
            play.complain(f"Error{where}: No such container: {name}")
            play.code = 1
        else:
            found.append((name, container))
    return options, found


def start(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker start`."""
    _, found = _each(play, "start", arguments, "a|attach i|interactive")
    for name, container in found:
        if container.state != "running":
            begin(play, container)
        play.say(name)


def stop(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker stop`."""
    _, found = _each(play, "stop", arguments, takes="t|time")
    for name, container in found:
        if container.state == "running":
            _end(play, container)
        play.say(name)


def kill(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker kill`."""
    _, found = _each(play, "kill", arguments, takes="s|signal")
    for name, container in found:
        if container.state != "running":
            play.complain(
                f"Error response from daemon: Cannot kill container {name}: Container "
                f"{container.id} is not running"
            )
            play.code = 1
        else:
            _end(play, container, seconds=1.0)
            play.say(name)


def restart(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker restart`."""
    _, found = _each(play, "restart", arguments, takes="t|time")
    for name, container in found:
        if container.state == "running":
            _end(play, container)
        begin(play, container)
        play.say(name)


def _end(play: Play, container: Container, seconds: float = 4.0) -> None:
    play.wait(seconds, WAITING)
    play.do(EndContainer(container=container.key, exit_code=STOPPED))


def wait(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker wait`: until the container's own end."""
    _, found = _each(play, "wait", arguments)
    for _, container in found:
        if container.state == "running":
            if container.lifetime is None:
                play.hang()
            begun = datetime.fromisoformat(container.started)
            past = (datetime.fromisoformat(play.now()) - begun).total_seconds()
            play.wait(max(0.0, container.lifetime - past), WAITING)
            play.say(str(container.outcome))
        else:
            play.say(str(container.exit_code))


def rm(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker rm`."""
    options, found = _each(play, "rm", arguments, "f|force v|volumes l|link")
    for name, container in found:
        if container.state == "running" and not options.on("force"):
            if play.docker.since(1, 13):
                advice = "Stop the container before attempting removal or force remove"
            else:
                advice = "Stop the container before attempting removal or use -f"
            play.complain(
                "Error response from daemon: You cannot remove a running container "
                f"{container.id}. {advice}"
            )
            play.code = 1
            continue
        if container.state == "running":
            _end(play, container)
        play.wait(1.5 if start_seconds(play) < 10 else 6, WAITING)
        play.do(Remove(noun="container", key=container.key))
        play.say(name)


def logs(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker logs`."""
    options, found = _each(play, "logs", arguments, "f|follow t|timestamps", "tail since")
    for _, container in found:
        lines = list(container.log)
        if options.value("tail").isdigit():
            lines = lines[-int(options.value("tail")) :] if options.value("tail") != "0" else []
        for line in lines:
            if line.startswith("e"):
                play.complain(line[1:])
            else:
                play.say(line[1:])
