import django.db.models.deletion
import django.utils.timezone
import django_fsm
import documents.scan_models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_lasting_letters'),
        ('documents', '0005_life_of_the_money'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ElectronicConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('given_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='donné le')),
                ('words', models.TextField(verbose_name='texte accepté')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='retiré le')),
            ],
            options={
                'verbose_name': 'consentement à la notification électronique',
                'verbose_name_plural': 'consentements à la notification électronique',
                'ordering': ['-given_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='FormalNotification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('kind', models.CharField(choices=[('award_letter', 'Attribution'), ('waitlist_letter', 'Liste complémentaire'), ('refusal_letter', 'Refus'), ('deferral_letter', 'Ajournement'), ('inadmissibility_letter', 'Irrecevabilité'), ('formal_notice', 'Mise en demeure'), ('hearing_letter', 'Lettre contradictoire'), ('withdrawal_decision', 'Retrait'), ('withdrawal_undone', 'Annulation d’un retrait'), ('repayment_request', 'Reversement'), ('appeal_answer', 'Réponse à un recours')], max_length=30, verbose_name='acte')),
                ('subject_type', models.CharField(max_length=60, verbose_name='type d’objet')),
                ('subject_id', models.BigIntegerField(verbose_name='clé de l’objet')),
                ('reference', models.CharField(blank=True, max_length=40, verbose_name='dossier')),
                ('own_path', models.CharField(max_length=200, verbose_name='page de la structure')),
                ('staff_path', models.CharField(max_length=200, verbose_name='page du service')),
                ('state', django_fsm.FSMField(choices=[('waiting', 'À notifier'), ('posted', 'Recommandé envoyé'), ('notified', 'Notifié')], default='waiting', max_length=10, protected=True, verbose_name='état')),
                ('way', models.CharField(blank=True, choices=[('opened', 'Ouvert en ligne'), ('unopened', 'Quinze jours sans ouverture'), ('registered', 'Lettre recommandée')], max_length=12, verbose_name='voie')),
                ('available_at', models.DateTimeField(verbose_name='mis à disposition à')),
                ('available_on', models.DateField(verbose_name='mis à disposition le')),
                ('opened_at', models.DateTimeField(blank=True, null=True, verbose_name='ouvert le')),
                ('registered_number', models.CharField(blank=True, max_length=30, verbose_name='numéro du recommandé')),
                ('posted_on', models.DateField(blank=True, null=True, verbose_name='posté le')),
                ('presented_on', models.DateField(blank=True, null=True, verbose_name='présenté le')),
                ('delivered_on', models.DateField(blank=True, null=True, verbose_name='remis le')),
                ('assured_at', models.DateTimeField(blank=True, null=True, verbose_name='avis vérifié le')),
                ('assured_how', models.CharField(blank=True, max_length=300, verbose_name='comment la structure est prévenue')),
                ('notified_on', models.DateField(blank=True, null=True, verbose_name='notifié le')),
                ('recorded_on', models.DateField(blank=True, null=True, verbose_name='enregistré le')),
            ],
            options={
                'verbose_name': 'notification d’un acte',
                'verbose_name_plural': 'notifications d’actes',
                'ordering': ['available_at', 'pk'],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
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
        migrations.CreateModel(
            name='UnwrittenLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=30, verbose_name='sorte')),
                ('subject_type', models.CharField(max_length=60, verbose_name='type d’objet')),
                ('subject_id', models.BigIntegerField(verbose_name='clé de l’objet')),
                ('why', models.TextField(verbose_name='raison')),
                ('tries', models.PositiveIntegerField(default=0, verbose_name='essais')),
                ('tried_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='essayé le')),
            ],
            options={
                'verbose_name': 'courrier qui ne peut pas être écrit',
                'verbose_name_plural': 'courriers qui ne peuvent pas être écrits',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='WordingVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('kind', models.CharField(max_length=30, verbose_name='sorte de courrier')),
                ('scope', models.CharField(blank=True, max_length=120, verbose_name='portée')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('state', django_fsm.FSMField(choices=[('draft', 'Brouillon'), ('published', 'En vigueur'), ('superseded', 'Remplacée'), ('abandoned', 'Abandonnée')], default='draft', max_length=12, protected=True, verbose_name='état')),
                ('blocks', models.JSONField(default=list, verbose_name='blocs')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='ce qui change')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='commencée le')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='publiée le')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='remplacée le')),
            ],
            options={
                'verbose_name': 'modèle de courrier',
                'verbose_name_plural': 'modèles de courriers',
                'ordering': ['kind', 'scope', '-number'],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.AddField(
            model_name='document',
            name='paused_at',
            field=models.DateTimeField(null=True, verbose_name='suspendu le'),
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
        migrations.AddField(
            model_name='documentcontent',
            name='place',
            field=models.CharField(blank=True, default='', max_length=120, verbose_name='place dans le dépôt'),
        ),
        migrations.AlterField(
            model_name='document',
            name='kind',
            field=models.CharField(choices=[('receipt', 'Accusé de réception'), ('pieces_request', 'Demande de pièces'), ('award_letter', 'Lettre d’attribution'), ('waitlist_letter', 'Lettre de liste complémentaire'), ('refusal_letter', 'Lettre de refus'), ('deferral_letter', 'Lettre d’ajournement'), ('inadmissibility_letter', 'Lettre d’irrecevabilité'), ('appeal_receipt', 'Accusé de réception d’un recours'), ('panel_minutes', 'Procès-verbal du comité'), ('panel_addendum', 'Additif au procès-verbal du comité'), ('agreement', 'Convention à signer'), ('amendment', 'Avenant à signer'), ('signed_agreement', 'Convention signée'), ('signed_amendment', 'Avenant signé'), ('hearing_letter', 'Lettre contradictoire'), ('withdrawal_decision', 'Décision de retrait'), ('repayment_request', 'Demande de reversement'), ('withdrawal_undone', 'Annulation d’un retrait'), ('formal_notice', 'Mise en demeure'), ('appeal_answer', 'Réponse à un recours')], max_length=30, verbose_name='sorte'),
        ),
        migrations.AddConstraint(
            model_name='documentcontent',
            constraint=models.CheckConstraint(condition=models.Q(('place', ''), ('data', b''), _connector='OR'), name='document_content_one_place', violation_error_message='Les octets d’un document sont gardés en un seul endroit.'),
        ),
        migrations.AddField(
            model_name='electronicconsent',
            name='given_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='donné par'),
        ),
        migrations.AddField(
            model_name='electronicconsent',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='structure'),
        ),
        migrations.AddField(
            model_name='electronicconsent',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='retiré par'),
        ),
        migrations.AddField(
            model_name='formalnotification',
            name='assured_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='avis vérifié par'),
        ),
        migrations.AddField(
            model_name='formalnotification',
            name='consent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.electronicconsent', verbose_name='consentement'),
        ),
        migrations.AddField(
            model_name='formalnotification',
            name='document',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document', verbose_name='courrier'),
        ),
        migrations.AddField(
            model_name='formalnotification',
            name='opened_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ouvert par'),
        ),
        migrations.AddField(
            model_name='formalnotification',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='structure'),
        ),
        migrations.AddField(
            model_name='formalnotification',
            name='proof',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile', verbose_name='preuve'),
        ),
        migrations.AddField(
            model_name='formalnotification',
            name='recorded_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='enregistré par'),
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
            model_name='unwrittenletter',
            constraint=models.UniqueConstraint(fields=('source', 'subject_type', 'subject_id'), name='unwrittenletter_once'),
        ),
        migrations.AddField(
            model_name='wordingversion',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='commencée par'),
        ),
        migrations.AddField(
            model_name='wordingversion',
            name='published_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='publiée par'),
        ),
        migrations.AddField(
            model_name='document',
            name='wording',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.wordingversion', verbose_name='modèle écrit'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['award_letter', 'waitlist_letter', 'refusal_letter', 'deferral_letter'])), fields=('subject_type', 'subject_id'), name='document_one_answer_per_decision', violation_error_message='Cette décision a déjà un courrier d’une autre sorte.'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seal_certificate_sha256', ''), ('sealed_at', None), ('sealed_by', '')), models.Q(('rendered_at__isnull', False), ('sealed_at__isnull', False), models.Q(('sealed_by', ''), _negated=True), models.Q(('seal_certificate_sha256', ''), _negated=True), models.Q(('unsigned_sha256', ''), _negated=True)), _connector='OR'), name='document_seal_whole', violation_error_message='Un cachet a une date, un nom, un certificat, et porte sur un document fait.'),
        ),
        migrations.AddConstraint(
            model_name='electronicconsent',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('organisation',), name='electronicconsent_one_in_force', violation_error_message='Votre structure a déjà accepté la notification électronique.'),
        ),
        migrations.AddConstraint(
            model_name='electronicconsent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__gte', models.F('given_at')), ('withdrawn_by__isnull', False)), _connector='OR'), name='electronicconsent_withdrawn_after'),
        ),
        migrations.AddConstraint(
            model_name='electronicconsent',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='electronicconsent_has_words'),
        ),
        migrations.AddIndex(
            model_name='formalnotification',
            index=models.Index(fields=['organisation'], name='formal_organisation'),
        ),
        migrations.AddIndex(
            model_name='formalnotification',
            index=models.Index(condition=models.Q(('state', 'notified'), _negated=True), fields=['available_on'], name='formal_waiting'),
        ),
        migrations.AddConstraint(
            model_name='formalnotification',
            constraint=models.UniqueConstraint(fields=('subject_type', 'subject_id', 'kind'), name='formal_once', violation_error_message='La notification de cet acte est déjà suivie.'),
        ),
        migrations.AddConstraint(
            model_name='formalnotification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('notified_on__isnull', False), ('recorded_on__isnull', False), ('state', 'notified'), models.Q(('way', ''), _negated=True)), models.Q(models.Q(('state', 'notified'), _negated=True), ('notified_on', None), ('way', '')), _connector='OR'), name='formal_notified_has_day_and_way'),
        ),
        migrations.AddConstraint(
            model_name='formalnotification',
            constraint=models.CheckConstraint(condition=models.Q(('notified_on', None), ('notified_on__gte', models.F('available_on')), _connector='OR'), name='formal_not_before_available', violation_error_message='La notification ne précède pas la mise à disposition.'),
        ),
        migrations.AddConstraint(
            model_name='formalnotification',
            constraint=models.CheckConstraint(condition=models.Q(('notified_on', None), ('notified_on__lte', models.F('recorded_on')), _connector='OR'), name='formal_not_in_the_future', violation_error_message='La notification n’est pas dans l’avenir.'),
        ),
        migrations.AddConstraint(
            model_name='formalnotification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('way', 'opened'), _negated=True), models.Q(('consent__isnull', False), ('opened_at__isnull', False), ('opened_by__isnull', False)), _connector='OR'), name='formal_opening_has_consent', violation_error_message='Une ouverture ne notifie qu’avec le consentement de la structure.'),
        ),
        migrations.AddConstraint(
            model_name='formalnotification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('way', 'unopened'), _negated=True), models.Q(('consent__isnull', False), ('notified_on', models.F('available_on'))), _connector='OR'), name='formal_unopened_has_consent'),
        ),
        migrations.AddConstraint(
            model_name='formalnotification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('way', 'registered'), _negated=True), models.Q(('state', 'posted'), _negated=True)), models.Q(models.Q(('registered_number', ''), _negated=True), ('posted_on__isnull', False)), _connector='OR'), name='formal_registered_has_number', violation_error_message='Un recommandé a un numéro et un jour de dépôt.'),
        ),
        migrations.AddConstraint(
            model_name='formalnotification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('way', 'registered'), _negated=True), models.Q(('presented_on__gte', models.F('posted_on')), ('presented_on__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='formal_registered_was_presented'),
        ),
        migrations.AddConstraint(
            model_name='formalnotification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assured_at', None), ('assured_by', None), ('assured_how', '')), models.Q(('assured_at__isnull', False), ('assured_by__isnull', False), models.Q(('assured_how', ''), _negated=True)), _connector='OR'), name='formal_assured_says_how', violation_error_message='Dites qui a prévenu la structure, et comment.'),
        ),
        migrations.AddConstraint(
            model_name='formalnotification',
            constraint=models.CheckConstraint(condition=models.Q(('delivered_on', None), ('delivered_on__gte', models.F('presented_on')), _connector='OR'), name='formal_delivered_after_presented'),
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
        migrations.AddConstraint(
            model_name='wordingversion',
            constraint=models.UniqueConstraint(fields=('kind', 'scope', 'number'), name='wording_number_once'),
        ),
        migrations.AddConstraint(
            model_name='wordingversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('kind', 'scope'), name='wording_one_draft', violation_error_message='Un brouillon de ce modèle est déjà ouvert.'),
        ),
        migrations.AddConstraint(
            model_name='wordingversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('kind', 'scope'), name='wording_one_in_force', violation_error_message='Une version de ce modèle est déjà en vigueur.'),
        ),
        migrations.AddConstraint(
            model_name='wordingversion',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'abandoned']), ('published_at__isnull', False), _connector='OR'), name='wording_published_has_date'),
        ),
    ]
