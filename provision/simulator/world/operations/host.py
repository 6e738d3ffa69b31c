"""Facts, boots, restarts."""

from __future__ import annotations

from provision.agent.operations.host import (
    BootAnswer,
    FactsAnswer,
    GetBoot,
    GetFacts,
    GetPlatform,
    PlatformAnswer,
    Restart,
    RestartAnswer,
    SelfTest,
    SelfTestAnswer,
    SelfTestCheck,
)
from provision.model.boot import BootIdentity
from provision.simulator.world import restarts, times, windows
from provision.simulator.world.model import World
from provision.simulator.world.system import Feature, RegistryKey, Service


def identity(world: World) -> BootIdentity:
    """Give the present boot's identity."""
    return BootIdentity(
        boot_time=times.seconds(world.clock(world.boot.began)), token=world.boot.token
    )


def facts(world: World, _request: GetFacts, _check: bool) -> tuple[World, FactsAnswer]:
    """Answer `facts`."""
    system = world.windows
    revision = _revision(world)
    addresses = tuple(address for adapter in world.adapters for address in adapter.addresses)
    return world, FactsAnswer(
        computer_name=system.computer_name,
        machine_id=system.machine_id,
        os_caption=system.caption,
        os_version=system.version + (f".{revision}" if revision else ""),
        os_build=system.build,
        culture=system.culture,
        powershell_version=system.powershell_version,
        processors=system.processors,
        memory_bytes=system.memory_bytes,
        free_disk_bytes=world.disk.free_bytes,
        user=world.account.user,
        elevated=world.account.elevated,
        addresses=addresses,
        pending_restart=pending_restart(world),
        time=times.seconds(world.clock()),
        boot=identity(world),
    )


def platform(world: World, _request: GetPlatform, _check: bool) -> tuple[World, PlatformAnswer]:
    """Answer `platform`."""
    system = world.windows
    own = world.find(Feature, "hyper-v")
    own_hypervisor = own is not None and own.installed and not own.pending
    return world, PlatformAnswer(
        build=system.build,
        revision=_revision(world),
        processors=system.processors,
        memory_bytes=system.memory_bytes,
        manufacturer=system.manufacturer,
        model=system.model,
        firmware_virtualization=system.virtualization and not own_hypervisor,
        second_level_translation=system.virtualization and not own_hypervisor,
        hypervisor=system.hypervisor or own_hypervisor,
    )


def boot(world: World, _request: GetBoot, _check: bool) -> tuple[World, BootAnswer]:
    """Answer `boot`."""
    waiting = _waiting_for(world)
    return world, BootAnswer(
        boot=identity(world),
        time=times.seconds(world.clock()),
        settled=not waiting,
        waiting_for=waiting,
    )


def restart(world: World, request: Restart, check: bool) -> tuple[World, RestartAnswer]:
    """Answer `restart`: by shutdown.exe, for which one on its way is no error."""
    now = identity(world)
    if check or (request.boot is not None and not request.boot.same_boot(now)):
        return world, RestartAnswer(scheduled=False, boot=now)
    return restarts.ask(world, float(request.delay)), RestartAnswer(scheduled=True, boot=now)


def selftest(world: World, _request: SelfTest, _check: bool) -> tuple[World, SelfTestAnswer]:
    """Answer `selftest`."""
    checks = (
        ("powershell", True, world.windows.powershell_version),
        ("elevated", world.account.elevated, world.account.user),
        ("language_mode", True, "FullLanguage"),
        ("data_folder", True, world.data_folder),
        ("scheduled_tasks", True, "the cmdlets exist"),
        ("volatile_key", True, world.boot.token),
    )
    return world, SelfTestAnswer(
        checks=tuple(
            SelfTestCheck(check=check, passed=passed, found=found)
            for check, passed, found in checks
        )
    )


def pending_restart(world: World) -> tuple[str, ...]:
    """Say why Windows wants a restart."""
    session = world.find(RegistryKey, windows.SESSION_MANAGER)
    reasons = {
        "servicing": world.find(RegistryKey, windows.SERVICING_PENDING) is not None,
        "windows_update": world.find(RegistryKey, windows.UPDATE_PENDING) is not None,
        "file_rename": bool(session and session.values.get(windows.FILE_RENAMES)),
        "computer_rename": _name(world, "ActiveComputerName") != _name(world, "ComputerName"),
    }
    return tuple(reason for reason, holds in reasons.items() if holds)


def _revision(world: World) -> int:
    key = world.find(RegistryKey, windows.CURRENT_VERSION)
    revision = key.values.get(windows.REVISION, 0) if key else 0
    return revision if isinstance(revision, int) else 0


def _name(world: World, which: str) -> object:
    key = world.find(RegistryKey, f"{windows.COMPUTER_NAME}\\{which}")
    return key.values.get("ComputerName") if key else world.windows.computer_name


def _waiting_for(world: World) -> tuple[str, ...]:
    needed = (world.find(Service, name) for name in windows.NEEDED_SERVICES)
    reasons = {
        "logon": world.find(RegistryKey, windows.AUTO_LOGON_CHECKED) is None,
        "servicing": world.find(RegistryKey, windows.PACKAGES_PENDING) is not None,
        "restart_in_progress": world.find(RegistryKey, windows.RESTART_IN_PROGRESS) is not None,
        "services": any(
            service.start == "automatic" and service.state != "running"
            for service in needed
            if service is not None
        ),
    }
    return tuple(reason for reason, holds in reasons.items() if holds)
