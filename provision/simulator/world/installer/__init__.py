"""What Microsoft's installers of container hosts do to a world, as timelines.

Modelled after the public scripts (Install-ContainerHost.ps1 in the repository
MicrosoftDocs/Virtualization-Documentation, today's in microsoft/Windows-Containers) and runs of the
former with stubbed cmdlets. The scripts are never contained here; they are known by their hashes.
"""
