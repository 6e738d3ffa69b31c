"""The installer contract: scripts that restart the host, and whose exit code says nothing."""
