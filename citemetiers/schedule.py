"""What runs by the clock, and when: the hours are those of CELERY_TIMEZONE."""

from celery.schedules import crontab

BEAT_SCHEDULE = {
    "forget-old-changes": {
        "task": "citemetiers.tasks.forget_old_changes",
        "schedule": crontab(hour="3", minute="50"),
    },
    "send-due-messages": {
        "task": "appointments.tasks.send_due_messages",
        "schedule": 15.0,
        "options": {"expires": 15.0},  # a worker that was away must not find a day of ticks
    },
    "tend-freed-slots": {
        "task": "appointments.tasks.tend_freed_slots",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    # Some time after midnight wherever a site lies; days already closed cost one question.
    "close-queue-days": {"task": "appointments.tasks.close_queue_days", "schedule": crontab(minute="5,35")},
    "tell-near": {"task": "appointments.tasks.tell_near", "schedule": 20.0, "options": {"expires": 20.0}},
    "scrub-past-waits": {"task": "appointments.tasks.scrub_past_waits", "schedule": crontab(hour="3", minute="5")},
    "forget-ended-sessions": {
        "task": "citemetiers.tasks.forget_ended_sessions",
        "schedule": crontab(hour="3", minute="30"),
    },
    "forget-closed-invitations": {
        "task": "sites.tasks.forget_closed_invitations",
        "schedule": crontab(hour="3", minute="50"),
    },
    "send-label-reminders": {
        "task": "sites.tasks.send_label_reminders",
        "schedule": crontab(hour="7", minute="0"),
    },
    "extend-rota": {"task": "appointments.tasks.extend_rota", "schedule": crontab(hour="2", minute="10")},
    "scrub-past-appointments": {
        "task": "appointments.tasks.scrub_past_appointments",
        "schedule": crontab(hour="3", minute="0"),
    },
    "erase-expired-visitors": {
        "task": "visitors.tasks.erase_expired_visitors",
        "schedule": crontab(hour="3", minute="10"),
    },
    "seal-entries": {
        "task": "visitors.tasks.seal_entries",
        "schedule": crontab(hour="3", minute="20"),
    },
    # One after the other: what is sealed is folded, and what is folded long ago is deleted.
    "close-months": {"task": "visitors.tasks.close_months", "schedule": crontab(hour="3", minute="35")},
    "delete-old-rows": {"task": "visitors.tasks.delete_old_rows", "schedule": crontab(hour="4", minute="5")},
    "shuffle-survey": {"task": "visitors.tasks.shuffle_survey_answers", "schedule": crontab(hour="3", minute="25")},
    "index-resources": {"task": "sites.tasks.index_resources", "schedule": crontab(hour="3", minute="30")},
    # Several short turns a night: one slow server does not keep the worker from everything else.
    "check-links": {"task": "sites.tasks.check_links", "schedule": crontab(hour="1-5", minute="40")},
}
