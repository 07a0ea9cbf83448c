"""The planning of a site: who receives when, for whoever coordinates it."""
