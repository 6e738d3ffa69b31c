"""The docker daemon and its client."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

DOCKER: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="docker-daemon-slow",
        title="The docker daemon did not start within the installer's minute",
        patterns=(Pattern(text=r"Docker Daemon did not start successfully within 1 minute"),),
        cause="The daemon needs longer on a slow host, or ends by itself.",
        remedy="Run again. If it stays so, read the daemon's log in C:\\ProgramData\\docker.",
        source="Install-ContainerHost.ps1",
    ),
    KnownIssue(
        id="docker-image-not-found",
        title="Docker does not list the image that was installed",
        patterns=(Pattern(text=r"Could not find Docker image to match '"),),
        cause="The daemon was started before the image was there.",
        remedy="Restart the service docker and run again.",
        source="Install-ContainerHost.ps1",
    ),
    KnownIssue(
        id="docker-cannot-stat-rtbackup",
        title="A Windows folder could not be read while a layer was made",
        patterns=(Pattern(text=r"can't stat '.*\\LogFiles\\WMI\\RtBackup'"),),
        cause="Windows keeps that folder for itself for a while.",
        remedy="Run again: a second run succeeds.",
        source="moby/moby issues on Windows layers",
    ),
    KnownIssue(
        id="docker-service-down",
        title="The docker service does not run",
        patterns=(
            Pattern(
                text=r"open //\./pipe/docker_engine: The system cannot find the file specified"
            ),
        ),
        cause="The service did not come up after a restart.",
        remedy="Start the service docker, and let it start automatically.",
        source="docker/for-win issues",
    ),
)
