"""image_pull, image_tag, image_save, image_load, image_search."""

from __future__ import annotations

import base64
import json

import pytest

from provision.agent.operations.base import ErrorRecord
from provision.model.outcome import Change, Outcome

NEW = "sha256:" + "ab" * 32
OLD = "sha256:" + "cd" * 32
GONE = ErrorRecord(message="no file", id="NotFound")


def test_an_image_that_is_there_is_not_pulled(player, docker):
    docker.image("a/b:latest", NEW)
    host = player(docker.script())
    result = host.play("image_pull", "a/b")
    assert (result.outcome, docker.jobs, host.exchanges) == (Outcome.OK, [], 1)
    assert result.value["id"] == NEW


def test_a_pull_runs_as_a_job_and_is_looked_at(player, docker):
    lines = [("output", "0123: Pull complete"), ("output", "4567: Pull complete")]
    docker.ends = [(0, lines, lambda: docker.image("a/b:1", NEW, OsVersion="10.0.10586.0"))]
    host = player(docker.script())
    result = host.play("image_pull", "a/b:1")
    assert result.outcome is Outcome.CHANGED
    assert docker.jobs == [("pull", "a/b:1")]
    assert result.changes == (Change(what="image a/b:1", after={"id": "ab" * 6}),)
    assert "2 layers" in result.evidence[1]
    assert host.says("0123: Pull complete")
    assert (result.warnings, docker.done) == ((), [])


def test_check_mode_pulls_nothing(player, docker):
    host = player(docker.script())
    result = host.play("image_pull", "a/b", check=True)
    assert (result.outcome, docker.jobs) == (Outcome.CHANGED, [])
    assert all(op.reads for op in host.asked)


def test_a_newer_image_is_told_by_its_id(player, docker):
    docker.image("a/b:latest", OLD)
    docker.ends = [(0, [], None), (0, [], lambda: docker.image("a/b:latest", NEW))]
    host = player(docker.script())
    assert host.play("image_pull", {"image": "a/b", "policy": "always"}).outcome is Outcome.OK
    host.run = "run-2"
    docker.present = False
    result = host.play("image_pull", {"image": "a/b", "policy": "always"})
    assert result.changes[0].before == {"id": "cd" * 6}


def test_a_resumed_pull_takes_the_job_and_counts_as_the_change(player, docker):
    docker.image("a/b:latest", NEW)
    docker.present, docker.run_of_job = True, "run-1"
    docker.ends = [(0, [], None)] * 2
    host = player(docker.script(), begun=frozenset({"01-task"}))
    result = host.play("image_pull", "a/b")
    assert (result.outcome, result.changes[0].before) == (Outcome.CHANGED, None)
    assert host.says("its result is taken")


TIMEOUT = [("error", "net/http: TLS handshake timeout")]


def test_a_passing_error_is_tried_again_after_a_while(player, docker):
    # Each try is polled twice: by the look whether a job is there, and by the following.
    docker.ends = [(1, TIMEOUT, None), (1, TIMEOUT, None)]
    docker.ends.append((0, [], lambda: docker.image("a/b:latest", NEW)))
    host = player(docker.script())
    result = host.play("image_pull", "a/b")
    assert (result.outcome, len(docker.jobs)) == (Outcome.CHANGED, 3)
    assert host.now == 15 + 60
    assert "3 tries" in result.evidence


def test_tries_are_bounded(player, docker):
    docker.ends = [(1, TIMEOUT, None)] * 2
    result = player(docker.script()).play("image_pull", {"image": "a/b", "attempts": 2})
    assert (result.outcome, result.value["tries"]) == (Outcome.FAILED, 2)
    assert "TLS handshake timeout" in result.failure


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("toomanyrequests: You have reached your pull rate limit.", "pull-rate-limit"),
        ("pull access denied for a/b, repository does not exist or may require 'docker login'",
         "pull-access-denied"),
    ],
)  # fmt: skip
def test_a_lasting_error_is_told_with_what_is_known(player, docker, text, issue):
    docker.ends = [(1, [("error", f"Error response from daemon: {text}")], None)]
    result = player(docker.script()).play("image_pull", "a/b")
    assert (result.outcome, result.issue, len(docker.jobs)) == (Outcome.FAILED, issue, 1)


