"""Bytes by name: pictures and banks, immutable, in a folder."""
