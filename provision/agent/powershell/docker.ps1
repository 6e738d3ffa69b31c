# The docker client. Its output is English everywhere; TP4's client (1.10-dev) knows no --format.

function Find-Docker {
    try { Find-Program 'docker.exe' }
    catch {
        if ($_.FullyQualifiedErrorId -ne 'NotFound') { throw }
        ''
    }
}

# In check mode a command that may change something is not even looked for: an earlier task, which
# check mode left out, would have brought docker.
function Invoke-DockerCommand($Params, [bool] $Check) {
    if ($Check -and -not $Params.reads) {
        return [ordered] @{ exit_code = 0; stdout = ''; stderr = ''; truncated = $false; timed_out = $false }
    }
    $docker = Find-Docker
    if (-not $docker) { throw (New-AgentError 'NotFound' 'there is no docker client') }
    $timeout = [int] [Math]::Ceiling([double] $Params.timeout)
    $result = Invoke-Native $docker @($Params.arguments) ([IO.Path]::GetTempPath()) @{} $timeout ([string] $Params.input)
    [ordered] @{
        exit_code = $result.exit_code
        stdout    = [string] $result.stdout
        stderr    = [string] $result.stderr
        truncated = [bool] $result.truncated
        timed_out = [bool] $result.timed_out
    }
}

function Invoke-Docker([string] $Docker, [string[]] $Arguments) {
    Invoke-Native $Docker $Arguments ([IO.Path]::GetTempPath()) @{} 120
}

function Get-FirstLine([string] $Text) {
    [string] ($Text -split '\r?\n' | Where-Object { $_.Trim() } | Select-Object -First 1)
}

function Get-DockerVersion {
    $answer = [ordered] @{ installed = $false; answers = $false; client = ''; server = ''; message = '' }
    $docker = Find-Docker
    if (-not $docker) { return $answer }
    $answer.installed = $true
    $result = Invoke-Docker $docker @('version')
    $part = ''
    foreach ($line in $result.stdout -split '\r?\n') {
        if ($line -match '^(Client|Server)\b') { $part = $Matches[1].ToLowerInvariant() }
        elseif ($part -and -not $answer[$part] -and $line -match '^\s+Version:\s+(\S+)') { $answer[$part] = $Matches[1] }
    }
    $answer.answers = [bool] $answer.server
    if ($result.timed_out) { $answer.message = 'the client gave no answer within 120 s' }
    elseif (-not $answer.answers) { $answer.message = Get-FirstLine ($result.stderr + "`n" + $result.stdout) }
    $answer
}

function Get-ImageList {
    $docker = Find-Docker
    if (-not $docker) { throw (New-AgentError 'NotFound' 'there is no docker client') }
    $result = Invoke-Docker $docker @('images', '--format', '{{json .}}')
    if ($result.exit_code -eq 0) { $images = @(Read-ImageLines $result.stdout) }
    else {
        if ($result.stderr -match 'flag provided but not defined|unknown flag') { $result = Invoke-Docker $docker @('images') }
        if ($result.exit_code -ne 0) {
            throw (New-AgentError 'NotFound' "the docker daemon does not answer: $(Get-FirstLine ($result.stderr + $result.stdout))")
        }
        $images = @(Read-ImageTable $result.stdout)
    }
    [ordered] @{ images = @(Get-Sorted $images { "$($_.repository)`0$($_.tag)" }) }
}

function New-Image([string] $Repository, [string] $Tag, [string] $Id) {
    $short = $Id -replace '^sha256:', ''
    [ordered] @{ repository = $Repository; tag = $Tag; id = $short.Substring(0, [Math]::Min(12, $short.Length)) }
}

function Read-ImageLines([string] $Text) {
    foreach ($line in $Text -split '\r?\n' | Where-Object { $_.Trim() }) {
        $image = ConvertFrom-Json -InputObject $line
        New-Image $image.Repository $image.Tag $image.ID
    }
}

# REPOSITORY  TAG  IMAGE ID  CREATED  VIRTUAL SIZE: columns stand two or more spaces apart.
function Read-ImageTable([string] $Text) {
    foreach ($line in $Text -split '\r?\n' | Where-Object { $_.Trim() } | Select-Object -Skip 1) {
        $columns = $line.Trim() -split '\s{2,}'
        if ($columns.Length -ge 3) { New-Image $columns[0] $columns[1] $columns[2] }
    }
}
