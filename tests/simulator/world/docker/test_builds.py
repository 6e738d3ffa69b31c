"""Builds: steps, layers, the cache, and what of a Dockerfile fails on which Windows."""

from __future__ import annotations

import pytest

from provision.simulator.world.docker.build.words import process

CHOCO = (
    'RUN powershell -NoProfile -Command "iex ((New-Object Net.WebClient)'
    ".DownloadString('http://chocolatey.org/install.ps1'))\"\n"
)
TOOLS = f"FROM windowsservercore\n{CHOCO}RUN choco install -y nmap maven git jdk7\n"
CLONE = "RUN git clone https://github.com/kaitoy/pcap4j.git /pcap4j\nWORKDIR /pcap4j\n"
PACKAGE = (
    "RUN mvn {repository} -DskipTests package dependency:copy-dependencies "
    "-DoutputDirectory=C:\\jars\n"
)
COLLECT = (
    "RUN mkdir C:\\app && copy pcap4j-core\\target\\*.jar C:\\app && "
    "copy pcap4j-sample\\target\\*.jar C:\\app && copy C:\\jars\\*.jar C:\\app\n"
    'RUN echo java -cp "C:\\app\\*" org.pcap4j.sample.GetNifInfo > C:\\app\\capture.bat\n'
    "CMD C:\\app\\capture.bat\n"
)
PCAP4J = TOOLS + CLONE + PACKAGE.format(repository="-Dmaven.repo.local=C:\\repo") + COLLECT


def test_the_whole_image_on_tp4(tp4):
    text = tp4.build(PCAP4J)
    steps = [line for line in text.splitlines() if line.startswith("Step ")]
    assert steps[0] == "Step 1 : FROM windowsservercore"
    assert len(steps) == 9
    assert text.splitlines()[-2].startswith("Successfully built ")
    assert "capture.bat" in tp4.inside("dir /b C:\\app")
    assert "org.pcap4j.sample.GetNifInfo" in tp4.inside("type C:\\app\\capture.bat")
    said = tp4("run", "--rm", "made", code=1)
    assert (
        "PacketGetAdapterNames: The data area passed to a system call is too small. (122)" in said
    )
    rows = tp4("history", "made").splitlines()
    assert len(rows) == 1 + 9
    assert any("514.9 MB" in row for row in rows)


def test_the_same_image_later_finds_no_adapter_either(rtm):
    rtm.build(PCAP4J)
    assert "No NIF to capture." in rtm("run", "--rm", "made", code=1)


def test_the_half_hour_after_choco(tp4, rtm, host):
    tp4.build(TOOLS)
    assert 1800 < tp4.seconds < 2700
    rtm.build(TOOLS)
    assert rtm.seconds < 400
    short = host("tp4", layer_silent_for=10)
    short.build(TOOLS)
    assert short.seconds < 900


def test_a_build_goes_on_from_its_cache(tp4):
    broken = TOOLS + "RUN nonsense\n"
    text = tp4.build(broken, code=1)
    assert "'nonsense' is not recognized as an internal or external command" in text
    assert "The command 'cmd /S /C nonsense' returned a non-zero code: 1" in text
    again = tp4.build(TOOLS + CLONE)
    assert again.count(" ---> Using cache") == 2
    assert tp4.seconds < 300
    tp4.write("C:\\ctx\\a.txt", "one")
    copying = "FROM windowsservercore\nCOPY a.txt /a.txt\nRUN type C:\\a.txt\n"
    tp4.build(copying)
    assert tp4.build(copying).count("Using cache") == 2
    tp4.write("C:\\ctx\\a.txt", "two")
    assert "Using cache" not in tp4.build(copying)
    assert tp4.inside("type C:\\a.txt").strip() == "two"
    assert "Using cache" not in tp4.build(copying, "--no-cache")


@pytest.mark.parametrize("generation", ["tp4", "rtm"])
def test_dot_files_are_lost_on_tp4(host, generation):
    typist = host(generation)
    typist.write("C:\\ctx\\.settings", "x")
    typist.build(
        "FROM windowsservercore\n"
        "RUN mkdir C:\\.cache C:\\work\\.kept && echo a > C:\\.cache\\in.txt && "
        "echo b > C:\\work\\.hidden && echo c > C:\\work\\.kept\\d.txt && type C:\\.cache\\in.txt\n"
        "COPY .settings /work/\n"
    )
    lost = generation == "tp4"
    for path in ("C:\\.cache\\in.txt", "C:\\work\\.hidden", "C:\\work\\.settings"):
        found = typist.inside(f"dir /b {path}", code=None)
        assert ("File Not Found" in found) is lost, path
    assert "d.txt" in typist.inside("dir /b C:\\work\\.kept")


