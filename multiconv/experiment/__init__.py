"""Experiments as values: what a link says, and how it is said."""
