"""What every template can rely on."""

import pytest

from chalicelib.presentation.engine import html_engine, one_line, text_engine

AT = 1_795_304_940.9


def test_everything_is_escaped_whatever_the_template_is_called() -> None:
    assert html_engine().from_string("{{ name }}").render(name="<b>") == "&lt;b&gt;"


def test_value_in_a_translated_sentence_is_escaped_too() -> None:
    template = html_engine("de").from_string("{% trans name=name %}{{ name }} asks{% endtrans %}")
    assert template.render(name="<b>") == "&lt;b&gt; asks"


def test_line_keeps_only_what_can_be_printed_on_it() -> None:
    assert one_line("a\r\n\tb\u2028c\x85d\x00e  f") == "a b c d e f"
    assert one_line(7) == 7


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "21 November 2026, 23:49 UTC"),
        ("de", "21. November 2026, 23:49 UTC"),
        ("fr", "21 novembre 2026 à 23:49 UTC"),
        ("es", "21 de noviembre de 2026, 23:49 UTC"),
    ],
)
def test_each_language_has_an_engine_of_its_own(language: str, said: str) -> None:
    assert html_engine(language).from_string("{{ at|utc }}").render(at=AT) == said
    assert text_engine(language).from_string("{{ at|utc }}").render(at=AT) == said


def test_zone_of_the_reader_comes_from_the_context() -> None:
    template = html_engine().from_string("{{ at|when }}")
    assert "15:49 PST" in template.render(at=AT, zone="America/Los_Angeles")
    assert "zone" not in template.render(at=AT, zone="no/zone")
