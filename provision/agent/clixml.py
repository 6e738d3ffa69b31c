"""Standard error of a Windows PowerShell, made readable."""

from __future__ import annotations

import re

_HEADER = "#< CLIXML"
_DOCUMENT = re.compile(r"#< CLIXML\s*(<Objs .*?</Objs>)", re.DOTALL)
_TEXT = re.compile(r'<S S="(\w+)">(.*?)</S>', re.DOTALL)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))


def readable(stderr: bytes) -> str:
    """Give the text of what a PowerShell wrote to standard error.

    Windows PowerShell 5 with an encoded command writes its error, warning and progress streams as
    one XML document there, whatever it was told of formats. Progress is dropped, everything that
    is not such a document is kept as it is, and a document that was cut gives what can be read.
    """
    text = stderr.decode("utf-8", "replace").replace("\r\n", "\n")
    text = _DOCUMENT.sub(lambda match: _texts(match[1]), text)
    if _HEADER in text:
        plain, _, cut = text.partition(_HEADER)
        text = plain + _texts(cut)
    return text.strip()


def _texts(document: str) -> str:
    return "".join(
        _unescape(text) for stream, text in _TEXT.findall(document) if stream != "progress"
    )


def _unescape(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text).replace("\r\n", "\n")
