from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('selection', '0002_review'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='schedule',
            field=models.JSONField(blank=True, default=list, verbose_name='échéancier voulu'),
        ),
    ]
