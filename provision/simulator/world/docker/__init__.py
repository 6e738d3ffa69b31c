"""Docker on the modelled host: images with layers, containers, networks, a registry, a client.

Nothing here runs a container: what a program does in one is a model, of few programs, each with its
source. A program outside that list is unknown and said to be so. How a command is carried out:
`client` makes a `Play` of it, which is what it writes and changes at which moment; whoever asked
lets host time pass and the play's effects happen.
"""
