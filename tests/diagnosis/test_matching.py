"""The order of findings, and what outranks what."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provision.diagnosis.issue import KnownIssue, Pattern
from provision.diagnosis.matching import Sighting, deepest, find_issues


def issue(name, *patterns, **others):
    return KnownIssue(name, name, patterns, "cause", "remedy", "source", **others)


def ids(findings):
    return [finding.issue.id for finding in findings]


def test_a_typed_match_outranks_a_text():
    catalogue = [issue("text", Pattern(text="boom")), issue("typed", Pattern(id="^Boom,"))]
    found = find_issues([Sighting("boom", id="Boom,x.ps1")], catalogue=catalogue)
    assert ids(found) == ["typed", "text"]
    assert [finding.typed for finding in found] == [True, False]


def test_a_reason_outranks_what_is_superficial():
    catalogue = [
        issue("surface", Pattern(id="^A"), superficial=True),
        issue("reason", Pattern(text="because")),
    ]
    found = find_issues([Sighting("failed\nbecause", id="A,b")], catalogue=catalogue)
    assert ids(found) == ["reason", "surface"]


def test_a_reason_in_a_later_record_is_the_deepest():
    catalogue = [
        issue("surface", Pattern(text="failed"), superficial=True),
        issue("reason", Pattern(text="because")),
    ]
    found = find_issues([Sighting("failed"), Sighting("because")], catalogue=catalogue)
    assert ids(found) == ["surface", "reason"]
    assert deepest(found).issue.id == "reason"
    assert deepest(found[:1]).issue.id == "surface"
    assert deepest(()) is None


def test_all_parts_of_a_pattern_must_fit():
    one = [issue("one", Pattern(id="^A,", hresult="0x80070005", text="denied"))]
    fits = Sighting("access DENIED", id="A,b", hresult="0X80070005")
    assert ids(find_issues([fits], catalogue=one)) == ["one"]
    for other in (
        Sighting("access denied", id="B,b", hresult="0x80070005"),
        Sighting("access denied", id="A,b", hresult="0x80070006"),
        Sighting("access", id="A,b", hresult="0x80070005"),
    ):
        assert find_issues([other], catalogue=one) == ()


def test_a_code_in_a_translated_text_counts():
    one = [issue("one", Pattern(hresult="0x80070490"))]
    assert find_issues([Sighting("見つかりません (0x80070490)")], catalogue=one)[0].typed


def test_broken_lines_of_a_narrow_console_are_joined():
    one = [issue("one", Pattern(text="switch connections"))]
    assert find_issues(
        [Sighting("adding virtual Ethernet switch\r\n   connections")], catalogue=one
    )


def test_generations():
    one = [issue("one", Pattern(text="x"), since="tp5", until="tp5")]
    assert ids(find_issues([Sighting("x")], "tp5", one)) == ["one"]
    assert ids(find_issues([Sighting("x")], "", one)) == ["one"]
    assert find_issues([Sighting("x")], "tp4", one) == ()


def test_exit_codes():
    one = [issue("one", Pattern(exit_code=3010))]
    assert find_issues([Sighting("", exit_code=3010)], catalogue=one)
    assert find_issues([Sighting("", exit_code=0)], catalogue=one) == ()


@given(st.lists(st.text(max_size=60), max_size=20))
def test_findings_are_in_the_sightings_order(texts):
    found = find_issues([Sighting(text) for text in texts])
    places = [finding.place for finding in found]
    assert places == sorted(places)
