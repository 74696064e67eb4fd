"""What takes minutes, or half an hour, is collected by `make soak` only, or when it is named."""

import os

collect_ignore_glob = [] if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else ["test_*.py"]
