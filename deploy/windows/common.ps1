# Shared by demo.ps1 and test.ps1.  Not yet tried on a Windows machine: see docs/not-yet-tried.md.
$ErrorActionPreference = "Stop"
$Root = Resolve-Path (Join-Path $PSScriptRoot "..\..")
$Python = Join-Path $Root ".venv\Scripts\python.exe"

function Find-Python {
    # Returns the command, without its arguments first, of a Python that is new enough.
    foreach ($candidate in @(@("py", "-3"), @("python"), @("python3"))) {
        $program = $candidate[0]
        $options = @($candidate | Select-Object -Skip 1)
        if (-not (Get-Command $program -ErrorAction SilentlyContinue)) { continue }
        & $program @options -c "import sys; sys.exit(sys.version_info < (3, 11))"
        if ($LASTEXITCODE -eq 0) { return ,$candidate }
    }
    throw "RoutingML needs Python 3.11 or newer. Install it from python.org and try again."
}

function Install-RoutingML([string[]] $Options) {
    $found = Find-Python
    $arguments = @($found | Select-Object -Skip 1)
    & $found[0] @arguments (Join-Path $Root "deploy\bootstrap.py") @Options
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
    Invoke-Manage compile_texts
}

function Invoke-Manage {
    & $Python (Join-Path $Root "manage.py") @args
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
