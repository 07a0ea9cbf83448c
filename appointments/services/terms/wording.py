"""A service in the words of today: whoever books now reads those, whoever booked before keeps theirs."""

from appointments.models import Service
from sites.models import Theme

OWN_FIELDS = ("id", "theme")


def in_words_of(service: Service, theme: Theme) -> Service:
    """The service under the words of this theme: itself, else the same offer, not saved yet."""
    if theme.network_id is not None or service.theme_id == theme.pk:
        return service
    fields = [field for field in Service._meta.concrete_fields if field.name not in OWN_FIELDS]
    worded = Service(theme=theme, **{field.attname: getattr(service, field.attname) for field in fields})
    worded.network = service.network
    return worded


def keep_service(service: Service) -> Service:
    """The service as a saved row; of two who keep the same one at once both get it."""
    if service.pk is not None:
        return service
    fields = [field for field in Service._meta.concrete_fields if field.name not in OWN_FIELDS]
    values = {field.attname: getattr(service, field.attname) for field in fields}
    own = {name: values.pop(name) for name in ("network_id", "site_id")}
    kept, _is_new = Service.objects.get_or_create(**own, theme=service.theme, defaults=values)
    kept.network = service.network
    return kept
