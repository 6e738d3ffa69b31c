"""What the preflights of container-host.yml prevent, seen by a playbook that has none."""

from __future__ import annotations

from collections.abc import Callable

from provision.engine.boot import BootLimits
from provision.simulator.world.installer.scripts import PUBLISHED

TP4 = PUBLISHED[3]
PLAYBOOK = f"""\
name: p
tasks:
  - name: The script
    fetch: {{dest: 'C:\\i.ps1', url: '{TP4.url}', sha256: {TP4.sha256}}}
  - name: Without a look ahead
    installer:
      script: C:\\i.ps1
      arguments: %s
      complete: {{marker: Install-ContainerHost.err}}
      checks: [nat: {{}}]
      checks_within: 0
"""


def test_the_second_adapter_cuts_winrm_off(lab: Callable) -> None:
    playbook = PLAYBOOK % "{UseDHCP: true, SkipImageImport: true}"
    limits = BootLimits(away=60, least_real=1)
    result, seen = lab(second_adapter=True, feature_installed=True).run(playbook, limits=limits)
    assert result.outcome == "unreachable"
    assert "did not come back" in result.error.brief
    assert "Script complete!" not in seen.said()


def test_the_nat_is_refused(lab: Callable) -> None:
    playbook = PLAYBOOK % "{SkipDocker: true, SkipImageImport: true}"
    knobs = {"address": "172.20.1.10/24", "switch_error": "none", "feature_installed": True}
    result, seen = lab(**knobs).run(playbook)
    assert result.outcome == "failed"
    assert "The parameter is incorrect." in seen.said()
    assert seen.of("task_finished")[-1].issue == "nat-prefix-refused"
