import accounts.models.base
import accounts.models.invitation
import accounts.new_tables
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('accounts', '0001_initial'), ('accounts', '0002_dossier'), ('accounts', '0003_review'), ('accounts', '0004_folded_name'), ('accounts', '0005_lasting_letters')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        accounts.new_tables.NewTables(
            operations=[
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('email', models.EmailField(max_length=254, unique=True, verbose_name='adresse électronique')),
                        ('first_name', models.CharField(blank=True, max_length=100, verbose_name='prénom')),
                        ('last_name', models.CharField(blank=True, max_length=100, verbose_name='nom')),
                        ('title', models.CharField(blank=True, max_length=150, verbose_name='fonction')),
                        ('phone', models.CharField(blank=True, max_length=30, verbose_name='téléphone')),
                        ('is_active', models.BooleanField(default=True, verbose_name='actif')),
                        ('is_staff', models.BooleanField(default=False, verbose_name='accès à l’administration technique')),
                        ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='inscrit le')),
                        ('search_text', accounts.models.base.FoldedTextField(db_index=True, default='', editable=False, max_length=460, sources=('last_name', 'first_name', 'email'))),
                        ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                        ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ],
                    options={
                        'verbose_name': 'personne',
                        'ordering': ['last_name', 'first_name', 'pk'],
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_case_insensitive', violation_error_message='Un compte existe déjà avec cette adresse électronique.')],
                    },
                ),
                migrations.CreateModel(
                    name='RoleGrant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='role_grants', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                        ('role', models.CharField(choices=[('applicant', 'Porteur de projet'), ('officer', 'Instruction'), ('reviewer', 'Évaluation'), ('panel_member', 'Membre du comité'), ('panel_chair', 'Présidence du comité'), ('decision_maker', 'Décision'), ('finance_officer', 'Finances'), ('auditor', 'Audit'), ('administrator', 'Administration')], max_length=20, verbose_name='rôle')),
                        ('granted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='donné par')),
                        ('granted_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='donné le')),
                        ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='retiré le')),
                    ],
                    options={
                        'verbose_name': 'rôle',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('user', 'role'), name='rolegrant_one_active', violation_error_message='Cette personne a déjà ce rôle.')],
                    },
                ),
                migrations.CreateModel(
                    name='ListMemory',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                        ('listing', models.CharField(max_length=80, verbose_name='liste')),
                        ('columns', models.JSONField(blank=True, default=list, verbose_name='colonnes')),
                        ('selected', models.JSONField(blank=True, default=list, verbose_name='lignes choisies')),
                    ],
                    options={
                        'verbose_name': 'réglage de liste',
                        'verbose_name_plural': 'réglages de liste',
                        'constraints': [models.UniqueConstraint(fields=('user', 'listing'), name='listmemory_one_per_list')],
                    },
                ),
                migrations.CreateModel(
                    name='SavedFilter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                        ('listing', models.CharField(max_length=80, verbose_name='liste')),
                        ('path', models.CharField(max_length=300, verbose_name='adresse')),
                        ('query', models.CharField(blank=True, max_length=2000, verbose_name='question')),
                        ('name', models.CharField(max_length=80, verbose_name='nom')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='enregistré le')),
                    ],
                    options={
                        'verbose_name': 'filtre enregistré',
                        'verbose_name_plural': 'filtres enregistrés',
                        'ordering': ['name', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('user', 'listing', 'name'), name='savedfilter_name_once_per_list', violation_error_message='Vous avez déjà un filtre de ce nom : choisissez-en un autre.')],
                    },
                ),
                migrations.CreateModel(
                    name='JournalEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='le')),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                        ('action', models.CharField(max_length=60, verbose_name='action')),
                        ('subject_type', models.CharField(max_length=60, verbose_name='objet')),
                        ('subject_id', models.BigIntegerField(verbose_name='clé de l’objet')),
                        ('subject_label', models.CharField(max_length=250, verbose_name='libellé')),
                        ('from_state', models.CharField(blank=True, max_length=30, verbose_name='état avant')),
                        ('to_state', models.CharField(blank=True, max_length=30, verbose_name='état après')),
                        ('details', models.JSONField(default=dict, verbose_name='détail')),
                        ('request_id', models.CharField(default='-', max_length=32, verbose_name='requête')),
                        ('search_text', models.CharField(default='', editable=False, max_length=500)),
                    ],
                    options={
                        'verbose_name': 'entrée du journal',
                        'verbose_name_plural': 'journal',
                        'ordering': ['-at', '-pk'],
                        'indexes': [models.Index(fields=['-at', '-id'], name='journal_latest'), models.Index(fields=['actor', '-at'], name='journal_actor'), models.Index(fields=['subject_type', 'subject_id', 'at'], name='journal_subject')],
                    },
                ),
                migrations.CreateModel(
                    name='KeptPost',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='autrice ou auteur')),
                        ('path', models.CharField(max_length=500, verbose_name='adresse du formulaire')),
                        ('fields', models.JSONField(verbose_name='saisie')),
                        ('files', models.JSONField(default=list, verbose_name='fichiers à joindre de nouveau')),
                        ('fingerprint', models.CharField(max_length=64, verbose_name='empreinte')),
                        ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='gardée le')),
                    ],
                    options={
                        'verbose_name': 'saisie gardée',
                        'verbose_name_plural': 'saisies gardées',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(fields=('author', 'fingerprint'), name='keptpost_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Job',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('kind', models.CharField(max_length=60, verbose_name='travail')),
                        ('scope', models.CharField(max_length=120, verbose_name='portée')),
                        ('status', models.CharField(choices=[('queued', 'En attente'), ('running', 'En cours'), ('done', 'Terminé'), ('failed', 'En erreur')], default='queued', max_length=10, verbose_name='état')),
                        ('total', models.PositiveIntegerField(default=0, verbose_name='à faire')),
                        ('done', models.PositiveIntegerField(default=0, verbose_name='fait')),
                        ('errors', models.JSONField(default=list, verbose_name='erreurs')),
                        ('arguments', models.JSONField(blank=True, default=dict, verbose_name='paramètres')),
                        ('beat_at', models.DateTimeField(blank=True, null=True, verbose_name='dernier signe')),
                        ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='lancé par')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='demandé le')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='terminé le')),
                    ],
                    options={
                        'verbose_name': 'travail',
                        'verbose_name_plural': 'travaux',
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ['queued', 'running'])), fields=('kind', 'scope'), name='job_one_active_per_scope', violation_error_message='Ce travail est déjà en cours : attendez sa fin.'), models.CheckConstraint(condition=models.Q(('done__lte', models.F('total'))), name='job_done_within_total')],
                    },
                ),
                migrations.CreateModel(
                    name='JobRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('job', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='accounts.job', verbose_name='travail')),
                        ('subject_id', models.BigIntegerField(verbose_name='clé de l’objet')),
                        ('version', models.PositiveIntegerField(blank=True, null=True, verbose_name='version')),
                        ('label', models.CharField(max_length=300, verbose_name='objet')),
                        ('url', models.CharField(blank=True, max_length=300, verbose_name='adresse')),
                        ('status', models.CharField(choices=[('waiting', 'En attente'), ('done', 'Fait'), ('refused', 'Non fait'), ('failed', 'En erreur')], default='waiting', max_length=10, verbose_name='état')),
                        ('sentence', models.CharField(blank=True, max_length=500, verbose_name='résultat')),
                    ],
                    options={
                        'verbose_name': 'ligne de travail',
                        'verbose_name_plural': 'lignes de travail',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('job', 'subject_id'), name='jobrow_once_per_job')],
                    },
                ),
                migrations.CreateModel(
                    name='IdempotencyKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=64, unique=True, verbose_name='clé')),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('fingerprint', models.CharField(max_length=64, verbose_name='empreinte')),
                        ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='reçue le')),
                        ('location', models.CharField(blank=True, max_length=500, verbose_name='réponse')),
                    ],
                    options={
                        'verbose_name': 'clé d’envoi',
                        'verbose_name_plural': 'clés d’envoi',
                    },
                ),
                migrations.CreateModel(
                    name='OutboxMessage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('key', models.CharField(max_length=200, unique=True, verbose_name='clé')),
                        ('message_id', models.CharField(max_length=250, unique=True, verbose_name='Message-ID')),
                        ('recipient', models.EmailField(max_length=254, verbose_name='destinataire')),
                        ('subject', models.CharField(max_length=250, verbose_name='objet')),
                        ('body', models.TextField(verbose_name='texte')),
                        ('event', models.CharField(blank=True, max_length=20, verbose_name='sujet')),
                        ('thread', models.CharField(blank=True, max_length=60, verbose_name='fil')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='créé le')),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='envoyé le')),
                        ('claimed_at', models.DateTimeField(blank=True, null=True, verbose_name='pris le')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='essais')),
                        ('next_try_at', models.DateTimeField(blank=True, null=True, verbose_name='prochain essai')),
                        ('last_error', models.CharField(blank=True, max_length=500, verbose_name='dernière erreur')),
                        ('bounced_at', models.DateTimeField(blank=True, null=True, verbose_name='revenu le')),
                    ],
                    options={
                        'verbose_name': 'courriel',
                        'ordering': ['-pk'],
                        'indexes': [models.Index(condition=models.Q(('sent_at', None)), fields=['created_at'], name='outbox_unsent'), models.Index(condition=models.Q(('thread', ''), _negated=True), fields=['thread'], name='outbox_thread')],
                    },
                ),
                migrations.CreateModel(
                    name='BouncedAddress',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('email', models.EmailField(max_length=254, unique=True, verbose_name='adresse')),
                        ('since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='depuis le')),
                        ('reason', models.CharField(max_length=500, verbose_name='raison')),
                        ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.outboxmessage', verbose_name='dernier courriel revenu')),
                    ],
                    options={
                        'verbose_name': 'adresse en défaut',
                        'verbose_name_plural': 'adresses en défaut',
                        'ordering': ['email'],
                    },
                ),
                migrations.CreateModel(
                    name='Notification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                        ('key', models.CharField(max_length=200, unique=True, verbose_name='clé')),
                        ('event', models.CharField(choices=[('account', 'Mon compte : adresse, mot de passe, invitations'), ('receipt', 'Envoi d’un dossier et suites données à sa réception'), ('request', 'Pièces ou précisions demandées'), ('progress', 'Avancement d’un dossier : recevabilité, évaluation'), ('decision', 'Décision sur un dossier'), ('deadline', 'Dates de dépôt ou formulaire qui changent'), ('message', 'Messages échangés sur un dossier'), ('team', 'Ma structure : rôles, parties confiées, signatures'), ('review', 'Évaluations confiées ou rouvertes'), ('file', 'Pièce écartée par l’antivirus'), ('payment', 'Convention et versements'), ('panel', 'Comité : convocations et procès-verbaux'), ('mail', 'Courriels importants qui reviennent'), ('public_question', 'Questions du public')], max_length=20, verbose_name='sujet')),
                        ('subject', models.CharField(max_length=250, verbose_name='objet')),
                        ('body', models.TextField(verbose_name='texte')),
                        ('url', models.CharField(blank=True, max_length=300, verbose_name='adresse')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='reçue le')),
                        ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='lue le')),
                        ('delivery', models.CharField(choices=[('now', 'Courriel tout de suite'), ('digest', 'Dans le résumé du matin'), ('here', 'Ici seulement')], default='now', max_length=6, verbose_name='envoi')),
                        ('group', models.CharField(blank=True, max_length=80, verbose_name='groupe')),
                        ('mail', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.outboxmessage', verbose_name='courriel')),
                    ],
                    options={
                        'verbose_name': 'notification',
                        'ordering': ['-pk'],
                        'indexes': [models.Index(fields=['url'], name='notification_url'), models.Index(condition=models.Q(('read_at', None)), fields=['user'], name='notification_unread'), models.Index(condition=models.Q(('mail', None)), fields=['delivery', 'group'], name='notification_unmailed')],
                    },
                ),
                migrations.CreateModel(
                    name='NotificationPreference',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                        ('event', models.CharField(choices=[('account', 'Mon compte : adresse, mot de passe, invitations'), ('receipt', 'Envoi d’un dossier et suites données à sa réception'), ('request', 'Pièces ou précisions demandées'), ('progress', 'Avancement d’un dossier : recevabilité, évaluation'), ('decision', 'Décision sur un dossier'), ('deadline', 'Dates de dépôt ou formulaire qui changent'), ('message', 'Messages échangés sur un dossier'), ('team', 'Ma structure : rôles, parties confiées, signatures'), ('review', 'Évaluations confiées ou rouvertes'), ('file', 'Pièce écartée par l’antivirus'), ('payment', 'Convention et versements'), ('panel', 'Comité : convocations et procès-verbaux'), ('mail', 'Courriels importants qui reviennent'), ('public_question', 'Questions du public')], max_length=20, verbose_name='sujet')),
                        ('delivery', models.CharField(choices=[('now', 'Courriel tout de suite'), ('digest', 'Dans le résumé du matin'), ('here', 'Ici seulement')], max_length=6, verbose_name='envoi')),
                    ],
                    options={
                        'verbose_name': 'préférence de notification',
                        'verbose_name_plural': 'préférences de notification',
                        'constraints': [models.UniqueConstraint(fields=('user', 'event'), name='notificationpreference_once'), models.CheckConstraint(condition=models.Q(('event__in', ['account', 'deadline', 'decision', 'panel', 'receipt', 'request']), _negated=True), name='notificationpreference_not_legal', violation_error_message='Ces courriels portent des droits : ils sont toujours envoyés.')],
                    },
                ),
                migrations.CreateModel(
                    name='Organisation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                        ('kind', models.CharField(choices=[('applicant', 'Structure porteuse'), ('network', 'Réseau d’appui')], default='applicant', max_length=12, verbose_name='nature')),
                        ('name', models.CharField(max_length=250, verbose_name='nom de la structure')),
                        ('legal_form', models.CharField(choices=[('association', 'Association'), ('association_forming', 'Association en cours de création'), ('scic', 'SCIC'), ('scop', 'SCOP'), ('sce', 'Société coopérative européenne (SCE)'), ('sas', 'SAS'), ('company', 'Autre société commerciale (SARL, SA…)'), ('sole_trader', 'Entreprise individuelle'), ('mutual', 'Mutuelle'), ('foundation', 'Fondation'), ('endowment_fund', 'Fonds de dotation'), ('local_authority', 'Collectivité ou groupement de collectivités'), ('public_body', 'Établissement public'), ('grouping', 'Groupement (GIP, GIE)'), ('eea_body', 'Structure d’un autre pays de l’EEE, sans SIRET'), ('other', 'Autre personne morale')], max_length=24, verbose_name='forme juridique')),
                        ('siret', models.CharField(blank=True, max_length=14, null=True, unique=True, verbose_name='SIRET')),
                        ('foreign_id', models.CharField(blank=True, max_length=60, verbose_name='numéro dans le registre de son pays')),
                        ('country', models.CharField(blank=True, max_length=60, verbose_name='pays du siège')),
                        ('address', models.CharField(blank=True, max_length=250, verbose_name='adresse du siège')),
                        ('postal_code', models.CharField(blank=True, max_length=5, verbose_name='code postal')),
                        ('city', models.CharField(blank=True, max_length=100, verbose_name='ville')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='adresse électronique')),
                        ('phone', models.CharField(blank=True, max_length=30, verbose_name='téléphone')),
                        ('representative_name', models.CharField(blank=True, max_length=150, verbose_name='représentante ou représentant légal')),
                        ('representative_title', models.CharField(blank=True, max_length=100, verbose_name='qualité')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='créée le')),
                        ('search_text', accounts.models.base.FoldedTextField(db_index=True, default='', editable=False, max_length=400, sources=('name', 'city', 'digits'))),
                        ('folded_name', accounts.models.base.FoldedTextField(default='', editable=False, max_length=500, sources=('name',))),
                    ],
                    options={
                        'verbose_name': 'structure',
                        'ordering': ['name', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('siret', None), ('siret__gt', ''), _connector='OR'), name='organisation_siret_not_empty', violation_error_message='Laissez le SIRET vide ou saisissez ses 14 chiffres.'), models.CheckConstraint(condition=models.Q(('foreign_id', ''), ('siret', None), _connector='OR'), name='organisation_one_register', violation_error_message='Donnez un SIRET, ou un numéro de registre étranger, pas les deux.')],
                    },
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='accounts.organisation', verbose_name='structure')),
                        ('role', models.CharField(choices=[('owner', 'Responsable'), ('editor', 'Rédaction'), ('reader', 'Lecture')], max_length=24, verbose_name='droit')),
                        ('is_representative', models.BooleanField(default=False, verbose_name='représente légalement la structure')),
                        ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='depuis le')),
                    ],
                    options={
                        'verbose_name': 'membre',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('user', 'organisation'), name='membership_once', violation_error_message='Cette personne est déjà membre de la structure.')],
                    },
                ),
                migrations.CreateModel(
                    name='JoinRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='join_requests', to='accounts.organisation', verbose_name='structure')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                        ('message', models.CharField(blank=True, max_length=500, verbose_name='message')),
                        ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='demandé le')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='répondu le')),
                        ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='répondu par')),
                        ('accepted', models.BooleanField(default=False, verbose_name='acceptée')),
                    ],
                    options={
                        'verbose_name': 'demande pour rejoindre une structure',
                        'verbose_name_plural': 'demandes pour rejoindre une structure',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('organisation', 'user'), name='joinrequest_one_open', violation_error_message='Votre demande est déjà envoyée.'), models.CheckConstraint(condition=models.Q(('accepted', False), ('answered_at__isnull', False), _connector='OR'), name='joinrequest_accepted_is_answered')],
                    },
                ),
                migrations.CreateModel(
                    name='Invitation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='accounts.organisation', verbose_name='structure')),
                        ('email', models.EmailField(max_length=254, verbose_name='adresse électronique')),
                        ('role', models.CharField(choices=[('owner', 'Responsable'), ('editor', 'Rédaction'), ('reader', 'Lecture')], max_length=24, verbose_name='droit')),
                        ('is_representative', models.BooleanField(default=False, verbose_name='représente légalement la structure')),
                        ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invitée par')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='envoyée le')),
                        ('sent_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='envoyée la dernière fois le')),
                        ('sent_count', models.PositiveSmallIntegerField(default=1, verbose_name='nombre d’envois')),
                        ('expires_at', models.DateTimeField(default=accounts.models.invitation.a_month_from_now, verbose_name='expire le')),
                        ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='acceptée le')),
                        ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='annulée le')),
                    ],
                    options={
                        'verbose_name': 'invitation',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('accepted_at', None), ('cancelled_at', None)), fields=('organisation', 'email'), name='invitation_one_open', violation_error_message='Cette personne est déjà invitée.'), models.CheckConstraint(condition=models.Q(('accepted_at', None), ('cancelled_at', None), _connector='OR'), name='invitation_one_ending', violation_error_message='Une invitation est acceptée ou annulée, pas les deux.')],
                    },
                ),
                migrations.AddField(
                    model_name='organisation',
                    name='members',
                    field=models.ManyToManyField(related_name='organisations', through='accounts.Membership', to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
    ]
