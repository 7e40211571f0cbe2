"""The environment, read once into a frozen object that refuses to start on nonsense. All are in docs/settings.md."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from chalicelib.domain import brand as brands
from chalicelib.presentation.languages import LANGUAGES, SOURCE

LEAST_TRAIL_DAYS = 7
LEAST_ATTEMPT_DAYS = 40
TWO_ADMINISTRATORS = frozenset({"erase", "make_administrator", "reset_two_step"})  # domain/dual_control.py
LOOPBACK = ("localhost", "127.0.0.1")  # the local twin is opened under either


class BadSettings(Exception):
    """The environment cannot be worked with; the message names the variable, never its value."""


class Settings(NamedTuple):
    """Lifetimes and limits in seconds or counts."""

    portal_url: str
    mail_from: str
    brand: brands.Brand
    admin_email: str
    language: str
    keys: str
    keys_secret: str
    table_prefix: str
    region: str
    configuration_set: str
    event_bus: str
    copy_bucket: str
    trail_days: int
    attempt_days: int
    read_message_days: int
    dormant_days: int
    publishes_everything: bool
    publishes_personal_data: bool
    breached_url: str
    password_min_length: int
    reset_lifetime: int
    first_password_lifetime: int
    session_idle: int
    session_lifetime: int
    lock_threshold: int
    lock_seconds: int
    admin_may_choose_passwords: bool
    require_two_step_of_all: bool
    service_requests: int
    reset_accounts: int
    two_administrators: frozenset[str]

    @property
    def secure(self) -> bool:
        """Whether the portal is served over TLS, so cookies can be `__Host-` and `Secure`."""
        return self.portal_url.startswith("https://")

    @property
    def origin(self) -> str:
        """Scheme, host and port of the portal: what a same-origin request carries."""
        parts = urlsplit(self.portal_url)
        return f"{parts.scheme}://{parts.netloc}".lower()

    @property
    def same_origins(self) -> frozenset[str]:
        """What a browser on one of our pages can send as Origin; a machine's own two names are one place."""
        parts = urlsplit(self.origin)
        if parts.hostname not in LOOPBACK:
            return frozenset({self.origin})
        port = f":{parts.port}" if parts.port else ""
        return frozenset(f"{parts.scheme}://{name}{port}" for name in LOOPBACK)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read and check the PORTAL_ variables; raises `BadSettings`."""
    keys, secret = environment.get("PORTAL_KEYS", ""), environment.get("PORTAL_KEYS_SECRET", "")
    if not keys and not secret:
        raise BadSettings(
            "PORTAL_KEYS or PORTAL_KEYS_SECRET must be set: without keys the portal does not start"
        )
    return Settings(
        **_rules(environment),
        **_told(environment),
        portal_url=_url(environment, "PORTAL_URL"),
        mail_from=_address(environment, "PORTAL_MAIL_FROM"),
        brand=_brand(environment),
        admin_email=_address(environment, "PORTAL_ADMIN_EMAIL"),
        language=_language(environment, "PORTAL_LANGUAGE"),
        keys=keys,
        keys_secret=secret,
        table_prefix=environment.get("PORTAL_TABLE_PREFIX", "portal-local-"),
        region=environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "eu-west-1",
        configuration_set=environment.get("PORTAL_SES_CONFIGURATION_SET", ""),
        event_bus=environment.get("PORTAL_EVENT_BUS", "") or "default",
        breached_url=_service(environment, "PORTAL_BREACHED_PASSWORDS_URL"),
    )


def _rules(environment: Mapping[str, str]) -> dict[str, Any]:
    """How long things last, how often somebody may, and what is asked of whom."""
    first = "PORTAL_FIRST_PASSWORD_LIFETIME_SECONDS"
    return {
        "password_min_length": _number(environment, "PORTAL_PASSWORD_MIN_LENGTH", 15, 8, 64),
        "reset_lifetime": _number(environment, "PORTAL_RESET_LIFETIME_SECONDS", 3600, 1, 86400),
        "first_password_lifetime": _number(environment, first, 86400, 1, 604800),
        "session_idle": _number(environment, "PORTAL_SESSION_IDLE_SECONDS", 1800, 1, 86400),
        "session_lifetime": _number(environment, "PORTAL_SESSION_LIFETIME_SECONDS", 43200, 1, 604800),
        "lock_threshold": _number(environment, "PORTAL_LOCK_THRESHOLD", 5, 1, 20),
        "lock_seconds": _number(environment, "PORTAL_LOCK_SECONDS", 900, 1, 86400),
        "admin_may_choose_passwords": _choice(
            environment, "PORTAL_ADMIN_MAY_CHOOSE_PASSWORDS", {"true": True, "false": False}, "true"
        ),
        "require_two_step_of_all": _choice(
            environment, "PORTAL_REQUIRE_TWO_STEP", {"administrators": False, "all": True}, "administrators"
        ),
        "reset_accounts": _number(environment, "PORTAL_RESET_REQUESTS_PER_HOUR", 20, 1, 500),
        "dormant_days": _number(environment, "PORTAL_DORMANT_DAYS", 365, 0, 3650),
        "service_requests": _number(environment, "PORTAL_SERVICE_REQUESTS_PER_MINUTE", 120, 1, 6000),
        "two_administrators": _some(environment, "PORTAL_TWO_ADMINISTRATORS", TWO_ADMINISTRATORS),
    }


def _told(environment: Mapping[str, str]) -> dict[str, Any]:
    """What becomes of events beside the table."""
    return {
        "copy_bucket": environment.get("PORTAL_COPY_BUCKET", ""),
        "trail_days": _trail_days(environment),
        "attempt_days": _attempt_days(environment),
        "read_message_days": _number(environment, "PORTAL_READ_MESSAGE_DAYS", 0, 0, 365),
        "publishes_everything": _choice(
            environment, "PORTAL_PUBLISH_EVENTS", {"some": False, "all": True}, "some"
        ),
        "publishes_personal_data": _choice(
            environment, "PORTAL_PUBLISH_PERSONAL_DATA", {"left_out": False, "kept": True}, "left_out"
        ),
    }


def _trail_days(environment: Mapping[str, str]) -> int:
    """0 for good. Mails that wait are swept for five days, by their events: fewer than a week would lose some."""
    days = _number(environment, "PORTAL_TRAIL_DAYS", 0, 0, 3650)
    if 0 < days < LEAST_TRAIL_DAYS:
        raise BadSettings(f"PORTAL_TRAIL_DAYS must be 0, for good, or {LEAST_TRAIL_DAYS} to 3650")
    return days


def _attempt_days(environment: Mapping[str, str]) -> int:
    """0 for as long as all other events. What was mailed is kept a month behind its end, and so what came of it."""
    days, trail = _number(environment, "PORTAL_ATTEMPT_DAYS", 0, 0, 3650), _trail_days(environment)
    if 0 < days < LEAST_ATTEMPT_DAYS or 0 < trail < days:
        most = "3650, and no more than PORTAL_TRAIL_DAYS"
        raise BadSettings(
            f"PORTAL_ATTEMPT_DAYS must be 0, as PORTAL_TRAIL_DAYS, or {LEAST_ATTEMPT_DAYS} to {most}"
        )
    return days


def _brand(environment: Mapping[str, str]) -> brands.Brand:
    """What people see of the stage."""
    contact = _text(environment, "PORTAL_SUPPORT_CONTACT")
    logo = environment.get("PORTAL_LOGO", "")
    try:
        return brands.Brand(
            name=brands.checked_name(environment.get("PORTAL_NAME", brands.NAME)),
            colour=brands.checked_colour(environment.get("PORTAL_COLOUR", brands.COLOUR)),
            logo=_logo(logo) if logo else None,
            support_contact=contact,
        )
    except brands.UnusableBrand as unusable:
        message = f"PORTAL_{unusable.field.upper()} cannot be used: {brands.SAID.get(unusable.cause, unusable.cause)}"
        raise BadSettings(message) from unusable


def _logo(name: str) -> brands.Image:
    from chalicelib.presentation.logos import read_logo  # noqa: PLC0415 - files and drawings for those who have a logo

    return read_logo(name)


def _text(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value or not value.isprintable():
        raise BadSettings(f"{name} must be one line of text")
    return value


def _address(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value.isprintable() or value.count("@") != 1 or value.startswith("@") or value.endswith("@"):
        raise BadSettings(f"{name} must be an email address")
    return value


def _language(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, SOURCE).strip().lower()
    if value not in LANGUAGES:
        raise BadSettings(f"{name} must be one of: {', '.join(LANGUAGES)}")
    return value


def _url(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip().rstrip("/")
    parts = _reachable(value)
    if parts is None or parts.path or parts.query or parts.fragment:
        raise BadSettings(f"{name} must be https://host, or http://localhost:port, without a path")
    return value


def _service(environment: Mapping[str, str], name: str) -> str:
    """A service's URL, with a path if it has one; "" where none is set."""
    value = environment.get(name, "").strip().rstrip("/")
    parts = _reachable(value)
    if value and (parts is None or parts.query):
        raise BadSettings(f"{name} must be https://host/path (http only for localhost), or empty")
    return value


def _reachable(url: str) -> SplitResult | None:
    """The parts of an address that can be asked: over https, or over http on this machine. None of any other."""
    try:
        parts = urlsplit(url)
        schemes = {"http", "https"} if parts.hostname in LOOPBACK else {"https"}
        usable = parts.scheme in schemes and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:  # a bracket that is not closed, a port that is no number
        return None
    return parts if usable and url.isprintable() and " " not in url else None


def _number(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environment.get(name, str(default)).strip()
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise BadSettings(f"{name} must be a whole number from {least} to {most}")
    return int(text)


def _some(environment: Mapping[str, str], name: str, known: frozenset[str]) -> frozenset[str]:
    """Some of these words, with spaces between them; none where nothing is set."""
    chosen = frozenset(environment.get(name, "").lower().split())
    if not chosen <= known:
        raise BadSettings(f"{name} must be empty, or some of: {' '.join(sorted(known))}")
    return chosen


def _choice(environment: Mapping[str, str], name: str, choices: Mapping[str, bool], default: str) -> bool:
    text = environment.get(name, default).strip().lower()
    if text not in choices:
        raise BadSettings(f"{name} must be one of: {', '.join(choices)}")
    return choices[text]
