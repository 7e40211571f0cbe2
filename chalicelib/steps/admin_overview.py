"""Console: its home. What needs attention, and the logons and refusals of the last two weeks.

It counts nothing itself but what the sweep has not got to, and changes nothing. Reading it is itself an event.
"""

from collections.abc import Sequence
from typing import Any

from chalice import Blueprint

from chalicelib.domain.overview import Day
from chalicelib.flows.console import console_view
from chalicelib.flows.overview import attention, days_counted
from chalicelib.flows.readings import reading_users
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

HEIGHT = 120  # of the tallest bar, in the picture's own units

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_overview")
def admin_overview(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """Lines and days."""
    with reading_users(request, {"users": {"overview": "attention"}}):
        days, unread = days_counted(request)
        lines = [one.facts() for one in attention(request, days)]
    # Counted over the whole portal, so for those who look after the whole of it.
    days = days if request.known.domains is None else []
    counts = [_facts(one, whole=one not in unread) for one in days]
    view = {
        "attention": lines,
        "days": counts,
        "bars": _bars(days),
        "at_least": bool(unread),
        **console_view(request),
        "reauthenticate_first": "",  # nothing is changed here
    }
    return Page(facts={"attention": lines, "days": counts}, template="admin_overview", view=view)


def _facts(day: Day, *, whole: bool) -> dict[str, object]:
    return {
        "day": day.day,
        "logons": day.logons,
        "refusals": dict(sorted(day.refusals.items())),
        "refused": day.refused,
        "whole": whole,
    }


def _bars(days: Sequence[Day]) -> dict[str, object]:
    """The picture: the height of each day's two bars, and what the tallest stands for."""
    most = max([1, *(max(one.logons, one.refused) for one in days)])

    def height(count: int) -> int:
        return -(-HEIGHT * count // most)  # one logon is seen beside a thousand

    return {
        "most": most,
        "days": [{"logons": height(one.logons), "refused": height(one.refused)} for one in days],
    }


ROUTES = {"GET /admin/overview": Route(show)}
