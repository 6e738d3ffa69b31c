"""A task for Windows' Task Scheduler, as XML. Source: the Task Scheduler schema 1.2."""

from __future__ import annotations

import subprocess
from datetime import date
from xml.etree import ElementTree as Xml

from provision.lab.schedule.nightly import Nightly

_NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"


def xml(nightly: Nightly, today: date) -> str:
    """Give the task for `schtasks /Create /XML`; it runs as whoever registers it.

    Args:
        today: From when on it holds.
    """
    task = Xml.Element("Task", {"version": "1.2", "xmlns": _NAMESPACE})
    about = Xml.SubElement(task, "RegistrationInfo")
    _add(about, "Description", f"Nightly rebuild of the lab {nightly.lab}")
    calendar = Xml.SubElement(Xml.SubElement(task, "Triggers"), "CalendarTrigger")
    _add(calendar, "StartBoundary", f"{today}T{nightly.hour:02}:{nightly.minute:02}:00")
    _add(calendar, "Enabled", "true")
    if nightly.jitter:
        _add(calendar, "RandomDelay", f"PT{nightly.jitter}S")
    _add(Xml.SubElement(calendar, "ScheduleByDay"), "DaysInterval", "1")
    settings = Xml.SubElement(task, "Settings")
    _add(settings, "MultipleInstancesPolicy", "IgnoreNew")
    _add(settings, "DisallowStartIfOnBatteries", "false")
    _add(settings, "StopIfGoingOnBatteries", "false")
    _add(settings, "StartWhenAvailable", "true")
    _add(settings, "ExecutionTimeLimit", f"PT{nightly.budget}S")
    run = Xml.SubElement(Xml.SubElement(task, "Actions"), "Exec")
    _add(run, "Command", nightly.command[0])
    _add(run, "Arguments", subprocess.list2cmdline(nightly.command[1:]))
    _add(run, "WorkingDirectory", nightly.folder)
    Xml.indent(task)
    return f'<?xml version="1.0"?>\n{Xml.tostring(task, encoding="unicode")}\n'


def _add(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, name).text = text
