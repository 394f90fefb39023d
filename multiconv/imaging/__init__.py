"""Pictures in and pictures out: decoding, colours, samples and films."""
