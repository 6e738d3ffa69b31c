function Get-Download($Params, [bool] $Check) {
    $path = [string] $Params.path
    Assert-NoFolder $path
    $wanted = ([string] $Params.sha256).ToLowerInvariant()
    $before = Get-PathState $path
    $after = New-FileState $wanted
    if ($before.sha256 -eq $wanted) { return New-Change $false $before $before }
    if ($Check) { return New-Change $true $before $after }
    New-ParentFolder $path
    $part = "$path.download"
    try {
        Save-Address $Params.url $part $Params.timeout
        Move-Checked $part $path $wanted $Params.url
    }
    finally { [IO.File]::Delete($part) }
    New-Change $true $before $after
}

# Below Invoke-WebRequest, which in 5.x keeps the whole body in memory and needs Internet Explorer.
function Save-Address([string] $Address, [string] $Path, [int] $Timeout) {
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $response = $null
    $body = $null
    try {
        $request = [Net.WebRequest]::Create($Address)
        $request.Timeout = $Timeout * 1000
        if ($request -is [Net.HttpWebRequest]) {
            $request.ReadWriteTimeout = $Timeout * 1000
            $request.UserAgent = 'provision'
            if ($request.Proxy) { $request.Proxy.Credentials = [Net.CredentialCache]::DefaultNetworkCredentials }
        }
        $response = $request.GetResponse()
        $body = $response.GetResponseStream()
        $length = Copy-Body $body $Path $watch $Timeout
        if ($response.ContentLength -ge 0 -and $length -ne $response.ContentLength) {
            throw (New-AgentError 'DownloadFailed' "$Address ended after $length of $($response.ContentLength) bytes")
        }
    }
    catch {
        if ($_.FullyQualifiedErrorId -in 'DownloadFailed', 'DiskFull') { throw }
        $cause = Get-Cause $_
        $reason = $cause.Message
        if ($cause.InnerException) { $reason += " ($($cause.InnerException.Message))" }
        throw (New-AgentError 'DownloadFailed' "${Address}: $reason" $cause)
    }
    finally {
        if ($body) { $body.Dispose() }
        if ($response) { $response.Dispose() }
    }
}

function Copy-Body($Body, [string] $Path, $Watch, [int] $Timeout) {
    $buffer = New-Object byte[] 131072
    $total = [long] 0
    $file = $null
    try {
        $file = Invoke-Write { [IO.File]::Create($Path) }
        while (($count = $Body.Read($buffer, 0, $buffer.Length)) -gt 0) {
            Invoke-Write { $file.Write($buffer, 0, $count) }
            $total += $count
            if ($Watch.Elapsed.TotalSeconds -gt $Timeout) {
                throw (New-AgentError 'DownloadFailed' "only $total bytes came within $Timeout s")
            }
        }
        Invoke-Write { $file.Flush($true) }
    }
    finally { if ($file) { $file.Dispose() } }
    $total
}
