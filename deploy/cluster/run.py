#!/usr/bin/env python3
"""Shows RoutingML on several hosts: PostgreSQL, Redis, Dask, two web servers and two workers.

    .venv/bin/python deploy/cluster/run.py [FOLDER]

Everything runs on this machine and ends with Ctrl-C; the servers come from Debian's packages
postgresql and redis-server, and Dask from the development packages.  With a FOLDER, its three
tables are loaded as the ERP's.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from routingml_site import hosts, servers


def main() -> int:
    """Run until stopped."""
    keys = {"SECRET_KEY": secrets.token_hex(32), "MODEL_SIGNING_KEY": secrets.token_hex(32)}
    try:
        with (
            tempfile.TemporaryDirectory(prefix="routingml-cluster-") as home,
            servers.dask() as cluster,
            hosts.site(Path(home), secrets=keys | {"DASK_SCHEDULER": cluster}) as site,
        ):
            show(site, sys.argv[1:])
    except servers.ServerMissing as missing:
        print(f"{missing}: apt-get install postgresql redis-server, make install-dev")
        return 1
    except KeyboardInterrupt:
        print("stopped")
    return 0


def show(site: hosts.Site, folders: list[str]) -> None:
    """Start the hosts, say where they are, and wait."""
    for folder in folders[:1]:
        print(site.manage("load_erp", folder))
        print(site.manage("train", "--activate"))
    for _ in range(2):
        print("web host:", site.start_web().address)
        print("worker host, process", site.start_worker().pid)
    print("what they share:")
    for name in ("DATABASE_URL", "BROKER_URL", "DASK_SCHEDULER", "MODELS_STORE"):
        print(f"  {name}={site.shared[name]}")
    print("try: kill -9 one of the workers while it trains; Ctrl-C ends everything")
    while True:
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
