from __future__ import annotations

from pathlib import Path

import pytest

from provision.model.errors import InputError
from provision.model.host import Authentication, Scheme, SwitchError
from provision.model.secret import SecretReference
from provision.model.ssh import HostKeyPolicy
from provision.playbook.inventory import load_hosts


@pytest.fixture
def load(write):
    return lambda text, name="lab.yml": load_hosts(write(text, name), "lab.yml")


@pytest.fixture
def refused(load):
    def refused(text, name="lab.yml"):
        with pytest.raises(InputError) as caught:
            load(text, name)
        return [
            f"{one.position.line}:{one.position.column} {one.message}"
            for one in caught.value.problems
        ]

    return refused


REFERENCE = "password: {env: LAB_PASSWORD}"


def test_one_host_at_the_top(load, tmp_path):
    found = load(
        "name: web\n"
        "playbook: books/site.yml\n"
        "vars: {a: '{{ b }}'}\n"
        "winrm:\n"
        "  address: 192.0.2.7\n"
        "  auth: negotiate\n"
        "  ca: certs/lab.pem\n"
        f"  {REFERENCE}\n"
    )
    (host,) = found.hosts
    assert (host.name, host.vars, host.simulate) == ("web", {"a": "{{ b }}"}, None)
    assert host.playbook == str(tmp_path / "books" / "site.yml")
    assert host.winrm.ca == str(tmp_path / "certs" / "lab.pem")
    assert (host.winrm.address, host.winrm.auth) == ("192.0.2.7", Authentication.NEGOTIATE)
    assert host.winrm.password == SecretReference(env="LAB_PASSWORD")
    assert (found.file, found.base, found.notices) == ("lab.yml", tmp_path, ())
    assert str(found.passwords["web"]) == "lab.yml:8:13"
    assert str(host.position) == "lab.yml:1:1"


def test_paths_are_usable_from_the_working_directory(write, tmp_path, monkeypatch):
    write("simulate: true\nplaybook: ../p.yml\n", "sub/h.yml")
    write("tasks: []\n", "p.yml")
    monkeypatch.chdir(tmp_path)
    (host,) = load_hosts(Path("sub/h.yml"), "sub/h.yml").hosts
    assert host.playbook == "p.yml"
    assert Path(host.playbook).exists()


def test_the_file_gives_the_name_and_the_simulator_needs_no_address(load):
    for simulate in ("simulate:", "simulate: true", "simulate: {speed: 9}"):
        (host,) = load(f"{simulate}\n", "my-host.yml").hosts
        assert host.name == "my-host"
        assert host.simulate is not None
        assert host.winrm.address is None


def test_defaults_groups_and_hosts_in_their_order(load):
    one, two, three = load(
        "defaults:\n"
        f"  winrm: {{port: 5985, scheme: http, user: all, {REFERENCE}}}\n"
        "  vars: {a: default, b: default, c: default}\n"
        "  playbook: default.yml\n"
        "  simulate: {speed: 5, switch_error: fatal}\n"
        "groups:\n"
        "  g1: {vars: {b: g1, c: g1}, winrm: {user: g1}, playbook: g1.yml}\n"
        "  g2: {vars: {c: g2}, simulate: {speed: 7}}\n"
        "  empty:\n"
        "hosts:\n"
        "  one: {groups: [g1, g2, empty], vars: {d: one}}\n"
        "  two: {groups: [g2, g1], simulate: false, winrm: {address: two.example.com, user: two}}\n"
        "  three:\n"
    ).hosts
    assert one.vars == {"a": "default", "b": "g1", "c": "g2", "d": "one"}
    assert two.vars == {"a": "default", "b": "g1", "c": "g1"}
    assert three.vars == {"a": "default", "b": "default", "c": "default"}
    assert [host.winrm.user for host in (one, two, three)] == ["g1", "two", "all"]
    assert {host.winrm.scheme for host in (one, two, three)} == {Scheme.HTTP}
    assert (one.simulate.speed, one.simulate.switch_error) == (7, SwitchError.FATAL)
    assert two.simulate is None
    assert three.simulate.speed == 5
    assert one.groups == ("g1", "g2", "empty")
    assert one.playbook.endswith("g1.yml")
    assert three.playbook.endswith("default.yml")
    assert str(two.position) == "lab.yml:12:3"


def test_a_password_reference_is_replaced_as_a_whole(load):
    (host,) = load(
        f"defaults: {{winrm: {{address: h, {REFERENCE}}}}}\n"
        "hosts: {a: {winrm: {password: {file: secret}}}}\n"
    ).hosts
    assert host.winrm.password == SecretReference(file="secret")


