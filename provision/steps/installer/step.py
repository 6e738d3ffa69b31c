"""The step `installer`."""

from __future__ import annotations

from typing import ClassVar

from provision.steps.effect import StepProcedure
from provision.steps.installer.params import InstallerParams
from provision.steps.installer.procedure import install
from provision.steps.step import StepContext


class Installer(InstallerParams):
    """Run a script like Install-ContainerHost.ps1 to its end, through the restarts in its middle.

    The script runs as a job of its own that outlives the connection. It has finished when the job
    printed the closing line, the marker file is gone and all checks hold; its exit code says
    nothing. When all that holds beforehand, the script is not run at all. An error that is known
    to be harmless becomes a warning when the checks prove it.

    Args:
        script: Path of the PowerShell script on the host.
        arguments: A list as it would be typed, or a mapping: `{NATSubnetPrefix: 172.16.0.0/12}`.
        directory: The script's own working directory; below ProgramData when left out.
        account: `user`, `password` and `level` (`limited` or `highest`) that the script runs as;
            SYSTEM when left out.
        restart: `managed` keeps the script from restarting the host and does it for it; with `own`
            the script restarts the host, and is run again afterwards.
        no_restart_argument: What `managed` adds to the arguments.
        restart_needed_text: Regular expression for the line that says that a restart is needed.
        complete: `line` that it prints last, and `marker` file that is gone then.
        resume_task: The scheduled task by which the script would go on at the next logon; removed
            before each run.
        preflight: What must hold before the script is launched, as in `verify`; also in check mode.
            Not looked at when the script has finished or is still running.
        checks: What must hold afterwards, as in `verify`.
        checks_within: Host seconds that the checks may need to hold after the closing line.
        restart_budget: Restarts of the host that this task may have.
        phase_timeout: Host seconds that the script may take between two restarts.
        silence: `report_after` and `give_up_after`, host seconds.
        known_warnings: Known issues that may be warnings; all when left out. Any other that is
            found fails the task.
    """

    name: ClassVar[str] = "installer"
    default_timeout: ClassVar[float] = 4 * 3600
    handles_restarts: ClassVar[bool] = True
    example: ClassVar[str] = """\
name: Run the installer to its end
installer:
  script: C:\\provision\\Install-ContainerHost.ps1
  complete: {line: Script complete!, marker: Install-ContainerHost.err}
  resume_task: ContainerBootstrap
  preflight:
    - prefix_free: {prefix: 172.16.0.0/12, own: [vEthernet (Virtual Switch), ContainerNAT]}
  checks:
    - switch: {name: Virtual Switch, type: NAT}
    - adapter: vEthernet (Virtual Switch)
    - image: {name: windowsservercore, tag: latest}
    - docker
"""

    def run(self, context: StepContext) -> StepProcedure:
        """Look first, then run phase after phase until it has finished."""
        return install(self, context)
