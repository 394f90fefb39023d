"""Layers that come as data: tensors from files, and what their axes are."""
