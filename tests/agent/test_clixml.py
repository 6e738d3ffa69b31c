from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.agent.clixml import readable

HEAD = (
    '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
)


@pytest.mark.parametrize(
    ("stderr", "text"),
    [
        (b"", ""),
        (b"plain trouble\r\n", "plain trouble"),
        (
            HEAD.encode() + b'<S S="Error">a &lt;b&gt; &amp;amp; _x000D__x000A_</S>'
            b'<S S="Error">\xe6\x97\xa5\xe6\x9c\xac_x000D__x000A_</S></Objs>',
            "a <b> &amp; \n日本",
        ),
        (
            HEAD.encode() + b'<Obj S="progress" RefId="0"><MS><I64 N="SourceId">1</I64></MS></Obj>'
            b'<S S="warning">careful</S></Objs>after',
            "carefulafter",
        ),
        (HEAD.encode() + b'<S S="Error">cut short</S><S S="Err', "cut short"),
        (b"before\n" + HEAD.encode() + b'<S S="progress">no</S></Objs>', "before"),
    ],
)
def test_standard_error_becomes_readable(stderr, text):
    assert readable(stderr) == text


@given(st.binary(max_size=200))
def test_nothing_makes_it_raise(junk):
    readable(junk)
    readable(HEAD.encode() + junk)
