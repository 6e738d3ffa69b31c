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

# Seconds by a counter that no change of the clock moves, the same for all processes of a boot.
function Get-Tick {
    [Math]::Round([Diagnostics.Stopwatch]::GetTimestamp() / [Diagnostics.Stopwatch]::Frequency, 3)
}

# Seconds since the boot; it begins anew after 49 days.
function Get-SecondsUp {
    ([long] [Environment]::TickCount -band [long] [uint32]::MaxValue) / 1000
}
