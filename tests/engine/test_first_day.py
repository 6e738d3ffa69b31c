"""The first day: from a bare server to an image with Pcap4J; what is known of TP4 on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision.dockerfile.linting import lint
from provision.dockerfile.target import Target
from provision.engine.run import RunOptions

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
FIRST_DAY = PLAYBOOKS / "first-day.yml"
PCAP4J = PLAYBOOKS / "pcap4j-image.yml"


@pytest.mark.parametrize("target", [each for each in Target if each is not Target.TP5])
def test_the_rules_have_nothing_to_say_of_our_dockerfiles(target):
    name = "Dockerfile.tp4" if target is Target.TP4 else "Dockerfile"
    text = (PLAYBOOKS / "pcap4j" / name).read_text(encoding="utf-8")
    assert [finding.rule for finding in lint(text, target, name)] == []


def outcomes(recorder):
    return {event.task: event.outcome for event in recorder.of("task_finished")}


def warnings(recorder):
    return [(event.task, event.issue, event.expected) for event in recorder.of("warning")]


def test_a_bare_server_becomes_a_host_with_an_image(lab):
    host = lab(generation="tp4")

    _, checked = host.run(FIRST_DAY, RunOptions(check=True))
    assert "failed" not in outcomes(checked).values()
    assert outcomes(checked)["The image is built"] == "changed"
    assert warnings(checked) == []

    result, first = host.run(FIRST_DAY)
    assert result.outcome == "changed", outcomes(first)
    told = {issue: (task, expected) for task, issue, expected in warnings(first)}
    assert told == {
        "vswitch-add-failed": ("The installer has finished", False),
        "container-https-tp4": ("HTTPS from the container", True),
        "container-libpcap-no-device": ("Network interfaces in a container", True),
    }
    assert len(warnings(first)) == 3

    result, second = host.run(FIRST_DAY)
    assert result.outcome == "ok"
    assert set(outcomes(second).values()) == {"ok", "skipped"}


def test_a_build_goes_on_after_the_controller_died(lab):
    host = lab(generation="tp4", scenario="already-built")

    class Died(BaseException):
        """The controller is gone at this moment."""

    def die(event, _runner):
        if event.event == "task_progress" and "layer 3 finished" in event.text:
            raise Died

    with pytest.raises(Died):
        host.run(PCAP4J, react=die)
    result, run = host.run(PCAP4J)
    assert result.outcome == "changed", outcomes(run)
    assert [event.resumed for event in run.of("run_continued")] == [True]
    assert "an interrupted run's job" in run.said()
    assert "started as job" not in run.said()


def test_the_image_for_todays_windows(lab):
    host = lab(generation="2022", scenario="already-built")
    result, run = host.run(PCAP4J)
    assert result.outcome == "changed", outcomes(run)
    assert [issue for _, issue, _ in warnings(run)] == ["container-no-capture-device"]
