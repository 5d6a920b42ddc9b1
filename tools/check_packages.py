#!/usr/bin/env python3
"""Checks that script/bootstrap installs what the build asks for: check_packages.py [ROOT].

Every package that cmake/Dependencies.cmake names as missing must stand in script/bootstrap: where
all of them are installed already, nothing else notices.
"""

import pathlib
import re
import sys


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1])
    wanted = re.findall(r"^\s*odu_need\(\w+ (\S+)\)", (root / "cmake/Dependencies.cmake").read_text(), re.M)
    installed = set(re.findall(r"[\w.+-]+", (root / "script/bootstrap").read_text()))
    lacking = sorted(set(wanted) - installed)
    for package in lacking:
        print(f"script/bootstrap: does not install {package}, which cmake/Dependencies.cmake needs")
    if not wanted:
        print("cmake/Dependencies.cmake: names no package")
    return 1 if lacking or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
