"""A scanner that knows the EICAR test file and nothing else, called as `clamscan -` is: the file on standard input,
exit code 1 for what it knows. For the local stack alone, where ClamAV is not installed."""

from __future__ import annotations

import sys

TEST_FILE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""https://www.eicar.org/download-anti-malware-testfile/, in two parts: a scanner that finds the whole would take this
file for it."""


def main() -> int:
    found = TEST_FILE in sys.stdin.buffer.read()
    print("stdin: Eicar-Test FOUND" if found else "stdin: OK")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
