from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

import applications.models.fabrique


def copy_from_communes(apps, schema_editor):
    communes = apps.get_model("programme", "Commune").objects
    own = Subquery(communes.filter(pk=OuterRef("commune")).values("departement")[:1])
    apps.get_model("applications", "Fabrique").objects.update(departement=Coalesce(own, F("departement")))


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
        migrations.RunPython(copy_from_communes, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["state", "due_on"], name="assignment_state_due"),
        ),
    ]
