from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provision.model.errors import InputError
from provision.playbook.document import load_yaml


def read(path: Path):
    return load_yaml(path, "shown.yml")


def test_every_value_and_key_has_its_position(write):
    document = read(write("a: 1\nb:\n  - x\n  - {c: yes, d: 'ü'}\ne: &n\n  f: 2\ng: *n\n"))
    assert document.data == {
        "a": 1,
        "b": ["x", {"c": True, "d": "ü"}],
        "e": {"f": 2},
        "g": {"f": 2},
    }
    at = {place: (one.line, one.column) for place, one in document.positions.items()}
    assert at == {
        (): (1, 1),
        ("a",): (1, 4),
        ("b",): (3, 3),
        ("b", 0): (3, 5),
        ("b", 1): (4, 5),
        ("b", 1, "c"): (4, 9),
        ("b", 1, "d"): (4, 17),
        ("e",): (5, 4),
        ("e", "f"): (6, 6),
        ("g",): (5, 4),
        ("g", "f"): (6, 6),
    }
    keys = {place: (one.line, one.column) for place, one in document.key_positions.items()}
    assert keys[("b", 1, "d")] == (4, 14)
    assert keys[("g",)] == (7, 1)
    assert document.positions[("b", 0)].text == "  - x"
    assert document.positions[("b", 0)].file == "shown.yml"


def test_merge_keys_give_way_to_written_ones(write):
    document = read(
        write("base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nall: {<<: [*b, *m], x: 9}\n")
    )
    assert document.data["all"] == {"y": 2, "z": 4, "x": 9}
    assert document.key_positions[("all", "z")].line == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("~", None),
        ("", None),
        ("1_000", 1000),
        ("0x1F", 31),
        ("-0b11", -3),
        ("+12", 12),
        ("1.5e+3", 1500.0),
        ("1:30", "1:30"),
        ("190:20:30.15", "190:20:30.15"),
        ("2016-10-26", "2016-10-26"),
        ("10.0.10586.0", "10.0.10586.0"),
        ("08", "08"),
        ("=", "="),
        ("!!str 12", "12"),
        ("!!float 1", 1.0),
        ("'yes'", "yes"),
    ],
)
def test_what_a_word_means(write, text, value):
    found = read(write(f"- {text}\n")).data[0]
    assert found == value
    assert type(found) is type(value)


def test_keys_are_always_text(write):
    assert read(write("on: 1\n1: 2\n~: 3\n2016-10-26: 4\n")).data == {
        "on": 1,
        "1": 2,
        "~": 3,
        "2016-10-26": 4,
    }


def test_doubtful_words_are_refused_all_at_once(write, problems):
    text = (
        "a: 0644\nb: .inf\nc: .NaN\nd: 1.0e+999\ne: 0x_\nf: !!python/object/apply:os.system [ls]\n"
        f"g: !vault x\nh: !!int abc\ni: !!binary YQ==\nj: {'9' * 5000}\n"
        "k: 1\nk: 2\n? \n: 3\n? [x]\n: 4\n"
    )
    assert problems(read, write(text)) == [
        "1:4 0644 is not clear: to YAML 1.1 it is the octal number 420",
        "2:4 .inf is no number that can be used",
        "3:4 .NaN is no number that can be used",
        "4:4 1.0e+999 is no number that can be used",
        "5:4 0x_ is no number that can be used",
        "6:36 the tag !!python/object/apply:os.system does not fit here",
        "7:11 the tag !vault is not known",
        "8:10 abc is no number that can be used",
        "9:13 the tag !!binary does not fit here",
        "10:4 a number with too many digits",
        "12:1 the key 'k' is given twice",
        "13:2 a key is empty",
        "15:3 a key must be plain text",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "1:1 the file is empty"),
        (b" \n\n", "1:1 the file is empty"),
        (b"# nothing\n", "1:1 the file holds only comments"),
        (b"\x00\x01\x02", "1:1 the file holds the control character U+0000"),
        (b"a: 1\nb: x\x07", "2:5 the file holds the control character U+0007"),
        (b"a: \xe4\xf6", "1:4 the file is not UTF-8 text: byte 0xE4"),
        ("a: 1".encode("utf-16"), "1:1 the file is UTF-16 text, not UTF-8"),
        (b"x" * 1_000_001, "1:1 the file is larger than 1,000,000 bytes"),
        (b"a: 1\n---\nb: 2\n", "2:1 a second document begins here"),
        (b"a:\n\t- b\n", "2:1 a tab cannot be used for indentation"),
        (b"a:\n  b: 1\n\tc: 2\n", "3:1 a tab cannot be used for indentation"),
        (b"a: b: c\n", "1:5 a ':' is not expected here"),
        (b"a:\n  - x\n - y\n", "3:2 the indentation or the end of a value is wrong"),
        (b"a:\n  b: 1\n c: 2\n", "3:2 the indentation or the end of a value is wrong"),
        (b"a: {{ x }}\n", "1:5 a key must be plain text"),
        (b'a: "C:\\x"\n', "1:9 this \\ is not allowed between double quotes"),
        (b"a: 'x\nb: 1\n", "1:4 a quoted text is not closed"),
        (b"a: *x\n", "1:4 an alias without its anchor"),
        (b"a: @x\n", "1:4 a value cannot begin with '@'"),
        (b"a: [1, 2\nb: 3\n", "2:2 a '[' or '{' is not closed, or a ',' is missing"),
        (b"a: | foo\n", "1:6 '|' or '>' begins a text of several lines"),
        (b"a: &a [*a]\n", "1:8 '*a' stands inside of itself"),
        (b"a: &a {b: {c: *a}}\n", "1:15 '*a' stands inside of itself"),
        (b"<<: 3\n", "1:5 '<<' takes a mapping, or a list of mappings"),
        (b"- " * 70 + b"x", "1:129 nested more than 64 levels deep"),
        (b"[" * 900_000, "1:1001 nested too deep"),
    ],
)
def test_a_bad_file_is_explained(write, problems, content, problem):
    assert problems(read, write(content)) == [problem]


