"""The mailbox page shows every mail to a person and to a program, and runs nothing of what a mail holds."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from infra.gateway.mailbox import Mailbox, as_mail, read_ministack
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
OTHER = {**FIRST, "to": "Bob@x.test", "subject": "Other"}
THREE = (FIRST, OTHER, SECOND)


def ask(
    method: str = "GET", accept: str = "text/html", mails: Any = (FIRST, SECOND), query: str = ""
) -> Answer:
    return Mailbox(lambda: list(mails)).handle(
        Request(method, "/_local/mail", query, [("Accept", accept)], b"", "127.0.0.1")
    )


def shown(**asked: Any) -> str:
    return ask(**asked).body.decode()


def subjects(page: str) -> list[str]:
    return re.findall(r"<span class=subject>(.*?)</span>", page)


def test_program_gets_all_mails_oldest_first() -> None:
    assert json.loads(ask(accept="application/json").body) == {"mail": [FIRST, SECOND]}
    assert json.loads(ask(accept="*/*").body) == {"mail": [FIRST, SECOND]}


def test_person_gets_the_newest_on_top_and_open() -> None:
    page = ask().body.decode()
    assert page.index("Second") < page.index("First")
    assert page.count("<details open>") == 1
    assert "2 mails, newest first" in page
    assert "1 mail<" in shown(mails=[FIRST])


def test_nothing_of_a_mail_runs_in_the_page() -> None:
    answer = ask()
    page = answer.body.decode()
    assert "First &lt;b&gt;" in page
    assert "<script" not in page
    policy = dict(answer.headers)["Content-Security-Policy"]
    assert {"default-src 'none'", "form-action 'none'", "base-uri 'none'"} <= set(policy.split("; "))


def test_a_mail_can_open_a_link_in_a_new_tab_and_do_nothing_else() -> None:
    sandboxes = re.findall(r'sandbox="([^"]*)"', shown())
    assert sandboxes == ["allow-popups allow-popups-to-escape-sandbox"] * 2


def test_the_html_part_is_seen_first_and_the_text_part_is_one_click_away_without_a_script() -> None:
    page = shown(mails=[FIRST])
    assert page.index("<iframe") < page.index("<pre>")
    html, text = re.findall(r"<input type=radio name=(\S+) id=(\S+) class=(\w+) ?(checked)?", page)
    assert (html[0], html[2:], text[2:]) == (text[0], ("html", "checked"), ("text", ""))
    assert [f"<label for={part[1]}>" in page for part in (html, text)] == [True, True]


def test_each_mail_has_a_choice_of_its_own() -> None:
    names = re.findall(r"<input type=radio name=(\S+)", shown())
    assert len(set(names)) == len(names) / 2 == 2


def test_a_mail_without_html_is_its_text() -> None:
    page = shown(mails=[{**FIRST, "html": ""}])
    assert "Go to" in page
    assert "<iframe" not in page
    assert "type=radio" not in page


def test_every_recipient_is_listed_with_a_count_whoever_is_chosen() -> None:
    for query in ("", "to=bob%40x.test"):
        listed = re.findall(
            r"<a href=\"([^\"]*)\"[^>]*><span>([^<]*)</span> <b>(\d+)</b>", shown(mails=THREE, query=query)
        )
        assert listed == [
            ("/_local/mail", "Everybody", "3"),
            ("/_local/mail?to=a%40x.test", "a@x.test", "2"),
            ("/_local/mail?to=bob%40x.test", "bob@x.test", "1"),
        ]


@pytest.mark.parametrize(
    ("query", "seen", "current"),
    [
        ("", ["Second", "Other", "First &lt;b&gt;"], "Everybody"),
        ("to=", ["Second", "Other", "First &lt;b&gt;"], "Everybody"),
        ("to=a%40x.test", ["Second", "First &lt;b&gt;"], "a@x.test"),
        ("to=BOB@X.TEST", ["Other"], "bob@x.test"),
    ],
)
def test_a_recipient_can_be_chosen(query: str, seen: list[str], current: str) -> None:
    page = shown(mails=THREE, query=query)
    assert subjects(page) == seen
    assert re.findall(r"aria-current=page><span>([^<]*)<", page) == [current]
    assert page.count("<details open>") == 1
    link = re.findall(r'<a href="([^"]*)">Reload', page)
    assert link == ["/_local/mail" if current == "Everybody" else f"/_local/mail?to={quote(current)}"]


def test_a_program_can_choose_a_recipient_too() -> None:
    told = json.loads(shown(accept="application/json", mails=THREE, query="to=bob%40x.test"))
    assert told == {"mail": [OTHER]}
    assert json.loads(shown(accept="application/json", mails=THREE, query="to=eve@x.test")) == {"mail": []}


def test_many_mails_are_shown_newest_first_and_the_older_ones_when_asked_for() -> None:
    mails = [{**FIRST, "subject": str(number)} for number in range(35)] + [OTHER]
    page = shown(mails=mails, query="to=a%40x.test")
    assert subjects(page) == [str(number) for number in range(34, 4, -1)]
    more = re.findall(r'<a href="([^"]*)">Show the 5 older ones</a>', page)
    assert more == ["/_local/mail?to=a%40x.test&amp;all=1"]
    assert subjects(shown(mails=mails, query="to=a%40x.test&all=1")) == [str(n) for n in range(34, -1, -1)]
    assert re.findall(r'<a href="([^"]*)">Show the 6 older ones</a>', shown(mails=mails)) == [
        "/_local/mail?all=1"
    ]
    assert "older" not in shown(mails=mails[5:35])


def test_a_recipient_without_mail_is_told_so_and_shown_the_way_back() -> None:
    page = shown(mails=THREE, query="to=%3Cscript%3E%22%40x.test")
    assert "No mail to &lt;script&gt;&#34;@x.test." in page
    assert subjects(page) == []
    assert "Everybody" in page
    assert "<script" not in page


def test_a_hostile_recipient_stays_text() -> None:
    page = shown(mails=[{**FIRST, "to": '"><script>alert(1)</script>@x.test'}])
    assert "<script" not in page
    assert "?to=%22%3E%3Cscript%3E" in page


def test_a_logo_that_came_with_a_mail_is_shown_in_it_and_is_not_told_to_a_program() -> None:
    enclosed, html = Enclosed(), '<img src="cid:logo" alt="Acme">'
    attached = {"ContentId": "logo", "ContentType": "image/png", "RawContent": b"png"}
    simple = {"Body": {"Html": {"Data": html}}, "Attachments": [attached]}
    enclosed.keep({"Content": {"Simple": simple}})
    mails = [{**FIRST, "html": html}]
    box = Mailbox(lambda: mails, enclosed)
    request = Request("GET", "/_local/mail", "", [("Accept", "text/html")], b"", "127.0.0.1")
    assert "data:image/png;base64,cG5n" in box.handle(request).body.decode()
    assert json.loads(ask(accept="application/json", mails=mails).body)["mail"][0]["html"] == html


def test_links_of_the_text_can_be_followed_and_stay_what_they_are() -> None:
    link = "http://localhost:8000/password/reset/a&amp;b"
    assert f'<pre>Go to\n\n<a href="{link}" target=_blank>{link}</a>\n\nnow.</pre>' in shown(mails=[FIRST])


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
