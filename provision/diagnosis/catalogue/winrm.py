"""WinRM: its quotas, and what a remote logon may not do."""

from __future__ import annotations

from provision.diagnosis.issue import KnownIssue, Pattern

_ABOUT = (
    "https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/"
    "about_remote_troubleshooting"
)

WINRM: tuple[KnownIssue, ...] = (
    KnownIssue(
        id="winrm-shell-quota",
        title="The user has as many WinRM shells as he may",
        patterns=(
            Pattern(hresult="0x803381A5"),
            Pattern(text=r"maximum number of \d{1,4} concurrent shells, which has been exceeded"),
            Pattern(text=r"maximum number of concurrent shells for this user has been exceeded"),
        ),
        cause="Shells of clients that went away stay for two hours; 30 are allowed, 5 on old "
        "hosts.",
        remedy="Restart the service WinRM, or raise the limit: winrm set winrm/config/winrs "
        '@{MaxShellsPerUser="50"}.',
        source="hashicorp/vagrant#7489; CrowdStrike/falcon-orchestrator#20",
    ),
    KnownIssue(
        id="winrm-operation-quota",
        title="The user has as many WinRM operations as he may",
        patterns=(
            Pattern(
                text=r"maximum number of \d{1,6} concurrent operations, which has been exceeded"
            ),
        ),
        cause="1,500 operations at a time are allowed, and Windows does not count ended ones "
        "down for text shells.",
        remedy="Open a new shell, or raise MaxConcurrentOperationsPerUser.",
        source="masterzen/winrm#129; ansible/ansible#83656",
    ),
    KnownIssue(
        id="winrm-command-quota",
        title="A WinRM shell has run as many commands as it may",
        patterns=(
            Pattern(text=r"maximum number of concurrent commands per shell has been exceeded"),
        ),
        cause="MaxConcurrentCommandsPerShell counts commands that ended, too.",
        remedy="Open a new shell, or raise the limit of the plugin.",
        source="jborean93/pypsrp#148",
    ),
    KnownIssue(
        id="winrm-memory",
        title="WinRM gave a program too little memory",
        patterns=(
            Pattern(exit_code=-2147023895),
            Pattern(exit_code=3221225725),
            Pattern(text=r"Process is terminated due to StackOverflowException"),
            Pattern(text=r"The paging file is too small for this operation to complete"),
            Pattern(text=r"\bSystem\.OutOfMemoryException"),
        ),
        cause="A WinRM shell and all it starts share MaxMemoryPerShellMB: 1,024 MB, 150 on old "
        "hosts.",
        remedy="Run it as a job (`detach: true`), which has no such limit; or raise the limit and "
        "restart WinRM.",
        source="chocolatey/choco#277; hashicorp/packer#4016; hashicorp/packer#5614; "
        "joefitzgerald/packer-windows#165; ansible/ansible#39327",
    ),
    KnownIssue(
        id="winrm-second-hop",
        title="A remote logon cannot go on to a third machine",
        patterns=(
            Pattern(hresult="0x80070520"),
            Pattern(text=r"Login failed for user 'NT AUTHORITY\\ANONYMOUS LOGON'"),
            Pattern(text=r"A specified logon session does not exist"),
        ),
        cause="WinRM hands no credentials on: the second hop arrives as nobody.",
        remedy="Use `auth: credssp`, or run it as a job under an account (`account`).",
        source="xebialabs/overthere#78; ansible/ansible#68086",
    ),
    KnownIssue(
        id="winrm-authentication-refused",
        title="The host's WinRM does not offer this way to log in",
        patterns=(
            Pattern(
                text=r"authentication mechanism requested by the client is not supported by the "
                r"server"
            ),
        ),
        cause="The method is switched off in winrm/config/service/auth, or plain text is not "
        "allowed.",
        remedy="Use NTLM or HTTPS rather than to allow plain text.",
        source=_ABOUT,
    ),
)