def manifest(*versions):
    return json.dumps(
        [{"Descriptor": {"platform": {"os": "windows", "os.version": one}}} for one in versions]
    )


@pytest.mark.parametrize(
    ("mismatch", "outcome"), [("fail", Outcome.FAILED), ("warn", Outcome.CHANGED)]
)
def test_an_image_for_another_windows_is_told_before_the_pull(
    player, docker, say, mismatch, outcome
):
    docker.answers["manifest inspect"] = say(manifest("10.0.20348.1"))
    docker.ends = [(0, [], lambda: docker.image("a/b:latest", NEW, OsVersion="10.0.20348.1"))]
    host = player(docker.script())
    result = host.play("image_pull", {"image": "a/b", "mismatch": mismatch})
    assert result.outcome is outcome
    assert len(docker.jobs) == (mismatch == "warn")
    if mismatch == "fail":
        assert result.issue == "image-newer-than-host"
        assert "build 20348" in result.failure
    else:
        assert [w.issue for w in result.warnings] == ["image-newer-than-host"]


def test_a_client_without_manifests_says_nothing_beforehand(player, docker):
    docker.ends = [(0, [], lambda: docker.image("a/b:latest", NEW, OsVersion="10.0.20348.1"))]
    result = player(docker.script()).play("image_pull", "a/b")
    assert (result.outcome, len(result.changes)) == (Outcome.FAILED, 1)


def test_a_dead_daemon_is_a_failure_in_its_own_words(player, docker, refuse):
    docker.answers["inspect"] = refuse("An error occurred trying to connect: Get http://x")
    host = player(docker.script())
    with pytest.raises(Exception, match="trying to connect"):
        host.play("image_pull", "a/b")


def test_tags(player, docker, say):
    docker.image("a", NEW)
    docker.image("b:1", NEW)
    docker.image("c:latest", OLD)
    docker.answers["tag"] = say("")
    host = player(docker.script())
    params = {"image": "a", "tags": ["b:1", "c", "d:2"]}
    result = host.play("image_tag", params, check=True)
    assert (len(result.changes), docker.done, host.exchanges) == (2, [], 1)
    result = host.play("image_tag", params)
    assert docker.done == [("tag", NEW, "c:latest"), ("tag", NEW, "d:2")]
    assert result.changes[0] == Change(
        what="image c:latest", before={"id": "cd" * 6}, after={"id": "ab" * 6}
    )


def test_an_old_client_must_be_told_to_take_a_tag(player, docker, refuse, say):
    docker.image("a", NEW)
    docker.image("c:latest", OLD)
    docker.answers["tag -f"] = say("")
    docker.answers["tag"] = refuse("Error response from daemon: Conflict: Tag latest is set")
    player(docker.script()).play("image_tag", {"image": "a", "tags": "c"})
    assert docker.done[-1] == ("tag", "-f", NEW, "c:latest")


def test_a_refused_tag_keeps_what_changed_before(player, docker, refuse, say):
    docker.image("a", NEW)
    docker.answers[f"tag {NEW} b"] = say("")
    docker.answers["tag"] = refuse("Error response from daemon: no")
    result = player(docker.script()).play("image_tag", {"image": "a", "tags": ["b", "c"]})
    assert (result.outcome, len(result.changes)) == (Outcome.FAILED, 1)


def test_there_is_nothing_to_tag(player, docker):
    host = player(docker.script())
    params = {"image": "a", "tags": "b"}
    assert host.play("image_tag", params, check=True).outcome is Outcome.CHANGED
    result = host.play("image_tag", params)
    assert "no image a" in result.failure


def note(images, size):
    text = json.dumps({"images": images, "bytes": size})
    return {"content": base64.b64encode(text.encode()).decode(), "bytes": len(text)}


