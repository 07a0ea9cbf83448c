"""Which content staff write in four languages."""

from modeltranslation.translator import TranslationOptions, register

from sites.models import Audience, Closure, Theme


@register(Theme)
class ThemeTranslation(TranslationOptions):
    fields = ("name", "question")


@register(Audience)
class AudienceTranslation(TranslationOptions):
    fields = ("name",)


@register(Closure)
class ClosureTranslation(TranslationOptions):
    fields = ("reason",)
