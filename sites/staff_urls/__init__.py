"""Addresses of staff pages about places and people, one module a prefix."""