def files(stat, read=GONE):
    done = {"changed": True}
    return {"file.stat": stat, "file.read": read, "file.ensure": done, "file.commit": done}


FILE = {"kind": "file", "bytes": 7, "sha256": "0" * 64}
NONE = {"kind": "absent", "bytes": 0}


def test_an_archive_takes_its_place_when_it_is_whole(player, docker):
    docker.image("a:latest", NEW)
    docker.ends = [(0, [], None)]
    host = player(docker.script(**files([NONE, FILE])))
    result = host.play("image_save", {"images": "a", "dest": "C:\\a.tar"})
    assert docker.jobs == [("save", "-o", "C:\\a.tar.part", "a:latest")]
    assert [op.path for op in host.asked if op.name == "file.commit"] == ["C:\\a.tar"]
    written = base64.b64decode(host.asked[-1].content)
    assert json.loads(written) == {"images": {"a:latest": NEW}, "bytes": 7}
    assert result.changes[0].before is None


@pytest.mark.parametrize(
    ("image", "size", "outcome"),
    [(NEW, 7, Outcome.OK), (OLD, 7, Outcome.CHANGED), (NEW, 8, Outcome.CHANGED)],
)
def test_an_archive_is_known_by_its_note(player, docker, image, size, outcome):
    docker.image("a:latest", NEW)
    host = player(docker.script(**files(FILE, note({"a:latest": image}, size))))
    params = {"images": "a", "dest": "C:\\a.tar"}
    assert host.play("image_save", params, check=True).outcome is outcome
    assert docker.jobs == []


def test_a_load_brings_what_is_named(player, docker):
    said = [("output", "Loaded image: a:latest")]
    docker.ends = [(0, said, lambda: docker.image("a:latest", NEW))]
    host = player(docker.script(**files(FILE)))
    params = {"src": "C:\\a.tar", "images": "a"}
    assert host.play("image_load", params, check=True).outcome is Outcome.CHANGED
    assert docker.jobs == []
    result = host.play("image_load", params)
    assert (result.outcome, docker.jobs) == (Outcome.CHANGED, [("load", "-i", "C:\\a.tar")])
    assert result.evidence[0] == "Loaded image: a:latest"
    assert host.play("image_load", params).outcome is Outcome.OK


def test_a_load_that_brings_something_else_fails(player, docker):
    docker.ends = [(0, [("output", "Loaded image: b:latest")], None)]
    host = player(docker.script(**files(FILE)))
    result = host.play("image_load", {"src": "C:\\a.tar", "images": "a"})
    assert (result.failure, result.evidence) == (
        "C:\\a.tar was loaded, and brought no a:latest", ("Loaded image: b:latest",),
    )  # fmt: skip


def test_a_load_needs_its_archive(player, docker):
    host = player(docker.script(**files(NONE)))
    assert "is not on the host" in host.play("image_load", {"src": "x", "images": "a"}).failure


TABLE = """\
NAME                DESCRIPTION                        STARS     OFFICIAL   AUTOMATED
microsoft/iis       Internet Information Services      21
microsoft/golang    Go Programming Language            5         [OK]
"""


def test_a_search_falls_back_to_the_table(player, docker, say, refuse):
    docker.answers["search --format"] = refuse("flag provided but not defined: --format", 125)
    docker.answers["search *"] = say(TABLE)
    host = player(docker.script())
    result = host.play("image_search", {"term": "*", "wanted": "microsoft/iis"}, check=True)
    assert result.outcome is Outcome.OK
    assert result.value["images"][1] == {
        "name": "microsoft/golang", "description": "Go Programming Language", "stars": 5,
        "official": True,
    }  # fmt: skip
    assert result.evidence[0] == "2 images"
    result = host.play("image_search", {"term": "*", "wanted": "microsoft/none"})
    assert result.failure == "not found: microsoft/none"
    assert host.play("image_search", {"term": "*", "at_least": 3}).outcome is Outcome.FAILED
