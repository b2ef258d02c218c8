# The same as "make test": .\deploy\windows\test.ps1 [accounts -k signup]
. (Join-Path $PSScriptRoot "common.ps1")
Set-Location $Root
Install-RoutingML @("--dev")
& $Python -m pytest -n 2 -q @args
exit $LASTEXITCODE
