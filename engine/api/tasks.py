"""Send tasks in, and read them."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from engine.api.doors import Bearer, task_by, token_of
from engine.api.problems import Problem
from engine.api.shapes import Id, PathId, Short, TaskIn, TaskOut, TasksOut
from engine.api.telling import refusals
from engine.models import ApiToken, Task
from engine.onramps import intake
from people.clock import present
from people.models import Team

AT_ONCE = 100  # tasks
TASKS = Bearer(ApiToken.Scope.TASKS)

router = Router(tags=["tasks"])


@router.post(
    "/tasks",
    auth=TASKS,
    response={200: TaskOut, 201: TaskOut, **refusals(401, 403, 422, 429)},
    url_name="tasks",
)
def save(request: HttpRequest, body: TaskIn) -> Status[TaskOut]:
    """Send a task: new by its source key, or changed."""
    now = present()
    said = intake.Said(
        source=Task.Source.API,
        key=body.source_key,
        team=_team(body.team),
        is_dueless="due_at" in body.model_fields_set and body.due_at is None,
        **body.model_dump(include={"title", "details", "url", "labels", "estimate", "due_at"}),
    )
    saved = intake.save_task(said, by=token_of(request).person, now=now)
    is_new = saved.outcome is intake.Outcome.CREATED
    return Status(201 if is_new else 200, TaskOut.of(task_by(saved.task.pk), now=now))


@router.get(
    "/tasks",
    auth=TASKS,
    response={200: TasksOut, **refusals(401, 403, 422, 429)},
    url_name="tasks",
)
def of_team(request: HttpRequest, team: Query[Short], after: Query[Id | None] = None) -> TasksOut:
    """Read the tasks of a team, a hundred at a time, oldest first."""
    now = present()
    rows = Task.objects.filter(team=_team(team), pk__gt=after or 0).select_related("team", "on_ramp")
    found = list(rows.order_by("pk")[:AT_ONCE])
    return TasksOut(
        tasks=[TaskOut.of(task, now=now) for task in found],
        after=found[-1].pk if len(found) == AT_ONCE else None,
    )


@router.get(
    "/tasks/{task_id}",
    auth=TASKS,
    response={200: TaskOut, **refusals(401, 403, 404, 422, 429)},
    url_name="task",
)
def one(request: HttpRequest, task_id: PathId) -> TaskOut:
    return TaskOut.of(task_by(task_id), now=present())


def _team(slug: str) -> Team:
    team: Any = Team.objects.filter(slug=slug).first()
    if team is None:
        raise Problem(422, "UNKNOWN_TEAM", f"No team has the slug {slug!r}.")
    return team
