"""Book, move, cancel, wait for an earlier moment, be forgotten."""
