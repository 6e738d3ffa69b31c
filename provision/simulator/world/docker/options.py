"""Reading a command's options as docker's client does, and its refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from provision.simulator.world.docker.play import Play

USAGE = 125
"""The client's exit code for options that it does not know; also when a container cannot start."""


@dataclass(slots=True)
class Options:
    """A command's options and words.

    Args:
        values: By the options' long names, all values in their order; a switch has `true`.
    """

    values: dict[str, list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def on(self, name: str) -> bool:
        """Tell whether a switch is given."""
        return self.values.get(name, ["false"])[-1].lower() in ("true", "1")

    def value(self, name: str, default: str = "") -> str:
        """Give an option's last value."""
        return self.values.get(name, [default])[-1]

    def all(self, name: str) -> tuple[str, ...]:
        """Give all values of an option."""
        return tuple(self.values.get(name, ()))


def read(
    play: Play,
    command: str,
    arguments: tuple[str, ...],
    *,
    switches: str = "",
    takes: str = "",
    leading: bool = False,
) -> Options:
    """Read a command's arguments.

    Args:
        switches: The known switches, blank between them; `a|all` has a short form.
        takes: The known options that take a value, written likewise.
        leading: Everything after the first word belongs to that word.
    """
    known = {**dict.fromkeys(_names(switches), False), **dict.fromkeys(_names(takes), True)}
    options = Options()
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            options.words += rest
            break
        if not word.startswith("-") or word == "-":
            options.words.append(word)
            if leading:
                options.words += rest
                break
            continue
        _option(play, command, word, rest, known, options)
    return options


def since(play: Play, **options: tuple[int, ...]) -> str:
    """Give those of some options that the client knows, by the release that brought each.

    A hyphen is an underscore here. Source: the notes on API versions and releases in docker's
    reference of the command line.
    """
    known = (name for name, release in options.items() if play.docker.since(*release))
    return " ".join(name.replace("_", "-") for name in known)


def _names(written: str) -> list[tuple[str, ...]]:
    return [tuple(each.split("|")) for each in written.split()]


def _option(
    play: Play,
    command: str,
    word: str,
    rest: list[str],
    known: dict[tuple[str, ...], bool],
    options: Options,
) -> None:
    name, equals, value = word.partition("=")
    bare = name.lstrip("-")
    single = not name.startswith("--")
    found = next((each for each in known if bare in each and (single or len(bare) > 1)), None)
    if found is None and single and len(bare) > 1:
        for letter in bare:
            _option(play, command, f"-{letter}", rest, known, options)
        return
    if found is None:
        refuse(play, command, name, bare)
    if not known[found]:
        value = value or "true"
    elif not equals:
        if not rest:
            play.fail(
                f"flag needs an argument: {name}", f"See 'docker {command} --help'.", code=USAGE
            )
        value = rest.pop(0)
    options.values.setdefault(found[-1], []).append(value)


def refuse(play: Play, command: str, name: str, bare: str) -> NoReturn:
    """Refuse an option that the client does not know.

    Sources: docker's flag packages: `mflag` until 1.12, `pflag` since 1.13.
    """
    if play.docker.since(1, 13):
        single = name == f"-{bare}"
        text = f"unknown shorthand flag: '{bare}' in {name}" if single else f"unknown flag: {name}"
    else:
        text = f"flag provided but not defined: {name}"
    play.fail(text, f"See 'docker {command} --help'.", code=USAGE)


def exactly(
    play: Play, command: str, options: Options, least: int, most: int | None = None
) -> None:
    """Refuse too few words, or too many."""
    count = len(options.words)
    if count >= least and (most is None or count <= most):
        return
    start = f'"docker {command}" requires'
    if least == most:
        text = f"{start} exactly {least} argument{'s' if least != 1 else ''}."
    elif count < least:
        text = f"{start} at least {least} argument{'s' if least != 1 else ''}."
    else:
        text = f"{start} at most {most} arguments."
    play.fail(
        text if play.docker.since(1, 13) else f"docker: {text}", f"See 'docker {command} --help'."
    )