def test_every_mistake_is_told_at_once(refused):
    assert refused(
        "name: x\n"
        "defaults: {winrm: {prot: 5985, port: abc}, vars: {facts: 1}, simulate: {sped: 5}}\n"
        "groups: {g1: {wnrm: 1}}\n"
        "hosts:\n"
        "  one: {groups: [g1, g3], winrm: {user: '{{ x }}', address: [a]}}\n"
        "  two: 5\n"
        "  three: {simulate: maybe, winrm: {password: {env: A, file: b}, port: yes}}\n"
    ) == [
        "1:1 'name' cannot stand beside 'hosts'",
        "2:20 unknown key 'prot' in 'defaults.winrm'",
        "2:38 'defaults.winrm.port' must be a whole number, got 'abc'",
        "2:51 the name 'facts' is taken",
        "2:73 unknown key 'sped' in 'defaults.simulate'",
        "3:15 unknown key 'wnrm' in 'groups.g1'",
        "5:22 there is no group 'g3'",
        "5:41 'winrm' cannot hold a template",
        "5:61 'hosts.one.winrm.address' must be text, got a list",
        "6:8 'hosts.two' must be a mapping (key: value), got 5",
        "7:21 'hosts.three.simulate' must be a mapping (key: value) or true or false, got 'maybe'",
        "7:46 'hosts.three.winrm.password': give exactly one of env, file, command, keyring",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a\n", "1:1 the host file is not a mapping"),
        ("hosts:\n", "1:1 there are no hosts"),
        ("groups: {a: }\n", "1:1 'groups' needs 'hosts' beside it"),
        ("hosts: {a/b: {simulate: true}}\n", "1:9 'a/b' cannot be a host's name"),
        ("name: ../x\nsimulate: true\n", "1:7 '../x' cannot be a host's name"),
        (f"winrm: {{{REFERENCE}}}\n", "1:1 the host 'lab' has no address"),
        ("winrm: {address: h}\n", "1:1 the host 'lab' has no password"),
        (
            "winrm:\n  address: h\n  auth: certificate\n",
            "3:9 the host 'lab' has no certificate for auth: certificate",
        ),
        ("winrm: {port: 0, address: a}\n", "1:15 'winrm.port' must be at least 1, got 0"),
        ("winrm: {port: yes}\n", "1:15 'winrm.port' must be a whole number, got true or false"),
        ("simulate: {generation: TP4}\n", "1:24 'simulate.generation' must be"),
    ],
)
def test_a_wrong_host_file_is_explained(refused, text, problem):
    assert len(refused(text)) == 1
    assert refused(text)[0].startswith(problem)


def test_kerberos_and_certificates_need_no_password(load):
    assert load("winrm: {address: h, auth: kerberos}\n").hosts
    assert load("winrm: {address: h, auth: certificate, certificate: c.pem, key: k.pem}\n").hosts


def test_a_literal_password_works_and_is_noticed_and_never_shown(load):
    found = load(
        "defaults: {winrm: {address: h, password: hunter2}}\n"
        "hosts: {a: , b: , c: {simulate: true}}\n"
    )
    assert found.hosts[0].winrm.password == "hunter2"
    (notice,) = found.notices
    assert "password" in notice.message
    assert str(notice.position) == "lab.yml:1:42"
    assert "hunter2" not in str((notice, found.passwords))


@pytest.mark.parametrize(
    ("winrm", "noticed"),
    [
        ("address: 192.0.2.1, scheme: http, auth: basic", "unencrypted"),
        ("address: host.example.com, scheme: http, auth: basic", "unencrypted"),
        ("address: 127.0.0.1, scheme: http, auth: basic", None),
        ("address: '::1', scheme: http, auth: basic", None),
        ("address: localhost, scheme: http, auth: basic", None),
        ("address: 192.0.2.1, scheme: http, auth: ntlm", None),
        ("address: 192.0.2.1, scheme: https, auth: basic", None),
        ("address: 192.0.2.1, verify: false", "certificate is not checked"),
    ],
)
def test_what_should_not_be_left_so_is_noticed(load, winrm, noticed):
    notices = load(f"winrm: {{{winrm}, {REFERENCE}}}\n").notices
    assert len(notices) == (noticed is not None)
    assert noticed is None or noticed in notices[0].message


@pytest.mark.parametrize(
    "text",
    [
        "winrm: {address: h, password: hunter2, prot: 5}\n",
        "winrm: {address: h, pasword: hunter2}\n",
        "winrm: {address: h, password: [hunter2]}\n",
        "winrm: {address: h, password: {env: A, bogus: hunter2}}\n",
        "winrm: {address: h, password: {keyring: hunter2}}\n",
        "winrm:\n  address: h\n  password: hunter2: x\n",
        "winrm:\n  password: 'hunter2\n",
        "password: hunter2\nsimulate: true\n",
        "winrm: {address: h, password: 'hunter2{{ x }}'}\n",
    ],
)
def test_no_message_quotes_a_password(load, text):
    with pytest.raises(InputError) as caught:
        load(text)
    for problem in caught.value.problems:
        assert "hunter2" not in f"{problem.message} {problem.hint}"
        if "{env" not in text and "{keyring" not in text and "[" not in text:
            assert "hunter2" not in problem.position.text


