import accounts.new_tables
import django.db.models.deletion
import django.utils.timezone
import django_fsm
import documents.models
import documents.scan_models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('documents', '0001_initial'), ('documents', '0002_dossier'), ('documents', '0003_review'), ('documents', '0004_public_money'), ('documents', '0005_life_of_the_money'), ('documents', '0006_lasting_letters')]

    initial = True

    dependencies = [
        ('accounts', '0005_lasting_letters'),
    ]

    operations = [
        accounts.new_tables.NewTables(
            operations=[
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
                        'constraints': [models.UniqueConstraint(fields=('source', 'subject_type', 'subject_id'), name='unwrittenletter_once')],
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
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='commencée par')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='commencée le')),
                        ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='publiée par')),
                        ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='publiée le')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='remplacée le')),
                    ],
                    options={
                        'verbose_name': 'modèle de courrier',
                        'verbose_name_plural': 'modèles de courriers',
                        'ordering': ['kind', 'scope', '-number'],
                        'constraints': [models.UniqueConstraint(fields=('kind', 'scope', 'number'), name='wording_number_once'), models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('kind', 'scope'), name='wording_one_draft', violation_error_message='Un brouillon de ce modèle est déjà ouvert.'), models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('kind', 'scope'), name='wording_one_in_force', violation_error_message='Une version de ce modèle est déjà en vigueur.'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'abandoned']), ('published_at__isnull', False), _connector='OR'), name='wording_published_has_date')],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name='Document',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('kind', models.CharField(choices=[('receipt', 'Accusé de réception'), ('pieces_request', 'Demande de pièces'), ('award_letter', 'Lettre d’attribution'), ('waitlist_letter', 'Lettre de liste complémentaire'), ('refusal_letter', 'Lettre de refus'), ('deferral_letter', 'Lettre d’ajournement'), ('inadmissibility_letter', 'Lettre d’irrecevabilité'), ('appeal_receipt', 'Accusé de réception d’un recours'), ('panel_minutes', 'Procès-verbal du comité'), ('panel_addendum', 'Additif au procès-verbal du comité'), ('agreement', 'Convention à signer'), ('amendment', 'Avenant à signer'), ('signed_agreement', 'Convention signée'), ('signed_amendment', 'Avenant signé'), ('hearing_letter', 'Lettre contradictoire'), ('withdrawal_decision', 'Décision de retrait'), ('repayment_request', 'Demande de reversement'), ('withdrawal_undone', 'Annulation d’un retrait'), ('formal_notice', 'Mise en demeure'), ('appeal_answer', 'Réponse à un recours')], max_length=30, verbose_name='sorte')),
                        ('subject_type', models.CharField(max_length=60, verbose_name='type d’objet')),
                        ('subject_id', models.BigIntegerField(verbose_name='clé de l’objet')),
                        ('facts', models.JSONField(verbose_name='faits figés')),
                        ('template', models.CharField(max_length=60, verbose_name='modèle')),
                        ('template_version', models.PositiveSmallIntegerField(verbose_name='version du modèle')),
                        ('wording', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.wordingversion', verbose_name='modèle écrit')),
                        ('number', models.CharField(max_length=20, unique=True, verbose_name='numéro')),
                        ('verification_code', models.CharField(max_length=14, unique=True, verbose_name='code de vérification')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='demandé le')),
                        ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='demandé par')),
                        ('claimed_at', models.DateTimeField(null=True, verbose_name='pris le')),
                        ('claimed_by', models.CharField(blank=True, max_length=80, verbose_name='pris par')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='essais')),
                        ('last_error', models.TextField(blank=True, verbose_name='dernière erreur')),
                        ('paused_at', models.DateTimeField(null=True, verbose_name='suspendu le')),
                        ('rendered_at', models.DateTimeField(null=True, verbose_name='fabriqué le')),
                        ('sha256', models.CharField(blank=True, db_index=True, max_length=64, verbose_name='empreinte')),
                        ('byte_size', models.PositiveIntegerField(null=True, verbose_name='taille')),
                        ('unsigned_sha256', models.CharField(blank=True, default='', max_length=64, verbose_name='empreinte avant cachet')),
                        ('sealed_at', models.DateTimeField(null=True, verbose_name='scellé le')),
                        ('sealed_by', models.CharField(blank=True, default='', max_length=200, verbose_name='scellé par')),
                        ('seal_certificate_sha256', models.CharField(blank=True, default='', max_length=64, verbose_name='certificat du cachet')),
                        ('released_at', models.DateTimeField(null=True, verbose_name='remis le')),
                        ('voided_on', models.DateField(null=True, verbose_name='sans effet depuis le')),
                        ('void_kind', models.CharField(blank=True, choices=[('withdrawn', 'Retirée'), ('repealed', 'Abrogée'), ('corrected', 'Corrigée')], max_length=12, verbose_name='comment')),
                        ('voided_by_number', models.CharField(blank=True, max_length=20, verbose_name='par la décision')),
                    ],
                    options={
                        'verbose_name': 'document',
                        'ordering': ['-created_at', '-pk'],
                        'constraints': [models.UniqueConstraint(fields=('subject_type', 'subject_id', 'kind'), name='document_once_per_subject', violation_error_message='Ce document a déjà été demandé pour cet objet.'), models.UniqueConstraint(condition=models.Q(('kind__in', ['award_letter', 'waitlist_letter', 'refusal_letter', 'deferral_letter'])), fields=('subject_type', 'subject_id'), name='document_one_answer_per_decision', violation_error_message='Cette décision a déjà un courrier d’une autre sorte.'), models.CheckConstraint(condition=models.Q(models.Q(('byte_size', None), ('rendered_at', None), ('sha256', '')), models.Q(('byte_size__gt', 0), ('rendered_at__isnull', False), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='document_rendered_with_hash', violation_error_message='Un document fabriqué a une date, une empreinte et une taille.'), models.CheckConstraint(condition=models.Q(models.Q(('seal_certificate_sha256', ''), ('sealed_at', None), ('sealed_by', '')), models.Q(('rendered_at__isnull', False), ('sealed_at__isnull', False), models.Q(('sealed_by', ''), _negated=True), models.Q(('seal_certificate_sha256', ''), _negated=True), models.Q(('unsigned_sha256', ''), _negated=True)), _connector='OR'), name='document_seal_whole', violation_error_message='Un cachet a une date, un nom, un certificat, et porte sur un document fait.'), models.CheckConstraint(condition=models.Q(models.Q(('void_kind', ''), ('voided_on', None)), models.Q(('voided_on__isnull', False), models.Q(('void_kind', ''), _negated=True)), _connector='OR'), name='document_void_explained', violation_error_message='Dites comment et depuis quand ce document est sans effet.')],
                        'indexes': [models.Index(condition=models.Q(('rendered_at', None)), fields=['claimed_at'], name='document_waiting'), models.Index(fields=['kind', 'created_at'], name='document_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='DocumentContent',
                    fields=[
                        ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='content', serialize=False, to='documents.document')),
                        ('data', models.BinaryField(verbose_name='contenu')),
                        ('place', models.CharField(blank=True, default='', max_length=120, verbose_name='place dans le dépôt')),
                    ],
                    options={
                        'verbose_name': 'contenu de document',
                        'verbose_name_plural': 'contenus de document',
                        'constraints': [models.CheckConstraint(condition=models.Q(('place', ''), ('data', b''), _connector='OR'), name='document_content_one_place', violation_error_message='Les octets d’un document sont gardés en un seul endroit.')],
                    },
                ),
                migrations.CreateModel(
                    name='NumberCounter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=10, verbose_name='série')),
                        ('year', models.PositiveSmallIntegerField(verbose_name='année')),
                        ('last', models.PositiveIntegerField(default=0, verbose_name='dernier numéro')),
                    ],
                    options={
                        'verbose_name': 'compteur',
                        'constraints': [models.UniqueConstraint(fields=('name', 'year'), name='counter_once')],
                    },
                ),
                migrations.CreateModel(
                    name='StoredFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('file', models.FileField(max_length=120, upload_to=documents.models.unguessable_path, verbose_name='fichier')),
                        ('name', models.CharField(max_length=150, verbose_name='nom d’origine')),
                        ('content_type', models.CharField(max_length=100, verbose_name='type de contenu')),
                        ('byte_size', models.PositiveIntegerField(verbose_name='taille')),
                        ('sha256', models.CharField(max_length=64, verbose_name='empreinte')),
                        ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='envoyé par')),
                        ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='envoyé le')),
                        ('scan_state', models.CharField(choices=[('pending', 'Analyse en cours'), ('clean', 'Sain'), ('infected', 'Infecté'), ('unavailable', 'Analyse impossible'), ('not_scanned', 'Non analysé')], default='not_scanned', max_length=12, verbose_name='analyse')),
                        ('scanned_at', models.DateTimeField(null=True, verbose_name='analysé le')),
                        ('scan_note', models.CharField(blank=True, max_length=200, verbose_name='résultat de l’analyse')),
                        ('scan_claimed_at', models.DateTimeField(null=True, verbose_name='pris pour analyse le')),
                        ('scan_attempts', models.PositiveIntegerField(default=0, verbose_name='essais d’analyse')),
                        ('preview_state', models.CharField(choices=[('none', 'Sans aperçu'), ('pending', 'Aperçu en préparation'), ('ready', 'Aperçu prêt'), ('failed', 'Aperçu impossible')], default='pending', max_length=12, verbose_name='aperçu')),
                        ('preview_claimed_at', models.DateTimeField(null=True, verbose_name='pris pour aperçu le')),
                        ('preview_attempts', models.PositiveSmallIntegerField(default=0, verbose_name='essais d’aperçu')),
                        ('page_count', models.PositiveIntegerField(null=True, verbose_name='nombre de pages')),
                    ],
                    options={
                        'verbose_name': 'fichier reçu',
                        'verbose_name_plural': 'fichiers reçus',
                        'ordering': ['-uploaded_at', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('byte_size__gt', 0)), name='stored_file_not_empty', violation_error_message='Ce fichier est vide.')],
                        'indexes': [models.Index(condition=models.Q(('scan_state__in', ['pending', 'unavailable', 'not_scanned'])), fields=['scan_claimed_at'], name='stored_file_to_scan'), models.Index(condition=models.Q(('preview_state', 'pending')), fields=['preview_claimed_at'], name='stored_file_to_draw')],
                    },
                ),
                migrations.CreateModel(
                    name='PagePicture',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('stored_file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='documents.storedfile', verbose_name='fichier')),
                        ('number', models.PositiveSmallIntegerField(verbose_name='page')),
                        ('picture', models.FileField(max_length=120, upload_to=documents.models.picture_path, verbose_name='image')),
                        ('width', models.PositiveSmallIntegerField(verbose_name='largeur')),
                        ('height', models.PositiveSmallIntegerField(verbose_name='hauteur')),
                        ('text', models.TextField(blank=True, verbose_name='texte')),
                    ],
                    options={
                        'verbose_name': 'page en image',
                        'verbose_name_plural': 'pages en image',
                        'ordering': ['stored_file', 'number'],
                        'constraints': [models.UniqueConstraint(fields=('stored_file', 'number'), name='page_picture_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ElectronicConsent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='structure')),
                        ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='donné par')),
                        ('given_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='donné le')),
                        ('words', models.TextField(verbose_name='texte accepté')),
                        ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='retiré par')),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='retiré le')),
                    ],
                    options={
                        'verbose_name': 'consentement à la notification électronique',
                        'verbose_name_plural': 'consentements à la notification électronique',
                        'ordering': ['-given_at', '-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('organisation',), name='electronicconsent_one_in_force', violation_error_message='Votre structure a déjà accepté la notification électronique.'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__gte', models.F('given_at')), ('withdrawn_by__isnull', False)), _connector='OR'), name='electronicconsent_withdrawn_after'), models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='electronicconsent_has_words')],
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
                        ('document', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document', verbose_name='courrier')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='structure')),
                        ('reference', models.CharField(blank=True, max_length=40, verbose_name='dossier')),
                        ('own_path', models.CharField(max_length=200, verbose_name='page de la structure')),
                        ('staff_path', models.CharField(max_length=200, verbose_name='page du service')),
                        ('state', django_fsm.FSMField(choices=[('waiting', 'À notifier'), ('posted', 'Recommandé envoyé'), ('notified', 'Notifié')], default='waiting', max_length=10, protected=True, verbose_name='état')),
                        ('way', models.CharField(blank=True, choices=[('opened', 'Ouvert en ligne'), ('unopened', 'Quinze jours sans ouverture'), ('registered', 'Lettre recommandée')], max_length=12, verbose_name='voie')),
                        ('available_at', models.DateTimeField(verbose_name='mis à disposition à')),
                        ('available_on', models.DateField(verbose_name='mis à disposition le')),
                        ('opened_at', models.DateTimeField(blank=True, null=True, verbose_name='ouvert le')),
                        ('opened_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ouvert par')),
                        ('consent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.electronicconsent', verbose_name='consentement')),
                        ('registered_number', models.CharField(blank=True, max_length=30, verbose_name='numéro du recommandé')),
                        ('posted_on', models.DateField(blank=True, null=True, verbose_name='posté le')),
                        ('presented_on', models.DateField(blank=True, null=True, verbose_name='présenté le')),
                        ('delivered_on', models.DateField(blank=True, null=True, verbose_name='remis le')),
                        ('proof', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile', verbose_name='preuve')),
                        ('assured_at', models.DateTimeField(blank=True, null=True, verbose_name='avis vérifié le')),
                        ('assured_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='avis vérifié par')),
                        ('assured_how', models.CharField(blank=True, max_length=300, verbose_name='comment la structure est prévenue')),
                        ('notified_on', models.DateField(blank=True, null=True, verbose_name='notifié le')),
                        ('recorded_on', models.DateField(blank=True, null=True, verbose_name='enregistré le')),
                        ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='enregistré par')),
                    ],
                    options={
                        'verbose_name': 'notification d’un acte',
                        'verbose_name_plural': 'notifications d’actes',
                        'ordering': ['available_at', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('subject_type', 'subject_id', 'kind'), name='formal_once', violation_error_message='La notification de cet acte est déjà suivie.'), models.CheckConstraint(condition=models.Q(models.Q(('notified_on__isnull', False), ('recorded_on__isnull', False), ('state', 'notified'), models.Q(('way', ''), _negated=True)), models.Q(models.Q(('state', 'notified'), _negated=True), ('notified_on', None), ('way', '')), _connector='OR'), name='formal_notified_has_day_and_way'), models.CheckConstraint(condition=models.Q(('notified_on', None), ('notified_on__gte', models.F('available_on')), _connector='OR'), name='formal_not_before_available', violation_error_message='La notification ne précède pas la mise à disposition.'), models.CheckConstraint(condition=models.Q(('notified_on', None), ('notified_on__lte', models.F('recorded_on')), _connector='OR'), name='formal_not_in_the_future', violation_error_message='La notification n’est pas dans l’avenir.'), models.CheckConstraint(condition=models.Q(models.Q(('way', 'opened'), _negated=True), models.Q(('consent__isnull', False), ('opened_at__isnull', False), ('opened_by__isnull', False)), _connector='OR'), name='formal_opening_has_consent', violation_error_message='Une ouverture ne notifie qu’avec le consentement de la structure.'), models.CheckConstraint(condition=models.Q(models.Q(('way', 'unopened'), _negated=True), models.Q(('consent__isnull', False), ('notified_on', models.F('available_on'))), _connector='OR'), name='formal_unopened_has_consent'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('way', 'registered'), _negated=True), models.Q(('state', 'posted'), _negated=True)), models.Q(models.Q(('registered_number', ''), _negated=True), ('posted_on__isnull', False)), _connector='OR'), name='formal_registered_has_number', violation_error_message='Un recommandé a un numéro et un jour de dépôt.'), models.CheckConstraint(condition=models.Q(models.Q(('way', 'registered'), _negated=True), models.Q(('presented_on__gte', models.F('posted_on')), ('presented_on__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='formal_registered_was_presented'), models.CheckConstraint(condition=models.Q(models.Q(('assured_at', None), ('assured_by', None), ('assured_how', '')), models.Q(('assured_at__isnull', False), ('assured_by__isnull', False), models.Q(('assured_how', ''), _negated=True)), _connector='OR'), name='formal_assured_says_how', violation_error_message='Dites qui a prévenu la structure, et comment.'), models.CheckConstraint(condition=models.Q(('delivered_on', None), ('delivered_on__gte', models.F('presented_on')), _connector='OR'), name='formal_delivered_after_presented')],
                        'indexes': [models.Index(fields=['organisation'], name='formal_organisation'), models.Index(condition=models.Q(('state', 'notified'), _negated=True), fields=['available_on'], name='formal_waiting')],
                    },
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
                migrations.CreateModel(
                    name='ScanPile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('stored_file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='pile', to='documents.storedfile', verbose_name='fichier')),
                        ('page_count', models.PositiveIntegerField(verbose_name='nombre de pages')),
                        ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='déposée par')),
                        ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='déposée le')),
                        ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.job', verbose_name='travail')),
                    ],
                    options={
                        'verbose_name': 'pile numérisée',
                        'verbose_name_plural': 'piles numérisées',
                        'ordering': ['-uploaded_at', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('page_count__gt', 0)), name='scan_pile_has_pages')],
                    },
                ),
                migrations.CreateModel(
                    name='ScanPage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('pile', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='documents.scanpile', verbose_name='pile')),
                        ('number', models.PositiveIntegerField(verbose_name='page de la pile')),
                        ('reading', models.CharField(choices=[('filed', 'Classée'), ('unread', 'Carré illisible'), ('unknown', 'Code inconnu'), ('double', 'Déjà classée'), ('blank', 'Page blanche'), ('aside', 'Mise de côté')], max_length=8, verbose_name='lecture')),
                        ('document', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scanned_pages', to='documents.document', verbose_name='document')),
                        ('page', models.PositiveSmallIntegerField(null=True, verbose_name='page du document')),
                        ('content', models.FileField(max_length=120, upload_to=documents.scan_models.page_path, verbose_name='page')),
                        ('picture', models.FileField(max_length=120, upload_to=documents.scan_models.page_path, verbose_name='image')),
                        ('filed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='classée par')),
                    ],
                    options={
                        'verbose_name': 'page numérisée',
                        'verbose_name_plural': 'pages numérisées',
                        'ordering': ['pile', 'number'],
                        'constraints': [models.UniqueConstraint(fields=('pile', 'number'), name='scan_page_once_in_pile'), models.UniqueConstraint(condition=models.Q(('reading', 'filed')), fields=('document', 'page'), name='scan_page_filed_once', violation_error_message='Cette page du document est déjà classée.'), models.CheckConstraint(condition=models.Q(models.Q(('reading', 'filed'), _negated=True), models.Q(('document__isnull', False), ('page__gt', 0)), _connector='OR'), name='scan_page_filed_somewhere', violation_error_message='Une page classée a un document et un numéro de page.')],
                    },
                ),
                migrations.CreateModel(
                    name='SignedScan',
                    fields=[
                        ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='signed_scan', serialize=False, to='documents.document', verbose_name='document')),
                        ('stored_file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile', verbose_name='fichier')),
                        ('completed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='complet le')),
                    ],
                    options={
                        'verbose_name': 'copie signée',
                        'verbose_name_plural': 'copies signées',
                    },
                ),
            ],
        ),
    ]
