"""Files and folders between the controller and a host, of any size, in constant memory.

What is sent grows beside its place on the host as `<path>.part`, and what is fetched beside its
place here; it takes its place when its hash is right. After any break the part's hash says how much
of it is good, and the transfer goes on from there.
"""
