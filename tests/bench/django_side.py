"""Django's contrib.auth as a contestant: its login view with sessions and CSRF in front, sqlite in memory.

Runs in an environment of its own that knows nothing of the portal. Only the request's handling is timed, not the
making of the request.
"""

# mypy: ignore-errors
from __future__ import annotations

import json
import resource
import sys
import time

import argon2._password_hasher
import django
from django.conf import settings

MEMORY_KIB, TIME_COST, PARALLELISM = (int(word) for word in sys.argv[1:4])
PASSWORD = "a long enough pass-phrase 77"
urlpatterns: list[object] = []

settings.configure(
    SECRET_KEY="bench",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    PASSWORD_HASHERS=[f"{__name__}.Hasher"],
    ROOT_URLCONF=__name__,
    LOGIN_REDIRECT_URL="/",
    ALLOWED_HOSTS=["testserver"],
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.auth.views import LoginView  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.urls import path  # noqa: E402


class Hasher(Argon2PasswordHasher):
    """Django's own, at the portal's parameters."""

    memory_cost, time_cost, parallelism = MEMORY_KIB, TIME_COST, PARALLELISM


class Stopwatch:
    """CPU spent inside Argon2 itself."""

    def __init__(self) -> None:
        self.spent = 0.0
        self._verify = argon2._password_hasher.verify_secret
        argon2._password_hasher.verify_secret = self

    def __call__(self, *args: object, **kwargs: object) -> bool:
        started = time.thread_time()
        try:
            return self._verify(*args, **kwargs)
        finally:
            self.spent += time.thread_time() - started


def main() -> None:
    urlpatterns.append(path("login/", LoginView.as_view()))
    call_command("migrate", verbosity=0)
    User.objects.create_user("ann@example.com", password=PASSWORD)
    watch, factory, handler = Stopwatch(), RequestFactory(), WSGIHandler()
    for line in sys.stdin:
        command, _, count = line.strip().partition(" ")
        answer = measure(int(count), watch, factory, handler) if command == "logon" else facts()
        print(json.dumps(answer), flush=True)


def measure(count: int, watch: Stopwatch, factory: RequestFactory, handler: WSGIHandler) -> list[list[float]]:
    samples = []
    for _ in range(count):
        request = factory.post("/login/", {"username": "ann@example.com", "password": PASSWORD})
        request._dont_enforce_csrf_checks = True
        watch.spent, started = 0.0, time.process_time()
        status = handler.get_response(request).status_code
        spent = time.process_time() - started
        if status != 302:
            raise SystemExit(f"login answered {status}")
        samples.append([spent, watch.spent])
    return samples


def facts() -> dict[str, object]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"name": f"Django {django.get_version()}", "peak_mib": peak}


if __name__ == "__main__":
    sys.modules["django_side"] = sys.modules["__main__"]
    main()
