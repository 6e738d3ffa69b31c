"""What each effect does to a world."""

from __future__ import annotations

from typing import assert_never

from provision.simulator.world import calls, container_network, effects, jobs, restarts
from provision.simulator.world.docker import life, playing
from provision.simulator.world.docker.play import counted
from provision.simulator.world.effects import Entry
from provision.simulator.world.model import World


def apply(world: World, entry: Entry) -> World:
    """Carry out one entry at its moment; `world.host_time` is that moment already."""
    match entry.effect:
        case effects.Put(thing=thing):
            return world.put(thing)
        case effects.Remove(noun=noun, key=key):
            return world.remove(noun, key)
        case effects.InstallDocker(docker=docker):
            return world.with_(docker=docker)
        case effects.InstallContainerd(containerd=containerd):
            return world.with_(containerd=containerd)
        case effects.DockerCount() as count:
            return world.with_(docker=counted(world.docker, count))
        case effects.RunDocker(job=job):
            return playing.begin_job(world, job)
        case effects.StartContainer(container=container):
            return life.start(world, container)
        case effects.EndContainer() as end:
            return life.end(world, end)
        case effects.ChangeContainer(container=container, files=files):
            return life.change(world, container, files)
        case effects.UseDisk(bytes=used):
            free = min(max(0, world.disk.free_bytes - used), world.disk.total_bytes)
            return world.with_(disk=world.disk.model_copy(update={"free_bytes": free}))
        case effects.Log() as log:
            return jobs.log(world, log)
        case effects.Begin(job=job):
            return jobs.begin(world, job)
        case effects.Work() as work:
            return jobs.work(world, work)
        case effects.Finish() as finish:
            return jobs.finish(world, finish)
        case effects.AnswerCall() as answer:
            return calls.answer(world, answer)
        case effects.RestartAsked(delay=delay):
            return restarts.ask(world, delay)
        case effects.Shutdown(further=further, for_good=for_good):
            return restarts.shut_down(world, further, for_good=for_good)
        case effects.BootUp(further=further):
            return restarts.boot_up(world, further)
        case effects.AccountsUp():
            return restarts.accounts_up(world)
        case effects.DaemonStarted():
            return container_network.started(world)
        case effects.Settle():
            return restarts.settle(world)
        case effects.Disconnect(seconds=seconds):
            return restarts.disconnect(world, seconds)
        case effects.Reconnect():
            return restarts.reconnect(world)
        case _ as never:
            assert_never(never)
