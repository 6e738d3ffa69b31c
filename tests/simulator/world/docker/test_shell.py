"""The model of cmd.exe, of PowerShell's few statements, and of the programs in a container."""

from __future__ import annotations

import pytest

from provision.simulator.world.docker.shell.words import split, words


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a && b || c & d | e", [("a", ""), ("b", "&&"), ("c", "||"), ("d", "&"), ("e", "|")]),
        ('echo "a && b"', [('echo "a && b"', "")]),
        ("echo a ^& b", [("echo a & b", "")]),
        ("(a & b) && c", [("(a & b)", ""), ("c", "&&")]),
        ("@echo off", [("echo off", "")]),
    ],
)
def test_lines_are_split(line, found):
    assert [(each.text, each.joined) for each in split(line)] == found


@pytest.mark.parametrize(
    ("line", "text", "output", "append"),
    [
        ("echo a > b.txt", "echo a", "b.txt", False),
        ("echo a>>b.txt", "echo a", "b.txt", True),
        ('echo "x > y" > "c d.txt"', 'echo "x > y"', "c d.txt", False),
        ("echo a 1> b 2>&1", "echo a", "b", False),
        ("echo a 2> nul", "echo a", "", False),
        ("> b echo a", "echo a", "b", False),
    ],
)
def test_redirections(line, text, output, append):
    (simple,) = split(line)
    assert (simple.text, simple.output, simple.append) == (text, output, append)


def test_words():
    assert words('a "b c" d"e f"  ""') == ["a", "b c", "de f", ""]


@pytest.mark.parametrize(
    ("line", "printed", "code"),
    [
        ("echo one & exit 5", "one", 5),
        ("nonsense || echo two", "two", 0),
        ("nonsense && echo three", "not recognized", 1),
        ("set A=b c&& set A", "A=b c", 0),
        ("mkdir C:\\a\\b & cd C:\\a & cd", "C:\\a", 0),
        ("cd C:\\none", "cannot find the path", 1),
        ("mkdir C:\\a & echo x> C:\\a\\f.txt & ren C:\\a\\f.txt g.txt & type C:\\a\\g.txt", "x", 0),
        ("mkdir C:\\a & echo x> C:\\a\\f.txt & move C:\\a C:\\b & dir /b C:\\b", "f.txt", 0),
        ("echo x> C:\\f.txt & del C:\\f.txt & type C:\\f.txt", "cannot find the file", 1),
        ("mkdir C:\\a\\b & rmdir C:\\a", "directory is not empty", 145),
        ("mkdir C:\\a\\b & rmdir /s /q C:\\a & dir C:\\a", "File Not Found", 1),
        (
            "mkdir C:\\a & echo x> C:\\a\\f & xcopy C:\\a C:\\c /e & dir /s /b C:\\c",
            "C:\\c\\f",
            0,
        ),
        ("echo x > C:\\none\\f.txt", "cannot find the path", 1),
        ("copy C:\\none.txt C:\\x", "cannot find the file", 1),
        ("ver | findstr Version", "Microsoft Windows [Version", 0),
        ("ver | findstr nothing", "", 1),
        ("where nothing", "INFO: Could not find", 1),
        ("where ipconfig", "C:\\Windows\\System32\\ipconfig.exe", 0),
        ("setx /M ZZ b & set ZZ", "Environment variable ZZ not defined", 1),
        ("ping -n 1 172.22.16.1", "Reply from 172.22.16.1", 0),
        ("if exist x echo y", "simulated cmd does not know if", 1),
        ("choco install git", "not recognized", 1),
        ("whoami", "user manager\\containeradministrator", 0),
        ('cmd /c "echo inner"', "inner", 0),
    ],
)
def test_cmd(rtm, line, printed, code):
    assert printed in rtm.inside(line, "windowsservercore", code=code)


