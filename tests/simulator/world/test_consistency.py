"""Worlds that cannot exist are refused, each for its own reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from provision.model.host import SimulateSettings
from provision.simulator.world.consistency import ImpossibleWorld, check
from provision.simulator.world.docker.image import ContainerImage, Image
from provision.simulator.world.effects import Begin, Entry
from provision.simulator.world.files import File, file
from provision.simulator.world.generations import starting_world
from provision.simulator.world.job import Activity, Job
from provision.simulator.world.model import World
from provision.simulator.world.network import Adapter, Nat, Switch
from provision.simulator.world.system import Service

BUILT = starting_world(SimulateSettings(scenario="already-built"))


def job(**fields: object) -> Job:
    given = {"id": "j", "folder": "C:\\j", "boot": 1, "started_at": 0.0, "last_record_at": 0.0}
    return Job(activity=Activity(since=0.0), **(given | fields))  # type: ignore[arg-type]


def image() -> Image:
    return Image(repository="a", tag="b", id="c", created="2016-01-01T00:00:00Z")


CASES: dict[str, tuple[Callable[[World], World], str]] = {
    "two files at one path": (
        lambda w: w.with_(
            files=(*w.files, file("c:\\users", b"x").model_copy(update={"path": "C:\\USERS"}))
        ),
        "two of the kind file",
    ),
    "a file without its folder": (
        lambda w: w.with_(files=(*w.files, file("C:\\none\\a", b""))),
        "stands in no folder",
    ),
    "a relative path": (
        lambda w: w.with_(files=(*w.files, file("a.txt", b""))),
        "not a normal one",
    ),
    "a file with another length": (
        lambda w: w.put(file("C:\\a", b"abc").model_copy(update={"size": 99})),
        "another length",
    ),
    "a folder with content": (
        lambda w: w.put(File(path="C:\\f", kind="folder", size=1)),
        "has content",
    ),
    "a full disk and more": (
        lambda w: w.with_(disk=w.disk.model_copy(update={"free_bytes": -1})),
        "bytes of the disk",
    ),
    "a NAT switch without its adapter": (
        lambda w: w.remove("adapter", "vethernet (virtual switch)"),
        "has no vEthernet adapter",
    ),
    "an adapter on no switch": (
        lambda w: w.remove("switch", "virtual switch"),
        "is on no switch",
    ),
    "a NAT switch without a subnet": (
        lambda w: w.put(Switch(name="Virtual Switch", type="NAT")),
        "has no subnet",
    ),
    "an external switch on nothing": (
        lambda w: w.put(Switch(name="Virtual Switch", type="External", adapter="gone")),
        "no physical adapter",
    ),
    "an address that is none": (
        lambda w: w.put(Adapter(name="x", description="", index=9, addresses=("1.2.3",))),
        "is no address",
    ),
    "a NAT on no network": (lambda w: w.put(Nat(name="x", prefix="300.0.0.0/8")), "is no network"),
    "switches without their feature": (
        lambda w: w.with_(features=()),
        "without Containers or Hyper-V",
    ),
    "images without docker": (
        lambda w: w.with_(docker=None, services=()).put(image()),
        "docker images without docker",
    ),
    "container images without Containers": (
        lambda w: w.with_(switches=(), features=()).put(
            ContainerImage(name="a", version="1", id="b")
        ),
        "without the Containers feature",
    ),
    "a docker service without docker": (
        lambda w: w.with_(docker=None, images=()),
        "docker service without docker",
    ),
    "a service that runs and cannot": (
        lambda w: w.put(Service(name="x", state="running", starts=False)),
        "cannot start",
    ),
    "a feature that waits for nothing": (
        lambda w: w.put(w.features[-1].model_copy(update={"pending": True})),
        "does not need",
    ),
    "a job of a boot to come": (lambda w: w.put(job(boot=7)), "boot to come"),
    "a job whose last record is to come": (
        lambda w: w.put(job(last_record_at=1e9)),
        "of another time",
    ),
    "a running job of an earlier boot": (
        lambda w: w.with_(
            boot=w.boot.model_copy(update={"number": 2}),
            jobs=(job(),),
            pending=(Entry(at=1e9, number=1, boot=None, job="j", effect=Begin(job="j")),),
        ),
        "of an earlier boot still works",
    ),
    "something due in the past": (
        lambda w: w.with_(pending=(Entry(at=0.0, number=1, effect=Begin(job="j")),)),
        "due in the past",
    ),
    "an entry of another boot": (
        lambda w: w.with_(pending=(Entry(at=1e9, number=1, boot=9, effect=Begin(job="j")),)),
        "is left in boot",
    ),
    "a boot that has not begun": (
        lambda w: w.with_(boot=w.boot.model_copy(update={"began": 1e9})),
        "in the future",
    ),
}


@pytest.mark.parametrize(("change", "said"), CASES.values(), ids=CASES.keys())
def test_refuses(change: Callable[[World], World], said: str) -> None:
    with pytest.raises(ImpossibleWorld) as caught:
        check(change(BUILT))
    assert said in caught.value.details


@pytest.mark.parametrize("generation", ["tp4", "tp5", "rtm"])
@pytest.mark.parametrize("scenario", [None, "already-built", "feature-there"])
def test_starting_worlds_can_exist(generation: str, scenario: str | None) -> None:
    world = starting_world(
        SimulateSettings(generation=generation, scenario=scenario, feature_installed=bool(scenario))
    )
    assert check(world) is world


def test_a_world_is_a_tree_of_json() -> None:
    tree = BUILT.model_dump(mode="json")
    assert World.model_validate(tree) == BUILT
    assert tree["switches"][0]["type"] == "NAT"
