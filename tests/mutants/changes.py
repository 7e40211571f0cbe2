"""What is broken: a copy of the tree to do it in, and the lines that have changed since a moment or a commit."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
EVERY_LINE = range(1, 10**6)


def copied(root: Path, to: Path) -> Path:
    """A copy of what is in the work tree, committed or not; never is the tree itself broken."""
    shutil.rmtree(to, ignore_errors=True)
    for name in _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (root / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, to / name)
    return to


def commit_at(root: Path, since: str) -> str | None:
    """The commit of that name, or the last one before that date; None where the history does not go back so far."""
    named = _git(root, "rev-parse", "-q", "--verify", f"{since}^{{commit}}", fails=True).strip()
    return named or _git(root, "rev-list", "-1", f"--before={since}", "HEAD").strip() or None


def lines_since(root: Path, since: str, path: str) -> range | set[int]:
    """The numbers of this file's lines that are other ones since; all of them where the history is shorter."""
    commit = commit_at(root, since)
    if commit is None:
        return EVERY_LINE
    hunks = _HUNK.findall(_git(root, "diff", "--unified=0", commit, "--", path))
    found: set[int] = set()
    for first, count in hunks:
        # Where lines have only gone, the one before them is judged.
        found.update(range(int(first), int(first) + max(int(count or 1), 1)))
    return found


def _git(root: Path, *words: str, fails: bool = False) -> str:
    done = subprocess.run(["git", "-C", str(root), *words], check=not fails, capture_output=True, text=True)
    return done.stdout