@pytest.mark.parametrize("generation", ["tp4", "rtm"])
def test_maven_s_repository_is_lost_on_tp4(host, generation):
    typist = host(generation)
    first = PACKAGE.format(repository="")
    offline = "RUN mvn -o package\n"
    lost = generation == "tp4"
    text = typist.build(TOOLS + CLONE + first + offline, code=1 if lost else 0)
    assert ("in offline mode and the artifact" in text) is lost
    kept = PACKAGE.format(repository="-Dmaven.repo.local=C:\\repo")
    typist.build(TOOLS + CLONE + kept + "RUN mvn -o -Dmaven.repo.local=C:\\repo package\n")


def test_environment_variables(tp4, rtm):
    dockerfile = (
        "FROM windowsservercore\nENV A=one\nENV hoge %tmp%\nENV B $A\nRUN echo %A% [%B%] [%hoge%]\n"
    )
    assert "one [$A] [%tmp%]" in tp4.build(dockerfile)
    assert "one [one] [%tmp%]" in rtm.build(dockerfile)
    in_workdir = "FROM windowsservercore\nENV A=one\nWORKDIR /$A\nRUN cd\n"
    assert "C:\\$A" in tp4.build(in_workdir)
    assert "C:\\one" in rtm.build(in_workdir)


def test_single_backslashes_are_lost(tp4, rtm):
    for typist in (tp4, rtm):
        assert "C:\\foobar\n" in typist.build(
            "FROM windowsservercore\nWORKDIR \\foo\\bar\nRUN cd\n"
        )
        assert "C:\\foo\\bar\n" in typist.build(
            "FROM windowsservercore\nWORKDIR \\\\foo\\\\bar\nRUN cd\n"
        )
    escaped = "# escape=`\nFROM windowsservercore\nWORKDIR C:\\foo\\bar\nRUN cd\n"
    assert "C:\\foo\\bar\n" in rtm.build(escaped)
    # TP4's docker takes that line for a comment.
    assert "GetFileAttributesEx" in tp4.build(escaped, code=1)


@pytest.mark.parametrize("path", ["C:\\x", "C:/x", "C:\\\\x"])
@pytest.mark.parametrize("line", ["WORKDIR {}", "COPY a.txt {}"])
def test_tp4_rejects_drive_letters(tp4, rtm, path, line):
    for typist in (tp4, rtm):
        typist.write("C:\\ctx\\a.txt", "a")
    dockerfile = f"FROM windowsservercore\n{line.format(path)}\n"
    text = tp4.build(dockerfile, code=1)
    assert "GetFileAttributesEx \\\\?\\Volume{" in text
    assert "C:: The filename, directory name, or volume label syntax is incorrect." in text
    rtm.build(dockerfile)


def test_https_of_powershell_fails_on_tp4(tp4, rtm):
    dockerfile = "FROM windowsservercore\n" + CHOCO.replace("http://", "https://")
    text = tp4.build(dockerfile, code=1)
    assert "The request was aborted: Could not create SSL/TLS secure channel." in text
    rtm.build(dockerfile)


def test_instructions_that_came_later(tp4, rtm):
    dockerfile = 'FROM windowsservercore\nSHELL ["powershell", "-Command"]\nRUN Write-Host hello\n'
    assert "Unknown instruction: SHELL" in tp4.build(dockerfile, code=1)
    assert "hello" in rtm.build(dockerfile)
    assert "Please provide a source image" in tp4.build("RUN ver\n", code=1)
    assert "Unknown instruction: NONSENSE" in tp4.build(
        "FROM windowsservercore\nNONSENSE x\n", code=1
    )


def test_stages_and_arguments_of_today(today):
    base = "mcr.microsoft.com/windows/servercore:ltsc2022"
    text = today.build(
        f"ARG base={base}\n"
        "FROM ${base} AS made\nRUN mkdir C:\\out && echo result > C:\\out\\r.txt\n"
        "FROM ${base}\nARG name=none\nCOPY --from=made /out /final\nRUN type C:\\final\\r.txt\n"
        'RUN echo [%name%]\nLABEL maintainer="someone" version=${name}\n',
        "--build-arg",
        "name=given",
    )
    assert "Step 9/9 : LABEL" in text
    assert "Pulling from windows/servercore" in text
    assert "result" in text
    assert "[given]" in text
    assert "Successfully tagged made:latest" in text
    (image,) = today.json("inspect", "made")
    assert image["Config"]["Labels"] == {"maintainer": "someone", "version": "given"}


