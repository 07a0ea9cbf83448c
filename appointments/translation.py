from modeltranslation.translator import TranslationOptions, register

from appointments.models import Service


@register(Service)
class ServiceTranslation(TranslationOptions):
    fields = ("title",)
