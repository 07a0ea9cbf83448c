"""Who may write and release a programme, and what may be in it."""

from citemetiers.kernel.access import grant
from sites.enums import Role

grant("activities.edit_programme", Role.COORDINATOR, Role.SITE_MANAGER, Role.NETWORK_MANAGER)
