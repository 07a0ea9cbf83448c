"""What a visitor left with us comes in once, and goes by date or by the visitor's own click."""

import datetime as dt

from visitors.models import Visitor


def register_visitor(*, alias: str, email: str, phone: str, language: str, erase_on: dt.date) -> Visitor | None:
    """Keep what a visitor chose to leave until a day; nobody at all when nothing was left."""
    if not (alias or email or phone):
        return None
    return Visitor.objects.create(alias=alias, email=email, phone=phone, language=language, erase_on=erase_on)


def correct_visitor(*, visitor: Visitor, alias: str | None, email: str | None, phone: str | None) -> None:
    """Put right what a visitor left: ``None`` stays as it is.

    An address that is given is believed again, whatever came back from the one before.
    """
    given: dict[str, object] = {}
    if alias is not None:
        given |= {"alias": alias}
    if email is not None:
        given |= {"email": email, "email_failed_at": None}
    if phone is not None:
        given |= {"phone": phone, "phone_failed_at": None}
    for field, value in given.items():
        setattr(visitor, field, value)
    visitor.save(update_fields=list(given))  # nothing else: a bounce may be writing beside it


def postpone_erasure(*, visitor: Visitor, erase_on: dt.date) -> None:
    """The appointment moved, so its erasure moves with it."""
    Visitor.objects.filter(pk=visitor.pk).update(erase_on=erase_on)


def erase_visitor(*, visitor: Visitor) -> None:
    """Delete the row with all personal data; what pointed at it stays without a name."""
    Visitor.objects.filter(pk=visitor.pk).delete()


def erase_expired_visitors(*, today: dt.date) -> int:
    """Delete every visitor whose last day has come; how many went."""
    _total, by_model = Visitor.objects.due_for_erasure(today=today).delete()
    return by_model.get(Visitor._meta.label, 0)
