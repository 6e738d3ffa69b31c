"""The commands that RUN, CMD and ENTRYPOINT carry out, with the shell that reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provision.dockerfile.joining import Place
from provision.dockerfile.syntax import Document, Instruction
from provision.dockerfile.words import words

_POWERSHELL = re.compile(r"(?i)(?:^|[\\/])(?:powershell|pwsh)(?:\.exe)?$")
_COMMANDS = frozenset({"run", "cmd", "entrypoint"})


@dataclass(frozen=True, slots=True)
class Command:
    """The text of one instruction that a shell or a program gets.

    Args:
        instruction: Where it stands.
        text: What is carried out, heredocs in place of their names.
        powershell: Whether the stage's SHELL is a PowerShell, and the text in shell form.
        shell: The words of SHELL; cmd's when there is none.
    """

    instruction: Instruction
    text: str
    powershell: bool
    shell: tuple[str, ...] = ("cmd", "/S", "/C")

    @property
    def run(self) -> bool:
        """Whether it is carried out while the image is built."""
        return self.instruction.name == "run"

    def place(self, offset: int) -> Place:
        """Give the place of a character; the instruction's own for a heredoc's text."""
        plain = not self.instruction.heredocs and not self.instruction.json
        return self.instruction.place(offset) if plain else self.instruction.head


def commands(document: Document) -> Iterator[Command]:
    """Find what is carried out, stage by stage."""
    default: tuple[str, ...] = ("cmd", "/S", "/C")
    shell = default
    for one in document.instructions:
        if one.name == "from":
            shell = default
        if one.name == "shell" and one.json and not one.onbuild:
            shell = tuple(word.text for word in words(one, document.escape)) or default
        if one.name in _COMMANDS:
            powershell = bool(_POWERSHELL.search(shell[0])) and not one.json
            yield Command(one, _text(document, one), powershell, shell)


def _text(document: Document, one: Instruction) -> str:
    if one.heredocs:
        return "\n".join(one.heredocs)
    if one.json:
        return " ".join(word.text for word in words(one, document.escape))
    return one.arguments
