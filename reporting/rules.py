"""Who may read the exact figures."""

from citemetiers.kernel.access import grant
from sites.enums import Role

grant("reporting.read_figures", Role.SITE_MANAGER, Role.NETWORK_MANAGER)
