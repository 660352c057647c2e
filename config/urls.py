"""Where every page is."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("bounces/", include("anymail.urls")),
    path("", include("engine.pages.urls")),
    path("", include("engine.pages.health")),
]
