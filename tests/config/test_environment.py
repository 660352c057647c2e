"""What may be set, and what a word that is not understood leads to."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.environment import database, env_bool, env_int, local_secret, mailer
from engine import links
from engine.links import Purpose

BARE = {"PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "config.settings"}


def python(code, **environment):
    """Run code in a process of its own, in this environment and no other."""
    command = [sys.executable, "-c", f"import django; django.setup(); {code}"]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=BARE | environment, capture_output=True, text=True, check=False
    )


class TestWords:
    @pytest.mark.parametrize("word", ["true", "TRUE", " yes ", "1"])
    def test_true_has_few_spellings(self, monkeypatch, word):
        monkeypatch.setenv("ANYTHING", word)
        assert env_bool("ANYTHING", "false") is True

    @pytest.mark.parametrize("word", ["false", "No", "0"])
    def test_and_so_has_false(self, monkeypatch, word):
        monkeypatch.setenv("ANYTHING", word)
        assert env_bool("ANYTHING", "true") is False

    @pytest.mark.parametrize("word", ["on", "ture", "", "2"])
    def test_any_other_word_is_refused_by_name(self, monkeypatch, word):
        monkeypatch.setenv("ANYTHING", word)
        with pytest.raises(ImproperlyConfigured, match=f"ANYTHING='{word}': write true or false"):
            env_bool("ANYTHING", "true")

    @pytest.mark.parametrize("word", ["ten", "1.5", ""])
    def test_a_number_is_whole(self, monkeypatch, word):
        monkeypatch.setenv("ANYTHING", word)
        with pytest.raises(ImproperlyConfigured, match=f"ANYTHING='{word}': write a whole number"):
            env_int("ANYTHING", 10)


class TestDatabase:
    def test_sqlite_waits_for_its_one_writer_and_tests_on_a_file(self, tmp_path):
        config = database(f"sqlite:///{tmp_path}/new/rampart.sqlite3")

        assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        assert "journal_mode=WAL" in config["OPTIONS"]["init_command"]
        assert config["TEST"]["NAME"] == f"{tmp_path}/new/test_rampart.sqlite3"
        assert (tmp_path / "new").is_dir()

    def test_postgresql_keeps_its_connections_and_checks_them(self):
        config = database("postgres://ann:pass%40word@db.example:5433/rampart")

        assert (config["HOST"], config["PORT"], config["NAME"]) == ("db.example", 5433, "rampart")
        assert config["PASSWORD"] == "pass@word"
        assert (config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"]) == (60, True)

    def test_no_other_database_is_taken(self):
        with pytest.raises(ImproperlyConfigured, match="Rampart runs on sqlite:/// and postgres://"):
            database("mysql://localhost/rampart")


class TestMailer:
    @pytest.mark.parametrize(
        ("url", "options"),
        [
            ("smtp://relay.example", {"host": "relay.example", "port": None, "timeout": 10.0}),
            ("smtp://relay.example:2525/?timeout=2.5", {"port": 2525, "timeout": 2.5}),
            ("smtp://ann%40x.example:p%2Fw@relay.example", {"username": "ann@x.example", "password": "p/w"}),
            ("smtp://relay.example/?tls=starttls", {"use_tls": True}),
            ("smtps://relay.example", {"use_ssl": True}),
        ],
    )
    def test_an_smtp_relay_is_one_url(self, url, options):
        config = mailer(url)

        assert config["BACKEND"] == "engine.delivery.smtp.PhasedSmtp"
        assert config["OPTIONS"] | options == config["OPTIONS"]

    def test_a_provider_is_named_with_its_options(self):
        assert mailer("anymail://postmark/?server_token=abc") == {
            "BACKEND": "anymail.backends.postmark.EmailBackend",
            "OPTIONS": {"server_token": "abc"},
        }

    def test_a_folder_keeps_mails_as_files(self):
        config = mailer("file:///srv/sent%20mails")

        assert config["BACKEND"] == "django.core.mail.backends.filebased.EmailBackend"
        assert config["OPTIONS"] == {"file_path": "/srv/sent mails"}

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "file:",
            "file://mails/new",
            "relay.example",
            "pigeon://x",
            "smtp://x/?tls=maybe",
            "smtp://x/?tsl=none",
            "smtp://x/?timeout=long",
        ],
    )
    def test_what_is_not_understood_is_refused(self, url):
        with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
            mailer(url)


def test_a_machine_makes_its_own_secret_once_and_keeps_it_to_itself(tmp_path):
    file = tmp_path / "var" / "secret_key"

    first = local_secret(file)

    assert len(first) > 50
    assert local_secret(file) == first
    assert file.stat().st_mode & 0o077 == 0


def test_the_clock_is_moved_in_demos_only():
    refused = python("", SECRET_KEY="x", CLOCK_OFFSET="3600")

    assert refused.returncode != 0
    assert "CLOCK_OFFSET moves a demo in time; it needs DEBUG=true." in refused.stderr
    assert python("", SECRET_KEY="x", CLOCK_OFFSET="3600", DEBUG="true").returncode == 0


def test_a38_zone_data_comes_from_the_pinned_package_whatever_the_system_has():
    told = python(
        "from people.calendar import zone_data_is_sound; print(zone_data_is_sound())", SECRET_KEY="x"
    )

    assert told.stdout == "True\n"


def test_a40_links_begin_with_the_base_url_and_nothing_else(settings):
    settings.BASE_URL = "https://rampart.example.org"

    link = links.url("rep", links.token(Purpose.ANSWER, 7))

    assert link.startswith("https://rampart.example.org/rep/7.")
    assert link.endswith("/")


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://rampart.example.org", "rampart.example.org"),
        ("https://rampart.example.org/", "rampart.example.org"),
        ("http://rampart.example.org:8443", "rampart.example.org"),
    ],
)
def test_only_the_host_of_the_base_url_and_the_loopback_are_answered(base_url, host):
    told = python(
        "from django.conf import settings; print(*settings.ALLOWED_HOSTS)", SECRET_KEY="x", BASE_URL=base_url
    )

    assert told.stdout.split() == [host, "127.0.0.1", "localhost"]
