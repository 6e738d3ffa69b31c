# Errors travel in the parts that no locale translates. The runner of jobs carries a copy of
# ConvertTo-ErrorData, so that function may call nothing else of the agent.

function New-AgentError([string] $Id, [string] $Message, [Exception] $Cause) {
    $exception = New-Object System.InvalidOperationException $Message
    if ($Cause) { $exception = New-Object System.InvalidOperationException $Message, $Cause }
    New-Object System.Management.Automation.ErrorRecord $exception, $Id, 'InvalidOperation', $null
}

# The exception that a call to .NET threw, without PowerShell's wrapping.
function Get-Cause($ErrorRecord) {
    $exception = $ErrorRecord.Exception
    while ($exception -is [System.Management.Automation.MethodException] -and $exception.InnerException) {
        $exception = $exception.InnerException
    }
    $exception
}

function ConvertTo-ErrorData($ErrorRecord) {
    $exception = $ErrorRecord.Exception
    while ($exception -is [System.Management.Automation.MethodException] -and $exception.InnerException) {
        $exception = $exception.InnerException
    }
    $message = [string] $exception.Message
    if ($ErrorRecord.ErrorDetails -and $ErrorRecord.ErrorDetails.Message) {
        $message = [string] $ErrorRecord.ErrorDetails.Message
    }
    # One that the agent made carries the HRESULT of what caused it.
    $code = $exception.HResult
    if ($exception -is [System.InvalidOperationException] -and $exception.InnerException) {
        $code = $exception.InnerException.HResult
    }
    # The first script in the stack is where it happened; InvocationInfo may name the caller's line,
    # and the words around the number are translated.
    $script = ''
    $line = 0
    if ([string] $ErrorRecord.ScriptStackTrace -match '(?m)^.*?, (.+\.ps[m1]1?): [^\r\n\d]*(\d+)') {
        $script = $Matches[1] -replace '^.*[\\/]', ''
        $line = [int] $Matches[2]
    }
    elseif ($ErrorRecord.InvocationInfo -and $ErrorRecord.InvocationInfo.ScriptName) {
        $script = $ErrorRecord.InvocationInfo.ScriptName -replace '^.*[\\/]', ''
        $line = [int] $ErrorRecord.InvocationInfo.ScriptLineNumber
    }
    [ordered] @{
        message   = $message
        id        = [string] $ErrorRecord.FullyQualifiedErrorId
        hresult   = '0x{0:X8}' -f $code
        category  = [string] $ErrorRecord.CategoryInfo.Category
        exception = $exception.GetType().FullName
        script    = $script
        line      = $line
    }
}
