"""Codebooks (koodistot): what a turn can be called, along which axes."""
