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
        harmless="Nothing can be captured in a container: capture on the host, at the vEthernet "
        "adapter.",
    ),
    KnownIssue(
        id="container-no-capture-device",
        title="Pcap4J finds no network device in the container",
        patterns=(Pattern(text=r"java\.io\.IOException: No NIF to capture"),),
        cause="A container has the kernel of its host and cannot load a capture driver, so "
        "libpcap's list of devices is empty.",
        remedy="Install Npcap on the host and capture there, at the vEthernet adapter.",
        source="https://github.com/kaitoy/pcap4j/blob/v1/pcap4j-core/src/main/java/org/pcap4j/"
        "util/NifSelector.java",
        since="tp5",
        harmless="Nothing can be captured in a container: capture on the host, at the vEthernet "
        "adapter.",
    ),
    KnownIssue(
        id="container-https-tp4",
        title="HTTPS does not work inside a container of TP4",
        patterns=(
            Pattern(text=r"Could not create SSL/TLS secure channel", in_container=True),
            Pattern(
                text=r"konnte kein geschützter SSL/TLS-Kanal erstellt werden", in_container=True
            ),
            Pattern(
                text=r"SSL/TLS のセキュリティで保護されているチャネルを作成できませんでした",
                in_container=True,
            ),
        ),
        cause="Microsoft documented it as a limitation of Technical Preview 4: .NET in a container "
        "cannot set up TLS.",
        remedy="Fetch over HTTP where the server offers it, or fetch on the host and copy the file "
        "in; programs with a TLS of their own, such as git, are not concerned.",
        source="the first user's report of Dockerfiles on TP4",
        until="tp4",
        harmless="No setting cures it: fetch over HTTP, or on the host, and copy the file in.",
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
