"""Chocolatey: how it gets into a container, and the packages that it brings.

Sources: Chocolatey's own output as users posted it; the packages' folders as their installers make
them. Sizes are rounded. nmap brings WinPcap silently, which has no silent installer of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from provision.model.host import ContainerHttps
from provision.simulator.world.docker.content import LayerFile
from provision.simulator.world.docker.play import BUSY
from provision.simulator.world.docker.shell import environment
from provision.simulator.world.docker.shell.session import TLS_FAILED, Session

HOME = "C:\\ProgramData\\chocolatey"
_LOG = f"{HOME}\\logs\\chocolatey.log"


@dataclass(frozen=True, slots=True)
class Package:
    """One package.

    Args:
        files: Paths and bytes.
        path: Folders that it puts on the path.
        variables: What it sets for the whole machine.
        needs: Other packages.
    """

    version: str
    files: tuple[tuple[str, int], ...]
    path: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()


def _jdk(name: str, folder: str) -> Package:
    home = f"C:\\Program Files\\Java\\{folder}"
    return Package(
        version=name,
        files=(
            (f"{home}\\bin\\java.exe", 200_000),
            (f"{home}\\bin\\javac.exe", 15_000),
            (f"{home}\\lib\\tools.jar", 17_000_000),
            (f"{home}\\jre\\lib\\rt.jar", 290_000_000),
        ),
        path=(f"{home}\\bin",),
        variables=(("JAVA_HOME", home),),
    )


_NMAP = "C:\\Program Files (x86)\\Nmap"
_JDK8 = _jdk("8.0.66", "jdk1.8.0_66")
_MODERN_JDK = _jdk("17.0.9", "jdk-17")
PACKAGES: dict[str, Package] = {
    "nmap": Package(
        "7.00.0.20151219",
        (
            (f"{_NMAP}\\nmap.exe", 2_600_000),
            (f"{_NMAP}\\nmap-os-db", 4_700_000),
            ("C:\\Program Files\\WinPcap\\rpcapd.exe", 117_000),
            ("C:\\Windows\\System32\\wpcap.dll", 370_000),
            ("C:\\Windows\\System32\\Packet.dll", 106_000),
            ("C:\\Windows\\System32\\drivers\\npf.sys", 36_000),
        ),
        path=(_NMAP,),
    ),
    "maven": Package(
        "3.3.9",
        (
            (f"{HOME}\\bin\\mvn.exe", 60_000),
            (f"{HOME}\\lib\\maven\\apache-maven-3.3.9\\bin\\mvn.cmd", 7_000),
            (f"{HOME}\\lib\\maven\\apache-maven-3.3.9\\lib\\maven-core-3.3.9.jar", 9_500_000),
        ),
        variables=(("M2_HOME", f"{HOME}\\lib\\maven\\apache-maven-3.3.9"),),
    ),
    "git": Package(
        "2.7.0",
        (
            ("C:\\Program Files\\Git\\cmd\\git.exe", 150_000),
            ("C:\\Program Files\\Git\\mingw64\\bin\\git.exe", 190_000_000),
        ),
        path=("C:\\Program Files\\Git\\cmd",),
    ),
    "git.install": Package("2.7.0", (), needs=("git",)),
    "jdk7": _jdk("7.0.79", "jdk1.7.0_79"),
    "jdk8": _JDK8,
    "javaruntime": _JDK8,
    "openjdk": _MODERN_JDK,
    "openjdk17": _MODERN_JDK,
    "temurin8": _jdk("8.0.392", "jdk-8"),
    "temurin17": _MODERN_JDK,
    "temurin": _MODERN_JDK,
    "7zip": Package("15.12", (("C:\\Program Files\\7-Zip\\7z.exe", 4_500_000),)),
    "curl": Package("7.28.1", ((f"{HOME}\\bin\\curl.exe", 600_000),)),
}


def install_chocolatey(session: Session) -> None:
    """Do what Chocolatey's install script does."""
    session.say("Getting latest version of the Chocolatey package for download.")
    session.play.wait(14, BUSY)
    for path, size in (
        (f"{HOME}\\choco.exe", 6_800_000),
        (f"{HOME}\\bin\\choco.exe", 60_000),
        (f"{HOME}\\bin\\cinst.exe", 60_000),
        (f"{HOME}\\bin\\RefreshEnv.cmd", 2_000),
    ):
        session.tree.put(LayerFile(path=path, size=size))
    session.say(
        "Installing chocolatey on this machine",
        "Creating ChocolateyInstall as an environment variable (targeting 'Machine')",
        "Chocolatey (choco.exe) is now ready.",
        "You can call choco from anywhere, command line or powershell by typing choco.",
    )
    environment.keep(session, "ChocolateyInstall", HOME)
    environment.extend_path(session, f"{HOME}\\bin")


