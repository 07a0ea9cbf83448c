"""Reference data for those who keep up a network. What is an action of its own is done on the pages, not here."""

from sites.admin import hours, partners, people, places, resources, vocabularies

__all__ = ["hours", "partners", "people", "places", "resources", "vocabularies"]
