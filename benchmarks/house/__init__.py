"""A whole installation to measure: `emessi serve`, a meeting in it, and people in Chromium."""
