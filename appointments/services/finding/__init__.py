"""Which moments are free, for whom, where."""
