"""Which content staff write in four languages."""

from modeltranslation.translator import TranslationOptions, register

from reporting.models import PublishedFigure


@register(PublishedFigure)
class PublishedFigureTranslation(TranslationOptions):
    fields = ("definition", "precision_note")
