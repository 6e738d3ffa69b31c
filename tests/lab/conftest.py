"""A lab on a hypervisor that lives in memory, and hands that only write down what was asked."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
