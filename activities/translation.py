"""Which content staff write in four languages."""

from modeltranslation.translator import TranslationOptions, register

from activities.models import Session


@register(Session)
class SessionTranslation(TranslationOptions):
    fields = ("title", "summary")
