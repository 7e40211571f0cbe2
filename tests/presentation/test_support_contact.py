"""The support contact: pressed where it is an address, a number or a page, read where it is words."""

import pytest

from chalicelib.domain.brand import contact_uri
from chalicelib.presentation.engine import breakable, contact_link


@pytest.mark.parametrize(
    ("contact", "uri"),
    [
        ("help@portal.test", "mailto:help@portal.test"),
        ("it.help+portal@sub.portal.test", "mailto:it.help+portal@sub.portal.test"),
        ("+49 (0)30 1234-567", "tel:+490301234567"),
        ("0800 123 456", "tel:0800123456"),
        ("https://help.portal.test/desk?x=1", "https://help.portal.test/desk?x=1"),
        ("4711", ""),
        ("the service desk, extension 4711", ""),
        ("http://help.portal.test", ""),
        ("javascript:alert(1)", ""),
        ("help@portal.test?bcc=thief@else.test", ""),
        ("help@portal.test, room 4", ""),
        ("", ""),
    ],
)
def test_contact_is_linked_as_what_it_is(contact: str, uri: str) -> None:
    assert contact_uri(contact) == uri
    assert contact_link(contact).count("<a ") == uri.startswith(("mailto:", "tel:"))


def test_words_of_a_contact_stay_words() -> None:
    assert contact_link("<b>desk</b>") == "&lt;b&gt;desk&lt;/b&gt;"
    assert (
        contact_link("a@b.test", "color:inherit")
        == '<a href="mailto:a@b.test" style="color:inherit">a@<wbr>b.<wbr>test</a>'
    )


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("first.last@sub.portal.test", "first.<wbr>last@<wbr>sub.<wbr>portal.<wbr>test"),
        ("https://help.portal.test/desk", "https://<wbr>help.<wbr>portal.<wbr>test/<wbr>desk"),
        ("the desk. Room 4...", "the desk. Room 4..."),
        ("+49 (0)30 1234-567", "+49 (0)30 1234-567"),
    ],
)
def test_an_address_breaks_where_its_parts_end(contact: str, shown: str) -> None:
    """On a phone "portal.t/est" reads as another address."""
    assert breakable(contact) == shown
