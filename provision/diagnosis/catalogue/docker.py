"""The docker daemon and its client."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

DOCKER: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="docker-config-invalid",
        title="Docker cannot read its configuration",
        patterns=(Pattern(text=r"unable to configure the Docker daemon with file"),),
        cause="daemon.json is no valid JSON, names a setting wrongly, or repeats one that is also "
        "given as a flag.",
        remedy="Correct C:\\ProgramData\\docker\\config\\daemon.json (dockerd --validate on later "
        "versions), start docker.",
        source="moby/moby#30183; moby/moby#44905; moby/moby#43051",
    ),
    KnownIssue(
        id="docker-pid-file",
        title="Docker believes that it runs already",
        patterns=(Pattern(text=r"pid file found, ensure docker is not running or delete"),),
        cause="A crash left the file docker.pid behind.",
        remedy="Make sure that no dockerd runs, delete the file that the message names, start "
        "docker.",
        source="moby/moby#30240; moby/moby#26729",
        until="2019",
    ),
    KnownIssue(
        id="docker-no-default-network",
        title="Docker cannot make its default network",
        patterns=(Pattern(text=r"Error creating default network"),),
        cause="HNS refuses it, for the reason that follows.",
        remedy="Read the reason behind it; `dockerd --bridge none` starts docker without it.",
        source="moby/moby#34018; docker/for-win#4588",
        superficial=True,
        since="tp5",
        follows=(
            "hns-network-refused", "hns-network-gone", "hns-not-started",
            "containers-feature-missing",
        ),
    ),
    KnownIssue(
        id="docker-daemon-slow",
        title="The docker daemon did not start within the installer's minute",
        patterns=(Pattern(text=r"Docker Daemon did not start successfully within 1 minute"),),
        cause="The daemon needs longer on a slow host, or ends by itself.",
        remedy="Run again. If it stays so, read the daemon's log in C:\\ProgramData\\docker.",
        source="Install-ContainerHost.ps1",
        follows=(
            "docker-config-invalid", "docker-pid-file", "hns-network-refused", "hns-network-gone",
            "hns-not-started", "containers-feature-missing", "nssm-unavailable",
        ),
    ),
    KnownIssue(
        id="docker-service-missing",
        title="There is no service called docker",
        patterns=(
            Pattern(id=r"^NoServiceFoundForGivenName,", text=r"'docker'"),
            Pattern(text=r"Cannot find any service with service name 'docker'"),
        ),
        cause="Docker was not installed, or its installation failed before.",
        remedy="Look at what installed docker, further up in the log.",
        source="StefanScherer/packer-windows#117",
        follows=("docker-provider-checksum", "docker-provider-gone"),
    ),
    KnownIssue(
        id="docker-service-start-failed",
        title="The docker service did not start",
        patterns=(
            Pattern(id=r"^StartServiceFailed,", text=r"\(docker\)"),
            Pattern(text=r"Failed to start service '[^']{0,40}\(docker\)'"),
        ),
        cause="The daemon ended at once; why stands in the event log.",
        remedy="Get-EventLog Application -Source docker -Newest 20, or run dockerd -D by hand.",
        source="moby/moby#30155; docker-archive-public/docker.labs#421",
        superficial=True,
        follows=("docker-config-invalid", "docker-pid-file", "containers-feature-missing"),
    ),
    KnownIssue(
        id="docker-pipe-denied",
        title="Docker does not let this account in",
        patterns=(
            Pattern(text=r"open //\./pipe/docker_engine: Access is denied"),
            Pattern(text=r"open //\./pipe/docker_engine: (Zugriff verweigert|アクセスが拒否)"),
        ),
        cause="Only administrators, elevated, may talk to the daemon unless a group is named.",
        remedy="Run it elevated, or name a group in daemon.json's `group` and restart docker.",
        source="MicrosoftDocs/Virtualization-Documentation#412; moby/moby#33895; "
        "docker/for-win#1679",
    ),
    KnownIssue(
        id="docker-service-down",
        title="The docker service does not run",
        patterns=(
            Pattern(
                text=r"open //\./pipe/docker_engine: The system cannot find the file specified"
            ),
            Pattern(
                text=r"open //\./pipe/docker_engine: (Das System kann die angegebene Datei nicht "
                r"finden|指定されたファイルが見つかりません)"
            ),
        ),
        cause="The service did not come up after a restart.",
        remedy="Start the service docker, and let it start automatically.",
        source="docker/for-win#5170; docker/for-win#4615; docker/for-win#7080",
        follows=(
            "docker-config-invalid", "docker-pid-file", "docker-service-missing",
            "docker-daemon-slow", "hns-network-refused", "hns-network-gone", "hns-not-started",
            "containers-feature-missing",
        ),
    ),
    KnownIssue(
        id="docker-client-too-new",
        title="The docker client is newer than the daemon",
        patterns=(
            Pattern(text=r"client version 1\.\d{1,3} is too new\. Maximum supported API version"),
            Pattern(text=r"client is newer than server \(client API version"),
        ),
        cause="Client and daemon come from different releases.",
        remedy="Set DOCKER_API_VERSION to the version that the message names, or update docker.",
        source="docker/for-win#1233; nektos/act#14",
    ),
    KnownIssue(
        id="docker-image-not-found",
        title="Docker does not list the image that was installed",
        patterns=(Pattern(text=r"Could not find Docker image to match '"),),
        cause="The daemon was started before the image was there.",
        remedy="Restart the service docker and run again.",
        source="Install-ContainerHost.ps1",
    ),
)  # fmt: skip
