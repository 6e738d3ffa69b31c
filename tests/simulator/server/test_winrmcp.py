"""The Go client (masterzen/winrm) by way of Debian's `winrmcp`."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest

from provision.model.host import Scheme

WINRMCP = shutil.which("winrmcp")


@pytest.mark.skipif(WINRMCP is None, reason="no winrmcp on PATH (Debian package winrmcp)")
@pytest.mark.parametrize("scheme", [Scheme.HTTP, Scheme.HTTPS])
def test_the_go_client_reaches_a_program(serve: Any, tmp_path: Any, scheme: Scheme) -> None:
    server = serve(scheme=scheme, accounts={"user": "secret"})
    source = tmp_path / "hello.txt"
    source.write_text("hello")
    tls = ["-https", "-cacert", str(server.ca_path)] if scheme is Scheme.HTTPS else []
    result = subprocess.run(
        [
            str(WINRMCP),
            "-user",
            "user",
            "-pass",
            "secret",
            "-addr",
            f"127.0.0.1:{server.port}",
            *tls,
            str(source),
            "C:/hello.txt",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    # It uploads by `echo <base64> >> file`; the tiny host's echo prints its arguments and gives 3.
    assert result.stdout.startswith("aGVsbG8= >> %TEMP%\\winrmcp-")
    assert "upload operation returned code=3" in result.stdout
