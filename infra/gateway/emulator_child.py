"""The child process of emulator.py: MiniStack, ended as soon as the parent is gone, by whatever death."""

from __future__ import annotations

import os
import shutil
import sys
import threading


def end_with_parent() -> None:
    """The parent holds the other end of standard input; when it dies, even killed, the read returns."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    # Its tables live in memory only: there is nothing to save, and a killed parent has not tidied up.
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    from ministack.app import main

    main()
