"""Pages for staff: the agenda of appointments, and the rota behind it."""
