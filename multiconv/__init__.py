"""Convolution layers, channel by channel: what each input adds to each output."""
