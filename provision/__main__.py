"""The `provision` command, also as `python -m provision`.

Ctrl-C may come while the command's own code is still being read: that is an interruption too.
"""

from __future__ import annotations

import sys
from typing import NoReturn

_INTERRUPTED = 130


def main() -> NoReturn:
    """Run the process's command line, and exit."""
    try:
        from provision.cli.main import main as begin
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    begin()


if __name__ == "__main__":
    main()
