"""Stands in for a program of the world; run under the program's own name."""

import json
import os
import sys
import time
from pathlib import Path

name = Path(sys.argv[0]).name.lower().removesuffix(".exe")
arguments = sys.argv[1:]
world = json.loads(Path(os.environ["PROVISION_WORLD"]).read_text(encoding="utf-8-sig"))


def leave(stdout: str = "", stderr: str = "", code: int = 0) -> None:
    sys.stdout.buffer.write(stdout.encode())
    sys.stdout.buffer.flush()
    sys.stderr.buffer.write(stderr.encode())
    sys.stderr.buffer.flush()
    os._exit(code)


def docker() -> None:
    installed = world["docker"]
    running = any(
        service["name"] == "docker" and service["state"] == "running"
        for service in world["services"]
    )
    modern = installed["json_format"]
    refused = (
        "error during connect: this error may indicate that the docker daemon is not running: "
        "open //./pipe/docker_engine: The system cannot find the file specified.\n"
    )
    if arguments[:1] == ["version"]:
        client = f"Client:\n Version:      {installed['client']}\n API version:  1.22\n"
        server = f"\nServer:\n Version:      {installed['server']}\n API version:  1.22\n"
        leave(client + server) if running else leave(client, refused, 1)
    if not modern and "--format" in arguments:
        leave("", "flag provided but not defined: --format\nSee 'docker images --help'.\n", 2)
    if not running:
        leave("", refused, 1)
    if modern and "--format" in arguments:
        rows = [
            {"Repository": image["repository"], "Tag": image["tag"], "ID": image["id"]}
            for image in world["images"]
        ]
        leave("".join(json.dumps(row) + "\n" for row in rows))
    lines = ["REPOSITORY          TAG                 IMAGE ID            CREATED             VIRTUAL SIZE"]
    lines += [
        f"{image['repository']:<20}{image['tag']:<20}{image['id']:<20}11 weeks ago        0 B"
        for image in world["images"]
    ]
    leave("\n".join(lines) + "\n")


if name == "icacls":
    leave()
if name == "shutdown":
    with Path(os.environ["PROVISION_WORLD"] + ".shutdown").open("a") as calls:
        calls.write(json.dumps(arguments) + "\n")
    leave()
if name == "docker":
    docker()
for program in world["programs"]:
    known = program["name"].lower().removesuffix(".exe") == name
    if known and program["arguments"] in (None, arguments):
        time.sleep(program["seconds"])
        leave(program["stdout"], program["stderr"], program["exit_code"])
leave("", f"{name}: the world does not know these arguments: {arguments}\n", 9)
