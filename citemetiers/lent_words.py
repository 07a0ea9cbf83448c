"""Words of Django that its own Dutch or German catalogue leaves out.

A word that is in no catalogue of a language falls back to French, in the middle of a Dutch page. Named here, they are
collected into the catalogues of the portal, which Django asks first.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

SINGLE = (
    gettext_noop("Add link"),
    gettext_noop("Are you sure?"),
    gettext_noop("Change or view list link"),
    gettext_noop("Error:"),
    gettext_noop("Model name"),
)
COUNTED = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
    0,
)
