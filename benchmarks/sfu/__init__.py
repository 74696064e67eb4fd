"""What the benchmarks share: two media servers under one face, and the clients that load them."""
