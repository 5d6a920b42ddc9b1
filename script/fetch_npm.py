#!/usr/bin/env python3
"""Fetches one npm package without npm: fetch_npm.py NAME VERSION FOLDER.

The archive is checked against the sha512 that the registry names for that version.
"""

import base64
import hashlib
import json
import os
import sys
import urllib.request


def main() -> int:
    name, version, folder = sys.argv[1:4]
    registry = os.environ.get("npm_config_registry", "https://registry.npmjs.org").rstrip("/")
    try:
        with urllib.request.urlopen(f"{registry}/{name}/{version}", timeout=60) as answer:
            dist = json.load(answer)["dist"]
        with urllib.request.urlopen(dist["tarball"], timeout=300) as answer:
            archive = answer.read()
    except OSError as error:
        print(f"{name}@{version}: {registry}: {error}", file=sys.stderr)
        return 3
    algorithm, _, wanted = dist["integrity"].partition("-")
    found = base64.b64encode(hashlib.new(algorithm, archive).digest()).decode()
    if algorithm != "sha512" or found != wanted:
        print(f"{name}@{version}: the archive is not what the registry names", file=sys.stderr)
        return 3
    with open(os.path.join(folder, f"{name}-{version}.tgz"), "wb") as file:
        file.write(archive)
    return 0


if __name__ == "__main__":
    sys.exit(main())
