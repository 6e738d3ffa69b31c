"""`docker run`, `create` and `exec`."""

from __future__ import annotations

from provision.simulator.world.docker import ids, networking, store
from provision.simulator.world.docker.commands import pulling
from provision.simulator.world.docker.commands.asking import need_daemon
from provision.simulator.world.docker.commands.starting import begin, start_seconds
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.content import ImageContent, LayerFile
from provision.simulator.world.docker.options import USAGE, Options, exactly, read, since
from provision.simulator.world.docker.play import WAITING, Play
from provision.simulator.world.docker.shell import begin as process
from provision.simulator.world.docker.shell.session import Session
from provision.simulator.world.docker.shell.tree import Tree
from provision.simulator.world.effects import ChangeContainer, EndContainer, Put

_SWITCHES = "i|interactive t|tty d|detach rm read-only privileged P|publish-all"
_TAKES = (
    "name e|env w|workdir v|volume p|publish expose net restart isolation h|hostname entrypoint "
    "l|label m|memory u|user a|attach dns env-file log-driver ip net-alias "
)
_ENDLESS = ("ping -t", "start-sleep", "wait-event", "w3svc", "servicemonitor")
SHELLS = ("cmd", "powershell", "pwsh")
NOT_FOUND = 127
_WORDS = ("brave", "clever", "eager", "gentle", "happy", "keen", "lucid", "quiet")
_NAMES = ("babbage", "curie", "hopper", "lamport", "lovelace", "noether", "turing", "wozniak")


