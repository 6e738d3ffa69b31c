"""`docker network ls`, `inspect`, `create` and `rm`."""

from __future__ import annotations

import ipaddress

from provision.simulator.world.docker import formats, ids, networking
from provision.simulator.world.docker.commands import inspecting
from provision.simulator.world.docker.commands.asking import need_daemon
from provision.simulator.world.docker.network import DockerNetwork
from provision.simulator.world.docker.options import exactly, read
from provision.simulator.world.docker.play import WAITING, Play
from provision.simulator.world.effects import Put, Remove

DRIVERS = ("nat", "transparent", "l2bridge", "l2tunnel", "overlay")
_COLUMNS = {"ID": "NETWORK ID", "Name": "NAME", "Driver": "DRIVER", "Scope": "SCOPE"}
_SCOPED = (1, 13)


def network(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker network …`."""
    command, rest = (arguments[0] if arguments else ""), arguments[1:]
    commands = {
        "ls": _list,
        "list": _list,
        "inspect": _inspect,
        "create": _create,
        "rm": _remove,
        "remove": _remove,
    }
    if command not in commands:
        play.fail(f"docker: 'network {command}' is not a docker command.", "See 'docker --help'.")
    commands[command](play, rest)


def _list(play: Play, arguments: tuple[str, ...]) -> None:
    takes = "f|filter " + ("format" if play.docker.since(1, 13) else "")
    options = read(play, "network ls", arguments, switches="q|quiet no-trunc", takes=takes)
    need_daemon(play, "networks")
    rows = []
    for each in networking.networks(play.world):
        wanted = dict(one.split("=", 1) for one in options.all("filter") if "=" in one)
        if (
            wanted.get("name", "") not in each.name
            or wanted.get("driver", each.driver) != each.driver
        ):
            continue
        shown = each.id if options.on("no-trunc") else each.id[:12]
        if options.on("quiet"):
            play.say(shown)
        rows.append({"ID": shown, "Name": each.name, "Driver": each.driver, "Scope": "local"})
    if not options.on("quiet"):
        keys = tuple(_COLUMNS) if play.docker.since(*_SCOPED) else tuple(_COLUMNS)[:3]
        formats.rows(play, options.value("format"), _COLUMNS, rows, keys)


def _inspect(play: Play, arguments: tuple[str, ...]) -> None:
    options = read(play, "network inspect", arguments, switches="v|verbose", takes="f|format")
    exactly(play, "network inspect", options, 1)
    inspecting.show(play, tuple(options.words), "network", options.value("format"))


def _create(play: Play, arguments: tuple[str, ...]) -> None:
    options = read(
        play,
        "network create",
        arguments,
        switches="internal ipv6 attachable",
        takes="d|driver subnet gateway o|opt label ip-range ipam-driver aux-address scope",
    )
    exactly(play, "network create", options, 1, 1)
    need_daemon(play, "networks/create")
    name, driver = options.words[0], options.value("driver", "nat")
    if networking.find(play.world, name) is not None:
        play.fail(f"Error response from daemon: network with name {name} already exists")
    if driver not in DRIVERS:
        play.fail(
            f'Error response from daemon: legacy plugin: plugin "{driver}" not found'
            if play.docker.since(1, 13)
            else f"Error response from daemon: plugin not found: {driver}"
        )
    subnet, gateway = _subnet(play, driver, options.value("subnet"), options.value("gateway"))
    number = play.number()
    play.wait(6, WAITING)
    made = DockerNetwork(
        id=ids.digits("network", play.world.windows.machine_id, number),
        name=name,
        driver=driver,
        subnet=subnet,
        gateway=gateway,
        options=dict(each.split("=", 1) for each in options.all("opt") if "=" in each),
        labels=dict([*each.split("=", 1), ""][:2] for each in options.all("label")),
        internal=options.on("internal"),
        created=play.now(),
    )
    play.do(Put(thing=made))
    play.say(made.id)


def _subnet(play: Play, driver: str, subnet: str, gateway: str) -> tuple[str, str]:
    """Give a network's addresses, or end as Windows' host networking does.

    On Windows Server 2016 there is one NAT network; a second is "The parameter is incorrect.".
    Later ones have several, as long as they do not overlap.
    """
    if driver not in ("nat", "l2bridge", "l2tunnel", "transparent"):
        return "", ""
    others = [each for each in networking.networks(play.world) if each.subnet]
    refused = "Error response from daemon: HNS failed with error : The parameter is incorrect. "
    if (
        driver == "nat"
        and play.world.windows.build <= 14393
        and any(each.driver == "nat" for each in others)
    ):
        play.fail(refused)
    if not subnet:
        if driver != "nat":
            return "", ""
        taken = [ipaddress.IPv4Network(each.subnet, strict=False) for each in others]
        free = (ipaddress.IPv4Network(f"172.{each}.0.0/20") for each in range(17, 255))
        chosen = next(each for each in free if not any(each.overlaps(one) for one in taken))
        return str(chosen), str(chosen[1])
    try:
        wanted = ipaddress.IPv4Network(subnet)
    except ValueError:
        play.fail(f"Error response from daemon: invalid CIDR address: {subnet}")
    if any(wanted.overlaps(ipaddress.IPv4Network(each.subnet, strict=False)) for each in others):
        play.fail(refused)
    return subnet, gateway or str(wanted[1])


def _remove(play: Play, arguments: tuple[str, ...]) -> None:
    options = read(play, "network rm", arguments, switches="f|force")
    exactly(play, "network rm", options, 1)
    need_daemon(play, f"networks/{options.words[0]}")
    for name in options.words:
        found = networking.find(play.world, name)
        if found is None:
            said = (
                f"network {name} not found"
                if play.docker.since(1, 13)
                else f"No such network: {name}"
            )
            play.complain(f"Error response from daemon: {said}")
            play.code = 1
        elif networking.members(play.world, found):
            play.complain(
                f"Error response from daemon: error while removing network: network {found.name} "
                f"id {found.id} has active endpoints"
            )
            play.code = 1
        elif play.world.find(DockerNetwork, found.key) is None:
            play.complain(
                f"Error response from daemon: {found.name} is a pre-defined network and cannot be "
                "removed"
            )
            play.code = 1
        else:
            play.wait(2, WAITING)
            play.do(Remove(noun="docker_network", key=found.key))
            play.say(name)
