"""Publish a draft or an earlier version, after showing what it changes; read earlier versions."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.admin.impact import impact_of
from engine.admin.listing import differences, numbered, quotes
from engine.admin.path_pages import PathPages, check, file_of, stamp
from paths.catalogue import path_spec
from paths.models import Path, PathVersion
from paths.publishing import AnyVersion, NotPublished, digest_of, hold_published, publish, roll_back
from people.admin import signed_in
from people.clock import present

STATUS_IS_DRAFT = gettext_lazy(
    "Its status is draft: nobody will get it. Write “status: active” in its text to begin."
)


class VersionPages(PathPages):
    def version_view(self, request: HttpRequest, path_id: int, number: int) -> HttpResponse:
        path = self.path_to_read(request, path_id)
        version = _version(path, number)
        is_current = version.pk == path.current_id
        context = {
            "version": version,
            "is_current": is_current,
            "lines": numbered(version.text),
            "changes": [] if is_current or not path.current else differences(version.text, path.current.text),
        }
        title = _("Version %(number)d of %(path)s") % {"number": number, "path": path}
        return self.page(request, path, name="version", title=title, context=context)

    def publish_view(self, request: HttpRequest, path_id: int, number: int | None = None) -> HttpResponse:
        """Confirm and publish the draft, or version `number` again."""
        path = self.path_to_edit(request, path_id)
        version = None if number is None else _version(path, number)
        if request.method == "POST" and self._published(request, path, version):
            return redirect("admin:paths_path_change", path.pk)
        path = self.path_to_edit(request, path_id)
        is_current = version is not None and version.pk == path.current_id
        if is_current or (version is None and not path.draft):
            told = _("This version is current.") if is_current else _("There is no draft to publish.")
            self.message_user(request, told, messages.WARNING)
            return redirect("admin:paths_path_change", path.pk)
        return self._confirmation(request, path, version)

    def _published(self, request: HttpRequest, path: Path, version: PathVersion | None) -> bool:
        """Publish, and say so; whoever pressed twice is told what the first press did."""
        with transaction.atomic():
            hold_published()
            locked = Path.objects.select_related("current").get(pk=path.pk)
            meant = version.digest if version else request.POST.get("digest")
            if locked.current and locked.current.digest == meant:
                told = _("Version %(number)d was published already.") % {"number": locked.current.number}
                self.message_user(request, told, messages.SUCCESS)
                return True
            if stamp(locked) != request.POST.get("seen"):
                told = _("The path changed since this page was shown, so nothing was published. Look again.")
                self.message_user(request, told, messages.WARNING)
                return False
            if version is None and not check(locked, locked.draft).may_be_published:
                return False
            try:
                published = _publish(request, locked, version)
            except NotPublished:
                return False
            change = _("Published version %(number)d (%(change)s).") % {
                "number": published.number,
                "change": published.change,
            }
            if version:
                change += " " + _("It says what version %(number)d said.") % {"number": version.number}
            self.log_change(request, locked, change)
        self.message_user(request, change, messages.SUCCESS)
        if path_spec(published.spec).status == Path.Status.DRAFT:
            self.message_user(request, STATUS_IS_DRAFT, messages.WARNING)
        return True

    def _confirmation(self, request: HttpRequest, path: Path, version: PathVersion | None) -> HttpResponse:
        text = version.text if version else path.draft
        checked = check(path, text)
        context: dict[str, Any] = {
            "version": version,
            "seen": stamp(path),
            "digest": digest_of(text),
            "checked": checked,
            "quotes": quotes(text, checked.problems),
            "warning": STATUS_IS_DRAFT if checked.is_for_nobody else "",
            "impact": impact_of(checked.draft) if checked.draft and checked.may_be_published else None,
            "changes": differences(path.current.text, text) if path.current else [],
        }
        title = _("Publish %(path)s") % {"path": path}
        if version:
            title = _("Publish version %(number)d of %(path)s again") % {
                "number": version.number,
                "path": path,
            }
        return self.page(request, path, name="publish", title=title, context=context)


def _version(path: Path, number: int) -> PathVersion:
    version = path.versions.select_related("path", "author").filter(number=number).first()
    if version is None:
        raise Http404(_("%(path)s has no version %(number)d.") % {"path": path, "number": number})
    return version


def _publish(request: HttpRequest, path: Path, version: PathVersion | None) -> AnyVersion:
    if version:
        return roll_back(version, by=signed_in(request), now=present())
    [published] = publish({file_of(path): path.draft.encode()}, by=signed_in(request), now=present())
    return published
