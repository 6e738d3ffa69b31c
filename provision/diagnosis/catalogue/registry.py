"""Pulling images from registries."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

REGISTRY: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="pull-rate-limit",
        title="The registry's limit of pulls is reached",
        patterns=(
            Pattern(text=r"toomanyrequests: "),
            Pattern(text=r"You have reached your (unauthenticated )?pull rate limit"),
        ),
        cause="Docker Hub counts pulls by address, or by account when one is logged in.",
        remedy="Wait, log in (`docker login`), or pull through a mirror of your own.",
        source="docker/hub-feedback#2429; docker/getting-started#101; "
        "https://docs.docker.com/docker-hub/usage/",
    ),
    KnownIssue(
        id="pull-no-windows-image",
        title="The image is not made for this Windows",
        patterns=(
            Pattern(text=r"no matching manifest for windows"),
            Pattern(text=r"no matching manifest for unknown in the manifest list"),
            Pattern(text=r"image operating system \"linux\" cannot be used on this platform"),
        ),
        cause="It is a Linux image, or none of its Windows versions fits the host's build.",
        remedy="Look which builds it has (docker manifest inspect), take another tag, or another "
        "image.",
        source="docker-archive-public/docker.kitematic#3231; docker/for-win#7132; "
        "dotnet/dotnet-docker#1040",
    ),
    KnownIssue(
        id="pull-unauthorized",
        title="The registry does not accept the login",
        patterns=(
            Pattern(text=r"unauthorized: (authentication required|incorrect username or password)"),
        ),
        cause="No login, an expired one, or a wrong password.",
        remedy="`docker login REGISTRY` as the account under which docker runs here.",
        source="https://docs.docker.com/reference/cli/docker/login/",
    ),
    KnownIssue(
        id="pull-access-denied",
        title="The image does not exist, or is not for everybody",
        patterns=(
            Pattern(text=r"pull access denied for .{1,200}, repository does not exist or may"),
            Pattern(text=r"requested access to the resource is denied"),
            # Docker 1.10 and before.
            Pattern(
                text=r"image [a-z0-9._-]{1,80}(/[a-z0-9._-]{1,80}){0,3}:(latest|\d+\.[\w.-]{1,40}) "
                r"not found"
            ),
        ),
        cause="Registries say the same of a missing image and of a private one.",
        remedy="Check the name; an image that you build yourself must be built before; else log "
        "in.",
        source="jcefmaven/jcefbuild#15",
        follows=("pull-no-windows-image", "image-newer-than-host"),
    ),
    KnownIssue(
        id="pull-tag-unknown",
        title="The image has no such tag",
        patterns=(
            Pattern(text=r"manifest unknown: "),
            Pattern(text=r"manifest for .{1,200}:.{1,128} not found"),
        ),
        cause="Windows base images have no `latest`; old tags were withdrawn.",
        remedy="Name a tag: ltsc2019, ltsc2022, ltsc2025, or a build.",
        source="docker-archive-public/docker.kitematic#5276; StefanScherer/docker-cli-builder#10",
    ),
    KnownIssue(
        id="registry-certificate",
        title="The registry's certificate is not trusted",
        patterns=(Pattern(text=r"x509: certificate signed by unknown authority"),),
        cause="The registry has a certificate of its own authority, or a proxy reads along.",
        remedy="Put the authority's certificate into the host's store Cert:\\LocalMachine\\Root "
        "and restart docker.",
        source="docker/for-win#735; docker/for-win#23",
    ),
    KnownIssue(
        id="registry-plain-http",
        title="The registry speaks HTTP, and docker expects HTTPS",
        patterns=(Pattern(text=r"server gave HTTP response to HTTPS client"),),
        cause='The registry is not listed under "insecure-registries", or with a blank in its '
        "name.",
        remedy="Give the registry a certificate, or list it in daemon.json and restart docker.",
        source="docker/for-win#802; moby/moby#43051",
    ),
    KnownIssue(
        id="registry-proxy-login",
        title="The proxy wants a login",
        patterns=(
            Pattern(text=r"Proxy Authentication Required"),
            Pattern(text=r"proxyconnect tcp: .{0,80}407"),
        ),
        cause="Docker goes through a proxy that asks who it is.",
        remedy="Set HTTPS_PROXY with its login for the service docker, or use a proxy that asks "
        "nothing.",
        source="StefanScherer/dockerfiles-windows#348",
    ),
    KnownIssue(
        id="registry-timeout",
        title="The registry does not answer in time",
        patterns=(
            Pattern(text=r"net/http: TLS handshake timeout"),
            Pattern(text=r"net/http: request canceled while waiting for connection"),
        ),
        cause="The way to the registry is slow or blocked, by a proxy as a rule.",
        remedy="Try again; set the proxy for the service docker; check DNS.",
        source="docker/for-win#437; docker/for-win#3550; docker/hub-feedback#1195",
    ),
    KnownIssue(
        id="registry-name-unknown",
        title="The registry's name cannot be resolved",
        patterns=(
            Pattern(text=r"dial tcp: lookup .{1,120}no such host"),
            Pattern(text=r"getaddrinfow: No such host is known"),
        ),
        cause="The host's DNS does not know it, or does not answer.",
        remedy="Check the host's DNS servers (Get-DnsClientServerAddress) and the name.",
        source="docker/for-win#437",
    ),
)
