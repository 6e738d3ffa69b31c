# Runs scripts one after the other in one process: a line of base64 in, a line of JSON out.
# The host reads standard input itself, so lines come by $input, not by [Console]::In.
$input | ForEach-Object {
    $line = $_
    $answer = @{ output = @(); id = ''; message = '' }
    try {
        $script = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($line))
        $answer.output = @(& ([scriptblock]::Create($script)) | ForEach-Object { "$_" })
    }
    catch {
        $answer.id = $_.FullyQualifiedErrorId
        $answer.message = $_.Exception.Message
    }
    [Console]::Out.WriteLine((ConvertTo-Json $answer -Compress))
    [Console]::Out.Flush()
}
