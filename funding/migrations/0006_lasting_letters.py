import django.db.models.deletion
import django.utils.timezone
import django_fsm
import uuid
from django.conf import settings
from django.db import migrations, models


MONTH = {"postgresql": "date_trunc('month', effective_on)::date", "sqlite": "strftime('%Y-%m-01', effective_on)"}


def add_up_months(apps, schema_editor):
    """A database in service holds totals of days: those of months follow from them. A new one holds none."""
    month = MONTH[schema_editor.connection.vendor]
    way = "from_kind, from_line_id, from_year, to_kind, to_line_id, to_year"
    schema_editor.execute(
        f"INSERT INTO funding_monthtotal ({way}, month, last_on, cents) "
        f"SELECT {way}, {month}, MAX(effective_on), SUM(cents) FROM funding_daytotal GROUP BY {way}, {month}"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_lasting_letters'),
        ('documents', '0006_lasting_letters'),
        ('funding', '0005_life_of_the_money'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FormalNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('state', django_fsm.FSMField(choices=[('sent', 'Envoyée'), ('met', 'Satisfaite'), ('dropped', 'Abandonnée'), ('followed', 'Suivie d’une procédure')], default='sent', max_length=10, protected=True, verbose_name='état')),
                ('ground', models.CharField(choices=[('report', 'Compte rendu ou pièce non remis'), ('opening', 'Lieu non ouvert'), ('conditions', 'Conditions de l’aide non tenues'), ('other', 'Autre manquement')], max_length=12, verbose_name='manquement')),
                ('facts', models.TextField(verbose_name='ce qui est constaté')),
                ('asked', models.TextField(verbose_name='ce qui est demandé')),
                ('days', models.PositiveSmallIntegerField(verbose_name='délai en jours')),
                ('opened_on', models.DateField(verbose_name='lettre du')),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='ouverte le')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='à faire au plus tard le')),
                ('reply', models.TextField(blank=True, verbose_name='réponse de la structure')),
                ('replied_at', models.DateTimeField(blank=True, null=True, verbose_name='répondue le')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='close le')),
                ('end_note', models.CharField(blank=True, max_length=1000, verbose_name='comment elle finit')),
                ('written', models.JSONField(default=dict, editable=False, verbose_name='ce que dit la lettre')),
            ],
            options={
                'verbose_name': 'mise en demeure',
                'verbose_name_plural': 'mises en demeure',
                'ordering': ['-pk'],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name='MonthTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_kind', models.CharField(choices=[('ae_source', 'AE : origine'), ('ae_opened', 'AE ouvertes, non employées'), ('ae_frozen', 'AE mises en réserve (gel)'), ('ae_cancelled', 'AE annulées'), ('ae_reserved', 'AE réservées (fléchées)'), ('ae_committed', 'AE engagées, non liquidées'), ('ae_liquidated', 'AE liquidées'), ('ae_lapsed', 'AE perdues'), ('cp_source', 'CP : origine'), ('cp_available', 'CP ouverts, non employés'), ('cp_frozen', 'CP mis en réserve (gel)'), ('cp_cancelled', 'CP annulés'), ('cp_ordered', 'CP mis en paiement'), ('cp_paid', 'CP payés'), ('pledge_source', 'Argent d’un tiers : origine'), ('pledged', 'Promis, non reçu'), ('received', 'Reçu, non employé'), ('used', 'Employé'), ('pledge_lost', 'Promesse non tenue')], max_length=16, verbose_name='de')),
                ('from_year', models.PositiveSmallIntegerField(verbose_name='exercice de départ')),
                ('to_kind', models.CharField(choices=[('ae_source', 'AE : origine'), ('ae_opened', 'AE ouvertes, non employées'), ('ae_frozen', 'AE mises en réserve (gel)'), ('ae_cancelled', 'AE annulées'), ('ae_reserved', 'AE réservées (fléchées)'), ('ae_committed', 'AE engagées, non liquidées'), ('ae_liquidated', 'AE liquidées'), ('ae_lapsed', 'AE perdues'), ('cp_source', 'CP : origine'), ('cp_available', 'CP ouverts, non employés'), ('cp_frozen', 'CP mis en réserve (gel)'), ('cp_cancelled', 'CP annulés'), ('cp_ordered', 'CP mis en paiement'), ('cp_paid', 'CP payés'), ('pledge_source', 'Argent d’un tiers : origine'), ('pledged', 'Promis, non reçu'), ('received', 'Reçu, non employé'), ('used', 'Employé'), ('pledge_lost', 'Promesse non tenue')], max_length=16, verbose_name='vers')),
                ('to_year', models.PositiveSmallIntegerField(verbose_name='exercice d’arrivée')),
                ('cents', models.BigIntegerField(verbose_name='montant (centimes)')),
                ('month', models.DateField(verbose_name='mois')),
                ('last_on', models.DateField(verbose_name='dernier jour')),
            ],
            options={
                'verbose_name': 'total du mois',
                'verbose_name_plural': 'totaux du mois',
                'ordering': ['pk'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='agreementversion',
            name='worded',
            field=models.JSONField(default=dict, verbose_name='modèle figé'),
        ),
        migrations.AddField(
            model_name='agreementversion',
            name='wording',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.wordingversion', verbose_name='modèle écrit'),
        ),
        migrations.AddField(
            model_name='hearing',
            name='written',
            field=models.JSONField(default=dict, editable=False, verbose_name='ce que dit la lettre'),
        ),
        migrations.AddField(
            model_name='interruption',
            name='final_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='fin notée le'),
        ),
        migrations.AddField(
            model_name='observation',
            name='ends',
            field=models.BooleanField(default=False, verbose_name='rien à ajouter'),
        ),
        migrations.AddField(
            model_name='observation',
            name='organisation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='partenaire'),
        ),
        migrations.AddField(
            model_name='recovery',
            name='refunded_cents',
            field=models.BigIntegerField(default=0, editable=False, verbose_name='remboursé à la structure (centimes)'),
        ),
        migrations.AlterField(
            model_name='posting',
            name='kind',
            field=models.CharField(choices=[('open', 'Ouverture'), ('freeze', 'Mise en réserve (gel)'), ('unfreeze', 'Dégel'), ('cancel', 'Annulation'), ('carry_over', 'Report'), ('reserve', 'Réservation'), ('release', 'Libération'), ('commit', 'Engagement'), ('decommit', 'Retrait d’engagement'), ('lapse', 'Retrait d’engagement d’une année antérieure'), ('recycle', 'Recyclage d’AE d’une année antérieure'), ('order', 'Mise en paiement'), ('cancel_order', 'Annulation de mise en paiement'), ('pay', 'Paiement'), ('transfer', 'Virement entre lignes'), ('delegate', 'Délégation à une région'), ('withdraw_part', 'Retrait de délégation'), ('reinstate', 'Rétablissement de crédits'), ('refund', 'Remboursement après un retrait annulé'), ('attach', 'Rattachement d’un fonds de concours'), ('pledge', 'Promesse d’un tiers'), ('receive', 'Encaissement'), ('use', 'Emploi'), ('drop_pledge', 'Promesse non tenue')], max_length=14, verbose_name='nature'),
        ),
        migrations.AlterField(
            model_name='recovery',
            name='state',
            field=django_fsm.FSMField(choices=[('hearing', 'Phase contradictoire'), ('decided', 'Reversement décidé'), ('issued', 'Titre émis'), ('collected', 'Recouvré'), ('waived', 'Soldé par une remise gracieuse'), ('written_off', 'Admis en non-valeur'), ('dropped', 'Abandonné'), ('refunding', 'À rembourser à la structure'), ('refunded', 'Remboursé à la structure')], default='hearing', max_length=12, protected=True, verbose_name='état'),
        ),
        migrations.AlterField(
            model_name='recoveryentry',
            name='kind',
            field=models.CharField(choices=[('collected', 'Encaissement'), ('waived', 'Remise gracieuse'), ('written_off', 'Admission en non-valeur'), ('refunded', 'Remboursement à la structure')], max_length=12, verbose_name='nature'),
        ),
        migrations.AddIndex(
            model_name='daytotal',
            index=models.Index(fields=['effective_on'], name='daytotal_effective'),
        ),
        migrations.AddIndex(
            model_name='daytotal',
            index=models.Index(fields=['booked_on'], name='daytotal_booked'),
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.CheckConstraint(condition=models.Q(('refunded_cents__gte', 0), ('refunded_cents__lte', models.F('collected_cents'))), name='recovery_refunded_within_collected', violation_error_message='On ne rend pas plus que ce qui est revenu.'),
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refunded'), _negated=True), models.Q(('closed_on__isnull', False), ('refunded_cents', models.F('collected_cents'))), _connector='OR'), name='recovery_refunded_whole'),
        ),
        migrations.AddField(
            model_name='formalnotice',
            name='award',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='formal_notices', to='funding.award', verbose_name='attribution'),
        ),
        migrations.AddField(
            model_name='formalnotice',
            name='document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document'),
        ),
        migrations.AddField(
            model_name='formalnotice',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='formalnotice',
            name='opened_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='envoyée par'),
        ),
        migrations.AddField(
            model_name='formalnotice',
            name='replied_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='formalnotice',
            name='reply_file',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile', verbose_name='pièce jointe'),
        ),
        migrations.AddField(
            model_name='hearing',
            name='notice',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='hearing', to='funding.formalnotice', verbose_name='mise en demeure'),
        ),
        migrations.AddField(
            model_name='monthtotal',
            name='from_line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.line'),
        ),
        migrations.AddField(
            model_name='monthtotal',
            name='to_line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.line'),
        ),
        migrations.AddConstraint(
            model_name='formalnotice',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'sent')), fields=('award', 'ground'), name='formalnotice_one_of_a_ground', violation_error_message='Une mise en demeure pour ce manquement est déjà en cours.'),
        ),
        migrations.AddConstraint(
            model_name='formalnotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('facts', ''), _negated=True), models.Q(('asked', ''), _negated=True)), name='formalnotice_says_what'),
        ),
        migrations.AddConstraint(
            model_name='formalnotice',
            constraint=models.CheckConstraint(condition=models.Q(('days__gte', 15)), name='formalnotice_leaves_time', violation_error_message='Une mise en demeure laisse au moins quinze jours.'),
        ),
        migrations.AddConstraint(
            model_name='formalnotice',
            constraint=models.CheckConstraint(condition=models.Q(('due_on', None), ('due_on__gt', models.F('opened_on')), _connector='OR'), name='formalnotice_due_after_letter'),
        ),
        migrations.AddConstraint(
            model_name='formalnotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('replied_at', None), ('reply', '')), models.Q(('replied_at__isnull', False), models.Q(('reply', ''), _negated=True)), _connector='OR'), name='formalnotice_reply_says_something'),
        ),
        migrations.AddConstraint(
            model_name='formalnotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_on', None), ('state', 'sent')), models.Q(('ended_on__isnull', False), models.Q(('state', 'sent'), _negated=True)), _connector='OR'), name='formalnotice_ended_has_day'),
        ),
        migrations.AddConstraint(
            model_name='formalnotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['met', 'dropped']), _negated=True), models.Q(('end_note', ''), _negated=True), _connector='OR'), name='formalnotice_end_says_why', violation_error_message='Dites ce qui a été fait, ou pourquoi elle est abandonnée.'),
        ),
        migrations.AddConstraint(
            model_name='formalnotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'followed'), _negated=True), models.Q(('due_on__isnull', False), ('due_on__lt', models.F('ended_on'))), _connector='OR'), name='formalnotice_followed_after_its_time', violation_error_message='Le délai de la mise en demeure n’est pas passé.'),
        ),
        migrations.AddConstraint(
            model_name='monthtotal',
            constraint=models.UniqueConstraint(fields=('from_kind', 'from_line', 'from_year', 'to_kind', 'to_line', 'to_year', 'month'), name='monthtotal_once'),
        ),
        migrations.RunPython(add_up_months, migrations.RunPython.noop),
    ]
