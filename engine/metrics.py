"""Figures for Prometheus, read from the database, so that every web process tells the same."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count
from django_q.models import OrmQ
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.models import Alert, Heartbeat, Mail, Review
from people.models import Person


class Figures(Collector):
    """What stands in the database at one instant of the real clock."""

    def __init__(self, *, real_now: datetime) -> None:
        self.real_now = real_now

    def collect(self) -> Iterator[Metric]:
        yield _mails()
        yield from _ticks(self.real_now)
        yield CounterMetricFamily("rampart_reviews", "Reviews recorded.", value=Review.objects.count())
        for name, meaning, count in (
            ("rampart_queue_length", "Jobs that wait in the queue.", OrmQ.objects.count()),
            ("rampart_people_practising", "People who practise.", Person.objects.practising().count()),
            (
                "rampart_alerts_open",
                "Alerts nobody resolved.",
                Alert.objects.filter(resolved_at=None).count(),
            ),
        ):
            yield GaugeMetricFamily(name, meaning, value=count)


def exposition(*, real_now: datetime) -> bytes:
    """Return all figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(Figures(real_now=real_now))
    return generate_latest(registry)


def _mails() -> Metric:
    counts = dict(Mail.objects.order_by().values_list("status").annotate(Count("pk")))
    family = GaugeMetricFamily("rampart_mails", "Rows of the outbox, by status.", labels=["status"])
    for status in Mail.Status:
        family.add_metric([status.value], counts.get(status.value, 0))
    return family


def _ticks(real_now: datetime) -> Iterator[Metric]:
    beat = Heartbeat.objects.first()
    if beat is None:
        return
    age = (real_now - beat.beat_at).total_seconds()
    yield GaugeMetricFamily("rampart_heartbeat_age_seconds", "Since the last tick ended.", value=age)
    yield GaugeMetricFamily("rampart_tick_seconds", "How long the last tick took.", value=beat.seconds)
