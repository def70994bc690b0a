"""No file names the host of a package registry, and none holds a secret.

Where packages come from is a choice of the machine that installs them; what they are is held by
their hashes.
"""

from __future__ import annotations

import re
import sys

from tools.files import ROOT, report, repository_files

# Put together here, so that this file passes its own check.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pypi", "python", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("npmmirror", "com"),
        ("jsr", "io"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("cdnjs", "cloudflare", "com"),
    )
]
FORBIDDEN = [
    (re.compile("|".join(re.escape(host) for host in HOSTS)), "names a package registry"),
    (re.compile(r"--(?:extra-)?index-url|--find-links|[a-z0-9]/simple/"), "says where packages come from"),
    (re.compile(r'"resolved": "https?:'), "says where packages come from"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "holds a private key"),
    (re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|AKIA[A-Z0-9]{16}|xox[bp]-[0-9]{8,})"), "holds an access key"),
    (re.compile(r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b"), "holds a bot's token"),
]


def main() -> int:
    faults = []
    for path in repository_files():
        if path.parts[:1] == ("tools",) and path.name == "check_addresses.py":
            continue
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures and spreadsheets
        for number, line in enumerate(text.splitlines(), 1):
            faults += [f"{path}:{number}: {fault}" for pattern, fault in FORBIDDEN if pattern.search(line)]
    return report(faults, "addresses")


if __name__ == "__main__":
    sys.exit(main())
