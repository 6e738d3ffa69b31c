"""Files over a world: Windows names, atomic pieces, the disk."""

from __future__ import annotations

import base64
import hashlib

import pytest

from provision.simulator.world.files import KEPT_BYTES


def text(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_file_is_made_with_its_folders_and_found_in_any_spelling(driver):
    made = driver.do("file.ensure", path="C:/a/b/c.txt", state="file", content=text("hello"))
    assert made.changed
    assert made.before == {"kind": "absent"}
    assert made.after == {"kind": "file", "sha256": sha256(b"hello")}
    found = driver.do("file.stat", path="c:\\A\\.\\B\\C.TXT", hash=True)
    assert (found.kind.value, found.bytes, found.sha256) == ("file", 5, sha256(b"hello"))
    assert driver.do("file.stat", path="C:\\a\\b").kind.value == "folder"
    assert driver.do("file.stat", path="C:\\").kind.value == "folder"
    again = driver.do("file.ensure", path="C:\\a\\b\\c.txt", state="file", content=text("hello"))
    assert not again.changed
    assert again.before == again.after == made.after


def test_no_content_keeps_what_is_there(driver):
    driver.do("file.ensure", path="C:\\a", state="file", content=text("x"))
    assert not driver.do("file.ensure", path="C:\\a", state="file").changed
    made = driver.do("file.ensure", path="C:\\b", state="file")
    assert made.after == {"kind": "file", "sha256": sha256(b"")}


def test_a_folder_goes_with_all_that_is_in_it(driver):
    free = driver.do("facts").free_disk_bytes
    driver.do("file.ensure", path="C:\\a\\b\\c", state="file", content=text("x" * 100))
    driver.do("file.ensure", path="C:\\ab", state="folder")
    assert driver.do("facts").free_disk_bytes == free - 100
    gone = driver.do("file.ensure", path="C:\\a", state="absent")
    assert (gone.before, gone.after) == ({"kind": "folder"}, {"kind": "absent"})
    assert driver.do("file.stat", path="C:\\a\\b\\c").kind.value == "absent"
    assert driver.do("file.stat", path="C:\\ab").kind.value == "folder"
    assert driver.do("facts").free_disk_bytes == free
    assert not driver.do("file.ensure", path="C:\\a", state="absent").changed


@pytest.mark.parametrize("state", ["file", "folder", "absent"])
def test_check_mode_changes_nothing(driver, state):
    driver.do("file.ensure", path="C:\\there", state="file")
    path = "C:\\there" if state == "absent" else "C:\\new\\thing"
    before = driver.world.with_(host_time=0)
    answer = driver.do("file.ensure", check=True, path=path, state=state, content=text("x"))
    assert answer.changed
    assert answer.after["kind"] == state
    assert driver.world.with_(host_time=0) == before


def test_kinds_do_not_take_each_others_place(driver):
    driver.do("file.ensure", path="C:\\f", state="file")
    assert driver.refused("file.ensure", path="C:\\f", state="folder").id == "NotSupported"
    assert driver.refused("file.ensure", path="C:\\Users", state="file").id == "NotSupported"
    assert driver.refused("file.ensure", path="C:\\f\\x", state="file").hresult == "0x800700B7"


def test_reading_in_pieces(driver):
    driver.do("file.ensure", path="C:\\a", state="file", content=text("abcdef"))
    piece = driver.do("file.read", path="C:\\a", offset=2, limit=3)
    assert (base64.b64decode(piece.content), piece.bytes) == (b"cde", 6)
    assert driver.do("file.read", path="C:\\a", offset=99).content == ""
    assert driver.refused("file.read", path="C:\\none").id == "NotFound"


def test_a_script_of_which_only_the_hash_is_known_is_not_made_up(driver):
    driver.fetch_script()
    record = driver.refused("file.read", path="C:\\work\\Install-ContainerHost.ps1")
    assert record.id == "NotSupported"
    assert "only the hash" in record.message


def test_sending_a_file_in_pieces(driver):
    data = b"0123456789" * 50
    assert driver.do("file.write", path="C:\\u\\x", offset=0, content=text("garbage")).bytes == 7
    first = base64.b64encode(data[:300]).decode()
    assert driver.do("file.write", path="C:\\u\\x", offset=0, content=first).bytes == 300
    rest = base64.b64encode(data[300:]).decode()
    assert (
        driver.do("file.write", check=True, path="C:\\u\\x", offset=300, content=rest).bytes == 300
    )
    assert (
        driver.refused("file.write", path="C:\\u\\x", offset=301, content=rest).id == "BadRequest"
    )
    assert driver.do("file.write", path="C:\\u\\x", offset=300, content=rest).bytes == 500
    checked = driver.do("file.commit", check=True, path="C:\\u\\x", sha256=sha256(data))
    assert checked.changed
    assert driver.do("file.stat", path="C:\\u\\x").kind.value == "absent"
    done = driver.do("file.commit", path="C:\\u\\x", sha256=sha256(data).upper())
    assert done.after == {"kind": "file", "sha256": sha256(data)}
    assert driver.do("file.stat", path="C:\\u\\x.part").kind.value == "absent"
    assert not driver.do("file.commit", path="C:\\u\\x", sha256=sha256(data)).changed


def test_a_sent_file_with_another_hash_is_thrown_away(driver):
    driver.do("file.write", path="C:\\x", offset=0, content=text("damaged"))
    assert driver.refused("file.commit", path="C:\\x", sha256="0" * 64).id == "HashMismatch"
    assert driver.do("file.stat", path="C:\\x.part").kind.value == "absent"
    assert driver.refused("file.commit", path="C:\\x", sha256="0" * 64).id == "NotFound"


def test_a_long_file_keeps_its_hash_alone(driver):
    data = b"x" * (KEPT_BYTES + 1)
    piece = base64.b64encode(data).decode()
    driver.do("file.write", path="C:\\big", offset=0, content=piece)
    driver.do("file.commit", path="C:\\big", sha256=sha256(data))
    found = driver.do("file.stat", path="C:\\big", hash=True)
    assert (found.bytes, found.sha256) == (len(data), sha256(data))
    assert len(driver.world.model_dump_json()) < KEPT_BYTES


def test_a_full_disk(simulate):
    driver = simulate(disk_free_bytes=10)
    record = driver.refused("file.ensure", path="C:\\a", state="file", content=text("x" * 11))
    assert (record.id, record.hresult) == ("DiskFull", "0x80070070")
    assert driver.do("file.stat", path="C:\\a").kind.value == "absent"


def test_content_that_is_no_base64(driver):
    record = driver.refused("file.ensure", path="C:\\a", state="file", content="§§")
    assert record.id == "BadRequest"
