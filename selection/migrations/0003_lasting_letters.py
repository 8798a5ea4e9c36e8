import django.db.models.deletion
import django.utils.timezone
import selection.models.letter_print
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_lasting_letters'),
        ('programme', '0005_life_of_the_money'),
        ('selection', '0002_review'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LetterPrint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('letters', models.JSONField(verbose_name='courriers')),
                ('recto_verso', models.BooleanField(default=False, verbose_name='recto verso')),
                ('name', models.CharField(max_length=80, verbose_name='nom du fichier')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='demandé le')),
                ('file', models.FileField(blank=True, max_length=120, upload_to=selection.models.letter_print.print_path, verbose_name='fichier')),
                ('pages', models.PositiveIntegerField(default=0, verbose_name='pages')),
                ('byte_size', models.PositiveBigIntegerField(default=0, verbose_name='octets')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='empreinte SHA-256')),
                ('made_at', models.DateTimeField(null=True, verbose_name='fait le')),
                ('removed_at', models.DateTimeField(null=True, verbose_name='retiré le')),
            ],
            options={
                'verbose_name': 'courriers à imprimer',
                'verbose_name_plural': 'courriers à imprimer',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='LetterPrintPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.PositiveIntegerField(verbose_name='premier courrier')),
                ('file', models.FileField(max_length=120, upload_to=selection.models.letter_print.print_path, verbose_name='fichier')),
            ],
            options={
                'verbose_name': 'partie de courriers à imprimer',
                'verbose_name_plural': 'parties de courriers à imprimer',
                'ordering': ['whole', 'first'],
            },
        ),
        migrations.AddField(
            model_name='appeal',
            name='delegation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='selection.signaturedelegation', verbose_name='délégation'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='signed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='réponse signée le'),
        ),
        migrations.AddField(
            model_name='decision',
            name='schedule',
            field=models.JSONField(blank=True, default=list, verbose_name='échéancier voulu'),
        ),
        migrations.AddField(
            model_name='minutesaddendum',
            name='written',
            field=models.JSONField(default=dict, editable=False, verbose_name='ce qu’il dit'),
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
            name='departement',
            field=models.CharField(blank=True, default='', max_length=3, verbose_name='département'),
        ),
        migrations.AddField(
            model_name='signaturedelegation',
            name='published_on',
            field=models.DateField(blank=True, null=True, verbose_name='publié le'),
        ),
        migrations.AddField(
            model_name='signaturedelegation',
            name='region',
            field=models.CharField(blank=True, default='', max_length=60, verbose_name='région'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delegation', None), ('signed_at', None)), models.Q(('delegation__isnull', False), ('kind__in', ['gracious', 'hierarchical']), ('signed_at__isnull', False), ('state__in', ['upheld', 'partly_upheld', 'rejected'])), _connector='OR'), name='appeal_answer_signed_by_delegation', violation_error_message='Une réponse se signe sous une délégation, une fois le recours jugé.'),
        ),
        migrations.AddConstraint(
            model_name='signaturedelegation',
            constraint=models.CheckConstraint(condition=models.Q(('departement', ''), models.Q(('region', ''), _negated=True), _connector='OR'), name='delegation_departement_of_a_region', violation_error_message='Un département est d’une région : dites laquelle.'),
        ),
        migrations.AddConstraint(
            model_name='signaturedelegation',
            constraint=models.CheckConstraint(condition=models.Q(('published_on', None), ('act_on', None), ('published_on__gte', models.F('act_on')), _connector='OR'), name='delegation_published_after_act', violation_error_message='Un acte est publié le jour où il est pris, ou après.'),
        ),
        migrations.AddField(
            model_name='letterprint',
            name='job',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.job', verbose_name='travail'),
        ),
        migrations.AddField(
            model_name='letterprintpart',
            name='whole',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='selection.letterprint', verbose_name='ensemble'),
        ),
        migrations.AddConstraint(
            model_name='letterprintpart',
            constraint=models.UniqueConstraint(fields=('whole', 'first'), name='letter_print_part_once'),
        ),
    ]