def choco(session: Session, arguments: list[str]) -> int:
    """`choco`."""
    command, words = (arguments[0].lower() if arguments else ""), arguments[1:]
    if command in ("install", "upgrade"):
        return _install(session, words)
    if command in ("feature", "config", "source", "uninstall", "list"):
        return 0
    session.say(f"Chocolatey v{'0.9.9.11' if session.tp4 else '2.2.2'}")
    return 0 if command in ("", "-v", "--version") else 1


def cinst(session: Session, arguments: list[str]) -> int:
    """`cinst`, short for `choco install`."""
    return _install(session, arguments)


def refresh(session: Session, _arguments: list[str]) -> int:
    """`refreshenv`: what was set for the machine since this process began."""
    for name, value in environment.machine(session.tree).items():
        session.set(name, value)
    session.say("Refreshing environment variables from registry for cmd.exe. Finished..")
    return 0


def _install(session: Session, words: list[str]) -> int:
    names, rest = [], iter(words)
    confirmed = False
    for word in rest:
        if word.startswith("-"):
            confirmed = confirmed or word in ("-y", "--yes", "--confirm", "-f -y")
            if (
                word.lstrip("-").split("=")[0] in ("version", "source", "params")
                and "=" not in word
            ):
                next(rest, None)
        else:
            names.append(word.lower())
    session.say(f"Chocolatey v{'0.9.9.11' if session.tp4 else '2.2.2'}")
    session.say("Installing the following packages:", ";".join(names))
    session.say("By installing, you accept licenses for the packages.")
    failed = 0
    for name in names:
        failed += not _package(session, name, confirmed)
    done = len(names) - failed
    session.say("", f"Chocolatey installed {done}/{len(names)} packages. {failed} packages failed.")
    session.say(f" See the log for details ({_LOG}).")
    return 1 if failed else 0


def _package(session: Session, name: str, confirmed: bool) -> bool:
    package = PACKAGES.get(name)
    if session.https is ContainerHttps.FAILS:
        session.say(f"{name} not installed. An error occurred during installation:")
        session.say(f" {TLS_FAILED}")
        return False
    failing = session.play.world.knobs.download_fails
    if package is None or not session.address or (failing and failing in "chocolatey.org"):
        session.say(f"{name} not installed. The package was not found with the source(s) listed.")
        return False
    if not confirmed:
        session.say("Do you want to run the script?([Y]es/[N]o/[P]rint): ")
        session.say("User cancelled the installation.")
        return False
    for other in package.needs:
        if not _package(session, other, confirmed):
            return False
    size = sum(size for _, size in package.files)
    session.say("", f"{name} v{package.version} [Approved]")
    session.play.wait(20 + size / 4_000_000, BUSY)
    for path, bytes_ in package.files:
        session.tree.put(LayerFile(path=path, size=bytes_))
    for folder in package.path:
        environment.extend_path(session, folder)
    for variable, value in package.variables:
        environment.keep(session, variable, value)
    session.say(f" The install of {name} was successful.")
    return True
