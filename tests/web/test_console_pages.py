"""The console's pages: what is offered to whom, and what they say of an action, of ranges and of an attempt."""

import importlib
import re

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Reason
from chalicelib.flows.paging import ROWS
from chalicelib.presentation.engine import html_engine
from chalicelib.presentation.languages import LANGUAGES
from chalicelib.steps.admin_users import PAGE_SIZE
from infra.contract import read_contract
from tests.web.admin_samples import ADMIN_POSTS, USER_POSTS
from tests.web.console_data import NEW
from tests.web.page_samples import SAMPLES, Seen, sample
from tests.web.test_pages import WEIGHT


def test_support_desk_sees_a_user_whole_and_is_offered_nothing_to_do() -> None:
    for state in ("support", "read_only"):
        seen = Seen(sample("admin_user", state).html)
        assert {form["action"] for form in seen.all("form")} == {"/logoff"}
        assert "Latest logon attempts" in sample("admin_user", state).html
    links = {a["href"] for a in Seen(sample("admin_user", "support").html).all("a")}
    assert links >= {"/admin/domains", "/admin/users", "/admin/attempts"}
    assert not links & {"/admin/ip-ranges", "/admin/messages"}


def test_every_action_on_a_user_is_on_the_users_page() -> None:
    actions = {
        str(form["action"]).split("?")[0].partition("insurer.example/")[2]
        for state in ("troubled", "invited")
        for form in Seen(sample("admin_user", state).html).all("form")
    }
    assert actions - {""} == set(USER_POSTS) - {"enable", "ip-ranges/dry-run", "kind", "erase", "address"}
    assert '/ip-ranges/dry-run"' in sample("admin_user", "troubled").html
    assert 'insurer.example/kind"' in sample("admin_user", "troubled").html
    assert "/enable?" in sample("admin_user", "new").html
    assert '/address">Change the address</a>' in sample("admin_user", "plain").html


def test_after_a_containment_minutes_three_to_five_of_the_guide_are_a_list_of_ways() -> None:
    seen = Seen(sample("admin_user", "contained").html)
    ways = {str(a["href"]).partition("?")[0] for a in seen.all("a")}
    assert ways >= {"#enable", "#set", "#second", "#ranges", "/admin/attempts", "/admin/events"}
    here = {f"#{one['id']}" for tag in ("details", "h4") for one in seen.all(tag) if "id" in one}
    assert here >= {one for one in ways if one.startswith("#") and one not in {"#main", "#state"}}
    assert "After the containment" not in sample("admin_user", "plain").html


def test_where_one_is_stands_above_whatever_is_said() -> None:
    for page, state in (("admin_user", "plain"), ("admin_ip_ranges", "domain"), ("admin_status", "disable")):
        html = sample(page, state, notice="contained", reauthenticate_first="/admin/users").html
        assert (
            html.index('class="crumbs"')
            < html.index('class="notice good"')
            < html.index('class="notice warn"')
        )


def test_a_users_page_is_a_summary_whose_sections_open() -> None:
    """Only what calls for an act stands open: 5,600 pixels were more than anybody looks through."""
    closed, due = (Seen(sample("admin_user", state).html).all("details") for state in ("plain", "troubled"))
    assert len(closed) == 13
    assert not [one for one in closed if "open" in one]
    assert len([one for one in due if "open" in one]) == 2


def test_nothing_is_offered_of_an_account_that_is_being_erased() -> None:
    seen = Seen(sample("admin_user", "erased").html)
    assert not [form for form in seen.all("form") if str(form["action"]).startswith("/admin/users/")]
    assert not [one for one in seen.all("a") if re.search("/(kind|address|erase)$", str(one.get("href")))]


def test_temporary_password_that_is_being_mailed_is_not_said_to_be_missing() -> None:
    """The worker stores it, a moment after the page that has just asked for it."""
    none = {"password": NEW["password"] | {"state": "none", "expires_at": None}}
    on_its_way = sample("admin_user", "invited", **none).html
    assert "None yet: a temporary password is on its way by mail." in on_its_way
    assert "no temporary password is waiting" in sample("admin_user", "invited", **none, notice="").html


