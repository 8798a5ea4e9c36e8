from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programme', '0005_life_of_the_money'),
        ('selection', '0002_review'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='schedule',
            field=models.JSONField(blank=True, default=list, verbose_name='échéancier voulu'),
        ),
        migrations.AddField(
            model_name='signaturedelegation',
            name='act_on',
            field=models.DateField(blank=True, null=True, verbose_name='acte du'),
        ),
        migrations.AddField(
            model_name='signaturedelegation',
            name='authority',
            field=models.CharField(blank=True, max_length=120, verbose_name='autorité qui délègue'),
        ),
        migrations.AddField(
            model_name='signaturedelegation',
            name='published_on',
            field=models.DateField(blank=True, null=True, verbose_name='publié le'),
        ),
        migrations.AddConstraint(
            model_name='signaturedelegation',
            constraint=models.CheckConstraint(condition=models.Q(('published_on', None), ('act_on', None), ('published_on__gte', models.F('act_on')), _connector='OR'), name='delegation_published_after_act', violation_error_message='Un acte est publié le jour où il est pris, ou après.'),
        ),
    ]
