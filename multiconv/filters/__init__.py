"""Kernels and banks by name: made by hand, by formula, trained, learned, by seed."""
