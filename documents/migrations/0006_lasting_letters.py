import django.db.models.deletion
import django.utils.timezone
import documents.scan_models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_folded_name'),
        ('documents', '0005_life_of_the_money'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ScanPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('number', models.PositiveIntegerField(verbose_name='page de la pile')),
                ('reading', models.CharField(choices=[('filed', 'Classée'), ('unread', 'Carré illisible'), ('unknown', 'Code inconnu'), ('double', 'Déjà classée'), ('blank', 'Page blanche'), ('aside', 'Mise de côté')], max_length=8, verbose_name='lecture')),
                ('page', models.PositiveSmallIntegerField(null=True, verbose_name='page du document')),
                ('content', models.FileField(max_length=120, upload_to=documents.scan_models.page_path, verbose_name='page')),
                ('picture', models.FileField(max_length=120, upload_to=documents.scan_models.page_path, verbose_name='image')),
            ],
            options={
                'verbose_name': 'page numérisée',
                'verbose_name_plural': 'pages numérisées',
                'ordering': ['pile', 'number'],
            },
        ),
        migrations.CreateModel(
            name='ScanPile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('page_count', models.PositiveIntegerField(verbose_name='nombre de pages')),
                ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='déposée le')),
            ],
            options={
                'verbose_name': 'pile numérisée',
                'verbose_name_plural': 'piles numérisées',
                'ordering': ['-uploaded_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='SignedScan',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='signed_scan', serialize=False, to='documents.document', verbose_name='document')),
                ('completed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='complet le')),
            ],
            options={
                'verbose_name': 'copie signée',
                'verbose_name_plural': 'copies signées',
            },
        ),
        migrations.AddField(
            model_name='document',
            name='seal_certificate_sha256',
            field=models.CharField(blank=True, default='', max_length=64, verbose_name='certificat du cachet'),
        ),
        migrations.AddField(
            model_name='document',
            name='sealed_at',
            field=models.DateTimeField(null=True, verbose_name='scellé le'),
        ),
        migrations.AddField(
            model_name='document',
            name='sealed_by',
            field=models.CharField(blank=True, default='', max_length=200, verbose_name='scellé par'),
        ),
        migrations.AddField(
            model_name='document',
            name='unsigned_sha256',
            field=models.CharField(blank=True, default='', max_length=64, verbose_name='empreinte avant cachet'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seal_certificate_sha256', ''), ('sealed_at', None), ('sealed_by', '')), models.Q(('rendered_at__isnull', False), ('sealed_at__isnull', False), models.Q(('sealed_by', ''), _negated=True), models.Q(('seal_certificate_sha256', ''), _negated=True), models.Q(('unsigned_sha256', ''), _negated=True)), _connector='OR'), name='document_seal_whole', violation_error_message='Un cachet a une date, un nom, un certificat, et porte sur un document fait.'),
        ),
        migrations.AddField(
            model_name='scanpage',
            name='document',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scanned_pages', to='documents.document', verbose_name='document'),
        ),
        migrations.AddField(
            model_name='scanpage',
            name='filed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='classée par'),
        ),
        migrations.AddField(
            model_name='scanpile',
            name='job',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.job', verbose_name='travail'),
        ),
        migrations.AddField(
            model_name='scanpile',
            name='stored_file',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='pile', to='documents.storedfile', verbose_name='fichier'),
        ),
        migrations.AddField(
            model_name='scanpile',
            name='uploaded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='déposée par'),
        ),
        migrations.AddField(
            model_name='scanpage',
            name='pile',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='documents.scanpile', verbose_name='pile'),
        ),
        migrations.AddField(
            model_name='signedscan',
            name='stored_file',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile', verbose_name='fichier'),
        ),
        migrations.AddConstraint(
            model_name='scanpile',
            constraint=models.CheckConstraint(condition=models.Q(('page_count__gt', 0)), name='scan_pile_has_pages'),
        ),
        migrations.AddConstraint(
            model_name='scanpage',
            constraint=models.UniqueConstraint(fields=('pile', 'number'), name='scan_page_once_in_pile'),
        ),
        migrations.AddConstraint(
            model_name='scanpage',
            constraint=models.UniqueConstraint(condition=models.Q(('reading', 'filed')), fields=('document', 'page'), name='scan_page_filed_once', violation_error_message='Cette page du document est déjà classée.'),
        ),
        migrations.AddConstraint(
            model_name='scanpage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reading', 'filed'), _negated=True), models.Q(('document__isnull', False), ('page__gt', 0)), _connector='OR'), name='scan_page_filed_somewhere', violation_error_message='Une page classée a un document et un numéro de page.'),
        ),
    ]
