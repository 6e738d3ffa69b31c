"""SOAP envelopes of WS-Management, read and written.

Requests go through expat by way of ElementTree, document types refused, so that no entity can
expand. Answers are put together as text: they have few forms, and one is made for every exchange.
"""

from __future__ import annotations

import re
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

from provision.simulator.wsman_fault import WSManFault, invalid_xml, not_understood

SOAP: Final = "{http://www.w3.org/2003/05/soap-envelope}"
ADDRESSING: Final = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
WSMAN: Final = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
MICROSOFT: Final = "{http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd}"
SHELL: Final = "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}"
IDENTITY: Final = "{http://schemas.dmtf.org/wbem/wsman/identify/1/wsmanidentity.xsd}"

FAULT_ACTION: Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
_ANONYMOUS = ADDRESSING[1:-1] + "/role/anonymous"
_DURATION = re.compile(
    r"P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?"
)
_UNDERSTOOD = frozenset(
    ADDRESSING + name
    for name in ("To", "ReplyTo", "FaultTo", "From", "MessageID", "RelatesTo", "Action")
) | frozenset(
    WSMAN + name
    for name in (
        "ResourceURI", "SelectorSet", "OptionSet", "OperationTimeout", "MaxEnvelopeSize", "Locale",
    )
)  # fmt: skip
_OPENING = (
    '<s:Envelope xml:lang="en-US" xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
    'xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell" '
    'xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"><s:Header><a:Action>'
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, its header read.

    Args:
        action: The action's URI; empty for Identify.
        body: The first element of the SOAP body; None when it is empty.
        message_id: To be repeated in the answer's RelatesTo.
        operation_id: Of a client that numbers its operations; repeated in the answer.
        timeout: OperationTimeout in seconds; None when the client names none.
        envelope_limit: The largest answer that the client wants, in bytes.
    """

    action: str
    body: ET.Element | None
    resource: str = ""
    message_id: str = ""
    operation_id: str = ""
    timeout: float | None = None
    envelope_limit: int | None = None
    selectors: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)

    @property
    def verb(self) -> str:
        """Last part of the action's URI: `Create`, `Send`, `Receive`, …."""
        return self.action.rpartition("/")[2]


def parse(message: bytes) -> Request:
    """Read a request.

    Raises:
        WSManFault: It is none, or insists on something unknown.
    """
    envelope = _read(message)
    header, body = envelope.find(SOAP + "Header"), envelope.find(SOAP + "Body")
    if envelope.tag != SOAP + "Envelope" or body is None:
        raise invalid_xml("no SOAP envelope with a body")
    found: dict[str, ET.Element] = {}
    for element in header if header is not None else ():
        if element.tag not in _UNDERSTOOD and _insists(element):
            raise not_understood(element.tag)
        found[element.tag] = element
    limit = _text(found.get(WSMAN + "MaxEnvelopeSize"))
    return Request(
        action=_text(found.get(ADDRESSING + "Action")),
        body=body[0] if len(body) else None,
        resource=_text(found.get(WSMAN + "ResourceURI")),
        message_id=_text(found.get(ADDRESSING + "MessageID")),
        operation_id=_text(found.get(MICROSOFT + "OperationID")),
        timeout=duration(_text(found.get(WSMAN + "OperationTimeout"))),
        envelope_limit=int(limit) if limit.isdecimal() and len(limit) < 12 else None,
        selectors=_named(found.get(WSMAN + "SelectorSet")),
        options=_named(found.get(WSMAN + "OptionSet")),
    )


def build(request: Request, body: str, action: str = "") -> bytes:
    """Write the answer to a request.

    Args:
        body: What stands in the SOAP body, as XML.
        action: The answer's action; the request's followed by `Response` when left out.
    """
    operation = (
        f'<p:OperationID s:mustUnderstand="false">{escape(request.operation_id)}</p:OperationID>'
        "<p:SequenceId>1</p:SequenceId>"
        if request.operation_id
        else ""
    )
    relates = (
        f"<a:RelatesTo>{escape(request.message_id)}</a:RelatesTo>" if request.message_id else ""
    )
    return (
        f"{_OPENING}{escape(action or request.action + 'Response')}</a:Action>"
        f"<a:MessageID>uuid:{new_id()}</a:MessageID><a:To>{_ANONYMOUS}</a:To>{operation}{relates}"
        f"</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def build_fault(request: Request | None, fault: WSManFault, machine: str) -> bytes:
    """Write a fault in answer to a request, or to something that was none."""
    return build(request or Request("", None), fault.body(machine), FAULT_ACTION)


def new_id() -> str:
    """A GUID as Windows writes it."""
    return str(uuid.uuid4()).upper()


def duration(text: str) -> float | None:
    """Read an xs:duration of days to seconds; None when it is none."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _read(message: bytes) -> ET.Element:
    encoding = "utf-16" if message[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        # Decoded here, so that no encoding declaration can hide a document type from us.
        text = message.decode(encoding)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise invalid_xml("a document type is not accepted")
        return ET.fromstring(text)
    except (UnicodeDecodeError, ET.ParseError, ValueError) as error:
        raise invalid_xml(str(error)) from None


def _insists(element: ET.Element) -> bool:
    return element.get(SOAP + "mustUnderstand", "").lower() in ("true", "1")


def _text(element: ET.Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _named(element: ET.Element | None) -> dict[str, str]:
    return {child.get("Name", ""): _text(child) for child in element} if element is not None else {}
