"""How instants and spans are written, in every language and zone."""

import re

import pytest
from babel.dates import get_month_names

from chalicelib.presentation.languages import LANGUAGES, catalogue
from chalicelib.presentation.times import MONTHS, Times
from chalicelib.presentation.zones import zone as zone_of
from tests.mail.test_look import SAMPLES as MAILS
from tests.mail.test_look import sample as mail
from tests.web.page_samples import sample

AT = 1_795_304_940.9
ENGLISH = Times(catalogue("en"))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "1 second"),
        (1, "1 second"),
        (59.2, "1 minute"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (121, "3 minutes"),
        (900, "15 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (86400, "24 hours"),
        (7 * 86400, "7 days"),
    ],
)
def test_span_never_promises_more_time_than_is_asked_for(seconds: float, said: str) -> None:
    assert ENGLISH.span(seconds) == said


def test_span_counts_as_its_language_does() -> None:
    assert [Times(catalogue(name)).span(3600) for name in ("de", "fr", "es")] == [
        "1 Stunde",
        "1 heure",
        "1 hora",
    ]
    assert [Times(catalogue(name)).span(7200) for name in ("de", "fr", "es")] == [
        "2 Stunden",
        "2 heures",
        "2 horas",
    ]


def test_instant_reads_the_same_from_the_domain_and_from_the_wire() -> None:
    assert ENGLISH.instant(AT) == ENGLISH.instant("2026-11-21T23:49:00.900Z") == "21 November 2026, 23:49 UTC"
    assert ENGLISH.markup(AT) == '<time datetime="2026-11-21T23:49:00Z">21 November 2026, 23:49 UTC</time>'


def test_unknown_instant_is_said_to_be_unknown() -> None:
    assert ENGLISH.instant(None) == ENGLISH.markup(None) == "not known"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/Los_Angeles", "21 November 2026, 15:49 PST"),
        ("Europe/Berlin", "22 November 2026, 00:49 CET"),
        ("America/Sao_Paulo", "21 November 2026, 20:49 UTC-03"),
        ("Europe/London", "21 November 2026, 23:49 GMT"),
        ("UTC", "21 November 2026, 23:49 UTC"),
    ],
)
def test_reader_with_a_zone_gets_the_time_there_alone(zone: str, said: str) -> None:
    assert ENGLISH.instant(AT, zone) == said


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "Mars/Base",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe/Berlin\n",
        "a" * 65,
        "Europe",
        "<b>",
        "é",
    ],
)
def test_what_is_no_zone_changes_nothing(zone: str) -> None:
    """A cookie says it, so anything can be in there; a zone's name is the name of a file."""
    assert zone_of(zone) is None
    assert ENGLISH.instant(AT, zone) == "21 November 2026, 23:49 UTC"


def test_wb_19_reader_sees_their_own_time_and_passes_on_utc() -> None:
    """WB-19: support compares it with a log and with other people's times."""
    for page, state in (("refusal", "not_found"), ("help", "supported"), ("logon", "refused")):
        shown = sample(page, state, zone="Europe/Berlin").html
        (details,) = re.findall(r'<dl[^>]*id="support-details">(.*?)</dl>', shown, re.DOTALL)
        assert "21 November 2026, 23:49 UTC" in details
        assert "CET" not in details
    assert "22 November 2026, 00:49 CET" in sample("message", "one", zone="Europe/Berlin").html
    for number, _ in enumerate(MAILS["password_was_reset"]):
        for part in mail("password_was_reset", number, zone="Europe/Berlin")[1:3]:
            assert "22 November 2026, 00:49 CET" in str(part)
            assert "UTC" not in str(part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_are_those_of_the_language(language: str) -> None:
    say = catalogue(language).gettext
    assert [say(month) for month in MONTHS] == list(get_month_names("wide", locale=language).values())


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "1 minute"),
        (59, "1 minute"),
        (90 * 60, "90 minutes"),
        (2 * 3600 + 60, "2 hours"),
        (47 * 3600, "47 hours"),
        (2 * 86400 + 1, "2 days"),
        (30 * 86400 - 1, "29 days"),
    ],
)
def test_time_that_is_left_is_said_roughly_with_the_exact_one_behind_it(seconds: int, said: str) -> None:
    told = str(ENGLISH.ahead(AT + seconds, AT))
    assert told.endswith(f">{said}</time>")
    assert f'title="{ENGLISH.instant(AT + seconds)}"' in told


def test_exact_time_stands_behind_a_relative_one_unless_its_row_has_it() -> None:
    exact = ENGLISH.instant(AT)
    assert f'title="{exact}">3 hours ago</time>' in ENGLISH.relative(AT, AT + 3 * 3600)
    bare = ENGLISH.relative(AT, AT + 3 * 3600, title=False)
    assert "3 hours ago" in bare
    assert exact not in bare


@pytest.mark.parametrize(("zone", "day"), [("", "2026-11-21"), ("Europe/Berlin", "2026-11-22")])
def test_what_is_long_ago_is_a_day_where_its_row_has_the_exact_time(zone: str, day: str) -> None:
    assert f">{day}</time>" in ENGLISH.relative(AT, AT + 90 * 86400, zone, title=False)
    assert "23:49 UTC" in ENGLISH.relative(AT, AT + 90 * 86400)
