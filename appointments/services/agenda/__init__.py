"""The advisor's day: what comes, what became of it, and the calendar that follows it."""
