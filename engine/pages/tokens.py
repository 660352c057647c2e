"""My tokens: keys that programs and agents come in with; each secret is shown once."""

from contextlib import suppress
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from engine.errors import TokenRefused
from engine.models import ApiToken
from engine.onramps import tokens
from engine.onramps.tokens import Made
from engine.pages.doors import SeeOther, signed_in
from engine.pages.preference_forms import lead_to_first_mistake
from people.models import Person

NOT_UNDERSTOOD = 422


class TokenForm(forms.Form):
    """A new token: what it is for, whom it acts for, and what it may do."""

    name = forms.CharField(
        label=_("What uses it"),
        max_length=100,
        error_messages={"required": _("Say what uses it, such as “my editor”.")},
    )
    person = forms.ModelChoiceField(
        queryset=Person.objects.none(),
        label=_("It acts for"),
        empty_label=None,
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], _("Choose yourself, or one of your agents.")
        ),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=ApiToken.Scope,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that it may do.")},
    )

    def __init__(self, *arguments: object, by: Person, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        choice = self.fields["person"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = tokens.acts_for(by)
        self.initial.setdefault("person", by)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def own_tokens(request: HttpRequest, person: Person, *, now: datetime) -> HttpResponse:
    if request.method == "POST" and "revoke" in request.POST:
        for token in tokens.own(person).filter(pk__in=_numbers(request.POST["revoke"])):
            with suppress(TokenRefused):  # another press was faster
                tokens.revoke(token, by=person, now=now)
        return SeeOther(f"{reverse('tokens')}?done=revoked")
    form = TokenForm(request.POST or None, by=person)
    made = _made(form, person, now=now) if request.method == "POST" else None
    if form.is_bound and made is None:
        lead_to_first_mistake(form)
    context = {
        "person": person,
        "form": TokenForm(by=person) if made else form,
        "made": made,
        "tokens": tokens.own(person),
        "is_refused": form.is_bound and made is None,
        "done": request.GET.get("done", ""),
    }
    return render(
        request, "pages/tokens.html", context, status=NOT_UNDERSTOOD if context["is_refused"] else 200
    )


def _numbers(text: str) -> list[int]:
    return [int(text)] if text.isdecimal() and len(text) < 19 else []


def _made(form: TokenForm, person: Person, *, now: datetime) -> Made | None:
    if not form.is_valid():
        return None
    told = form.cleaned_data
    try:
        return tokens.make(told["name"], person=told["person"], scopes=told["scopes"], by=person, now=now)
    except TokenRefused as error:
        form.add_error("scopes", str(error))
        return None
