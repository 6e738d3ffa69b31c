"""Inside containers."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

CONTAINER: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="container-libpcap-no-device",
        title="libpcap finds no network device in the container",
        patterns=(
            Pattern(
                text=r"PacketGetAdapterNames: The data area passed to a system call is too small"
            ),
        ),
        cause="The container's adapter has a name that is too long for libpcap.",
        remedy="Capture on the host, at the vEthernet adapter.",
        source="Pcap4J in a TP4 container, first user's report",
    ),
    KnownIssue(
        id="container-path-rejected",
        title="WORKDIR and COPY of TP4 reject a drive letter",
        patterns=(
            Pattern(
                text=r"GetFileAttributesEx \\\\\?\\Volume\{.*\\C:: The filename, directory name, "
                r"or volume label syntax is incorrect"
            ),
        ),
        cause="TP4 joins the path to the volume as it is.",
        remedy="Write the path without its drive, with /: `/x` in place of `C:\\x`.",
        source="Dockerfiles on TP4, first user's report",
        generations=frozenset({"tp4"}),
    ),
)
