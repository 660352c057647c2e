from django.db import migrations

from engine.append_only import guard, unguard

AUDIT = "engine_record"


def refuse_changes(apps, editor):
    guard(AUDIT, editor)


def allow_changes(apps, editor):
    unguard(AUDIT, editor)


class Migration(migrations.Migration):
    dependencies = [("engine", "0004_on_ramps")]

    operations = [migrations.RunPython(refuse_changes, allow_changes)]
