"""`docker pull`, `search` and `manifest inspect`: everything that asks a registry.

The texts of failures are docker's own, as users posted them; those of old clients are from docker's
source of that time as far as known.
"""

from __future__ import annotations

from provision.model.host import PullError
from provision.simulator.world.docker import formats, registry, store
from provision.simulator.world.docker.commands.asking import need_daemon
from provision.simulator.world.docker.commands.images import tagged
from provision.simulator.world.docker.content import ImageContent, Layer
from provision.simulator.world.docker.options import exactly, read, since
from provision.simulator.world.docker.play import BUSY, FETCHING, WAITING, Play
from provision.simulator.world.docker.reference import HUB, Reference, parse
from provision.simulator.world.effects import DockerCount, Put

DOWNLOAD = 12_500_000.0
"""Bytes per host second: a line of 100 Mbit/s."""

EXTRACT_TP4 = 8_000_000.0
EXTRACT = 40_000_000.0
RATE_LIMIT = (
    "toomanyrequests: You have reached your pull rate limit. You may increase the limit by "
    "authenticating and upgrading: https://www.docker.com/increase-rate-limit"
)
_ENDPOINT = "https://registry-1.docker.io/v2/"


def pull(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker pull`."""
    options = read(
        play,
        "pull",
        arguments,
        switches="a|all-tags q|quiet disable-content-trust",
        takes="platform",
    )
    exactly(play, "pull", options, 1, 1)
    need_daemon(play, "images/create")
    fetch(play, options.words[0])


def fetch(play: Play, name: str, *, prefix: str = "", to_stderr: bool = False) -> ImageContent:
    """Pull an image.

    Args:
        prefix: What the client writes before an error of `docker run`.
        to_stderr: Progress goes there, as of `docker run`.
    """
    say = play.complain if to_stderr else play.say
    reference = parse(name)
    if not reference.tagged and not reference.digest and not to_stderr:
        say("Using default tag: latest")
    play.wait(2.5, WAITING)
    _refuse(play, reference, prefix)
    image = registry.find(play.world, reference)
    if image is None:
        play.fail(prefix + _not_found(play, reference), code=125 if prefix else 1)
    say(f"{reference.tag}: Pulling from {reference.path}")
    _refuse_newer(play, image, prefix)
    there = {layer.id for each in store.all_contents(play.world) for layer in each.layers}
    missing = [layer for layer in image.layers if layer.id not in there]
    for layer in image.layers:
        say(f"{layer.id[:12]}: {'Pulling fs layer' if layer in missing else 'Already exists'}")
    known = store.content(play.world, image.id)
    for layer in missing:
        _layer(play, layer, prefix, to_stderr=to_stderr)
    if known is None:
        play.do(Put(thing=image))
    play.do(Put(thing=tagged(image, str(reference), play)))
    say(f"Digest: {image.digest}")
    new = "Image is up to date" if known else "Downloaded newer image"
    say(f"Status: {new} for {name if reference.tagged else reference}")
    if play.docker.since(18, 9) and not to_stderr:
        host = "docker.io/" if reference.registry == HUB else ""
        say(f"{host}{reference.path if host else reference.repository}:{reference.tag}")
    return image


def _layer(play: Play, layer: Layer, prefix: str, *, to_stderr: bool) -> None:
    say = play.complain if to_stderr else play.say
    name = layer.id[:12]
    knobs = play.world.knobs
    fails = play.docker.failed_pulls < knobs.pulls_fail
    seconds = max(0.5, layer.download / DOWNLOAD)
    if fails and knobs.pull_error is PullError.DROPPED:
        play.wait(seconds / 2, FETCHING)
        play.do(DockerCount(failed_pulls=1))
        play.fail(
            f"{prefix}error pulling image configuration: read tcp 192.0.2.10:49724->"
            "198.51.100.7:443: wsarecv: An existing connection was forcibly closed by the remote "
            "host.",
            code=125 if prefix else 1,
        )
    play.wait(seconds, FETCHING)
    say(f"{name}: Verifying Checksum", f"{name}: Download complete")
    if not play.use_disk(layer.size):
        play.fail(
            f"{prefix}failed to register layer: re-exec error: exit status 1: output: write "
            f"\\\\?\\C:\\ProgramData\\docker\\windowsfilter\\{layer.id}\\Files: There is not "
            "enough space on the disk.",
            code=125 if prefix else 1,
        )
    speed = EXTRACT_TP4 if play.world.windows.build <= 10586 else EXTRACT
    play.wait(max(0.5, layer.size / speed), BUSY)
    say(f"{name}: Pull complete")


def _refuse(play: Play, reference: Reference, prefix: str) -> None:
    """End as a registry's failure does, if this pull is to fail before any layer."""
    knobs = play.world.knobs
    host = "registry-1.docker.io" if reference.registry == HUB else reference.registry
    failing = knobs.download_fails
    code = 125 if prefix else 1
    if failing and failing in f"https://{host}/v2/{reference.path}":
        play.wait(15, WAITING)
        play.fail(
            f"{prefix}Error response from daemon: Get https://{host}/v2/: dial tcp: lookup "
            f"{host}: no such host",
            code=code,
        )
    if play.docker.failed_pulls >= knobs.pulls_fail or knobs.pull_error is PullError.DROPPED:
        return
    play.do(DockerCount(failed_pulls=1))
    if knobs.pull_error is PullError.RATE_LIMIT:
        play.fail(f"{prefix}Error response from daemon: {RATE_LIMIT}", code=code)
    if knobs.pull_error is PullError.NOT_FOUND:
        play.fail(prefix + _not_found(play, reference), code=code)
    play.wait(10, WAITING)
    play.fail(
        f"{prefix}Error response from daemon: Get https://{host}/v2/: net/http: TLS handshake "
        "timeout",
        code=code,
    )


def _not_found(play: Play, reference: Reference) -> str:
    start = "Error response from daemon: "
    if not play.docker.since(1, 12):
        return f"Error: image {reference.path}:{reference.tag} not found"
    known = any(each.name == reference.repository for each in registry.hub(play.world))
    if known or reference.registry == registry.MCR:
        said = f"manifest for {reference} not found"
        unknown = ": manifest unknown: manifest unknown" if play.docker.since(18, 9) else ""
        return f"{start}{said}{unknown}"
    if play.docker.since(17, 6):
        return (
            f"{start}pull access denied for {reference.repository}, repository does not exist or "
            "may require 'docker login': denied: requested access to the resource is denied"
        )
    return f"{start}repository {reference.repository} not found: does not exist or no pull access"


def _refuse_newer(play: Play, image: ImageContent, prefix: str) -> None:
    """Since 17.x docker does not pull an image of a later Windows build."""
    build = play.world.windows.build
    wanted = int(image.os_version.split(".")[2])
    if wanted > build and play.docker.since(17, 6):
        play.fail(
            f"{prefix}a Windows version 10.0.{wanted}-based image is incompatible with a "
            f"10.0.{build} host",
            code=125 if prefix else 1,
        )


def search(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker search`."""
    later = since(play, filter=(1, 12), limit=(1, 12), format=(18, 1))
    takes = "s|stars " + later.replace("filter", "f|filter")
    options = read(play, "search", arguments, switches="no-trunc automated", takes=takes)
    exactly(play, "search", options, 1, 1)
    need_daemon(play, f"images/search?term={options.words[0]}")
    failing = play.world.knobs.download_fails
    play.wait(3, WAITING)
    if failing and failing in "https://index.docker.io":
        play.fail(
            "Error response from daemon: Get https://index.docker.io/v1/search: dial tcp: lookup "
            "index.docker.io: no such host"
        )
    term = options.words[0].lower()
    limit = int(options.value("limit", "25")) if options.value("limit", "25").isdigit() else 25
    rows = [
        {
            "Name": each.name,
            "Description": _short(each.description, whole=options.on("no-trunc")),
            "StarCount": str(each.stars),
            "IsOfficial": "[OK]" if each.official else "",
            "IsAutomated": "[OK]" if each.name in ("microsoft/aspnet",) else "",
        }
        for each in registry.hub(play.world)
        if term == "*" or term in each.name.lower() or term in each.description.lower()
    ][:limit]
    columns = {
        "Name": "NAME",
        "Description": "DESCRIPTION",
        "StarCount": "STARS",
        "IsOfficial": "OFFICIAL",
        "IsAutomated": "AUTOMATED",
    }
    formats.rows(play, options.value("format"), columns, rows, tuple(columns))


def _short(text: str, *, whole: bool) -> str:
    return text if whole or len(text) <= 45 else f"{text[:42]}..."


def manifest(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker manifest inspect`, which clients before 20.10 do not do unasked."""
    if not play.docker.since(18, 1):
        play.fail("docker: 'manifest' is not a docker command.", "See 'docker --help'.")
    if not play.docker.since(20, 10):
        play.fail(
            "docker manifest inspect is only supported on a Docker cli with experimental cli "
            "features enabled"
        )
    options = read(play, "manifest inspect", arguments[1:], switches="v|verbose insecure")
    exactly(play, "manifest inspect", options, 1, 2)
    reference = parse(options.words[-1])
    play.wait(2, WAITING)
    found = registry.versions(play.world, reference)
    if not found:
        play.fail(f"no such manifest: {reference}")
    entries = [
        {
            "Ref": f"{reference}",
            "Descriptor": {
                "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                "platform": {"architecture": "amd64", "os": "windows", "os.version": version},
            },
        }
        for version in found
    ]
    play.say(*formats.dump(entries if len(entries) > 1 else entries[0]))
