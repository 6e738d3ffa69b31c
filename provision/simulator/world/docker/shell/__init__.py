"""What a program does in a container: a model of cmd.exe and of few programs.

A program that is not here is unknown, and cmd says so, as on a Windows that has not got it.
"""
