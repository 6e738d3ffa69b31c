"""The layers of images: importing, mounting and removing them."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

_IMPORT = r"hcsshim::ImportLayer.{0,12}failed in Win32: .{0,160}"
_PREPARE = r"hcsshim::PrepareLayer.{0,12}failed in Win32: .{0,160}"
_DISK = ("disk-full", "container-disk-limit")

LAYERS: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="disk-full",
        title="The host's disk is full",
        patterns=(
            Pattern(id=r"^DiskFull\b"),
            Pattern(hresult="0x80070070"),
            Pattern(text=r"hcsshim::\w{1,30}.{0,12}failed in Win32: .{0,160}\(0x70\)"),
            Pattern(text=r"There is not enough space on the disk"),
            Pattern(text=r"Es steht nicht genug Speicherplatz auf dem Datenträger"),
            Pattern(text=r"ディスクに十分な空き領域がありません"),
        ),
        cause="Windows could not write any more.",
        remedy="Free some space on the drive (docker system prune); the Server Core image alone "
        "needs about 10 GB.",
        source="StefanScherer/windows-docker-machine#48; microsoft/mssql-docker#299; "
        "https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499-",
    ),
    KnownIssue(
        id="container-disk-limit",
        title="A container's own disk is full",
        patterns=(
            Pattern(text=r"\\hcs\d{3,12}\\.{0,400}There is not enough space on the disk"),
        ),
        cause="A container sees a disk of 20 GB unless told otherwise, however large the host's "
        "own is.",
        remedy='Set "storage-opts": ["size=60GB"] in daemon.json, restart docker, build again.',
        source="docker/for-win#14425; https://learn.microsoft.com/virtualization/"
        "windowscontainers/manage-containers/container-storage",
        since="rtm",
    ),
    KnownIssue(
        id="layer-import-path-not-found",
        title="A layer could not be imported: a path was not found",
        patterns=(Pattern(text=_IMPORT + r"\(0x3\)"),),
        cause="A known weakness of importing large layers; paths beyond 260 characters, virus "
        "scanners and the disk limit of containers were seen to bring it about.",
        remedy="Build again: it often succeeds. Else make the layer smaller, delete temporary "
        "files in the same RUN, raise the disk limit, keep scanners out of docker's folder.",
        source="moby/moby#32838; moby/moby#37821; microsoft/hcsshim#368; microsoft/hcsshim#835; "
        "MicrosoftDocs/visualstudio-docs#1320",
        since="rtm",
    ),
    KnownIssue(
        id="directory-name-invalid",
        title="A folder's name is not valid, or it is no folder",
        patterns=(
            Pattern(hresult="0x8007010B"),
            Pattern(text=_IMPORT + r"\(0x10b\)"),
            Pattern(text=r"The directory name is invalid"),
        ),
        cause="A working directory is missing, or is a file; in a layer, something stands where a "
        "folder should be.",
        remedy="Make the folder first, or correct its name; a layer: build it again.",
        source="docker/for-win#3381",
    ),
    KnownIssue(
        id="layer-file-filter",
        title="A file system filter on the host keeps layers from being mounted",
        patterns=(Pattern(text=_PREPARE + r"\(0x1\)"),),
        cause="The driver of a cloud drive (Box, Dropbox) or of a scanner puts itself between.",
        remedy="See who is there (fltmc), and uninstall it; it must go, not only stop.",
        source="moby/moby#42807; microsoft/Windows-Containers#200; docker/for-win#3884; "
        "docker/for-win#13932",
        since="2019",
    ),
    KnownIssue(
        id="layer-mount-parameter",
        title="A layer could not be mounted: a parameter is refused",
        patterns=(Pattern(text=_PREPARE + r"\(0x57\)"),),
        cause="The disk size asked for is smaller than the image's own or not allowed, or the "
        "image does not fit the host.",
        remedy="Correct or remove `size` in daemon.json's storage-opts; update host and docker.",
        source="moby/moby#36831",
        since="rtm",
    ),
    KnownIssue(
        id="layer-mount-timeout",
        title="Mounting a layer took longer than Windows waits",
        patterns=(Pattern(text=_PREPARE + r"\(0x5b4\)"),),
        cause="The host is too busy: too many containers at a time, or a slow disk.",
        remedy="Build again with less beside it.",
        source="moby/moby#27588",
    ),
    KnownIssue(
        id="layer-in-use",
        title="A layer is held by something else",
        patterns=(
            Pattern(text=r"hcsshim::ActivateLayer.{0,12}failed in Win32: .{0,160}\(0x20\)"),
        ),
        cause="A driver or a scanner holds the layer's disk; on Windows Server 2025 the same code "
        "was seen when the host was updated and the image was not.",
        remedy="Take an image of the host's present build; look for graphics drivers and scanners "
        "that open disks.",
        source="microsoft/hcsshim#2553; docker/for-win#14977",
        since="rtm",
    ),
    KnownIssue(
        id="layer-base-missing",
        title="The image has no whole Windows base layer",
        patterns=(
            Pattern(
                text=r"Process(BaseLayer|UtilityVMImage) .{0,200}The system cannot find the path "
                r"specified"
            ),
        ),
        cause="It is not a Windows image, or its registry skipped the foreign base layers.",
        remedy="Pull the base image from mcr.microsoft.com first; let the registry keep foreign "
        'layers ("allow-nondistributable-artifacts" in daemon.json).',
        source="docker/for-win#2119; docker-archive-public/docker.kitematic#3758",
        since="rtm",
    ),
    KnownIssue(
        id="layer-base-denied",
        title="A scanner keeps the base layer from being unpacked",
        patterns=(
            Pattern(
                text=r"hcsshim::ProcessBaseLayer .{0,160}: (Access is denied|Accès refusé|"
                r"Zugriff verweigert|アクセスが拒否されました)"
            ),
        ),
        cause="Antivirus software blocks what the base layer writes.",
        remedy="Exclude docker's data folder and dockerd.exe in it.",
        source="moby/moby#52611",
        since="rtm",
    ),
    KnownIssue(
        id="layer-remove-denied",
        title="A container's files cannot be removed",
        patterns=(
            Pattern(text=r"driver \"windowsfilter\" failed to remove root filesystem"),
            Pattern(text=r"hcsshim::DestroyLayer failed in Win32: .{0,160}\(0x5\)"),
            Pattern(text=r"Error removing mounted layer [0-9a-f]{12,64}: failed to detach VHD"),
        ),
        cause="Its virtual disk is still mounted, often after a crash.",
        remedy="Stop docker, unmount the disk (Get-ComputeProcess | Stop-ComputeProcess, or Disk "
        "Management), start docker, remove again. Never delete in windowsfilter by hand.",
        source="moby/moby#40723; moby/moby#26873",
    ),
    KnownIssue(
        id="layer-checksum",
        title="A downloaded layer is not what its digest says",
        patterns=(Pattern(text=r"filesystem layer verification failed for digest sha256"),),
        cause="A proxy or a cache between changed or cut the download.",
        remedy="Pull again; if it stays, go around the proxy (`docker login` was seen to help).",
        source="docker/for-win#2582; docker/for-win#2591; dotnet/dotnet-docker#698",
    ),
    KnownIssue(
        id="layer-utility-vm-changed",
        title="A base image cannot be saved after it ran under Hyper-V",
        patterns=(Pattern(text=r"file integrity checksum failed for \"UtilityVM/Files/"),),
        cause="Running it changed a file of its utility VM, and its checksum with it.",
        remedy="Pull the base image again and save it before it is run; later versions of docker "
        "leave that file out.",
        source="moby/moby#25893",
        until="rtm",
    ),
    KnownIssue(
        id="layer-open-for-backup",
        title="A file of a layer could not be opened while it was unpacked",
        patterns=(Pattern(text=r"Failed to OpenForBackup failed in Win32"),),
        cause="Something on the host holds or hides the file, most often a scanner.",
        remedy="Keep scanners out of docker's folder and pull again.",
        source="moby/moby#34807",
    ),
    KnownIssue(
        id="docker-cannot-stat-rtbackup",
        title="A Windows folder could not be read while a layer was made",
        patterns=(Pattern(text=r"can't stat '.{0,60}\\LogFiles\\WMI\\RtBackup'"),),
        cause="Windows keeps that folder for itself for a while; a build started in System32 takes "
        "all of it as its context.",
        remedy="Run again: a second run succeeds.",
        source="MicrosoftDocs/Virtualization-Documentation#232",
        until="tp5",
    ),
    KnownIssue(
        id="layer-not-registered",
        title="A pulled layer could not be unpacked",
        patterns=(Pattern(text=r"failed to register layer"),),
        cause="The lines after it give the reason.",
        remedy="Read on behind `failed to register layer`.",
        source="microsoft/navcontainerhelper#1388; jhipster/generator-jhipster#10251",
        superficial=True,
        follows=(
            *_DISK, "layer-import-path-not-found", "layer-base-missing", "layer-base-denied",
            "layer-open-for-backup",
        ),
    ),
)  # fmt: skip
