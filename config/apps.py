"""The admin site under our own name."""

from django.contrib.admin.apps import AdminConfig


class RampartAdmin(AdminConfig):
    default_site = "config.site.RampartSite"
