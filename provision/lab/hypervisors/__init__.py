"""Drivers of hypervisors, one a file, behind the protocol of `provision.lab.hypervisor`."""
