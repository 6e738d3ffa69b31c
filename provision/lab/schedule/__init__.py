"""The nightly run as a timer of the system: files and lines, made and not yet installed. Pure."""
