"""How templates write instants and spans."""

import pytest

from chalicelib.templates.engine import html_engine, one_line, span, utc, when

AT = 1_795_304_940.9


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
    assert span(seconds) == said


def test_instant_reads_the_same_from_the_domain_and_from_the_wire() -> None:
    assert utc(AT) == utc("2026-11-21T23:49:00.900Z") == "21 November 2026, 23:49 UTC"
    assert when(AT) == '<time datetime="2026-11-21T23:49:00Z">21 November 2026, 23:49 UTC</time>'


def test_unknown_instant_is_said_to_be_unknown() -> None:
    assert utc(None) == when(None) == "not known"


def test_everything_is_escaped_whatever_the_template_is_called() -> None:
    assert html_engine().from_string("{{ name }}").render(name="<b>") == "&lt;b&gt;"


def test_line_keeps_only_what_can_be_printed_on_it() -> None:
    assert one_line("a\r\n\tb\u2028c\x85d\x00e  f") == "a b c d e f"
    assert one_line(7) == 7
