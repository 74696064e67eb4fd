"""A child of `emessi serve` ends when its parent does, even when the parent was killed."""

import os
import signal
import sys
import threading


def end_with_parent() -> None:
    """Reads the pipe that the parent holds open; its end means that the parent is gone."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
