"""What the page says of a trace, as values; never a request."""
