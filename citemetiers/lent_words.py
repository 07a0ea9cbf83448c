"""Words of Django and of its sign-in that their own Dutch or German catalogues leave out, or say too familiarly.

A word that is in no catalogue of a language falls back to French, in the middle of a Dutch page; the sign-in says “je”
to somebody whom all other pages call “u”. Named here, they are collected into the catalogues of the portal, which
Django asks first.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

SINGLE = (
    gettext_noop("Add link"),
    gettext_noop("Are you sure?"),
    gettext_noop("Change or view list link"),
    gettext_noop("Error:"),
    gettext_noop("Model name"),
    gettext_noop("Be patient, you are sending too many requests."),
    gettext_noop("Please type your current password."),
    gettext_noop("The email address and/or password you specified are not correct."),
    gettext_noop("Use your password"),
    gettext_noop("You cannot deactivate two-factor authentication."),
    gettext_noop("You cannot generate recovery codes without having two-factor authentication enabled."),
    gettext_noop("You must type the same password each time."),
)
COUNTED = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
    0,
)
