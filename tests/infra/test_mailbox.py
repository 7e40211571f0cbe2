"""The mailbox page shows every mail to a person and to a program, and runs nothing of what a mail holds."""

import json
from typing import Any

from infra.gateway.mailbox import Mailbox, as_mail, read_ministack, with_links
from infra.gateway.messages import Answer, Request
from infra.gateway.outgoing import Enclosed

FIRST = {
    "to": "a@x.test",
    "subject": "First <b>",
    "text": "Go to\n\nhttp://localhost:8000/password/reset/a&b\n\nnow.",
    "html": "<p>First</p><script>alert(1)</script>",
    "sent_at": "2026-01-01T00:00:00.5Z",
}
SECOND = {**FIRST, "subject": "Second"}


def ask(method: str = "GET", accept: str = "text/html", mails: Any = (FIRST, SECOND)) -> Answer:
    return Mailbox(lambda: list(mails)).handle(
        Request(method, "/_local/mail", "", [("Accept", accept)], b"", "127.0.0.1")
    )


def test_program_gets_all_mails_oldest_first() -> None:
    assert json.loads(ask(accept="application/json").body) == {"mail": [FIRST, SECOND]}
    assert json.loads(ask(accept="*/*").body) == {"mail": [FIRST, SECOND]}


def test_person_gets_the_newest_on_top_and_open() -> None:
    page = ask().body.decode()
    assert page.index("Second") < page.index("First")
    assert page.count("<details open>") == 1
    assert "2 mails" in page


def test_nothing_of_a_mail_runs_in_the_page() -> None:
    answer = ask()
    page = answer.body.decode()
    assert "First &lt;b&gt;" in page
    assert "<script" not in page
    assert "default-src 'none'" in dict(answer.headers)["Content-Security-Policy"]
    assert "allow-scripts" not in page


def test_a_logo_that_came_with_a_mail_is_shown_in_it_and_in_no_other() -> None:
    enclosed, html = Enclosed(), '<img src="cid:logo" alt="Acme">'
    attached = {"ContentId": "logo", "ContentType": "image/png", "RawContent": b"png"}
    simple = {"Body": {"Html": {"Data": html}}, "Attachments": [attached]}
    enclosed.keep({"Content": {"Simple": simple}})
    enclosed.keep({"Content": {"Simple": {"Body": {"Html": {"Data": "<p>"}}}}})
    assert enclosed.put_in(html) == '<img src="data:image/png;base64,cG5n" alt="Acme">'
    assert enclosed.put_in(html + " ") == html + " "
    mails = [{**FIRST, "html": html}]
    box = Mailbox(lambda: mails, enclosed)
    request = Request("GET", "/_local/mail", "", [("Accept", "text/html")], b"", "127.0.0.1")
    assert "data:image/png;base64,cG5n" in box.handle(request).body.decode()
    assert json.loads(ask(accept="application/json", mails=mails).body)["mail"][0]["html"] == html


def test_links_of_the_text_can_be_followed_and_stay_what_they_are() -> None:
    link = "http://localhost:8000/password/reset/a&amp;b"
    assert f'<a href="{link}">{link}</a>\n' in with_links(FIRST["text"])


def test_empty_mailbox_says_so() -> None:
    assert "No mail yet" in ask(mails=()).body.decode()


def test_mail_is_read_only_and_other_methods_are_refused() -> None:
    assert ask("POST").status == 405


def test_mails_of_another_service_are_not_pretended() -> None:
    box = Mailbox(read_ministack("http://127.0.0.1:9"))
    assert box.handle(Request("GET", "/_local/mail", "", [], b"", "127.0.0.1")).status == 404


def test_address_is_plain_however_it_was_written() -> None:
    kept = {
        "To": ["A Person <a@x.test>"],
        "Subject": "s",
        "BodyText": "t",
        "BodyHtml": None,
        "Timestamp": 0.0,
    }
    assert as_mail(kept) == {
        "to": "a@x.test",
        "subject": "s",
        "text": "t",
        "html": "",
        "sent_at": "1970-01-01T00:00:00Z",
    }
