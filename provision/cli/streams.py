"""Standard output and error that can print anything, whatever the terminal's encoding."""

from __future__ import annotations

import codecs
import io
import sys

_STAND_INS = str.maketrans({"→": "->", "…": "...", "─": "-", "│": "|"})
_HANDLER = "provision-stand-ins"


def forgive_encodings() -> None:
    """Replace what an encoding lacks by a stand-in, instead of failing over it."""
    codecs.register_error(_HANDLER, _replace)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_STAND_INS)
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end
