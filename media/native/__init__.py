"""The packet path in C, where it was built, and the memory it shares with Python."""
