"""Coding (koodaus): who codes what, the codes given, and what was decided where they differ."""
