from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Take each memory's last rating from its reviews; reps that were planned before stay without."""
    Memory, Review = apps.get_model("engine", "Memory"), apps.get_model("engine", "Review")
    standing = Review.objects.filter(
        person=OuterRef("person"), skill=OuterRef("skill"), voids=None, voided_by=None
    )
    last = standing.order_by("-reviewed_on", "-reviewed_at", "-pk").values("rating")[:1]
    Memory.objects.update(last_rating=Subquery(last))


class Migration(migrations.Migration):

    dependencies = [
        ("engine", "0002_mail_kinds_remarks_names"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
