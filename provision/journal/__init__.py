"""Durable progress: what ran, when, on which boot, with which answer, under which playbook."""
