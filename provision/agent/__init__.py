"""The agent: one PowerShell process per host and boot that answers typed requests.

The wire, in both directions, is lines of pure ASCII, so that no codepage can touch it.

- Start: `powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -OutputFormat Text
  -EncodedCommand <bootstrap>`. The bootstrap holds the SHA-256 of the agent's source and the length
  of its base64 text. The controller then sends that base64 in lines of 4,000 characters; the
  bootstrap collects until the length is there, checks the hash, and runs the source. A mismatch is
  answered under number 0 with the error id `BootstrapMismatch`, and exit code 87.
- Ready: the answer with number 0 and the result `{"boot": {"boot_time", "token"}, "powershell":
  "5.1.14393.0", "process": 412, "sha256": "…"}`.
- Request: `@pv <number> <base64>` where the base64 is UTF-8 JSON
  `{"op": "file.stat", "check": false, "params": {…}}`. A parameter `content` that is base64 itself
  is left out of the JSON and follows behind it as it is: `@pv <number> <base64> <content>`; so a
  file's bytes are not encoded twice. Numbers begin at 1 and rise. The agent
  passes over every line that is no request. So after a lost connection the controller's first line
  is `!`, which spoils a request that was cut in the middle.
- Answer: an empty line, then `@pv <number> <length of what follows> <base64>`; the JSON is
  `{"ok": true, "result": …}` or `{"ok": false, "error": {…}}` with an `ErrorRecord`. The result's
  `content` may follow behind it, as in a request, and counts in the length. The leading
  line end separates it from stray output that ended without one; the length exposes a cut.
- The agent carries out each number at most once. It keeps its last answers (64 of them, 8 MB
  together, always at least one) and repeats one when its number comes again; a number that it
  carried out and no longer keeps is the error `AnswerForgotten`.
- Everything else on stdout is stray, and kept as evidence.
"""
