"""Containers that do not start, or end by themselves: the Host Compute Service."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

_MATCH = "https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/"

COMPUTE: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="container-os-mismatch",
        title="The image was made for another build of Windows than the host's",
        patterns=(
            Pattern(hresult="0xC0370101"),
            Pattern(text=r"container operating system does not match the host operating system"),
            Pattern(
                text=r"operating system of the container does not match the operating system of "
                r"the host"
            ),
        ),
        cause="A Windows Server container shares the host's kernel: on Windows Server 2016 builds "
        "must be equal, later ones must fit.",
        remedy="Take the image's tag of the host's own build, or run it with --isolation=hyperv, "
        "which takes images as old as the host or older.",
        source=f"moby/moby#35462; microsoft/navcontainerhelper#1179; {_MATCH}version-compatibility",
    ),
    KnownIssue(
        id="image-newer-than-host",
        title="The image is newer than the host",
        patterns=(
            Pattern(
                text=r"a Windows version 10\.0\.\d{4,5}-based image is incompatible with a "
                r"10\.0\.\d{4,5} host"
            ),
        ),
        cause="No isolation lets a host run an image of a newer Windows.",
        remedy="Take the tag of the host's own build (such as ltsc2019), or update the host.",
        source=f"moby/moby#40215; moby/moby#35247; {_MATCH}version-compatibility",
        since="rtm",
    ),
    KnownIssue(
        id="container-no-hypervisor",
        title="There is no hypervisor for Hyper-V isolation",
        patterns=(
            Pattern(hresult="0xC0351000"),
            Pattern(text=r"No hypervisor is present on this system"),
        ),
        cause="Hyper-V is not installed, not started, or the VM offers no nested virtualization.",
        remedy="Install the feature Hyper-V and restart; in a VM let its host expose the "
        "virtualization extensions; or run with --isolation=process.",
        source="docker/for-win#1477; microsoft/service-fabric#131; MicrosoftDocs/azure-docs#13737",
    ),
    KnownIssue(
        id="hyperv-not-usable",
        title="Windows cannot start a virtual machine here",
        patterns=(
            Pattern(hresult="0x80370102"),
            Pattern(
                text=r"virtual machine could not be started because a required feature is not "
                r"installed"
            ),
        ),
        cause="Virtualization is off in the firmware, or the VM offers no nested virtualization.",
        remedy="Switch it on in the firmware or at the VM, install Hyper-V, restart.",
        source="https://learn.microsoft.com/windows/wsl/troubleshooting",
        since="rtm",
    ),
    KnownIssue(
        id="container-exited-at-start",
        title="The container's virtual machine ended while it started",
        patterns=(
            Pattern(hresult="0xC0370106"),
            Pattern(text=r"virtual machine or container exited unexpectedly"),
            Pattern(text=r"compute system exited unexpectedly"),
        ),
        cause="Most often too little memory for the utility VM, an image that does not fit the "
        "host, or a virus scanner or file filter in its files.",
        remedy="Give more memory (-m 2g), check the image's build, keep scanners out of docker's "
        "folder; then restart vmcompute and docker.",
        source="microsoft/hcsshim#598; microsoft/hcsshim#917; moby/moby#37365; docker/for-win#902",
        follows=("container-os-mismatch",),
    ),
    KnownIssue(
        id="container-no-resources",
        title="The host has no resources left for one more container",
        patterns=(
            Pattern(hresult="0x800705AA"),
            Pattern(text=r"Win(dows|32).{0,30}Insufficient system resources exist.{0,60}\(0x5aa\)"),
            Pattern(
                text=r"CreateComputeSystem.{0,80}Insufficient system resources exist to complete"
            ),
        ),
        cause="Windows Server 2016 leaks network compartments when containers end badly; else "
        "memory is short.",
        remedy="Restart the host; install its updates; run fewer containers at a time.",
        source="moby/moby#30950; microsoft/hcsshim#437; microsoft/hcsshim#869",
    ),
    KnownIssue(
        id="too-few-processors",
        title="The container did not start in time",
        patterns=(Pattern(text=r"failed to start", hresult="0x800705B4"),),
        cause="TP5 needs more processors than this host has.",
        remedy="Give the VM at least two processors, better four.",
        source="Install-ContainerHost.ps1; docker/for-win#3606",
        since="tp5",
        until="tp5",
    ),
    KnownIssue(
        id="container-start-timeout",
        title="Starting a container took longer than Windows waits",
        patterns=(
            Pattern(
                text=r"This operation returned because the timeout period expired.{0,4}\(0x5b4\)"
            ),
            Pattern(
                text=r"CreateComputeSystem.{0,80}This operation returned because the timeout period"
            ),
        ),
        cause="Slow storage, few processors, or a virus scanner that reads every file of the "
        "image.",
        remedy="Keep scanners out of docker's folder, give the VM processors and a faster disk, "
        "try again.",
        source="docker/for-win#3606; StefanScherer/dockerfiles-windows#203; "
        "microsoft/nav-docker#306",
    ),
    KnownIssue(
        id="container-resource-in-use",
        title="The compute service still holds a container of this name",
        patterns=(Pattern(text=r"CreateComputeSystem.{0,80}The requested resource is in use"),),
        cause="The container's files or its VM are still held, by an earlier start or by a "
        "scanner; short memory was seen to lead to it.",
        remedy="Restart vmcompute and docker; make the container again with less memory.",
        source="microsoft/navcontainerhelper#2593",
        since="rtm",
    ),
    KnownIssue(
        id="container-create-denied",
        title="Windows denies access while it makes a container",
        patterns=(
            Pattern(text=r"CreateContainer: .{0,60}Access is denied.{0,4}\(0x5\)"),
            Pattern(text=r"CreateComputeSystem [0-9a-f]{12,64}: Access is denied"),
        ),
        cause="The compute service may not read the layers or a mounted folder.",
        remedy="Look at the rights of docker's data folder and of what is mounted; keep scanners "
        "out of it.",
        source="docker/for-win#1977",
    ),
    KnownIssue(
        id="container-program-not-found",
        title="The program that the container should run is not in it",
        patterns=(
            Pattern(text=r"CreateProcess: .{0,60}cannot find the file specified.{0,4}\(0x2\)"),
            Pattern(text=r"CreateProcess: .{0,200}\(0x2\)"),
        ),
        cause="A wrong path or name, or ENTRYPOINT in shell form with CMD in exec form, which "
        "together make no command.",
        remedy="Write both in exec form (a JSON list), with the program's whole path.",
        source="MicrosoftDocs/visualstudio-docs#4772",
    ),
    KnownIssue(
        id="container-user-unknown",
        title="The container's user is not known in the image",
        patterns=(
            Pattern(text=r"user name or password is incorrect.{0,4}\(0x52e\)"),
            Pattern(text=r"failure in a Windows system call: .{0,120}\(0x52e\)"),
        ),
        cause="USER names an account that this image does not have.",
        remedy="Use ContainerAdministrator, or make the account in the image before USER.",
        source="microsoft/Windows-Containers#490",
        since="rtm",
    ),
    KnownIssue(
        id="container-dll-not-found",
        title="A program in a container lacks a DLL",
        patterns=(Pattern(exit_code=3221225781), Pattern(exit_code=-1073741515)),
        cause="STATUS_DLL_NOT_FOUND (0xC0000135): the base image lacks it, or image and host are "
        "of different patch levels.",
        remedy="Update host and image to the same month's patches, or take a larger base image.",
        source="microsoft/dotnet-framework-docker#946",
    ),
    KnownIssue(
        id="container-dll-init-failed",
        title="A program in a container could not be initialized",
        patterns=(Pattern(exit_code=3221225794), Pattern(exit_code=-1073741502)),
        cause="STATUS_DLL_INIT_FAILED (0xC0000142): host and image lie on different sides of the "
        "security update of February 2020.",
        remedy="Update host and image to the same month's patches.",
        source="microsoft/dotnet-framework-docker#574; microsoft/dotnet-framework-docker#548",
        since="rtm",
    ),
    KnownIssue(
        id="container-crashed",
        title="A program in a container crashed",
        patterns=(
            Pattern(exit_code=3221225477),
            Pattern(exit_code=-1073741819),
            Pattern(exit_code=3221226505),
            Pattern(exit_code=-1073740791),
        ),
        cause="An access violation (0xC0000005) or a fast fail (0xC0000409); with containers "
        "seen together with crashes of vmcompute.exe under exploit protection.",
        remedy="Look in the host's event log for vmcompute; bring host and image to the same "
        "patch level.",
        source="moby/moby#40328",
    ),
    KnownIssue(
        id="container-stopped-from-outside",
        title="A program was stopped from outside",
        patterns=(Pattern(exit_code=3221225786), Pattern(exit_code=-1073741510)),
        cause="STATUS_CONTROL_C_EXIT (0xC000013A): Ctrl+C, `docker stop`, or the host's shutdown.",
        remedy="See who stopped it; if it was the host's restart, start it again.",
        source="https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/"
        "596a1078-e883-4972-9bbc-49e60bebca55",
    ),
)
