"""All rules, by id."""

from __future__ import annotations

from provision.dockerfile.rule import Rule
from provision.dockerfile.rules.downloads import DOWNLOADS
from provision.dockerfile.rules.escapes import ESCAPES
from provision.dockerfile.rules.images import IMAGES
from provision.dockerfile.rules.instructions import INSTRUCTIONS
from provision.dockerfile.rules.paths import PATHS
from provision.dockerfile.rules.powershell import POWERSHELL
from provision.dockerfile.rules.previews import PREVIEWS
from provision.dockerfile.rules.variables import VARIABLES

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        *INSTRUCTIONS,
        *ESCAPES,
        *PATHS,
        *VARIABLES,
        *IMAGES,
        *DOWNLOADS,
        *POWERSHELL,
        *PREVIEWS,
    )
}
