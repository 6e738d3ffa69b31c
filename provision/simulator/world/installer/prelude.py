"""The first half, common to all generations: checks, features, and the restart."""

from __future__ import annotations

from provision.model.host import Generation
from provision.simulator.world import windows
from provision.simulator.world.effects import Put, Remove, RestartAsked
from provision.simulator.world.installer.run import Run
from provision.simulator.world.installer.scripts import RESUME_TASK
from provision.simulator.world.installer.story import WAITING
from provision.simulator.world.system import Feature, RegistryKey, ScheduledTask

RESTART_DELAY = 4.0
"""Host seconds from `Restart-Computer` to the end of processes: our guess."""


def prelude(run: Run) -> None:
    """Play everything up to the point where features are there and no restart is pending."""
    story, world = run.story, run.world
    run.put_marker()
    story.wait(3)
    if not world.account.elevated:
        story.fail("You must run this script as administrator")
    task = ScheduledTask(name=RESUME_TASK, program="powershell.exe")
    if run.generation is not Generation.TP4 and world.find(ScheduledTask, task.key):
        story.do(Remove(noun="scheduled_task", key=task.key))
    restart = world.find(RegistryKey, windows.SERVICING_PENDING) is not None
    wanted = ["Containers", *(["Hyper-V"] if run.parameters.on("HyperV") else [])]
    for name in wanted:
        restart = _feature(run, name) or restart
    if restart:
        _restart(run)


def _feature(run: Run, name: str) -> bool:
    story = run.story
    story.say(f"Querying status of Windows feature: {name}...")
    story.wait(9)
    feature = run.world.find(Feature, name.lower())
    if feature is None:
        story.fail(
            f"This NanoServer deployment does not include {name}.  Please add the appropriate "
            "package"
        )
    if feature.installed:
        story.say(f"Feature {name} is already enabled.")
        return feature.pending
    story.say(f"Enabling feature {name}...")
    if name == "Hyper-V" and not run.world.windows.virtualization:
        # The cmdlet's error ends nothing: the script goes on without Hyper-V.
        story.wait(21)
        story.error(windows.hyper_v_refused(story.script, run.world.windows.build))
        return False
    story.wait(128)
    story.do(
        Put(thing=feature.model_copy(update={"installed": True, "pending": feature.needs_restart}))
    )
    if feature.needs_restart:
        story.do(Put(thing=RegistryKey(path=windows.SERVICING_PENDING)))
    return feature.needs_restart


def _restart(run: Run) -> None:
    story = run.story
    if run.parameters.on("NoRestart"):
        story.say("A reboot is required; stopping script execution", kind="warning")
        story.leave()
    story.say("Restart is required; restarting now...")
    story.wait(1, WAITING)
    story.do(Put(thing=run.source.model_copy(update={"path": run.copy})))
    line = f"{run.copy} {run.calling_line}"
    story.say(
        f"Creating scheduled task action ({line})...",
        "Creating scheduled task trigger...",
        "Registering script to re-run at next user logon...",
    )
    story.wait(1, WAITING)
    story.do(
        Put(
            thing=ScheduledTask(
                name=RESUME_TASK,
                at_logon=True,
                program="powershell.exe",
                arguments=f"-NoExit {line}",
                highest=True,
            )
        )
    )
    story.do(RestartAsked(delay=RESTART_DELAY))
    story.wait(0.5, WAITING)
    story.leave()
