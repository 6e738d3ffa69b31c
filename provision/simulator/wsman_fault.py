"""The faults of a real WinRM service, by their codes.

Codes and texts are those of Windows' `wsmerror.h` and of a Windows Server 2016's answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"


@dataclass(eq=False)
class WSManFault(Exception):
    """A SOAP fault.

    Args:
        code: WSManFault's code: a Win32 error or an HRESULT.
        subcode: Qualified name of the SOAP subcode.
        text: As Windows says it in English.
        sender: The client's doing, or the service's own trouble.
        detail: Last part of a WS-Management fault detail URI.
        provider: The shell plugin reports it, rather than the service.
    """

    code: int
    subcode: str
    text: str
    sender: bool = True
    detail: str = ""
    provider: bool = False

    def body(self, machine: str) -> str:
        """Give the SOAP body."""
        text = escape(self.text)
        message = (
            '<f:ProviderFault provider="Shell cmd plugin" '
            f'path="%systemroot%\\system32\\winrscmd.dll">{text}</f:ProviderFault>'
            if self.provider
            else text
        )
        detail = f"<w:FaultDetail>{_DETAIL}{self.detail}</w:FaultDetail>" if self.detail else ""
        return (
            f"<s:Fault><s:Code><s:Value>s:{'Sender' if self.sender else 'Receiver'}</s:Value>"
            f"<s:Subcode><s:Value>{self.subcode}</s:Value></s:Subcode></s:Code>"
            f'<s:Reason><s:Text xml:lang="en-US">{text}</s:Text></s:Reason>'
            f"<s:Detail>{detail}"
            '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
            f'Code="{self.code}" Machine="{escape(machine)}"><f:Message>{message}</f:Message>'
            "</f:WSManFault></s:Detail></s:Fault>"
        )


def operation_timed_out() -> WSManFault:
    """A Receive found no output within the OperationTimeout; clients ask again."""
    return WSManFault(
        2150858793,
        "w:TimedOut",
        "The WS-Management service cannot complete the operation within the time specified in "
        "OperationTimeout.",
        sender=False,
    )


def shell_not_found(shell: str) -> WSManFault:
    """The shell does not exist, or no longer."""
    return WSManFault(
        2150858843,
        "w:InvalidSelectors",
        f"The request for the Windows Remote Shell with ShellId {shell} failed because the shell "
        "was not found on the server. Possible causes are: the specified ShellId is incorrect or "
        "the shell no longer exists on the server. Provide the correct ShellId or create a new "
        "shell and retry the operation.",
        detail="InvalidValue",
    )


def operation_aborted() -> WSManFault:
    """Win32 error 995: the command or its shell went away under a waiting request."""
    return WSManFault(
        995,
        "w:InternalError",
        "The I/O operation has been aborted because of either a thread exit or an application "
        "request.",
        sender=False,
        provider=True,
    )


def too_many_shells(limit: int) -> WSManFault:
    """The user's quota of shells is used up."""
    return WSManFault(
        2150859173,
        "w:QuotaLimit",
        "The WS-Management service cannot process the request. This user is allowed a maximum "
        f"number of {limit} concurrent shells, which has been exceeded. Close existing shells or "
        "raise the quota for this user.",
    )


def invalid_parameter() -> WSManFault:
    """Win32 error 87, such as for a command that does not exist."""
    return WSManFault(
        87,
        "w:InvalidParameter",
        "The parameter is incorrect.",
        detail="InvalidValue",
        provider=True,
    )


def file_not_found(program: str) -> WSManFault:
    """Win32 error 2: a program that was to be started without cmd.exe."""
    return WSManFault(
        2,
        "w:InternalError",
        f"The system cannot find the file specified. ({program})",
        sender=False,
        provider=True,
    )


def not_supported(text: str) -> WSManFault:
    """Win32 error 50: a real host could, and the simulator cannot; the text says why."""
    return WSManFault(50, "w:UnsupportedFeature", text, sender=False, provider=True)


def invalid_xml(text: str) -> WSManFault:
    """The request is no SOAP that the service can read."""
    return WSManFault(
        2150858819,
        "w:SchemaValidationError",
        f"The WS-Management service cannot process the request because the XML is invalid: {text}",
    )


def invalid_resource(uri: str) -> WSManFault:
    """The service has no such resource."""
    return WSManFault(
        2150858752,
        "a:DestinationUnreachable",
        "The WS-Management service cannot process the request. The service cannot find the "
        f"resource identified by the resource URI and selectors. ({uri})",
        detail="InvalidResourceURI",
    )


def invalid_action(action: str) -> WSManFault:
    """The resource knows no such action."""
    return WSManFault(
        2150858753,
        "a:ActionNotSupported",
        "The WS-Management service cannot process the request. The WS-Addressing action URI is "
        f"invalid. ({action})",
    )


def not_understood(header: str) -> WSManFault:
    """A header that the client insists on is unknown."""
    return WSManFault(
        2150858818,
        "w:UnsupportedFeature",
        f"The WS-Management service cannot process a SOAP header in the request that is marked as "
        f"mustUnderstand by the client. ({header})",
    )
