"""One build under way: the image so far, its cache, and how a layer is finished."""

from __future__ import annotations

from dataclasses import dataclass, field

from provision.simulator.world.docker import ids
from provision.simulator.world.docker.build import losses
from provision.simulator.world.docker.build.context import Context
from provision.simulator.world.docker.commands.starting import start_seconds
from provision.simulator.world.docker.content import ImageConfig, ImageContent, Layer, LayerFile
from provision.simulator.world.docker.play import BUSY, SLOW, Play
from provision.simulator.world.effects import Put

TP4_SILENCE = 1800.0
"""After `RUN choco install …` nothing moved for about half an hour on TP4."""

SILENCE = 20.0
LONG_LAYER = 50_000_000
"""Bytes of a layer from which on its silence is long."""


@dataclass(slots=True)
class Builder:
    """A build.

    Args:
        escape: The escape sign of its Dockerfile.
        image: What the last step made; None before `FROM`.
        config: What the next step would be run with.
        arguments: Build arguments by their names.
        given: What `--build-arg` said.
        stages: Images of earlier stages, by name and number.
        ended: How many stages there were.
        no_cache: No step is taken from the cache.
        fresh: A step was no longer in the cache: none after it is.
    """

    play: Play
    context: Context
    escape: str
    image: ImageContent | None = None
    config: ImageConfig = field(default_factory=ImageConfig)
    arguments: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    stages: dict[str, ImageContent] = field(default_factory=dict)
    ended: int = 0
    no_cache: bool = False
    fresh: bool = False
    author: str = ""

    @property
    def tp4(self) -> bool:
        """Built by Technical Preview 4."""
        return self.play.world.windows.build <= 10586

    @property
    def base(self) -> ImageContent:
        """The image so far; without `FROM` the build ends here."""
        if self.image is None:
            self.play.fail("Please provide a source image with `from` prior to commit")
        return self.image

    def variables(self) -> dict[str, str] | None:
        """Give the variables that words may name; TP4 knows none there."""
        if self.tp4:
            return None
        pairs = dict(each.split("=", 1) for each in self.config.env if "=" in each)
        return {**self.arguments, **pairs}

    def cached(self, key: str) -> bool:
        """Take a step from the cache, if it is there."""
        if self.fresh or self.no_cache:
            return False
        base = self.base
        for each in self.play.world.image_contents:
            if each.parent == base.id and each.cached == key:
                self.image, self.config = each, each.config
                self.play.say(" ---> Using cache", f" ---> {each.id}")
                return True
        self.fresh = True
        return False

    def configure(self, by: str, **changes: object) -> None:
        """Finish a step that changes the configuration only."""
        wanted = self.config.model_copy(update=changes)
        key = f"{by}\0{wanted.model_dump_json()}"
        if self.cached(key):
            return
        number = self._intermediate()
        self.play.wait(start_seconds(self.play) / 8, BUSY)
        self._finish(key, f"cmd /S /C #(nop) {by}", wanted, (), number)

    def add(
        self, key: str, by: str, files: tuple[LayerFile, ...], config: ImageConfig | None = None
    ) -> None:
        """Finish a step that brings files."""
        number = self._intermediate()
        self.play.wait(start_seconds(self.play) / 4, BUSY)
        self._finish(key, f"cmd /S /C #(nop) {by}", config or self.config, files, number)

    def commit(self, key: str, by: str, files: tuple[LayerFile, ...], container: str) -> None:
        """Finish a step that ran a program."""
        size = sum(each.size for each in files)
        knobs = self.play.world.knobs
        silence = start_seconds(self.play) / 4
        if size >= LONG_LAYER:
            usual = TP4_SILENCE if self.tp4 else SILENCE
            silence = usual if knobs.layer_silent_for is None else knobs.layer_silent_for
            if knobs.build_hangs:
                self.play.hang()
        self.play.wait(silence, SLOW)
        self._finish(key, by, self.config, files, container)

    def container(self) -> str:
        """Give the id of another intermediate container."""
        return ids.digits("container", self.play.world.windows.machine_id, self.play.number())

    def _intermediate(self) -> str:
        number = self.container()
        self.play.say(f" ---> Running in {number[:12]}")
        return number

    def _finish(
        self,
        key: str,
        by: str,
        config: ImageConfig,
        files: tuple[LayerFile, ...],
        container: str,
    ) -> None:
        base = self.base
        kept = losses.kept(files) if self.tp4 else files
        size = sum(each.size for each in kept if not each.gone)
        if not self.play.use_disk(size):
            self.play.fail("There is not enough space on the disk.")
        short = ids.digits("build", base.id, key)[: ids.SHORT]
        layer = Layer(
            id=ids.digits("layer", base.id, key),
            created=self.play.now(),
            by=by,
            size=size,
            download=size // 2,
            empty=not kept,
            files=kept,
        )
        self.image = ImageContent(
            id=short,
            parent=base.id,
            created=layer.created,
            os_version=base.os_version,
            layers=(*base.layers, layer),
            config=config,
            author=self.author,
            cached=key,
        )
        self.config = config
        self.play.do(Put(thing=self.image))
        removed = f"Removing intermediate container {container[:12]}"
        if self.play.docker.since(17, 10):
            self.play.say(removed, f" ---> {short}")
        else:
            self.play.say(f" ---> {short}", removed)
