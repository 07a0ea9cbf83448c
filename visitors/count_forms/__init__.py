"""Forms of counts without persons, and of the counters at the doors."""

from visitors.count_forms.batch import BatchForm
from visitors.count_forms.doors import DoorCounterForm, DoorDayForm, DoorDraftForm, DoorImportForm
from visitors.count_forms.groups import GroupForm

__all__ = ["BatchForm", "DoorCounterForm", "DoorDayForm", "DoorDraftForm", "DoorImportForm", "GroupForm"]
