# The same as "make demo": .\deploy\windows\demo.ps1 [--no-serve] [--items 6000]
. (Join-Path $PSScriptRoot "common.ps1")
Set-Location $Root
Install-RoutingML @()
Invoke-Manage demo @args
