"""Where every page is."""

from allauth.account.urls import urlpatterns as account
from django.contrib import admin
from django.urls import include, path

from engine.api import api

# Addresses come from the roster: nobody adds, changes or confirms one here.
NOT_OURS = {"account_email", "account_email_verification_sent", "account_confirm_email"}

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include([page for page in account if page.name not in NOT_OURS])),
    path("api/v1/", api.urls),
    path("", include("engine.api.webhook")),
    path("", include("engine.pages.urls")),
    path("", include("engine.pages.inbox")),
    path("", include("engine.pages.bounces")),
    path("", include("engine.pages.health")),
]
