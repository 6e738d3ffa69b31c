# The same stubs, for runspaces that the prelude does not reach: PowerShell loads them by name.

foreach ($file in 'world', 'server', 'network', 'scheduled_tasks') { . (Join-Path $PSScriptRoot "../../$file.ps1") }