def run(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker run`."""
    options = _read(play, "run", arguments)
    container, image = _make(play, "run", options)
    detached = options.on("detach")
    if options.on("tty") and options.on("interactive") and not detached:
        # Nobody here has a terminal.
        text = (
            "the input device is not a TTY"
            if play.docker.since(1, 13)
            else ("cannot enable tty mode on non tty input")
        )
        play.fail(text)
    if detached:
        _detached(play, container, image)
    else:
        _attached(play, container, image)


def create(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker create`."""
    options = _read(play, "create", arguments)
    container, image = _make(play, "create", options)
    container, _ = _with_future(play, container, image)
    play.wait(start_seconds(play) / 4, WAITING)
    play.do(Put(thing=container))
    play.say(container.id)


def _read(play: Play, command: str, arguments: tuple[str, ...]) -> Options:
    later = since(
        play,
        network=(1, 12),
        network_alias=(1, 12),
        storage_opt=(1, 12),
        cpu_count=(1, 13),
        cpus=(1, 13),
        stop_timeout=(1, 13),
        mount=(17, 6),
        platform=(17, 10),
        pull=(20, 10),
    )
    switches = f"{_SWITCHES} {since(play, init=(1, 13))}"
    return read(play, command, arguments, switches=switches, takes=_TAKES + later, leading=True)


def _make(play: Play, command: str, options: Options) -> tuple[Container, ImageContent]:
    exactly(play, command, options, 1)
    need_daemon(play, "containers/create")
    image_name, *words = options.words
    image = store.find_image(play.world, image_name)
    if image is None or options.value("pull") == "always":
        if image is None:
            shown = image_name if ":" in image_name else f"{image_name}:latest"
            play.complain(f"Unable to find image '{shown}' locally")
        image = pulling.fetch(play, image_name, prefix="docker: ", to_stderr=True)
    number = play.number()
    id_ = ids.digits("container", play.world.windows.machine_id, number)
    name = (
        options.value("name")
        or f"{_WORDS[int(id_[0], 16) % 8]}_{_NAMES[int(id_[1], 16) % 8]}{number}"
    )
    there = store.find_container(play.world, name)
    if there is not None and there.key == name.lower():
        play.fail(
            f'docker: Error response from daemon: Conflict. The container name "/{name}" is '
            f"already in use by container {there.id}. You have to remove (or rename) that "
            "container to be able to reuse that name.",
            "See 'docker run --help'.",
            code=USAGE,
        )
    network = options.value("network") or options.value("net") or networking.default(play.world)
    if network == "default":
        network = networking.default(play.world)
    found = networking.find(play.world, network)
    if found is None:
        play.fail(f"docker: Error response from daemon: network {network} not found.", code=USAGE)
    return _container(play, options, image, image_name, id_, name, found.name, words), image


def _container(
    play: Play,
    options: Options,
    image: ImageContent,
    image_name: str,
    id_: str,
    name: str,
    network: str,
    words: list[str],
) -> Container:
    config = image.config
    entrypoint = (
        (options.value("entrypoint"),) if options.value("entrypoint") else config.entrypoint
    )
    command = (*entrypoint, *(words or (() if options.value("entrypoint") else config.command)))
    labels = dict(config.labels)
    for each in options.all("label"):
        key, _, value = each.partition("=")
        labels[key] = value
    return Container(
        id=id_,
        name=name,
        image=image.id,
        image_name=image_name,
        command=command,
        env=(*config.env, *options.all("env")),
        directory=options.value("workdir") or config.directory,
        hostname=options.value("hostname") or id_[:12],
        user=options.value("user") or config.user,
        entrypoint=entrypoint,
        labels=labels,
        ports=options.all("publish"),
        volumes=options.all("volume"),
        network=network,
        restart=options.value("restart", "no"),
        isolation=options.value("isolation") or "default",
        memory=_bytes(options.value("memory")),
        tty=options.on("tty"),
        auto_remove=options.on("rm"),
        created=play.now(),
    )


def _bytes(written: str) -> int:
    units = {"k": 1024, "m": 1024**2, "g": 1024**3, "b": 1}
    number = written.rstrip("bB") or written
    unit = units.get(number[-1:].lower(), 1)
    digits = number.rstrip("kKmMgG")
    return int(float(digits) * unit) if digits.replace(".", "", 1).isdigit() else 0


def session(play: Play, container: Container, image: ImageContent, address: str) -> Session:
    """Give the view of a process in a container."""
    return process.session(
        play,
        Tree.of(image, container.files),
        env=container.env,
        directory=container.directory,
        container=container.id,
        network=container.network,
        address=address,
    )


def _attached(play: Play, container: Container, image: ImageContent) -> None:
    lasting, known = _with_future(play, container, image)
    play.do(Put(thing=lasting))
    begin(play, lasting, prefix="docker: ")
    if not known:
        _not_found(play, container)
    if lasting.lifetime is None:
        play.hang()
    code, _ = _process(play, container, image)
    play.do(EndContainer(container=container.key, exit_code=code or 0))
    play.end(code or 0)


def _not_found(play: Play, container: Container) -> None:
    play.do(EndContainer(container=container.key, exit_code=NOT_FOUND))
    program = container.command[0] if container.command else ""
    play.fail(
        f"docker: Error response from daemon: container {container.id} encountered an error during "
        "CreateProcess: failure in a Windows system call: The system cannot find the file "
        f'specified. (0x2) extra info: {{"CommandLine":"{program}"}}.',
        code=NOT_FOUND,
    )


def _process(
    play: Play, container: Container, image: ImageContent
) -> tuple[int | None, tuple[LayerFile, ...]]:
    """Let the container's program run in the play: its exit code, and what it changed."""
    address = networking.free_address(play.world, container.network)
    view = session(play, container, image, address)
    code = process.run(view, container.command) if container.command else 0
    return code, (*container.files, *view.tree.changed)


def _detached(play: Play, container: Container, image: ImageContent) -> None:
    container, known = _with_future(play, container, image)
    play.do(Put(thing=container))
    play.say(container.id)
    begin(play, container, prefix="docker: ")
    if not known:
        _not_found(play, container)


def _with_future(play: Play, container: Container, image: ImageContent) -> tuple[Container, bool]:
    """Give the container with what its program will do, and whether there is such a program."""
    line = " ".join(container.command).lower()
    program = line.split(" ")[0].rpartition("\\")[2].removesuffix(".exe")
    interactive = program in SHELLS and len(container.command) == 1
    if interactive:
        # A shell whose input is closed ends at once; with a terminal it waits for ever.
        lifetime = None if container.tty else 1.0
        return container.model_copy(update={"lifetime": lifetime}), True
    if any(each in line for each in _ENDLESS):
        return container.model_copy(update={"lifetime": None}), True
    scratch = Play(world=play.world)
    code, files = _process(scratch, container, image)
    output = tuple(("e" if each.error else "o") + each.text for each in scratch.lines)
    future = {"lifetime": scratch.time, "outcome": code or 0, "output": output, "files": files}
    return container.model_copy(update=future), code is not None


def exec_(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker exec`."""
    options = read(
        play,
        "exec",
        arguments,
        switches="i|interactive t|tty d|detach privileged",
        takes="u|user "
        + ("e|env " if play.docker.since(1, 13) else "")
        + ("w|workdir" if play.docker.since(17, 9) else ""),
        leading=True,
    )
    exactly(play, "exec", options, 2)
    name, *words = options.words
    need_daemon(play, f"containers/{name}/exec")
    container = store.find_container(play.world, name)
    if container is None:
        play.fail(f"Error response from daemon: No such container: {name}")
    if container.state != "running":
        play.fail(f"Error response from daemon: Container {container.id} is not running")
    image = store.content(play.world, container.image)
    if image is None:
        play.fail(f"Error response from daemon: No such image: {container.image}")
    play.wait(start_seconds(play) / 10, WAITING)
    inside = container.model_copy(
        update={
            "env": (*container.env, *options.all("env")),
            "directory": options.value("workdir") or container.directory,
        }
    )
    view = session(play, inside, image, container.address)
    code = process.run(view, tuple(words))
    if code is None:
        play.fail(
            f"container {container.id} encountered an error during CreateProcess: failure in a "
            "Windows system call: The system cannot find the file specified. (0x2)",
            code=126,
        )
    play.do(ChangeContainer(container=container.key, files=view.tree.changed))
    play.end(code)
