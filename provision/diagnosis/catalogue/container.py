"""What goes wrong inside containers and their Dockerfiles."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

CONTAINER: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="container-libpcap-no-device",
        title="libpcap finds no network device in the container",
        patterns=(Pattern(text=r"PacketGetAdapterNames: .{1,200}\(122\)"),),
        cause="The container's adapter has a name that is too long for libpcap; without its "
        "driver running it says the same.",
        remedy="Capture on the host, at the vEthernet adapter.",
        source="the first user's report of Pcap4J on TP4; chengr28/Pcap_DNSProxy#351; "
        "nmap/npcap#169",
    ),
    KnownIssue(
        id="container-path-rejected",
        title="WORKDIR and COPY of TP4 reject a drive letter",
        patterns=(
            Pattern(
                text=r"GetFileAttributesEx \\\\\?\\Volume\{.{0,40}\\C::.{0,4}The filename, "
                r"directory name, or volume label syntax is incorrect"
            ),
        ),
        cause="TP4 joins the path to the volume as it is.",
        remedy="Write the path without its drive, with /: `/x` in place of `C:\\x`.",
        source="the first user's report of Dockerfiles on TP4",
        until="tp4",
    ),
    KnownIssue(
        id="container-dot-folder-lost",
        title="A folder whose name begins with a dot is gone in the next layer",
        patterns=(
            Pattern(
                text=r"(cannot find|could not find|does not exist|not found|cannot access|no such "
                r"file).{0,80}C:\\\.[a-z]\w{1,30}"
            ),
            Pattern(
                text=r"C:\\\.[a-z][\w\\.-]{1,120}['\"]?.{0,20}(does not exist|not found|cannot be "
                r"found|no such file)"
            ),
        ),
        cause="TP4 drops files and folders right under C:\\ whose names begin with a dot; Maven's "
        "default repository C:\\.m2 is one.",
        remedy="Keep them elsewhere (-Dmaven.repo.local=C:\\repository).",
        source="the first user's report of Dockerfiles on TP4",
        until="tp4",
    ),
)
