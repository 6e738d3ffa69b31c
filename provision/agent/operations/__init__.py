"""The agent's operations, by their names on the wire."""

from __future__ import annotations

from typing import Any

from provision.agent.operations.base import Operation
from provision.agent.operations.calls import CallList, CallStop
from provision.agent.operations.containerd import ContainerdVersion
from provision.agent.operations.docker import DockerRun, DockerVersion, ImageList
from provision.agent.operations.execution import Exec, PowerShell
from provision.agent.operations.features import FeatureEnsure, FeatureList
from provision.agent.operations.files import (
    Download,
    FileCommit,
    FileEnsure,
    FileList,
    FileRead,
    FileStat,
    FileWrite,
)
from provision.agent.operations.host import GetBoot, GetFacts, GetPlatform, Restart, SelfTest
from provision.agent.operations.jobs import JobList, JobPoll, JobRemove, JobStart, JobStop
from provision.agent.operations.leases import LeaseLook, LeaseRelease, LeaseTake
from provision.agent.operations.network import AdapterList, NatList, RouteList, SwitchList
from provision.agent.operations.scheduled_tasks import ScheduledTaskList, ScheduledTaskRemove
from provision.agent.operations.services import ServiceEnsure, ServiceList

OPERATIONS: dict[str, type[Operation[Any]]] = {
    operation.name: operation
    for operation in (
        GetFacts, GetPlatform, GetBoot, Restart, SelfTest,
        FileStat, FileList, FileRead, FileEnsure, FileWrite, FileCommit, Download,
        FeatureEnsure, FeatureList,
        ServiceList, ServiceEnsure,
        ScheduledTaskList, ScheduledTaskRemove,
        Exec, PowerShell,
        CallList, CallStop,
        JobStart, JobPoll, JobStop, JobRemove, JobList,
        LeaseTake, LeaseRelease, LeaseLook,
        SwitchList, AdapterList, RouteList, NatList,
        DockerVersion, ImageList, DockerRun, ContainerdVersion,
    )
}  # fmt: skip
