"""`docker images`, `history`, `tag` and `rmi`."""

from __future__ import annotations

import re
from fnmatch import fnmatch

from provision.simulator.world.docker import formats, ids, store
from provision.simulator.world.docker.commands.asking import need_daemon
from provision.simulator.world.docker.container import Container
from provision.simulator.world.docker.content import ImageContent
from provision.simulator.world.docker.image import Image
from provision.simulator.world.docker.options import exactly, read
from provision.simulator.world.docker.play import Play
from provision.simulator.world.docker.reference import parse
from provision.simulator.world.effects import Put, Remove, UseDisk

NONE = "<none>"


def images(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker images`."""
    takes = "f|filter " + ("format" if play.docker.json_format else "")
    options = read(
        play, "images", arguments, switches="a|all q|quiet no-trunc digests", takes=takes
    )
    need_daemon(play, "images/json")
    rows = []
    seen = set()
    for tag, content in _listed(play, options.all("filter"), everything=options.on("all")):
        if options.words and not fnmatch(tag.repository, parse(options.words[0]).repository):
            continue
        if options.words and ":" in options.words[0] and not fnmatch(tag.name, options.words[0]):
            continue
        shown = f"sha256:{ids.full(tag.id)}" if options.on("no-trunc") else tag.id
        if options.on("quiet"):
            if shown not in seen:
                play.say(shown)
            seen.add(shown)
            continue
        size = tag.size or formats.size(play, content.size if content else 0)
        rows.append(
            {
                "Repository": tag.repository,
                "Tag": tag.tag,
                "Digest": (content.digest if content else "") or NONE,
                "ID": shown,
                "CreatedSince": formats.age(play, tag.created),
                "CreatedAt": tag.created,
                "Size": size,
            }
        )
    if options.on("quiet"):
        return
    columns = {
        "Repository": "REPOSITORY",
        "Tag": "TAG",
        "Digest": "DIGEST",
        "ID": "IMAGE ID",
        "CreatedSince": "CREATED",
        "CreatedAt": "CREATED AT",
        "Size": "SIZE" if play.docker.json_format else "VIRTUAL SIZE",
    }
    digest = ["Digest"] if options.on("digests") else []
    keys = ["Repository", "Tag", *digest, "ID", "CreatedSince", "Size"]
    formats.rows(play, options.value("format"), columns, rows, keys)


def _listed(
    play: Play, filters: tuple[str, ...], *, everything: bool
) -> list[tuple[Image, ImageContent | None]]:
    world = play.world
    tagged = [(tag, store.content(world, tag.id)) for tag in world.images]
    named = {tag.id for tag in world.images}
    parents = {each.parent for each in world.image_contents}
    dangling: list[tuple[Image, ImageContent | None]] = [
        (Image(repository=NONE, tag=NONE, id=each.id, created=each.created, size=""), each)
        for each in world.image_contents
        if each.id not in named and (everything or each.id not in parents)
    ]
    wanted = dict(each.split("=", 1) for each in filters if "=" in each)
    if wanted.get("dangling") == "true":
        return dangling
    if wanted.get("dangling") == "false":
        return list(tagged)
    if "reference" in wanted:
        pattern = wanted["reference"]
        return [
            each
            for each in tagged
            if fnmatch(each[0].name, pattern) or fnmatch(each[0].repository, pattern)
        ]
    return [*tagged, *dangling]


def history(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker history`."""
    takes = "format" if play.docker.since(17, 6) else ""
    options = read(play, "history", arguments, switches="q|quiet no-trunc H|human", takes=takes)
    exactly(play, "history", options, 1, 1)
    need_daemon(play, f"images/{options.words[0]}/history")
    image = need_image(play, options.words[0])
    rows = []
    for number, layer in enumerate(reversed(image.layers)):
        name = image.id if number == 0 else "<missing>"
        by = layer.by
        if not options.on("no-trunc") and len(by) > 45:
            by = by[:44] + "…" if play.docker.since(1, 13) else by[:42] + "..."
        rows.append(
            {
                "ID": name,
                "CreatedSince": formats.age(play, layer.created),
                "CreatedAt": layer.created,
                "CreatedBy": by,
                "Size": formats.size(play, layer.size),
                "Comment": "",
            }
        )
    if options.on("quiet"):
        play.say(*(str(row["ID"]) for row in rows))
        return
    columns = {
        "ID": "IMAGE",
        "CreatedSince": "CREATED",
        "CreatedAt": "CREATED AT",
        "CreatedBy": "CREATED BY",
        "Size": "SIZE",
        "Comment": "COMMENT",
    }
    keys = ["ID", "CreatedSince", "CreatedBy", "Size", "Comment"]
    formats.rows(play, options.value("format"), columns, rows, keys)


def need_image(play: Play, name: str) -> ImageContent:
    """Give an image, or end as docker does when there is none."""
    found = store.find_image(play.world, name)
    if found is None:
        said = (
            name if ":" in name or "@" in name or not play.docker.since(1, 13) else f"{name}:latest"
        )
        play.fail(f"Error response from daemon: No such image: {said}")
    return found


def tag(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker tag`.

    Until 1.11 a name that another image has is refused without `-f`; since 1.12 there is no `-f`.
    """
    old = not play.docker.since(1, 12)
    options = read(play, "tag", arguments, switches="f|force" if old else "")
    exactly(play, "tag", options, 2, 2)
    need_daemon(play, "images/tag")
    source, name = options.words
    image = need_image(play, source)
    target = parse(name)
    if not re.fullmatch(r"[a-z0-9][a-z0-9._/:-]*", target.repository):
        play.fail(f'Error parsing reference: "{name}" is not a valid repository/tag')
    there = play.world.find(Image, str(target))
    if there is not None and there.id != image.id and old and not options.on("force"):
        play.fail(
            f"Error response from daemon: Conflict: Tag {target.tag} is already set to image "
            f"{ids.full(there.id)}, if you want to replace it, please use -f option"
        )
    play.do(Put(thing=tagged(image, str(target), play)))


def tagged(image: ImageContent, name: str, play: Play) -> Image:
    """Give a tag of an image; the tag of an image that came without content keeps its size."""
    target = parse(name)
    others = store.tags(play.world, image.id)
    stored = any(each.id == image.id for each in play.world.image_contents)
    size = "" if stored or not others else others[0].size
    return Image(
        repository=target.repository,
        tag=target.tag,
        id=image.id,
        created=image.created,
        size=size,
    )


def rmi(play: Play, arguments: tuple[str, ...]) -> None:
    """`docker rmi`."""
    options = read(play, "rmi", arguments, switches="f|force no-prune")
    exactly(play, "rmi", options, 1)
    need_daemon(play, "images")
    for name in options.words:
        image = store.find_image(play.world, name)
        if image is None:
            # The rest is removed all the same.
            play.complain(_missing(play, name))
            play.code = 1
            continue
        _remove(play, name, image, force=options.on("force"))


def _missing(play: Play, name: str) -> str:
    if play.docker.since(17, 6):
        return f"Error: No such image: {name}"
    return f"Error response from daemon: No such image: {parse(name)}"


def _remove(play: Play, name: str, image: ImageContent, *, force: bool) -> None:
    world = play.world
    all_tags = store.tags(world, image.id)
    wanted = str(parse(name))
    by_name = [each for each in all_tags if str(parse(each.name)) == wanted]
    if not by_name and len(all_tags) > 1 and not force:
        _conflict(
            play,
            f"unable to delete {image.id} (must be forced) - image is referenced in multiple "
            "repositories",
        )
        return
    users = [each for each in world.containers if each.image == image.id]
    last = len(all_tags) <= 1 or not by_name
    running = [each for each in users if each.state == "running"]
    if last and users and (running or not force):
        _conflict(play, _used(name, image, users, running, named=bool(by_name)))
        return
    if last and store.children(world, image) and not by_name:
        _conflict(
            play,
            f"unable to delete {image.id} (cannot be forced) - image has dependent child images",
        )
        return
    for each in by_name or all_tags:
        play.do(Remove(noun="image", key=each.key))
        play.say(f"Untagged: {each.name}")
    if last and not users:
        _delete(play, image)


def _conflict(play: Play, why: str) -> None:
    play.complain(f"Error response from daemon: conflict: {why}")
    play.code = 1


def _used(
    name: str,
    image: ImageContent,
    users: list[Container],
    running: list[Container],
    *,
    named: bool,
) -> str:
    """Say which container an image cannot go for."""
    user = (running or users)[0].id[:12]
    forced = "cannot be forced" if running else "must be forced"
    if named:
        return (
            f'unable to remove repository reference "{name}" ({forced}) - container {user} is '
            f"using its referenced image {image.id}"
        )
    state = "running" if running else "stopped"
    return (
        f"unable to delete {image.id} ({forced}) - image is being used by {state} container {user}"
    )


def _delete(play: Play, image: ImageContent) -> None:
    """Delete an image, and its parents that nobody names or needs."""
    here: ImageContent | None = image
    while here is not None:
        world = play.world
        needed = store.tags(world, here.id) or store.children(world, here)
        if needed or any(each.image == here.id for each in world.containers):
            return
        play.do(Remove(noun="image_content", key=here.key))
        kept = {layer.id for each in store.all_contents(play.world) for layer in each.layers}
        freed = sum(layer.size for layer in here.layers if layer.id not in kept)
        play.do(UseDisk(bytes=-freed))
        play.say(f"Deleted: sha256:{ids.full(here.id)}")
        here = next((each for each in play.world.image_contents if each.id == here.parent), None)