def test_nobody_is_offered_to_disable_or_contain_themselves() -> None:
    html = sample("admin_user", "own").html
    assert "/disable?" not in html
    assert "/contain?" not in html


def test_result_of_an_action_is_said_in_words_and_an_unknown_one_says_nothing() -> None:
    assert "The new password is in force." in sample("admin_user", "plain").html
    assert "not_a_notice" not in sample("admin_user", "frozen").html


def test_no_restriction_a_list_and_nobody_are_three_different_choices() -> None:
    for ranges, chosen in ((None, "none"), (["203.0.113.0/24"], "listed"), ([], "nobody")):
        seen = Seen(sample("admin_ip_ranges", "domain", lists=[{"scope": "", "ranges": ranges}]).html)
        assert [one["value"] for one in seen.all("input") if "checked" in one] == [chosen]


def test_ranges_that_shut_the_saver_out_are_saved_only_with_a_tick() -> None:
    fields = {one.get("name"): one for one in Seen(sample("admin_ip_ranges", "locks_out").html).inputs()}
    assert "required" in fields["confirm"]
    assert "confirm" not in {
        one.get("name") for one in Seen(sample("admin_ip_ranges", "tried").html).inputs()
    }


def test_attempt_shows_everything_the_contract_has_of_it() -> None:
    html = sample("admin_attempts", "found").html
    for fact in ("K7MW-3FQ9", "2026-11-21T23:49:00Z", "https://portal.example/logon", "Firefox 128.0"):
        assert fact in html
    for fact in ("Windows 11", "203.0.113.9", "Refused", "Wrong password", "No account has this address"):
        assert fact in html


def test_message_is_recalled_only_while_nobody_has_read_it() -> None:
    html = sample("admin_messages", "some").html
    assert html.count("/recall?") == 1


def test_every_event_and_every_reason_has_words() -> None:
    words = vars(html_engine().get_template("parts/console_words.html").make_module())
    assert {kind.value for kind in EventKind} - set(words["EVENTS"]) == set()
    assert {reason.value for reason in Reason} - set(words["REASONS"]) == set()


def test_event_says_what_changed_in_words_a_person_reads() -> None:
    text = re.sub(r"<[^>]+>|\s+", " ", sample("admin_events", "some").html)
    text = re.sub(r" +", " ", text)
    for words in (
        "status: active &rarr; became disabled",
        "permitted IP ranges: no restriction &rarr; became 203.0.113.0/24, 2001:db8::/32",
        "2-step required: no &rarr; became yes",
        "Mail sent: New password set",
        "Policy changed: the portal",
        "permitted IP ranges of the console: no restriction &rarr; became nobody",
        "Records read: events of a@b.example",
    ):
        assert words in text


@pytest.mark.parametrize(("route", "fields"), ADMIN_POSTS.items())
def test_form_sends_what_the_step_behind_its_route_reads(route: str, fields: set[str]) -> None:
    shape = re.escape(route).replace(re.escape("{}"), r"\{\w+\}")
    (found,) = [
        one for one in read_contract().operations if one.method == "POST" and re.fullmatch(shape, one.path)
    ]
    step = importlib.import_module(f"chalicelib.steps.{found.step}")
    assert fields == set(step.ROUTES[f"POST {found.path}"].fields)


@pytest.mark.parametrize(
    ("page", "state", "rows", "many"),
    [
        ("admin_attempts", "found", "attempts", ROWS),
        ("admin_events", "some", "events", ROWS),
        ("admin_messages", "some", "messages", ROWS),
        ("admin_users", "domain", "users", PAGE_SIZE),
    ],
)
def test_page_full_of_rows_still_weighs_little(page: str, state: str, rows: str, many: int) -> None:
    known = SAMPLES[page][state][rows]
    full = (known * many)[:many]
    for lang in LANGUAGES:
        assert len(sample(page, state, lang=lang, **{rows: full}).html.encode()) < WEIGHT
