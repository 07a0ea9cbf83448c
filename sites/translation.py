"""Which content staff write in four languages."""

from modeltranslation.translator import TranslationOptions, register

from sites.models import (
    VOCABULARIES,
    Address,
    Closure,
    DropInPause,
    Partner,
    PartnerName,
    Resource,
    Season,
    SpecialHours,
    Theme,
)

PLAIN = tuple(model for model in VOCABULARIES if model is not Theme)


@register(Theme)
class ThemeTranslation(TranslationOptions):
    fields = ("name", "question")


@register(PLAIN)
class TermTranslation(TranslationOptions):
    fields = ("name",)


@register(Address)
class AddressTranslation(TranslationOptions):
    fields = ("parking", "transport", "note")


@register([Closure, SpecialHours])
class ReasonTranslation(TranslationOptions):
    fields = ("reason",)


@register(Season)
class SeasonTranslation(TranslationOptions):
    fields = ("name",)


@register(DropInPause)
class DropInPauseTranslation(TranslationOptions):
    fields = ("message",)


@register(Partner)
class PartnerTranslation(TranslationOptions):
    fields = ("work",)


@register(PartnerName)
class PartnerNameTranslation(TranslationOptions):
    fields = ("name",)


@register(Resource)
class ResourceTranslation(TranslationOptions):
    fields = ("title", "summary")
