"""Filters from a person's own network: read without running anything, and opened in the figure."""
