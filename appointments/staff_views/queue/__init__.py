"""The queue for those who receive: their desk, who waits, reception, and the screens at the door."""
