"""One base for every factory."""

import factory


class PortalFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        abstract = True
        skip_postgeneration_save = True