def test_a_missing_file_and_a_folder_are_explained(tmp_path, problems):
    assert problems(read, tmp_path / "no.yml") == [
        "1:1 the file cannot be read: No such file or directory"
    ]
    assert problems(read, tmp_path) == ["1:1 the file cannot be read: Is a directory"]


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(write):
    document = read(write(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - c\r\n"))
    assert document.data == {"a": 1, "b": ["c"]}
    assert document.positions[("b", 0)].text == "  - c"


def test_aliases_have_a_limit_of_depth_number_and_values(write, problems):
    deep = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 80))
    assert problems(read, write(deep)) == ["64:12 nested more than 64 levels deep"]
    many = "a: &a x\nb:\n" + "- *a\n" * 1001
    assert problems(read, write(many)) == ["1003:3 more than 1,000 aliases"]
    assert len(read(write("a: &a x\nb:\n" + "- *a\n" * 1000)).data["b"]) == 1000
    values = "".join(f"- {i}\n" for i in range(50_001))
    assert problems(read, write(values))[0].endswith("more than 50,000 values and keys")


BOMB = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 20)
)
MERGE_BOMB = "a0: &a0 {x: 1}\n" + "".join(
    f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}\n" for i in range(1, 20)
)


@pytest.mark.parametrize("bomb", [BOMB, MERGE_BOMB], ids=["values", "merge keys"])
def test_a_billion_laughs_cost_nothing(write, problems, bomb):
    path = write(bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    assert problems(read, path)[0].endswith("more than 50,000 values and keys")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 1


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_a_billion_laughs_fit_into_100_megabytes(write):
    """In a process of its own, whose whole peak is measured.

    VmHWM begins anew with the program; ru_maxrss would keep the peak of a larger parent.
    """
    code = (
        "import re, sys, pathlib\n"
        "from provision.model.errors import InputError\n"
        "from provision.playbook.document import load_yaml\n"
        "try:\n    load_yaml(pathlib.Path(sys.argv[1]), 'x')\n"
        "except InputError:\n"
        "    status = pathlib.Path('/proc/self/status').read_text()\n"
        "    print(re.search(r'VmHWM:\\s+(\\d+) kB', status)[1])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(write(BOMB))], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 100 * 1024


def test_secrets_are_masked_in_lines_that_are_shown(write):
    text = (
        "user: bob\npassword: hunter2\nopts: {db_passwd: 'hunter2', x: y}\n"
        "ref: {password: {env: A}}\n"
    )
    document = read(write(text))
    assert document.data["password"] == "hunter2"
    shown = " ".join(one.text for one in document.positions.values())
    assert "hunter2" not in shown
    assert document.positions[("ref",)].text == "ref: {password: {env: A}}"
    with pytest.raises(InputError) as caught:
        read(write("password: hunter2: x\n"))
    assert caught.value.problems[0].position.text == "password: ********"


def test_the_largest_allowed_file_is_read_in_reasonable_time(write):
    path = write("".join(f"- {{a: {i}, b: 'text {i}'}}\n" for i in range(9_900)))
    started = time.process_time()
    assert len(read(path).data) == 9_900
    assert time.process_time() - started < 20
