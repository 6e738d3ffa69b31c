# The wire: `@pv <number> <base64>` in, an empty line and `@pv <number> <length> <base64>` out. A
# `content` that is base64 itself follows behind the JSON that it belongs to. Each number is carried
# out at most once; the last answers are kept, so that one that got lost can be had again without
# doing its work again.

$script:LastNumber = 0
$script:Kept = New-Object System.Collections.Specialized.OrderedDictionary
$script:KeptLength = 0
$script:Output = [Console]::OpenStandardOutput()

# Not through [Console]::Out, which hands a long text on in blocks of 256 characters.
function Write-Frame([string[]] $Frame) {
    foreach ($part in $Frame) {
        $bytes = [Text.Encoding]::ASCII.GetBytes($part)
        $script:Output.Write($bytes, 0, $bytes.Length)
    }
    $script:Output.Flush()
}

# In parts: to join long content to the rest would copy it twice.
function New-Frame([string] $Number, $Payload) {
    $gap = $content = ''
    if ($Payload.result -is [Collections.IDictionary] -and $Payload.result.content) {
        $gap = ' '
        $content = $Payload.result.content
        $Payload.result.Remove('content')
    }
    $json = ConvertTo-Json -InputObject $Payload -Compress -Depth 12
    $body = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($json))
    "`n@pv $Number $($body.Length + $gap.Length + $content.Length) $body$gap"
    $content
    "`n"
}

function New-Failure($ErrorRecord) {
    [ordered] @{ ok = $false; error = ConvertTo-ErrorData $ErrorRecord }
}

function Save-Frame([string] $Number, [string[]] $Frame) {
    $script:Kept.Add($Number, $Frame)
    $script:KeptLength += Get-FrameLength $Frame
    while ($script:Kept.Count -gt 1 -and ($script:Kept.Count -gt 64 -or $script:KeptLength -gt 8MB)) {
        $script:KeptLength -= Get-FrameLength $script:Kept[0]
        $script:Kept.RemoveAt(0)
    }
}

function Get-FrameLength([string[]] $Frame) {
    $length = 0
    foreach ($part in $Frame) { $length += $part.Length }
    $length
}

function Read-Request([string] $Body, [string] $Content) {
    try {
        $json = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Body))
        $request = ConvertFrom-Json -InputObject $json
    }
    catch {
        throw (New-AgentError 'BadRequest' "the request cannot be read: $((Get-Cause $_).Message)")
    }
    if (-not $request.op -or $null -eq $request.params) {
        throw (New-AgentError 'BadRequest' 'the request has no op or no params')
    }
    if ($Content) { Add-Member -InputObject $request.params -NotePropertyName content -NotePropertyValue $Content }
    $request
}

function Invoke-Line([string] $Line) {
    if ($Line -match '^@ready ([0-9a-f]{64})$') {
        try { $answer = [ordered] @{ ok = $true; result = Get-Ready $Matches[1] } }
        catch { $answer = New-Failure $_ }
        Write-Frame (New-Frame '0' $answer)
        return
    }
    # A request that was cut ends in `!`. Long content is not matched: that takes longer than all else.
    if ($Line.IndexOf([char] '!') -ge 0 -or $Line -notmatch '^@pv ([1-9][0-9]{0,17}) ([A-Za-z0-9+/=]*)( |\s*$)') {
        if ($Line.Trim()) { [Console]::Error.WriteLine("agent: a line of $($Line.Length) characters is no request") }
        return
    }
    $number = [long] $Matches[1]
    $body = $Matches[2]
    $content = $Line.Substring($Matches[0].Length).TrimEnd()
    if ($number -le $script:LastNumber) {
        $frame = $script:Kept["$number"]
        if (-not $frame) {
            $frame = New-Frame "$number" (New-Failure (New-AgentError 'AnswerForgotten' "the answer to request $number is no longer kept"))
        }
        Write-Frame $frame
        return
    }
    $script:LastNumber = $number
    try { $frame = New-Frame "$number" ([ordered] @{ ok = $true; result = Invoke-Operation (Read-Request $body $content) }) }
    catch { $frame = New-Frame "$number" (New-Failure $_) }
    Save-Frame "$number" $frame
    Write-Frame $frame
}