@pytest.mark.parametrize(
    "address", ["http://192.0.2.1", "192.0.2.1:5986", "a b", "[::1]", "me@host", "host/wsman"]
)
def test_an_address_is_nothing_but_an_address(refused, address):
    text = f"winrm:\n  address: '{address}'\n  {REFERENCE}\n"
    assert refused(text) == [f"2:12 '{address}' is no address"]


@pytest.mark.parametrize("address", ["192.0.2.1", "fd00::1", "build-01", "build_01.example.com"])
def test_names_and_addresses_are_accepted(load, address):
    (host,) = load(f"winrm:\n  address: {address}\n  {REFERENCE}\n").hosts
    assert host.winrm.address == address


def test_an_empty_password_is_none(refused):
    text = "winrm:\n  address: 192.0.2.1\n  password: ''\n"
    assert refused(text) == ["3:13 the host 'lab' has an empty password"]


def test_a_playbook_is_no_host_file(refused):
    assert refused("name: a\ntasks:\n  - restart:\n") == ["2:1 a host file has no 'tasks'"]


def test_a_key_that_is_given_twice_hides_no_other_mistake(refused):
    assert refused("name: a\nname: b\nplaybok: x\n") == [
        "2:1 the key 'name' is given twice",
        "3:1 unknown key 'playbok'",
    ]


def test_ssh_in_the_place_of_winrm(load, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    found = load(
        "ssh:\n"
        "  address: 192.0.2.7\n"
        "  jump: ops@gate.example.com\n"
        "  key: ~/lab\n"
        "  known_hosts: known\n"
        "  host_key: accept-new\n"
        "  passphrase: {env: PHRASE}\n"
        f"  {REFERENCE}\n"
    )
    (host,) = found.hosts
    assert host.ssh.jump == ("ops@gate.example.com",)
    assert (host.ssh.key, host.ssh.known_hosts) == (str(tmp_path / "lab"), str(tmp_path / "known"))
    assert host.ssh.host_key is HostKeyPolicy.ACCEPT_NEW
    assert host.connect_timeout == 30
    assert str(found.passwords["lab"]) == "lab.yml:8:13"
    assert str(found.passphrases["lab"]) == "lab.yml:7:15"


def test_the_stronger_section_decides_between_ssh_and_winrm(load):
    one, two, three, four = load(
        f"defaults: {{winrm: {{user: all, port: 5985, {REFERENCE}}}}}\n"
        "groups:\n"
        "  ssh: {ssh: {user: builder, keepalive: 5}}\n"
        "hosts:\n"
        "  one: {groups: ssh, ssh: {address: 192.0.2.1}}\n"
        "  two: {groups: ssh, winrm: {address: 192.0.2.2}}\n"
        "  three: {winrm: {address: 192.0.2.3}}\n"
        "  four: {groups: ssh, simulate: {}}\n"
    ).hosts
    assert (one.ssh.address, one.ssh.user, one.ssh.keepalive) == ("192.0.2.1", "builder", 5)
    assert two.ssh is None
    assert (two.winrm.user, two.winrm.port) == ("all", 5985)
    assert three.ssh is None
    assert four.connect_timeout == four.winrm.connect_timeout


def test_what_is_wrong_with_ssh(refused):
    text = (
        "hosts:\n"
        "  one: {ssh: {}}\n"
        "  two: {ssh: {address: 'root@192.0.2.1'}}\n"
        "  three: {ssh: {address: a.example.com, key: key, password: ''}}\n"
        "  four: {ssh: {address: a.example.com, passphrase: {env: A}}}\n"
    )
    assert refused(text) == [
        "2:3 the host 'one' has no address",
        "3:24 'root@192.0.2.1' is no address",
        "4:61 the host 'three' has an empty password",
        "5:52 a passphrase without a key opens nothing",
    ]
    assert refused("winrm: {address: 192.0.2.1}\nssh: {address: 192.0.2.1}\n") == [
        "2:1 'ssh' cannot stand beside 'winrm'"
    ]
    assert refused("ssh: {address: 192.0.2.1, host_key: never}\n") == [
        "1:37 'ssh.host_key' must be 'strict' or 'accept-new', got 'never'"
    ]
    assert refused("ssh: {address: '{{ a }}'}\n") == ["1:16 'ssh' cannot hold a template"]


def test_a_literal_passphrase_is_loudly_noticed(load):
    found = load("ssh: {address: 192.0.2.1, key: key, passphrase: hunter2}\n")
    (notice,) = found.notices
    assert "the passphrase stands in the file" in notice.message
    assert "hunter2" not in str(notice)
