from appointments.forms.agenda import FindForm
from appointments.forms.reach import ReachForm
from appointments.forms.reception import CallerForm, CancelForm, MomentForm, MoveForm, OverbookForm, WishForm
from appointments.forms.waiting import WaitForm

__all__ = [
    "CallerForm",
    "CancelForm",
    "FindForm",
    "MomentForm",
    "MoveForm",
    "OverbookForm",
    "ReachForm",
    "WaitForm",
    "WishForm",
]
