# Times on the wire are ISO 8601 UTC in the invariant culture, whatever the host's culture is.

function Format-Seconds([datetime] $Time) {
    $Time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [Globalization.CultureInfo]::InvariantCulture)
}

function Format-Milliseconds([datetime] $Time) {
    $Time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", [Globalization.CultureInfo]::InvariantCulture)
}

# PowerShell 7 makes a date of a JSON string that looks like one; 5.x leaves the text.
function Read-Time($Value) {
    if ($Value -is [datetime]) { return $Value.ToUniversalTime() }
    [datetime]::Parse([string] $Value, [Globalization.CultureInfo]::InvariantCulture,
        [Globalization.DateTimeStyles]'AdjustToUniversal, AssumeUniversal')
}
