"""image_build: judged, sent, compared, built as a job, tagged."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provision.agent.operations.execution import Record
from provision.agent.operations.files import FileEntry, Kind
from provision.model.errors import TaskError
from provision.model.facts import Facts
from provision.model.outcome import Change, Outcome
from provision.steps.docker.build_context import digest, knows_labels
from provision.steps.docker.build_lint import target_of
from provision.steps.docker.build_log import BuildLog
from provision.steps.transfer import FolderSent

ID = "sha256:" + "ab" * 32
OLD = "sha256:" + "cd" * 32
DOCKERFILE = b"FROM windowsservercore\nRUN echo hello\n"
ENTRIES = {"entries": [{"path": "Dockerfile", "kind": "file", "bytes": 9, "sha256": "0" * 64}]}
SENT = FolderSent(
    changes=(Change(what="C:\\x\\Dockerfile", after={"kind": "file"}),),
    files=1, sent=1, bytes=9, removed=0,
)  # fmt: skip
SAME = FolderSent(changes=(), files=1, sent=0, bytes=0, removed=0)
PARAMS = {"context": "app", "tags": ["example.com/app:1", "app"]}
LOG = [
    "Step 1/2 : FROM windowsservercore", " ---> 6801d964fda5",
    "Step 2/2 : RUN echo hello", " ---> Running in 0123456789ab", "hello", " ---> abababababab",
    "Successfully built abababababab",
]  # fmt: skip


@pytest.fixture
def building(player, docker, say, host_facts):
    """Make a host that builds; TP4's docker, or today's."""

    def make(client="1.10.0-dev", sent=SAME, dockerfile=DOCKERFILE, lines=LOG, code=0, **more):
        def build():
            words = docker.jobs[-1]
            label = (
                words[words.index("--label") + 1].partition("=")[2] if "--label" in words else ""
            )
            docker.image("example.com/app:1", ID, Config={"Labels": {"provision.context": label}})

        def tagged(words):
            docker.objects["image", words[2]] = docker.objects["image", "example.com/app:1"]
            return say("")

        def listed(_operation):
            names = [name.rpartition(":") for kind, name in docker.objects if kind == "image"]
            return {"images": [{"repository": r, "tag": t, "id": "x"} for r, _, t in names]}

        docker.answers |= {"tag": tagged, "rmi": say("")}
        docker.ends = [(code, [("output", line) for line in lines], None if code else build)]
        script = docker.script(
            **{
                "UploadFolder": sent, "file.list": ENTRIES, "image.list": listed,
                "docker.version": {"installed": True, "answers": True, "client": client},
            }
        )  # fmt: skip
        facts = Facts.model_validate(host_facts(**more))
        return player(script, files={"app/Dockerfile": dockerfile}, facts=facts)

    return make


@pytest.mark.parametrize("client", ["1.10.0-dev", "24.0.7"])
def test_an_image_is_built_once(building, docker, client):
    host = building(client, sent=SENT)
    result = host.play("image_build", {**PARAMS, "arguments": {"A": "b"}, "memory": "2g"})
    assert result.outcome is Outcome.CHANGED
    (words,) = docker.jobs
    folder = "C:\\ProgramData\\provision\\builds\\example.com-app-1"
    assert words[:5] == ("build", "-t", "example.com/app:1", "-f", f"{folder}\\Dockerfile")
    assert words[-1] == folder
    assert ("--label" in words) is (client == "24.0.7")
    assert words[-5:-3] == ("--build-arg", "A=b")
    assert [change.what for change in result.changes] == [
        "C:\\x\\Dockerfile", "image example.com/app:1", "image app:latest",
    ]  # fmt: skip
    assert host.says("layer 2 of 2 finished after 0 s: RUN echo hello")
    assert result.value["layers"][1]["id"] == "ab" * 6
    host.script["UploadFolder"], docker.present = SAME, False
    again = host.play("image_build", {**PARAMS, "arguments": {"A": "b"}, "memory": "2g"})
    assert (again.outcome, len(docker.jobs)) == (Outcome.OK, 1)
    assert "built before" in again.evidence
    other = host.play("image_build", {**PARAMS, "arguments": {"A": "c"}}, check=True)
    assert (other.outcome, len(docker.jobs)) == (Outcome.CHANGED, 1)


def test_a_docker_without_labels_has_a_tag_with_the_hash(building, docker):
    docker.image("example.com/app:provision-old", OLD)
    building().play("image_build", PARAMS)
    marks = [words for words in docker.done if "provision-" in words[-1]]
    assert [words[0] for words in marks] == ["tag", "rmi"]
    assert marks[0][1] == ID
    assert marks[1] == ("rmi", "--no-prune", "example.com/app:provision-old")


def test_a_label_that_does_not_come_through_is_made_up_for(building, docker):
    host = building("24.0.7")
    docker.ends = [(0, [], lambda: docker.image("example.com/app:1", ID))]
    host.play("image_build", PARAMS)
    assert [words[0] for words in docker.done if "provision-" in words[-1]] == ["tag"]
    docker.present = False
    assert host.play("image_build", PARAMS).outcome is Outcome.OK


def test_check_mode_builds_and_sends_nothing(building, docker):
    host = building(sent=SENT)
    result = host.play("image_build", PARAMS, check=True)
    assert (result.outcome, docker.jobs, docker.done) == (Outcome.CHANGED, [], [])
    assert host.carried[0].check
    assert host.carried[0].remove_extra


def test_a_build_that_an_interrupted_run_began_is_taken(building, docker):
    host = building()
    host.begun = frozenset({"01-task"})
    docker.present, docker.run_of_job = True, "run-1"
    docker.image("example.com/app:1", ID)
    docker.ends = [(0, [("output", line) for line in LOG], None)] * 2
    result = host.play("image_build", PARAMS)
    assert host.says("its result is taken")
    assert result.changes[0] == Change(what="image example.com/app:1", after={"id": "ab" * 6})


def test_a_failed_build_tells_where_it_stopped(building, docker):
    lines = [*LOG[:4], "npm ERR! no"]
    host = building(lines=lines, code=1)
    result = host.play("image_build", PARAMS)
    assert result.outcome is Outcome.FAILED
    assert result.evidence[:2] == (
        "layer 2 did not finish: RUN echo hello",
        "layers finished before: 1; docker keeps them",
    )
    assert len(docker.jobs) == 1


BAD = b"FROM windowsservercore\nWORKDIR C:\\app\nRUN echo hello\n"


def test_errors_of_the_rules_stop_the_build(building, docker):
    host = building(dockerfile=BAD)
    result = host.play("image_build", PARAMS)
    assert (result.outcome, docker.jobs, host.carried, host.asked) == (Outcome.FAILED, [], [], [])
    assert "app/Dockerfile:2:" in result.evidence[0]
    host = building(dockerfile=BAD)
    result = host.play("image_build", {**PARAMS, "lint": "warn"})
    assert result.outcome is Outcome.CHANGED
    assert result.warnings
    host = building(dockerfile=BAD)
    docker.present, docker.objects = False, {}
    assert host.play("image_build", {**PARAMS, "lint": "off"}).warnings == ()


def test_what_is_no_dockerfile(building):
    with pytest.raises(TaskError, match="app/Dockerfile"):
        building(dockerfile=b"").play("image_build", PARAMS)
    with pytest.raises(TaskError, match="not UTF-8"):
        building(dockerfile=b"\xff\xff").play("image_build", PARAMS)


def test_a_known_issue_in_a_good_build_is_a_warning(building):
    line = "The request was aborted: Could not create SSL/TLS secure channel."
    result = building(lines=[*LOG[:4], line, *LOG[5:]]).play("image_build", PARAMS)
    assert result.outcome is Outcome.CHANGED
    assert len([w for w in result.warnings if line in w.evidence]) == 1


@pytest.mark.parametrize(
    ("build", "target"),
    [(10586, "tp4"), (14300, "tp5"), (14393, "2016"), (17763, "2019"), (19045, "2019"),
     (26100, "2025"), (30000, "2025"), (9600, "tp4")],
)  # fmt: skip
def test_the_rules_are_those_of_the_hosts_windows(build, target):
    assert target_of(build).value == target


def test_who_knows_labels():
    assert [knows_labels(v) for v in ("1.9.1", "1.10.0-dev", "1.11.0", "17.06.2-ee", "")] == [
        False, False, True, True, True,
    ]  # fmt: skip


def record(number, text, second):
    time = f"2016-01-16T09:00:{second:02}.000Z"
    return Record(number=number, time=time, kind="output", text=text)


def test_layers_have_their_times():
    log = BuildLog()
    told = []
    lines = ["Step 1 : FROM a", " ---> 0123456789ab", "Step 2 : RUN b", " ---> Using cache",
             " ---> 123456789abc", "Step 3 : RUN c"]  # fmt: skip
    for number, line in enumerate(lines):
        told += log.notice(record(number, line, number * 5))
    assert told == [
        "layer 1 finished after 5 s: FROM a", "layer 2 taken from the cache: RUN b",
    ]  # fmt: skip
    assert log.unfinished == "layer 3 did not finish: RUN c"
    assert log.slowest().instruction == "FROM a"


ENTRY = st.builds(
    lambda path, sha: FileEntry(path=path, kind=Kind.FILE, bytes=1, sha256=sha * 64),
    st.text("ab\\", min_size=1, max_size=3), st.sampled_from("01"),
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(ENTRY, unique_by=lambda e: e.path, max_size=4), st.randoms(use_true_random=False))
def test_the_hash_knows_contents_and_not_the_order(entries, random):
    mixed = list(entries)
    random.shuffle(mixed)
    here = digest(entries, {"a": 1})
    assert digest(mixed, {"a": 1}) == here
    assert digest(entries, {"a": 2}) != here
    for index, entry in enumerate(entries):
        other = entry.model_copy(update={"sha256": "f" * 64})
        assert digest([*entries[:index], other, *entries[index + 1 :]], {"a": 1}) != here
