"""Publish a draft or an earlier version, after showing what it changes; read earlier versions."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from engine.admin.impact import Impact
from engine.admin.listing import differences, numbered, quotes
from engine.admin.text_pages import Row, TextPages, check, stamp
from paths.publishing import AnyDraft, AnyVersion, NotPublished, digest_of, hold_published, publish, roll_back
from people.admin import signed_in
from people.clock import present


class VersionPages(TextPages):
    status_is_draft: Any  # what to say of a text that puts nothing in force

    def impact_of(self, draft: AnyDraft) -> Impact:
        raise NotImplementedError

    def version_view(self, request: HttpRequest, row_id: int, number: int) -> HttpResponse:
        row = self.row_to_read(request, row_id)
        version = _version(row, number)
        is_current = version.pk == row.current_id
        context = {
            "version": version,
            "is_current": is_current,
            "lines": numbered(version.text),
            "changes": [] if is_current or not row.current else differences(version.text, row.current.text),
        }
        title = _("Version %(number)d of %(title)s") % {"number": number, "title": row}
        return self.page(request, row, name="version", title=title, context=context)

    def publish_view(self, request: HttpRequest, row_id: int, number: int | None = None) -> HttpResponse:
        """Confirm and publish the draft, or version `number` again."""
        row = self.row_to_edit(request, row_id)
        version = None if number is None else _version(row, number)
        if request.method == "POST" and self._published(request, row, version):
            return redirect(self.name_of("change"), row.pk)
        row = self.row_to_edit(request, row_id)
        is_current = version is not None and version.pk == row.current_id
        if is_current or (version is None and not row.draft):
            told = _("This version is current.") if is_current else _("There is no draft to publish.")
            self.message_user(request, told, messages.WARNING)
            return redirect(self.name_of("change"), row.pk)
        return self._confirmation(request, row, version)

    def _published(self, request: HttpRequest, row: Row, version: AnyVersion | None) -> bool:
        """Publish, and say so; whoever pressed twice is told what the first press did."""
        with transaction.atomic():
            hold_published()
            locked = self.model.objects.select_related("current").get(pk=row.pk)
            meant = version.digest if version else request.POST.get("digest")
            if locked.current and locked.current.digest == meant:
                told = _("Version %(number)d was published already.") % {"number": locked.current.number}
                self.message_user(request, told, messages.SUCCESS)
                return True
            if stamp(locked) != request.POST.get("seen"):
                told = _("The text changed since this page was shown, so nothing was published. Look again.")
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
        if self.model.objects.filter(pk=row.pk, status=self.model.Status.DRAFT).exists():
            self.message_user(request, self.status_is_draft, messages.WARNING)
        return True

    def _confirmation(self, request: HttpRequest, row: Row, version: AnyVersion | None) -> HttpResponse:
        text = version.text if version else row.draft
        checked = check(row, text)
        context: dict[str, Any] = {
            "version": version,
            "seen": stamp(row),
            "digest": digest_of(text),
            "checked": checked,
            "quotes": quotes(text, checked.problems),
            "warning": self.status_is_draft if checked.is_for_nobody else "",
            "impact": self.impact_of(checked.draft) if checked.draft and checked.may_be_published else None,
            "changes": differences(row.current.text, text) if row.current else [],
        }
        title = _("Publish %(title)s") % {"title": row}
        if version:
            title = _("Publish version %(number)d of %(title)s again") % {
                "number": version.number,
                "title": row,
            }
        return self.page(request, row, name="publish", title=title, context=context)


def _version(row: Row, number: int) -> AnyVersion:
    version = row.versions.select_related("author").filter(number=number).first()
    if version is None:
        raise Http404(_("%(title)s has no version %(number)d.") % {"title": row, "number": number})
    return version


def _publish(request: HttpRequest, row: Row, version: AnyVersion | None) -> AnyVersion:
    if version:
        return roll_back(version, by=signed_in(request), now=present())
    [published] = publish({row.file: row.draft.encode()}, by=signed_in(request), now=present())
    return published
