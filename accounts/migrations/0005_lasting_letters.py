import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_folded_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='BouncedAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='adresse')),
                ('since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='depuis le')),
                ('reason', models.CharField(max_length=500, verbose_name='raison')),
            ],
            options={
                'verbose_name': 'adresse en défaut',
                'verbose_name_plural': 'adresses en défaut',
                'ordering': ['email'],
            },
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='bounced_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='revenu le'),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='event',
            field=models.CharField(blank=True, max_length=20, verbose_name='sujet'),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='next_try_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='prochain essai'),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='thread',
            field=models.CharField(blank=True, max_length=60, verbose_name='fil'),
        ),
        migrations.AlterField(
            model_name='notification',
            name='event',
            field=models.CharField(choices=[('account', 'Mon compte : adresse, mot de passe, invitations'), ('receipt', 'Envoi d’un dossier et suites données à sa réception'), ('request', 'Pièces ou précisions demandées'), ('progress', 'Avancement d’un dossier : recevabilité, évaluation'), ('decision', 'Décision sur un dossier'), ('deadline', 'Dates de dépôt ou formulaire qui changent'), ('message', 'Messages échangés sur un dossier'), ('team', 'Ma structure : rôles, parties confiées, signatures'), ('review', 'Évaluations confiées ou rouvertes'), ('file', 'Pièce écartée par l’antivirus'), ('payment', 'Convention et versements'), ('panel', 'Comité : convocations et procès-verbaux'), ('mail', 'Courriels importants qui reviennent'), ('public_question', 'Questions du public')], max_length=20, verbose_name='sujet'),
        ),
        migrations.AlterField(
            model_name='notificationpreference',
            name='event',
            field=models.CharField(choices=[('account', 'Mon compte : adresse, mot de passe, invitations'), ('receipt', 'Envoi d’un dossier et suites données à sa réception'), ('request', 'Pièces ou précisions demandées'), ('progress', 'Avancement d’un dossier : recevabilité, évaluation'), ('decision', 'Décision sur un dossier'), ('deadline', 'Dates de dépôt ou formulaire qui changent'), ('message', 'Messages échangés sur un dossier'), ('team', 'Ma structure : rôles, parties confiées, signatures'), ('review', 'Évaluations confiées ou rouvertes'), ('file', 'Pièce écartée par l’antivirus'), ('payment', 'Convention et versements'), ('panel', 'Comité : convocations et procès-verbaux'), ('mail', 'Courriels importants qui reviennent'), ('public_question', 'Questions du public')], max_length=20, verbose_name='sujet'),
        ),
        migrations.AlterField(
            model_name='outboxmessage',
            name='message_id',
            field=models.CharField(max_length=250, unique=True, verbose_name='Message-ID'),
        ),
        migrations.AddIndex(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('thread', ''), _negated=True), fields=['thread'], name='outbox_thread'),
        ),
        migrations.AddField(
            model_name='bouncedaddress',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.outboxmessage', verbose_name='dernier courriel revenu'),
        ),
    ]
