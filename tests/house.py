"""What tests of the house share: the tree as git sees it."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def files(*suffixes: str) -> list[Path]:
    """Files of the tree (tracked, or new and not ignored) with one of the suffixes."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    found = [ROOT / name for name in sorted(set(listed)) if name.endswith(suffixes)]
    return [path for path in found if path.exists()]
