import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

import applications.models.fabrique


def copy_keys(apps, schema_editor):
    """To the places their département, to their facts their programme."""
    communes = apps.get_model("programme", "Commune").objects
    places = apps.get_model("applications", "Fabrique").objects
    own = Subquery(communes.filter(pk=OuterRef("commune")).values("departement")[:1])
    places.update(departement=Coalesce(own, F("departement")))
    facts = apps.get_model("applications", "FabriqueFact").objects
    facts.update(programme=Subquery(places.filter(pk=OuterRef("fabrique")).values("programme")[:1]))


def programme_of_place(**options):
    return applications.models.fabrique.ProgrammeOfPlace(
        editable=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="programme.programme",
        verbose_name="dispositif",
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial"), ("programme", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="fabrique",
            name="departement",
            field=applications.models.fabrique.DepartementField(
                blank=True, default="", editable=False, max_length=3, verbose_name="département"
            ),
        ),
        migrations.AddField(model_name="fabriquefact", name="programme", field=programme_of_place(null=True)),
        migrations.RunPython(copy_keys, migrations.RunPython.noop),
        migrations.AlterField(model_name="fabriquefact", name="programme", field=programme_of_place()),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["state", "due_on"], name="assignment_state_due"),
        ),
    ]
