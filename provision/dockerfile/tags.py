"""Windows builds by the tags of Microsoft's base images."""

from __future__ import annotations

TAGS = {
    "ltsc2016": 14393,
    "sac2016": 14393,
    "1607": 14393,
    "1709": 16299,
    "1803": 17134,
    "1809": 17763,
    "ltsc2019": 17763,
    "1903": 18362,
    "1909": 18363,
    "2004": 19041,
    "20h2": 19042,
    "ltsc2022": 20348,
    "ltsc2025": 26100,
}
