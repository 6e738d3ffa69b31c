"""What Microsoft's Install-ContainerHost.ps1 does to a world, as a timeline per generation.

Modelled after the public script (repository MicrosoftDocs/Virtualization-Documentation) and runs of
it with stubbed cmdlets. The script itself is never contained here; it is known by its hash.
"""