@pytest.mark.parametrize(
    ("script", "printed", "code"),
    [
        ("'hello'", "hello", 0),
        ("$ErrorActionPreference = 'Stop'; Write-Host hello", "hello", 0),
        ("New-Item -ItemType Directory -Path C:\\n | Out-Null; Test-Path C:\\n", "True", 0),
        ("Test-Path C:\\none", "False", 0),
        ("Set-Content -Path C:\\f.txt -Value hello; Get-Content C:\\f.txt", "hello", 0),
        ("Get-Content C:\\none", "Cannot find path", 1),
        ("Invoke-Nonsense; 'after'", "is not recognized as the name of a cmdlet", 1),
        ("exit 7", "", 7),
        (
            "(New-Object Net.WebClient).DownloadFile('https://example.com/a.zip', 'C:\\a.zip'); "
            "Expand-Archive C:\\a.zip -DestinationPath C:\\out; Get-ChildItem C:\\out",
            "C:\\out\\a",
            0,
        ),
        (
            "iex ((New-Object Net.WebClient).DownloadString('https://example.com/x.ps1'))",
            "does not know what https://example.com/x.ps1 does",
            1,
        ),
        ("hostname", "", 0),
        ("[Environment]::SetEnvironmentVariable('A', 'b', 'Machine'); cmd /c ver", "Windows", 0),
    ],
)
def test_powershell(rtm, script, printed, code):
    words_ = ("powershell", "-NoProfile", "-Command", script)
    assert printed in rtm("run", "--rm", "windowsservercore", *words_, code=code)


def test_a_pipeline_that_collects_jars(rtm):
    rtm.build(
        "FROM windowsservercore\n"
        "RUN mkdir C:\\a\\b C:\\out && echo x > C:\\a\\b\\one.jar && echo y > C:\\a\\two.jar\n"
        "RUN powershell Get-ChildItem C:\\a -Recurse -Filter *.jar ^| "
        "Copy-Item -Destination C:\\out\n"
    )
    assert rtm.inside("dir /b C:\\out").split() == ["one.jar", "two.jar"]


def test_what_an_installer_sets_is_there_for_the_next_process(rtm):
    install = (
        "FROM windowsservercore\n"
        "RUN powershell iex (New-Object Net.WebClient)"
        ".DownloadString('https://chocolatey.org/install.ps1')\n"
    )
    rtm.build(f"{install}RUN choco install -y jdk8 && java -version\n", code=1)
    rtm.build(f"{install}RUN choco install -y jdk8 && refreshenv && java -version\n")
    rtm.build(f"{install}RUN choco install -y jdk8\nRUN java -version && echo %JAVA_HOME%\n")
    assert "C:\\Program Files\\Java\\jdk1.8.0_66" in rtm.inside("echo %JAVA_HOME%")
    unknown = rtm.build(f"{install}RUN choco install -y none-such\n", code=1)
    assert "The package was not found" in unknown
    assert "cancelled" in rtm.build(f"{install}RUN choco install jdk8\n", code=1)


def test_maven_and_java_without_what_they_need(rtm):
    tools = (
        "FROM windowsservercore\n"
        "RUN powershell iex (New-Object Net.WebClient)"
        ".DownloadString('https://chocolatey.org/install.ps1')\n"
        "RUN choco install -y maven git\n"
    )
    assert "JAVA_HOME not found" in rtm.build(f"{tools}RUN mvn package\n", code=1)
    more = f"{tools}RUN choco install -y jdk8 nmap\n"
    assert "there is no POM" in rtm.build(f"{more}WORKDIR /x\nRUN mvn package\n", code=1)
    assert "Could not find or load main class x.Y" in rtm.build(f"{more}RUN java x.Y\n", code=1)
    rtm.build(more)
    assert "NONE FOUND" in rtm.inside("nmap --iflist")
    fails = "already exists and is not an empty directory"
    again = (
        f"{more}RUN git clone https://example.com/a.git && git clone https://example.com/a.git\n"
    )
    assert fails in rtm.build(again, code=128)


def test_a_batch_file_with_arguments(rtm):
    rtm.write("C:\\ctx\\say.bat", "@echo off\r\nrem nothing\r\necho %1 from %~dp0\r\nexit /b 4\r\n")
    rtm.build("FROM windowsservercore\nCOPY say.bat /tools/\n")
    assert "me from C:\\tools\\" in rtm.inside("C:\\tools\\say me", code=4)
    rtm.write("C:\\ctx\\say.bat", "call C:\\tools\\say.bat\r\n")
    rtm.build("FROM windowsservercore\nCOPY say.bat /tools/\n")
    assert "R E C U R S I O N" in rtm.inside("C:\\tools\\say.bat", code=1)
