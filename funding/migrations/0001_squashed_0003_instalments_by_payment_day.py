import django.db.models.deletion
import django.utils.timezone
import django_fsm
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('funding', '0001_initial'), ('funding', '0002_dossier'), ('funding', '0003_instalments_by_payment_day')]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0003_review'),
        ('applications', '0001_squashed_0004_review'),
        ('programme', '0001_squashed_0003_review'),
    ]

    operations = [
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, unique=True, verbose_name='source de financement')),
                ('instrument', models.CharField(choices=[('grant', 'Subventions'), ('fund', 'Fonds (parts, prêts, avances remboursables)')], default='grant', max_length=8, verbose_name='instrument')),
            ],
            options={
                'verbose_name': 'source de financement',
                'verbose_name_plural': 'sources de financement',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programme.programme', verbose_name='dispositif')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='funding.source', verbose_name='source')),
                ('code', models.CharField(max_length=40, verbose_name='ligne')),
                ('label', models.CharField(max_length=150, verbose_name='libellé')),
                ('lolf_programme', models.CharField(max_length=10, verbose_name='programme LOLF')),
                ('action', models.CharField(blank=True, max_length=10, verbose_name='action')),
                ('bop_uo', models.CharField(blank=True, max_length=40, verbose_name='BOP-UO')),
                ('origin', models.CharField(choices=[('real', 'Réel'), ('reconstruction', 'Reconstruction'), ('demonstration', 'Démonstration')], default='real', max_length=16, verbose_name='origine')),
            ],
            options={
                'verbose_name': 'ligne budgétaire',
                'verbose_name_plural': 'lignes budgétaires',
                'ordering': ['code'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'code'), name='line_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('key', models.CharField(max_length=120, unique=True, verbose_name='clé')),
                ('fingerprint', models.CharField(max_length=64, verbose_name='empreinte')),
                ('kind', models.CharField(choices=[('open', 'Ouverture'), ('freeze', 'Mise en réserve (gel)'), ('unfreeze', 'Dégel'), ('cancel', 'Annulation'), ('carry_over', 'Report'), ('reserve', 'Réservation'), ('release', 'Libération'), ('commit', 'Engagement'), ('decommit', 'Retrait d’engagement'), ('lapse', 'Retrait d’engagement d’une année antérieure'), ('order', 'Mise en paiement'), ('cancel_order', 'Annulation de mise en paiement'), ('pay', 'Paiement')], max_length=14, verbose_name='nature')),
                ('effective_on', models.DateField(db_index=True, verbose_name='en date du')),
                ('booked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='connu le')),
                ('booked_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='jour où c’est connu')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('act', models.CharField(max_length=200, verbose_name='acte')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='motif')),
                ('reverses', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='funding.posting')),
                ('movement_count', models.PositiveSmallIntegerField(verbose_name='nombre de mouvements')),
            ],
            options={
                'verbose_name': 'écriture',
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('movement_count__gt', 0)), name='posting_moves_money'), models.CheckConstraint(condition=models.Q(('effective_on__lte', models.F('booked_on'))), name='posting_not_in_the_future')],
            },
        ),
        migrations.CreateModel(
            name='DayTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_kind', models.CharField(choices=[('ae_source', 'AE : origine'), ('ae_opened', 'AE ouvertes, non employées'), ('ae_frozen', 'AE mises en réserve (gel)'), ('ae_cancelled', 'AE annulées'), ('ae_reserved', 'AE réservées (fléchées)'), ('ae_committed', 'AE engagées, non liquidées'), ('ae_liquidated', 'AE liquidées'), ('ae_lapsed', 'AE perdues'), ('cp_source', 'CP : origine'), ('cp_available', 'CP ouverts, non employés'), ('cp_frozen', 'CP mis en réserve (gel)'), ('cp_cancelled', 'CP annulés'), ('cp_ordered', 'CP mis en paiement'), ('cp_paid', 'CP payés')], max_length=16, verbose_name='de')),
                ('from_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.line')),
                ('from_year', models.PositiveSmallIntegerField(verbose_name='exercice de départ')),
                ('to_kind', models.CharField(choices=[('ae_source', 'AE : origine'), ('ae_opened', 'AE ouvertes, non employées'), ('ae_frozen', 'AE mises en réserve (gel)'), ('ae_cancelled', 'AE annulées'), ('ae_reserved', 'AE réservées (fléchées)'), ('ae_committed', 'AE engagées, non liquidées'), ('ae_liquidated', 'AE liquidées'), ('ae_lapsed', 'AE perdues'), ('cp_source', 'CP : origine'), ('cp_available', 'CP ouverts, non employés'), ('cp_frozen', 'CP mis en réserve (gel)'), ('cp_cancelled', 'CP annulés'), ('cp_ordered', 'CP mis en paiement'), ('cp_paid', 'CP payés')], max_length=16, verbose_name='vers')),
                ('to_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.line')),
                ('to_year', models.PositiveSmallIntegerField(verbose_name='exercice d’arrivée')),
                ('effective_on', models.DateField(verbose_name='en date du')),
                ('booked_on', models.DateField(verbose_name='connu le')),
                ('cents', models.BigIntegerField(verbose_name='montant (centimes)')),
            ],
            options={
                'verbose_name': 'total du jour',
                'verbose_name_plural': 'totaux du jour',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('from_kind', 'from_line', 'from_year', 'to_kind', 'to_line', 'to_year', 'effective_on', 'booked_on'), name='daytotal_once')],
            },
        ),
        migrations.CreateModel(
            name='Award',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programme.wave', verbose_name='vague')),
                ('fabrique', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.fabrique', verbose_name='fabrique')),
                ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application', verbose_name='dossier')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='bénéficiaire')),
                ('state', django_fsm.FSMField(choices=[('reserved', 'Réservée'), ('committed', 'Engagée'), ('in_force', 'En cours'), ('completed', 'Achevée'), ('released', 'Libérée'), ('renounced', 'Renonciation'), ('lapsed', 'Caduque'), ('suspended', 'Suspendue'), ('withdrawn', 'Retirée'), ('terminated', 'Résiliée')], default='reserved', max_length=12, protected=True, verbose_name='état')),
                ('origin', models.CharField(choices=[('real', 'Réel'), ('reconstruction', 'Reconstruction'), ('demonstration', 'Démonstration')], default='real', max_length=16, verbose_name='origine')),
                ('total_cents', models.BigIntegerField(verbose_name='montant (centimes)')),
                ('min_cents', models.BigIntegerField(verbose_name='minimum de l’appel (centimes)')),
                ('max_cents', models.BigIntegerField(verbose_name='maximum de l’appel (centimes)')),
                ('year_cap_cents', models.BigIntegerField(verbose_name='plafond annuel (centimes)')),
                ('reserved_on', models.DateField(verbose_name='réservée le')),
                ('committed_on', models.DateField(blank=True, null=True, verbose_name='engagée le')),
                ('notified_on', models.DateField(blank=True, null=True, verbose_name='notifiée le')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='créée le')),
            ],
            options={
                'verbose_name': 'attribution',
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('total_cents__gte', models.F('min_cents')), ('total_cents__lte', models.F('max_cents'))), name='award_within_bounds', violation_error_message='Le montant sort des bornes de l’appel.'), models.CheckConstraint(condition=models.Q(('application__isnull', False), ('origin', 'reconstruction'), _connector='OR'), name='award_has_dossier'), models.UniqueConstraint(condition=models.Q(('state', 'released'), _negated=True), fields=('application',), name='award_one_live_per_dossier', violation_error_message='Ce dossier a déjà une attribution.'), models.UniqueConstraint(condition=models.Q(('state', 'released'), _negated=True), fields=('fabrique', 'wave'), name='award_one_live_per_place_and_wave', violation_error_message='Ce lieu a déjà une attribution dans cette vague.'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['committed', 'in_force', 'completed']), _negated=True), ('committed_on__isnull', False), _connector='OR'), name='award_committed_has_date')],
                'indexes': [models.Index(fields=['state'], name='award_state')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ae_source', 'AE : origine'), ('ae_opened', 'AE ouvertes, non employées'), ('ae_frozen', 'AE mises en réserve (gel)'), ('ae_cancelled', 'AE annulées'), ('ae_reserved', 'AE réservées (fléchées)'), ('ae_committed', 'AE engagées, non liquidées'), ('ae_liquidated', 'AE liquidées'), ('ae_lapsed', 'AE perdues'), ('cp_source', 'CP : origine'), ('cp_available', 'CP ouverts, non employés'), ('cp_frozen', 'CP mis en réserve (gel)'), ('cp_cancelled', 'CP annulés'), ('cp_ordered', 'CP mis en paiement'), ('cp_paid', 'CP payés')], max_length=16, verbose_name='compte')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='funding.line', verbose_name='ligne')),
                ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='exercice')),
                ('award', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='funding.award', verbose_name='attribution')),
                ('balance_cents', models.BigIntegerField(default=0, editable=False, verbose_name='solde (centimes)')),
            ],
            options={
                'verbose_name': 'compte',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('award', None)), fields=('kind', 'line', 'fiscal_year'), name='account_line_once'), models.UniqueConstraint(condition=models.Q(('award__isnull', False)), fields=('kind', 'line', 'fiscal_year', 'award'), name='account_award_once'), models.CheckConstraint(condition=models.Q(('balance_cents__gte', 0), ('kind__in', ('ae_source', 'cp_source')), _connector='OR'), name='account_never_below_zero', violation_error_message='Il ne reste pas assez d’argent sur cette ligne.'), models.CheckConstraint(condition=models.Q(models.Q(('award', None), ('kind__in', ['ae_source', 'ae_opened', 'ae_frozen', 'ae_cancelled', 'cp_source', 'cp_available', 'cp_frozen', 'cp_cancelled'])), models.Q(('award__isnull', False), ('kind__in', ('ae_reserved', 'ae_committed', 'ae_liquidated', 'ae_lapsed', 'cp_ordered', 'cp_paid'))), _connector='OR'), name='account_award_where_due')],
                'indexes': [models.Index(fields=['award', 'kind'], name='account_award_kind')],
            },
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('posting', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='funding.posting', verbose_name='écriture')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('from_account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.account', verbose_name='de')),
                ('to_account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.account', verbose_name='vers')),
                ('amount_cents', models.BigIntegerField(verbose_name='montant (centimes)')),
                ('effective_on', models.DateField(verbose_name='en date du')),
            ],
            options={
                'verbose_name': 'mouvement',
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_cents__gt', 0)), name='movement_amount_positive'), models.CheckConstraint(condition=models.Q(('from_account', models.F('to_account')), _negated=True), name='movement_between_two_accounts'), models.CheckConstraint(condition=models.Q(('rank__gt', 0)), name='movement_rank_from_one'), models.UniqueConstraint(fields=('posting', 'rank'), name='movement_rank_once')],
                'indexes': [models.Index(fields=['from_account', 'effective_on', 'amount_cents'], name='movement_from_as_of'), models.Index(fields=['to_account', 'effective_on', 'amount_cents'], name='movement_to_as_of')],
            },
        ),
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='draws', to='funding.award', verbose_name='attribution')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.line', verbose_name='ligne')),
                ('fiscal_year', models.PositiveSmallIntegerField(verbose_name='exercice des AE')),
                ('cents', models.BigIntegerField(verbose_name='montant (centimes)')),
            ],
            options={
                'verbose_name': 'tirage',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('award', 'line', 'fiscal_year'), name='draw_once'), models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='draw_positive')],
            },
        ),
        migrations.CreateModel(
            name='DeMinimisGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='de_minimis', to='funding.award', verbose_name='attribution')),
                ('regime', models.CharField(choices=[('de_minimis', 'De minimis général'), ('sieg_de_minimis', 'De minimis SIEG')], max_length=16, verbose_name='régime')),
                ('undertaking', models.CharField(db_index=True, max_length=80, verbose_name='entreprise')),
                ('beneficiary', models.CharField(max_length=250, verbose_name='bénéficiaire')),
                ('siret', models.CharField(blank=True, max_length=14, verbose_name='SIRET')),
                ('nace_code', models.CharField(blank=True, max_length=6, verbose_name='code APE')),
                ('cents', models.BigIntegerField(verbose_name='montant (centimes)')),
                ('granted_on', models.DateField(blank=True, db_index=True, null=True, verbose_name='attribuée le')),
                ('before_cents', models.BigIntegerField(verbose_name='déjà reçu sur trois ans (centimes)')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='connue le')),
                ('registered_on', models.DateField(blank=True, null=True, verbose_name='inscrite au registre le')),
                ('registered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='inscrite par')),
            ],
            options={
                'verbose_name': 'aide de minimis attribuée',
                'verbose_name_plural': 'aides de minimis attribuées',
                'ordering': ['granted_on', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('award', 'undertaking'), name='deminimis_once_per_beneficiary'), models.CheckConstraint(condition=models.Q(('before_cents__gte', 0), ('cents__gt', 0)), name='deminimis_positive', violation_error_message='Une aide de minimis a un montant positif.'), models.CheckConstraint(condition=models.Q(('registered_on', None), models.Q(('granted_on__isnull', False), ('registered_on__gte', models.F('granted_on'))), _connector='OR'), name='deminimis_registered_after_grant', violation_error_message='L’inscription au registre suit l’attribution.')],
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='schedules', to='funding.award', verbose_name='attribution')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('state', models.CharField(choices=[('draft', 'En préparation'), ('current', 'En vigueur'), ('replaced', 'Remplacé')], default='draft', max_length=10, verbose_name='état')),
                ('total_cents', models.BigIntegerField(verbose_name='montant (centimes)')),
                ('planned_cents', models.BigIntegerField(default=0, editable=False, verbose_name='planifié (centimes)')),
            ],
            options={
                'verbose_name': 'échéancier',
                'ordering': ['award', 'number'],
                'constraints': [models.UniqueConstraint(fields=('award', 'number'), name='schedule_number_once'), models.UniqueConstraint(condition=models.Q(('state', 'current')), fields=('award',), name='schedule_one_current'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'current'), _negated=True), ('planned_cents', models.F('total_cents')), _connector='OR'), name='schedule_current_plans_all', violation_error_message='L’échéancier doit planifier exactement le montant attribué.')],
            },
        ),
        migrations.CreateModel(
            name='ScheduleYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='years', to='funding.schedule', verbose_name='échéancier')),
                ('year', models.PositiveSmallIntegerField(verbose_name='année')),
                ('cap_cents', models.BigIntegerField(verbose_name='plafond (centimes)')),
                ('planned_cents', models.BigIntegerField(default=0, editable=False, verbose_name='planifié (centimes)')),
            ],
            options={
                'verbose_name': 'année d’échéancier',
                'verbose_name_plural': 'années d’échéancier',
                'ordering': ['schedule', 'year'],
                'constraints': [models.UniqueConstraint(fields=('schedule', 'year'), name='scheduleyear_once'), models.CheckConstraint(condition=models.Q(('planned_cents__gte', 0), ('planned_cents__lte', models.F('cap_cents'))), name='scheduleyear_within_cap', violation_error_message='Le plafond annuel de l’appel est dépassé.')],
            },
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('award', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='agreement', to='funding.award', verbose_name='attribution')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='numéro')),
                ('state', django_fsm.FSMField(choices=[('drafted', 'Préparée'), ('sent', 'Envoyée'), ('signed_by_beneficiary', 'Signée par la structure'), ('signed_by_state', 'Signée par l’État'), ('in_force', 'En vigueur'), ('closed', 'Close')], default='drafted', max_length=24, protected=True, verbose_name='état')),
                ('sent_on', models.DateField(blank=True, null=True, verbose_name='envoyée le')),
                ('beneficiary_signed_on', models.DateField(blank=True, null=True, verbose_name='signée par la structure le')),
                ('beneficiary_signatory', models.CharField(blank=True, max_length=150, verbose_name='signataire de la structure')),
                ('state_signed_on', models.DateField(blank=True, null=True, verbose_name='signée par l’État le')),
                ('state_signatory', models.CharField(blank=True, max_length=150, verbose_name='signataire de l’État')),
            ],
            options={
                'verbose_name': 'convention',
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['in_force', 'closed']), _negated=True), models.Q(('beneficiary_signed_on__isnull', False), ('state_signed_on__isnull', False)), _connector='OR'), name='agreement_in_force_signed_by_both'), models.CheckConstraint(condition=models.Q(models.Q(('beneficiary_signed_on', None), ('beneficiary_signed_on__gte', models.F('sent_on')), _connector='OR'), models.Q(('state_signed_on', None), ('state_signed_on__gte', models.F('beneficiary_signed_on')), _connector='OR')), name='agreement_dates_ordered', violation_error_message='La convention est envoyée, puis signée par la structure, puis par l’État.')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Instalment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('schedule_year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instalments', to='funding.scheduleyear', verbose_name='année')),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instalments', to='funding.award', verbose_name='attribution')),
                ('number', models.PositiveSmallIntegerField(verbose_name='numéro')),
                ('kind', models.CharField(choices=[('advance', 'Avance'), ('interim', 'Acompte'), ('balance', 'Solde')], max_length=8, verbose_name='nature')),
                ('state', django_fsm.FSMField(choices=[('planned', 'Planifiée'), ('due', 'Exigible'), ('certified', 'Service fait certifié'), ('ordered', 'Mise en paiement'), ('paid', 'Payée'), ('withheld', 'Retenue'), ('cancelled', 'Annulée')], default='planned', max_length=10, protected=True, verbose_name='état')),
                ('cents', models.BigIntegerField(verbose_name='montant (centimes)')),
                ('condition', models.CharField(max_length=250, verbose_name='condition')),
                ('expected_on', models.DateField(verbose_name='prévue le')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='exigible le')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='exigibilité connue le')),
                ('certified_on', models.DateField(blank=True, null=True, verbose_name='service fait le')),
                ('certified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cp_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='exercice des CP')),
                ('ordered_on', models.DateField(blank=True, null=True, verbose_name='mise en paiement le')),
                ('ordered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('paid_on', models.DateField(blank=True, null=True, verbose_name='payée par le comptable le')),
                ('paid_recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('chorus_reference', models.CharField(blank=True, max_length=40, null=True, unique=True, verbose_name='référence Chorus (DP)')),
            ],
            options={
                'verbose_name': 'échéance',
                'ordering': ['award', 'number'],
                'constraints': [models.UniqueConstraint(fields=('schedule_year', 'award', 'number'), name='instalment_number_once'), models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='instalment_positive'), models.CheckConstraint(condition=models.Q(('ordered_by', None), models.Q(('certified_by', models.F('ordered_by')), _negated=True), _connector='OR'), name='instalment_certifier_does_not_order', violation_error_message='Qui certifie le service fait ne met pas en paiement.'), models.CheckConstraint(condition=models.Q(('paid_recorded_by', None), models.Q(models.Q(('certified_by', models.F('paid_recorded_by')), _negated=True), models.Q(('ordered_by', models.F('paid_recorded_by')), _negated=True)), _connector='OR'), name='instalment_recorder_is_a_third', violation_error_message='Le paiement est noté par une troisième personne.'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['due', 'certified', 'ordered', 'paid']), _negated=True), ('due_on__isnull', False), _connector='OR'), name='instalment_due_has_date'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['certified', 'ordered', 'paid']), _negated=True), models.Q(('certified_by__isnull', False), ('certified_on__isnull', False)), _connector='OR'), name='instalment_certified_has_author'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['ordered', 'paid']), _negated=True), models.Q(('cp_year__isnull', False), ('ordered_by__isnull', False), ('ordered_on__isnull', False)), _connector='OR'), name='instalment_ordered_has_author'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'paid'), _negated=True), models.Q(('chorus_reference__isnull', False), ('paid_on__isnull', False), ('paid_recorded_by__isnull', False)), _connector='OR'), name='instalment_paid_has_reference'), models.CheckConstraint(condition=models.Q(models.Q(('certified_on', None), ('certified_on__gte', models.F('due_on')), _connector='OR'), models.Q(('ordered_on', None), ('ordered_on__gte', models.F('certified_on')), _connector='OR'), models.Q(('paid_on', None), ('paid_on__gte', models.F('ordered_on')), _connector='OR')), name='instalment_dates_ordered', violation_error_message='Exigible, vérifiée, mise en paiement, payée : les dates suivent cet ordre.'), models.CheckConstraint(condition=models.Q(('chorus_reference', None), models.Q(('chorus_reference', ''), _negated=True), _connector='OR'), name='instalment_reference_not_empty')],
                'indexes': [models.Index(fields=['state', 'expected_on'], name='instalment_state_expected'), models.Index(fields=['state', 'paid_on'], name='instalment_state_paid')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
    ]
