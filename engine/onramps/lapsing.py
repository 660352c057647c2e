"""When an offer ends: after its hours, or with the first day that its learner is away."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef

from engine.models import Offer
from people.calendar import DAY, Away, day_bounds, local_date
from people.days_off import absences_to_come
from people.models import Absence

LONGEST = timedelta(days=400)  # that an offer was ever open


def ended_at(offer: Offer, absences: Collection[Away]) -> datetime:
    """Return when an offer ends or ended: an absence, also one entered later, ends it."""
    zone = offer.person.zone
    first, last = local_date(offer.offered_at, zone=zone), local_date(offer.ends_at, zone=zone)
    days = [
        max(away.starts_on, first) for away in absences if away.ends_on >= first and away.starts_on <= last
    ]
    if not days:
        return offer.ends_at
    begins_at, _ = day_bounds(min(days), zone=zone)
    return min(offer.ends_at, max(begins_at, offer.offered_at))


def is_live(offer: Offer, *, now: datetime) -> bool:
    return bool(live_of([offer], now=now))


def live_of(offers: Iterable[Offer], *, now: datetime) -> list[Offer]:
    """Return those that wait for an answer now, whatever the tick has written since."""
    waiting = [offer for offer in offers if offer.is_live(now)]
    absences = absences_to_come([offer.person for offer in waiting], now=now) if waiting else {}
    return [offer for offer in waiting if now < ended_at(offer, absences.get(offer.person_id, ()))]


def lapse(*, now: datetime) -> int:
    """Write down which offers have ended, and when each did; return how many.

    An offer that a manager's yes made is left to what follows from it.
    """
    live = Offer.objects.filter(status=Offer.Status.LIVE).exclude(purpose=Offer.Purpose.APPROVED)
    lapsed = 0
    for offer, at in _cut_short(list(live.filter(_has_absence(now)).select_related("person")), now=now):
        lapsed += live.filter(pk=offer.pk).update(status=Offer.Status.LAPSED, answered_at=at)
    over = live.filter(ends_at__lte=now)
    return lapsed + over.update(status=Offer.Status.LAPSED, answered_at=F("ends_at"))


def _has_absence(now: datetime) -> Exists:
    near = Absence.objects.filter(starts_on__lte=now.date() + DAY, ends_on__gte=(now - LONGEST).date())
    return Exists(near.filter(person=OuterRef("person")))


def _cut_short(offers: Sequence[Offer], *, now: datetime) -> list[tuple[Offer, datetime]]:
    if not offers:
        return []
    since = min(offer.offered_at for offer in offers)
    absences = absences_to_come([offer.person for offer in offers], now=since)
    found = []
    for offer in offers:
        at = ended_at(offer, absences.get(offer.person_id, ()))
        if at <= now and at < offer.ends_at:
            found.append((offer, at))
    return found
