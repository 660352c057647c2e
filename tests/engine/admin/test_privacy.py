"""No page for staff shows, joins or filters by what is a person's own: answers, memory, mail texts."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from engine.models import Answer, Memory, Rep, Review, Workout
from tests.every_page import OWN_NUMBER, SECRET, World, build_world, every_page
from tests.factories import PersonFactory

OWN = [Answer, Rep, Review, Memory, Workout]
TABLES = [model._meta.db_table for model in OWN]
STAFF = ["L&D admin", "guardian", "operator", "superuser"]
PAGES = [page for page in every_page() if page.pattern.startswith("admin/")]
COUNTS = {
    "admin:paths_path_publish",  # how many people answered under a key that changes
    "admin:paths_path_change",  # how many people met an exercise that some found of no use
    "admin/paths/path/<path:object_id>/",  # goes on to the same page
}
COUNTED = 'COUNT(DISTINCT "engine_rep"."person_id") AS "people"'


@pytest.fixture
def world(db) -> World:
    return build_world()


@pytest.mark.parametrize("role", STAFF)
def test_no_page_shows_an_answer_a_memory_or_the_text_of_a_mail(role, world):
    client = Client()
    client.force_login(world.people[role])

    shown = {page.name: client.get(world.address(page), follow=True).content.decode() for page in PAGES}

    assert [name for name, html in shown.items() if SECRET in html or str(OWN_NUMBER) in html] == []


@pytest.mark.parametrize(
    ("role", "counting"),
    [("L&D admin", COUNTS), ("guardian", set()), ("operator", set()), ("superuser", COUNTS)],
)
def test_no_page_reads_what_is_a_persons_own_but_to_count_people(role, counting, world):
    client = Client()
    client.force_login(world.people[role])

    read = {page.name: own_rows_read(client, world.address(page)) for page in PAGES}

    assert {name for name, found in read.items() if found} == counting
    chosen = [sql.partition(" FROM ")[0] for name in counting for sql in read[name]]
    assert all(COUNTED in columns for columns in chosen)
    assert all("person" not in columns.replace(COUNTED, "") for columns in chosen)


def own_rows_read(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        client.get(address, follow=True)
    sql = [query["sql"] for query in queries]
    return [query for query in sql if any(f'"{table}"' in query for table in TABLES)]


def test_what_is_a_persons_own_has_no_page():
    assert [model for model in OWN if admin.site.is_registered(model)] == []


def ways_to_what_is_own(model: type[models.Model], depth: int = 4) -> Iterator[str]:
    """Every lookup from a model that ends at what is a person's own, reverse relations included."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.is_relation or relation.related_model is None:
            continue
        name = relation.name
        if relation.related_model in OWN:
            yield name
        if depth > 1:
            yield from (f"{name}__{way}" for way in ways_to_what_is_own(relation.related_model, depth - 1))


@pytest.mark.parametrize("model_admin", admin.site._registry.values(), ids=str)
def test_no_list_may_be_filtered_by_what_is_a_persons_own(model_admin, rf: RequestFactory):
    request = rf.get("/")
    request.user = PersonFactory.build(is_staff=True, is_superuser=True)
    ways = [*ways_to_what_is_own(model_admin.model, depth=3)]

    allowed = [
        lookup
        for way in ways
        for lookup in (way, f"{way}__isnull", f"{way}__pk", f"{way}__in")
        if model_admin.lookup_allowed(lookup, "1", request)
    ]

    assert allowed == []


@pytest.mark.parametrize("role", STAFF)
def test_no_page_reads_who_made_a_remark(role, world):
    client = Client()
    client.force_login(world.people[role])

    with CaptureQueriesContext(connection) as queries:
        for page in PAGES:
            client.get(world.address(page), follow=True)

    assert [query["sql"] for query in queries if own_of_a_remark(query["sql"])] == []


def own_of_a_remark(sql: str) -> bool:
    counted = sql.replace('COUNT(DISTINCT "engine_remark"."person_id") AS "people"', "")
    return '"engine_remark"."person_id"' in counted or '"engine_remark"."rep_id"' in counted


@pytest.mark.parametrize("role", STAFF)
def test_no_page_reads_how_ai_was_used_how_well_work_went_who_was_offered_it_or_a_tokens_hash(role, world):
    client = Client()
    client.force_login(world.people[role])

    with CaptureQueriesContext(connection) as queries:
        for page in PAGES:
            client.get(world.address(page), follow=True)

    own = ['"engine_claim"."said_ai"', '"engine_claim"."with_ai_because"', '"engine_claim"."note"']
    own += ['"engine_signoff"."help"', '"engine_credit"."rating"', '"engine_offer"."person_id"']
    own += ['"engine_apitoken"."digest"', '"engine_githubcall"."login"']
    read = {column for query in queries for column in own if column in query["sql"]}
    assert read == set()


@pytest.mark.parametrize(
    "lookup", ["password__startswith", "reviews", "reps__answers__is_correct", "memories__stability__lt"]
)
def test_a_list_refuses_a_lookup_it_does_not_offer(lookup, world):
    client = Client()
    client.force_login(world.people["L&D admin"])

    response = client.get("/admin/people/person/", {lookup: "1"})

    assert response.status_code == 400
