"""What takes minutes, or half an hour, is collected by `make soak` only, or when it is named."""

import os

LONG = ["test_five_browsers.py", "test_memory.py"]
collect_ignore = [] if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else LONG
