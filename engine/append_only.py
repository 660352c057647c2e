"""Make the database itself refuse to change or delete a row, on SQLite and on PostgreSQL."""

from collections.abc import Iterator

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

REFUSAL = "the audit is append-only"


def guard(table: str, editor: BaseDatabaseSchemaEditor) -> None:
    """Refuse every update and delete of a table's rows from now on."""
    for statement in _guarding(table, editor.connection.vendor):
        editor.execute(statement)


def unguard(table: str, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in _unguarding(table, editor.connection.vendor):
        editor.execute(statement)


def _guarding(table: str, vendor: str) -> Iterator[str]:
    if vendor == "postgresql":
        yield (
            f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _unguarding(table: str, vendor: str) -> Iterator[str]:
    if vendor == "postgresql":
        yield f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"
        yield f"DROP FUNCTION IF EXISTS {table}_refuse()"
        return
    for act in ("update", "delete"):
        yield f"DROP TRIGGER IF EXISTS {table}_no_{act}"
