"""Images, containers and networks as `docker inspect` gives them: the keys that tools read."""

from __future__ import annotations

from provision.simulator.world.docker import ids, networking, store
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.content import ImageContent
from provision.simulator.world.docker.network import DockerNetwork
from provision.simulator.world.docker.play import Play

_NEVER = "0001-01-01T00:00:00Z"


def image(play: Play, found: ImageContent) -> dict[str, object]:
    """Give an image."""
    config = found.config
    digests = [f"{found.origin}@{found.digest}"] if found.digest else []
    return {
        "Id": f"sha256:{ids.full(found.id)}",
        "RepoTags": list(store.names(play.world, found)),
        "RepoDigests": digests,
        "Parent": f"sha256:{ids.full(found.parent)}" if found.parent else "",
        "Comment": "",
        "Created": found.created,
        "Author": found.author,
        "DockerVersion": play.docker.server,
        "Config": {
            "Hostname": "",
            "User": config.user,
            "Env": list(config.env) or None,
            "Cmd": list(config.command) or None,
            "Image": f"sha256:{ids.full(found.parent)}" if found.parent else "",
            "Volumes": {each: {} for each in config.volumes} or None,
            "WorkingDir": config.directory,
            "Entrypoint": list(config.entrypoint) or None,
            "ExposedPorts": {each: {} for each in config.ports} or None,
            "OnBuild": None,
            "Labels": dict(config.labels) or None,
            **({"Shell": list(config.shell)} if config.shell else {}),
        },
        "Architecture": "amd64",
        "Os": "windows",
        "OsVersion": found.os_version,
        "Size": found.size,
        "VirtualSize": found.size,
        "GraphDriver": {
            "Name": "windowsfilter",
            "Data": {
                "dir": f"C:\\ProgramData\\docker\\windowsfilter\\{ids.digits('dir', found.id)}"
            },
        },
        "RootFS": {
            "Type": "layers",
            "Layers": [f"sha256:{layer.id}" for layer in found.layers if not layer.empty],
        },
    }


def container(play: Play, found: Container) -> dict[str, object]:
    """Give a container."""
    running = found.state == "running"
    words = found.command
    return {
        "Id": found.id,
        "Created": found.created,
        "Path": words[0] if words else "",
        "Args": list(words[1:]),
        "State": {
            "Status": found.state,
            "Running": running,
            "Paused": False,
            "Restarting": False,
            "OOMKilled": False,
            "Dead": False,
            "Pid": int(found.id[:4], 16) + 1000 if running else 0,
            "ExitCode": found.exit_code,
            "Error": "",
            "StartedAt": found.started or _NEVER,
            "FinishedAt": found.finished or _NEVER,
        },
        "Image": f"sha256:{ids.full(found.image)}",
        "Name": f"/{found.name}",
        "RestartCount": 0,
        "Driver": "windowsfilter",
        "Platform": "windows",
        "LogPath": f"C:\\ProgramData\\docker\\containers\\{found.id}\\{found.id}-json.log",
        "HostConfig": {
            "Binds": list(found.volumes) or None,
            "NetworkMode": found.network
            if found.network != networking.default(play.world)
            else "default",
            "PortBindings": _bindings(found, running=None),
            "RestartPolicy": {"Name": found.restart, "MaximumRetryCount": 0},
            "AutoRemove": found.auto_remove,
            "Isolation": found.isolation,
            "Memory": found.memory,
        },
        "Mounts": [_mount(each) for each in found.volumes],
        "Config": {
            "Hostname": found.hostname,
            "User": found.user,
            "Env": list(found.env) or None,
            "Cmd": list(words[len(found.entrypoint) :]) or None,
            "Image": found.image_name,
            "WorkingDir": found.directory,
            "Entrypoint": list(found.entrypoint) or None,
            "Labels": dict(found.labels),
            "Tty": found.tty,
            "ExposedPorts": {_port(each)[1]: {} for each in found.ports} or None,
        },
        "NetworkSettings": {
            "Ports": _bindings(found, running=running),
            "IPAddress": "",
            "Networks": {found.network: _endpoint(play, found)},
        },
    }


def network(play: Play, found: DockerNetwork) -> dict[str, object]:
    """Give a network."""
    config = [{"Subnet": found.subnet, "Gateway": found.gateway}] if found.subnet else []
    return {
        "Name": found.name,
        "Id": found.id,
        "Created": found.created,
        "Scope": "local",
        "Driver": found.driver,
        "EnableIPv6": False,
        "IPAM": {
            "Driver": "windows" if found.driver != "null" else "default",
            "Options": {},
            "Config": config,
        },
        "Internal": found.internal,
        "Containers": {
            each.id: {
                "Name": each.name,
                "EndpointID": ids.digits("endpoint", each.id),
                "MacAddress": each.mac,
                "IPv4Address": each.address,
                "IPv6Address": "",
            }
            for each in networking.members(play.world, found)
        },
        "Options": dict(found.options),
        "Labels": dict(found.labels),
    }


def _port(written: str) -> tuple[str, str]:
    """Take `8080:80/tcp` apart: the host's part, and the container's with its protocol."""
    host, _, inner = written.rpartition(":")
    return host.rpartition(":")[2], inner if "/" in inner else f"{inner}/tcp"


def _bindings(found: Container, *, running: bool | None) -> dict[str, object]:
    if running is False:
        return {}
    return {inner: [{"HostIp": "", "HostPort": host}] for host, inner in map(_port, found.ports)}


def _mount(written: str) -> dict[str, object]:
    parts = written.replace(":\\", "|\\").replace(":/", "|/").split(":")
    source, target, *mode = [each.replace("|", ":") for each in parts]
    return {
        "Type": "bind",
        "Source": source,
        "Destination": target,
        "Mode": mode[0] if mode else "",
        "RW": mode != ["ro"],
        "Propagation": "",
    }


def _endpoint(play: Play, found: Container) -> dict[str, object]:
    running = found.state == "running"
    address, _, length = found.address.partition("/")
    net = networking.find(play.world, found.network)
    return {
        "IPAMConfig": None,
        "NetworkID": net.id if net else "",
        "EndpointID": ids.digits("endpoint", found.id) if running else "",
        "Gateway": net.gateway if running and net else "",
        "IPAddress": address,
        "IPPrefixLen": int(length or 0),
        "MacAddress": found.mac,
    }