def test_configuration(rtm):
    rtm.build(
        'FROM windowsservercore\nENV A=1 B="two words"\nEXPOSE 80\nVOLUME C:/data\n'
        'WORKDIR /app\nENTRYPOINT ["cmd", "/c"]\nCMD ["echo", "hello"]\nMAINTAINER somebody\n'
    )
    (image,) = rtm.json("inspect", "made")
    config = image["Config"]
    assert config["Env"] == ["A=1", "B=two words"]
    assert config["ExposedPorts"] == {"80/tcp": {}}
    assert config["WorkingDir"] == "C:\\app"
    assert (config["Entrypoint"], config["Cmd"]) == (["cmd", "/c"], ["echo", "hello"])
    assert image["Author"] == "somebody"
    assert rtm("run", "--rm", "made") == "hello\n"
    assert rtm("run", "--rm", "made", "cd") == "C:\\app\n"


def test_what_cannot_be_built(tp4, rtm):
    assert 'path "C:\\none" not found' in tp4.error("build", "C:\\none")
    tp4.write("C:\\empty\\a.txt", "x")
    assert "evaluate symlinks in Dockerfile path" in tp4.error("build", "C:\\empty")
    assert "x.txt: no such file or directory" in tp4.build(
        "FROM windowsservercore\nCOPY x.txt /\n", code=1
    )
    assert "image library/none-such:latest not found" in tp4.build("FROM none-such\n", code=1)
    assert "FROM scratch" in rtm.build("FROM scratch\n", code=1)
    tp4.write("C:\\ctx\\Dockerfile", b"")
    assert "file with no instructions" in tp4.error("build", "C:\\ctx")


def test_a_layer_needs_room(tp4):
    disk = tp4.world.disk.model_copy(update={"free_bytes": 100_000_000})
    tp4.world = tp4.world.with_(disk=disk)
    assert "not enough space on the disk" in tp4.build(TOOLS, code=1)


def test_ignored_files_are_not_sent(rtm):
    rtm.write("C:\\ctx\\.dockerignore", "*.log\n!keep.log\nsecret\n")
    for name in ("a.log", "keep.log", "secret\\s.txt", "b.txt"):
        rtm.write(f"C:\\ctx\\{name}", "x")
    rtm.build("FROM windowsservercore\nCOPY . /all\n")
    found = rtm.inside("dir /b C:\\all")
    assert "keep.log" in found
    assert "b.txt" in found
    assert "a.log" not in found
    assert "secret" not in found


@pytest.mark.parametrize(
    ("word", "escape", "variables", "made"),
    [
        ("C:\\x\\y", "\\", {}, "C:xy"),
        ("C:\\\\x", "\\", {}, "C:\\x"),
        ("C:\\x", "`", {}, "C:\\x"),
        ('"a b"c', "\\", {}, "a bc"),
        ("'$A'", "\\", {"A": "1"}, "$A"),
        ('"$A"', "\\", {"A": "1"}, "1"),
        ("\\$A", "\\", {"A": "1"}, "$A"),
        ("${B:-x}${A:+y}", "\\", {"A": "1"}, "xy"),
        ("$A-${A}", "\\", None, "$A-${A}"),
        ("%tmp%", "\\", {"tmp": "x"}, "%tmp%"),
    ],
)
def test_words(word, escape, variables, made):
    assert process(word, escape, variables) == made


def test_labels_of_the_command_line(tp4, rtm):
    text = rtm.build("FROM windowsservercore\n", "--label", "a.b=c d")
    assert 'Step 2 : LABEL "a.b"="c d"' in text
    (image,) = rtm.json("inspect", "made")
    assert image["Config"]["Labels"] == {"a.b": "c d"}
    tp4.write("C:\\ctx\\Dockerfile", "FROM windowsservercore\n")
    assert "not defined: --label" in tp4.error("build", "--label", "a=b", "C:\\ctx")
    assert "not defined: --network" in tp4.error("run", "--network", "x", "windowsservercore")
