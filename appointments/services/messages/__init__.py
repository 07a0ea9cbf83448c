"""What the visitor is told, once each, and what becomes of it."""
