"""The docker client's commands, a family each."""
