"""Reaching other machines: names, TLS, adapters."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

NETWORK: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="no-connected-network",
        title="No network adapter is connected",
        patterns=(
            Pattern(text=r"No connected network"),
            Pattern(text=r"Network not connected after 5 minutes"),
        ),
        cause="No adapter of the host is up, or the new switch has taken the only one away.",
        remedy="Connect an adapter of the VM, or name one that is up (-ExternalNetAdapter).",
        source="Install-ContainerHost.ps1; MicrosoftDocs/Virtualization-Documentation#122",
    ),
    KnownIssue(
        id="name-not-resolved",
        title="A name cannot be resolved",
        patterns=(
            Pattern(text=r"The remote name could not be resolved"),
            Pattern(text=r"Der Remotename konnte nicht aufgelöst werden"),
            Pattern(text=r"リモート名を解決できませんでした"),
        ),
        cause="DNS does not answer; in containers because several adapters of the host confuse "
        "it, or because NAT is broken.",
        remedy='Give containers a DNS server ("dns" in daemon.json, or --dns), or lower the '
        "metric of the host's adapter that leads outside.",
        source="docker/for-win#6453; StefanScherer/dockerfiles-windows#430; "
        "MicrosoftDocs/Virtualization-Documentation#318",
        follows=("no-connected-network",),
    ),
    KnownIssue(
        id="tls-refused",
        title="No TLS connection could be made",
        patterns=(
            Pattern(text=r"Could not create SSL/TLS secure channel"),
            Pattern(text=r"konnte kein geschützter SSL/TLS-Kanal erstellt werden"),
            Pattern(text=r"SSL/TLS のセキュリティで保護されているチャネルを作成できませんでした"),
        ),
        cause="The host offered an old TLS version. Inside a TP4 container HTTPS is a documented "
        "limitation: see container-https-tp4.",
        remedy="Let the host speak TLS 1.2 (SchUseStrongCrypto), or let the controller fetch the "
        "file (`via: controller`). Inside a TP4 container, fetch over HTTP or copy the file in.",
        source="MicrosoftDocs/Virtualization-Documentation#1771; "
        "MicrosoftDocs/Virtualization-Documentation#1410; adamrehn/ue4-docker#152; "
        "https://blog.chocolatey.org/2020/01/remove-support-for-old-tls-versions/",
        follows=("container-https-tp4",),
    ),
    KnownIssue(
        id="tls-not-trusted",
        title="The other side's certificate is not trusted",
        patterns=(
            Pattern(text=r"Could not establish trust relationship for the SSL/TLS secure channel"),
            Pattern(text=r"Es konnte keine Vertrauensstellung für den sicheren SSL/TLS-Kanal"),
            Pattern(text=r"SSL/TLS のセキュリティで保護されているチャネルに対する信頼関係を確立"),
        ),
        cause="A proxy reads along with a certificate of its own, or the clock is wrong.",
        remedy="Bring the proxy's authority into Cert:\\LocalMachine\\Root, in the container too.",
        source="MicrosoftDocs/Virtualization-Documentation#511",
    ),
)
