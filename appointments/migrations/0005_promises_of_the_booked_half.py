from django.db import migrations, models

import citemetiers.kernel.constraints


class Migration(migrations.Migration):
    dependencies = [("appointments", "0004_fill_what_is_new")]

    operations = [
        migrations.AlterField(
            model_name='appointment',
            name='free_again_at',
            field=models.DateTimeField(help_text='The end and what stays free after it: nobody else is booked before.', verbose_name='advisor free again'),
        ),
        migrations.AlterField(
            model_name='shift',
            name='stands_for_on',
            field=models.DateField(help_text='The day for which the duty wrote it.', verbose_name='day of the duty'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('free_again_at__gte', models.F('ends_at'))), name='appointment_frees_its_advisor_after_its_end', violation_error_message='An advisor is free again when the appointment has ended, not before.'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=citemetiers.kernel.constraints.PgExclusionConstraint(condition=models.Q(('is_overbooked', False), ('state__in', ('BOOKED', 'ARRIVED'))), expressions=[('advisor', '='), (citemetiers.kernel.constraints.Period(ends='free_again_at'), '&&')], name='appointment_one_at_a_time', violation_error_message='This time was just taken.'),
        ),
        migrations.AddConstraint(
            model_name='shift',
            constraint=citemetiers.kernel.constraints.PgExclusionConstraint(condition=models.Q(('room__isnull', False)), expressions=[('room', '='), (citemetiers.kernel.constraints.Period(), '&&')], name='shift_room_used_once_at_a_time', violation_error_message='This room is already used at this time.'),
        ),
        migrations.AddConstraint(
            model_name='shift',
            constraint=citemetiers.kernel.constraints.PgExclusionConstraint(condition=models.Q(('desk__isnull', False)), expressions=[('desk', '='), (citemetiers.kernel.constraints.Period(), '&&')], name='shift_desk_used_once_at_a_time', violation_error_message='This desk is already used at this time.'),
        ),
        migrations.AddConstraint(
            model_name='shift',
            constraint=models.CheckConstraint(condition=models.Q(('room__isnull', True), ('desk__isnull', True), _connector='OR'), name='shift_in_a_room_or_at_a_desk', violation_error_message='Choose a room or a desk, not both.'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('failure', ''), ('given_up_at__isnull', True)), models.Q(('given_up_at__isnull', False), models.Q(('failure', ''), _negated=True)), _connector='OR'), name='message_given_up_says_why', violation_error_message='A message that is given up says why.'),
        ),
    ]
