"""Convolution layers in NumPy: sizes, the arithmetic, and every intermediate."""
