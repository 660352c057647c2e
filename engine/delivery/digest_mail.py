"""What an owner's digest says of their paths: mistakes reported, what is not useful, review dates passed.

It quotes what people said of an exercise, and never who.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils.translation import ngettext

from engine import links, usefulness
from engine.models import Mail, Remark
from engine.usefulness import NotUseful
from paths.models import Path
from people.calendar import local_date

MOST_SHOWN = 20  # mistakes in one mail, and as many shares; the rest is counted
WENT_OUT = [Mail.Status.SENT, Mail.Status.UNCERTAIN, Mail.Status.SENDING]


@dataclass(frozen=True, kw_only=True)
class PathNews:
    """What there is to say of one path."""

    path: Path
    mistakes: list[Remark] = field(default_factory=list)
    older: int = 0  # mistakes told before that are still open
    more: int = 0  # mistakes this mail has no room for
    not_useful: list[NotUseful] = field(default_factory=list)
    review_passed_on: date | None = None

    def __bool__(self) -> bool:
        return bool(self.mistakes or self.not_useful or self.review_passed_on)

    @property
    def url(self) -> str:
        return links.url("admin:paths_path_change", self.path.pk)

    def since(self, told_at: datetime | None) -> "PathNews":
        """The same with the mistakes that were reported after this instant."""
        new = [one for one in self.mistakes if told_at is None or one.made_at > told_at]
        return replace(self, mistakes=new, older=len(self.mistakes) - len(new))


def contents(mail: Mail) -> dict[str, object]:
    news = _news_of(mail)
    return {
        "news": _within_bounds(news),
        "summary": _summary(news),
    }


def has_news(mail: Mail) -> bool:
    """Whether there still is something to say: a path may have been mended, or got another owner."""
    return bool(_news_of(mail))


def owned() -> QuerySet[Path]:
    """The paths in use that have an owner."""
    in_use = Path.objects.filter(status__in=Path.PRACTISED, current__isnull=False)
    return in_use.exclude(owner="").defer("draft")


def gather(paths: Collection[Path], *, now: datetime) -> list[PathNews]:
    """Return what there is to say of each path, in a constant number of queries."""
    mistakes: dict[int, list[Remark]] = defaultdict(list)
    reported = Remark.objects.open_mistakes().filter(exercise__skill__path__in=paths)
    for remark in reported.select_related("exercise__skill").order_by("-made_at", "-pk"):
        mistakes[remark.exercise.skill.path_id].append(remark)
    doubted = usefulness.not_useful(paths, now=now)
    today = local_date(now, zone=settings.TIME_ZONE)
    return [
        PathNews(
            path=path,
            mistakes=mistakes[path.pk],
            not_useful=doubted[path.pk],
            review_passed_on=path.review_by if path.review_by and path.review_by < today else None,
        )
        for path in paths
    ]


def last_told(owners: Iterable[str], *, before: Mail | None = None) -> dict[str, datetime]:
    """When each owner's last digest went out, this mail apart."""
    told = Mail.objects.filter(kind=Mail.Kind.DIGEST, address__in=list(owners), status__in=WENT_OUT)
    if before is not None:
        told = told.exclude(pk=before.pk)
    return dict(told.order_by().values_list("address").annotate(last=Max("sent_at")))


def _news_of(mail: Mail) -> list[PathNews]:
    told_at = last_told([mail.address], before=mail).get(mail.address)
    mine = list(owned().filter(owner__iexact=mail.address))
    # As of its hour: a message that is sent once more says the same.
    return [news for one in gather(mine, now=mail.not_before) if (news := one.since(told_at))]


def _within_bounds(news: Iterable[PathNews]) -> list[PathNews]:
    """Leave out what one mail has no room for; the path's page has it all."""
    shown: list[PathNews] = []
    mistakes = not_useful = MOST_SHOWN
    for one in news:
        kept = one.mistakes[:mistakes]
        shares_kept = one.not_useful[:not_useful]
        mistakes, not_useful = mistakes - len(kept), not_useful - len(shares_kept)
        more = len(one.mistakes) - len(kept)
        shown.append(replace(one, mistakes=kept, more=more, not_useful=shares_kept))
    return shown


def _summary(news: Collection[PathNews]) -> str:
    """Say in a few words what the mail is about, for its subject."""
    mistakes = sum(len(one.mistakes) for one in news)
    doubted = sum(len(one.not_useful) for one in news)
    passed = sum(one.review_passed_on is not None for one in news)
    told = [
        ngettext("%d mistake reported", "%d mistakes reported", mistakes) % mistakes if mistakes else "",
        ngettext("%d exercise of little use", "%d exercises of little use", doubted) % doubted
        if doubted
        else "",
        ngettext("%d review date passed", "%d review dates passed", passed) % passed if passed else "",
    ]
    return ", ".join(filter(None, told))
