"""From an experiment and the store to its numbers, with the one cache."""
