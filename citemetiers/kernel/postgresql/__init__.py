"""The PostgreSQL of Django, with a cheaper look at a kept connection."""
