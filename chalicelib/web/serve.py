"""The doorway of every step: verdict, route, body; then the step; then the answer. Nothing gets around it."""

import logging
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from chalice.app import Request as ProxyRequest
from chalice.app import Response

from chalicelib.domain.refusals import Code, Hint, Refusal, Unavailable
from chalicelib.domain.tokens import new_reference
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.web import context as verdicts
from chalicelib.web.answer import html_answer, json_answer, problem, refusal_page, text_answer
from chalicelib.web.body import MAX_BODY, read_fields, shown_again
from chalicelib.web.page import Page
from chalicelib.web.request import Fields, Request, read_event, request_of

Answer = Callable[[Request], Page]
Refused = Callable[[Request, Refusal], Page | None]


class Route(NamedTuple):
    """One route of a step: what answers it, which fields its body has, and the page a person sees when it refuses.

    `refused` may give None for a refusal it has no page of its own for; so may `turned_away`, which is asked for one of
    the authorizer's, before any field was read: the caller may do nothing here. `again` answers a form that was sent
    twice as it was answered the first time, or gives None for one that was not. `always_json`: its client is a program,
    whatever it says it accepts, and its refusals are documents, never a redirect. `most`: bytes of its body.
    """

    answer: Answer
    fields: Fields = MappingProxyType({})
    refused: Refused | None = None
    again: Callable[[Request], Page | None] | None = None
    always_json: bool = False
    turned_away: Refused | None = None
    most: int = MAX_BODY


Routes = Mapping[str, Route]


class Admitted(NamedTuple):
    """A request at the door: the route that answers it, or what refuses it before a step sees it."""

    request: Request
    route: Route | None
    refusal: Refusal | None


def serve(event: Mapping[str, Any], context: object, portal: Portal, routes: Routes) -> dict[str, Any]:
    """Answer one event of API Gateway with one of the step's routes, in the time `context` tells. Raises nothing."""
    with portal.invoked(event, context) as invoked:
        return _serve(event, invoked, routes)


def _serve(event: Mapping[str, Any], portal: Portal, routes: Routes) -> dict[str, Any]:
    started = time.perf_counter()
    request: Request | None = None
    route: Route | None = None
    try:
        request, route, refusal = _admit(event, portal, routes)
        response = _answer(request, route, refusal)
    except Refusal as refusal:
        if request and refusal.hint is Hint.OVERTAKEN and refusal.code is Code.SESSION_REQUIRED:
            request = request._replace(caller=None)  # whoever they were: that session opens no page
        response = _refuse(request, portal, route, refusal)
    except Exception as error:  # noqa: BLE001 - the last line: a fault of ours must not show its inside (LO-03)
        log.fault(error)
        response = _refuse(request, portal, None, Unavailable("fault"))
    _log(request, response, started)
    return dict(response.to_dict())


def _admit(event: Mapping[str, Any], portal: Portal, routes: Routes) -> Admitted:
    """The one reading of the event. A refusal at the door still has its request, for the page that tells of it."""
    proxy = read_event(event)
    told, asked = proxy.context.get("authorizer") or {}, _asked(proxy, routes)
    caller, route, fields, refused = verdicts.refused(told), None, {}, None
    try:
        caller = verdicts.read(told)
        route = _declared(asked, proxy.method)
        if proxy.method not in {"GET", "HEAD"}:
            fields = read_fields(proxy, route.fields, route.most)
    except Refusal as refusal:
        refused = refusal
        fields = shown_again(proxy, route.fields) if route else {}
        route = route or _turning_away(asked)
        if refusal.hint is Hint.OVERTAKEN:
            route = route or asked
    request = request_of(proxy, portal, caller, fields, verdicts.sender_of(told))
    if asked is not None and asked.always_json:
        request = request._replace(wants_json=True)
    return Admitted(request, route, refused)


def _turning_away(asked: Route | None) -> Route | None:
    return asked._replace(refused=asked.turned_away) if asked is not None and asked.turned_away else None


def _declared(asked: Route | None, method: str) -> Route:
    if asked is None:
        raise Refusal(Code.METHOD_NOT_ALLOWED, f"method_{method[:10]}")
    return asked


def _asked(proxy: ProxyRequest, routes: Routes) -> Route | None:
    """The route that was asked for, whether or not this caller may have it."""
    method = "GET" if proxy.method == "HEAD" else proxy.method
    return routes.get(f"{method} {proxy.context.get('resourcePath')}")


def _answer(request: Request, route: Route | None, refusal: Refusal | None) -> Response:
    page = _page(request, route, refusal)
    if page.text is not None:
        return text_answer(page)
    return json_answer(page) if _as_json(request, page) else html_answer(page, request)


def _page(request: Request, route: Route | None, refusal: Refusal | None) -> Page:
    """What the step gives; what it gave a moment ago, to a browser that sends the same form again (WB-20)."""
    if route is None:
        raise refusal or Refusal(Code.METHOD_NOT_ALLOWED, "no_route")
    try:
        if refusal is not None:
            raise refusal
        came = _again(request, route, "answer_came") if request.caller_answered else None
        return came or route.answer(request)
    except Refusal as refused:
        page = _again(request, route, refused.cause) if refused.hint is Hint.OVERTAKEN else None
        if page is None:
            raise
        return page


def _again(request: Request, route: Route, cause: str) -> Page | None:
    page = route.again(request) if route.again and not request.wants_json else None
    if page is not None:
        log.write(logging.INFO, "repeated", resource=request.resource, cause=cause)
    return page


def _as_json(request: Request, page: Page) -> bool:
    if page.status == 303:  # noqa: PLR2004 - a redirect for everybody, not only after a browser's post
        return False
    return request.wants_json or (page.template is None and page.location is None)


def _refuse(request: Request | None, portal: Portal, route: Route | None, refusal: Refusal) -> Response:
    refusal.reference = refusal.reference or new_reference(portal.random)
    severe = logging.ERROR if refusal.code is Code.UNAVAILABLE else logging.WARNING
    precise = refusal.code in {Code.INVALID_LOGON, Code.INVALID_CODE} and refusal.cause in log.PRECISE
    log.write(
        severe,
        "refused",
        log.REFUSALS.of(which=refusal.cause if precise else refusal.code),
        code=refusal.code,
        cause=refusal.cause,
        reference=refusal.reference,
    )
    language = request.language if request else portal.settings.language
    if request is None or request.wants_json:
        return problem(refusal, language)
    try:
        page = route.refused(request, refusal) if route and route.refused else None
        return html_answer(page or refusal_page(request, refusal), request, refusal)
    except Exception as error:  # noqa: BLE001 - even the page of a refusal may fail; its plain document does not
        log.fault(error)
        return problem(refusal, language)


def _log(request: Request | None, response: Response, started: float) -> None:
    log.write(
        logging.INFO,
        "request",
        method=request.method if request else None,
        resource=request.resource if request else None,
        status=response.status_code,
        source=str(request.source) if request else None,
        account=_who(request),
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
    )


def _who(request: Request | None) -> str | None:
    """Under which account the trail tells of whoever asks."""
    if request is None:
        return None
    return request.caller.account_id if request.caller else request.sender.trail if request.sender else None
