"""Convolution layers in NumPy: sizes, named kernels, the arithmetic, and every intermediate."""
