"""Who may log what, and until when."""

from citemetiers.kernel.access import grant
from sites.enums import Role

grant("visitors.log_contact", Role.RECEPTION, Role.ADVISOR, Role.COORDINATOR, Role.SITE_MANAGER)
