"""What the rooms above are told of people and hours. Receivers answer, so that a page can say what is to be done."""

from django.dispatch import Signal

# Asked before: what will stand or end with this membership? Each receiver answers with a sentence, or with nothing.
# Arguments: membership (with user, site and network), now.
membership_ending = Signal()

# Told in the same transaction: the row is gone, the person holds what they still hold. Arguments as above.
membership_ended = Signal()

# Asked after the hours of a site, or its closing days, were saved: what is to be done now? Answers as above.
# Arguments: site, now.
opening_changed = Signal()
