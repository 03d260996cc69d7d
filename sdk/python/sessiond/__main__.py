"""`python -m sessiond …` runs the command-line program `sessiond`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

MISSING = (
    "python -m sessiond runs the command-line program `sessiond`, which is not in the PATH. "
    "`cargo install --path crates/sessiond` builds it; SESSIOND_BIN names one that is elsewhere."
)


def main(arguments: list[str]) -> int:
    """Run the program in the place of this one."""
    program = os.environ.get("SESSIOND_BIN") or shutil.which("sessiond")
    if program is None:
        print(MISSING, file=sys.stderr)
        return 127
    if os.name == "nt":
        # Windows cannot put one program in the place of another.
        return subprocess.call([program, *arguments])
    try:
        os.execv(program, [program, *arguments])
    except OSError as error:
        print(f"{program} does not start: {error.strerror}", file=sys.stderr)
        return 126


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
