"""The doorway of every step: verdict, method, body; then the step; then the answer. Nothing gets around it."""

import logging
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from chalice.app import Response

from chalicelib.domain.refusals import Code, Refusal, Unavailable
from chalicelib.portal import Portal
from chalicelib.web import context, log
from chalicelib.web.answer import html_answer, json_answer, problem, refusal_page
from chalicelib.web.body import read_fields
from chalicelib.web.form import Fields, Form, read_form
from chalicelib.web.page import Page
from chalicelib.web.record import reference

Answer = Callable[[Form, Portal], Page]
Refused = Callable[[Form, Portal, Refusal], Page | None]


class Route(NamedTuple):
    """One route of a step: what answers it, which fields its body has, and the page a person sees when it refuses.

    `refused` may give None for a refusal it has no page of its own for.
    """

    answer: Answer
    fields: Fields = MappingProxyType({})
    refused: Refused | None = None


Routes = Mapping[str, Route]


def serve(event: Mapping[str, Any], portal: Portal, routes: Routes) -> dict[str, Any]:
    """Answer one event of API Gateway with one of the step's routes. Raises nothing."""
    with portal.store.request():
        return _serve(event, portal, routes)


def _serve(event: Mapping[str, Any], portal: Portal, routes: Routes) -> dict[str, Any]:
    started = time.perf_counter()
    form: Form | None = None
    route: Route | None = None
    try:
        form = read_form(event, portal.settings.origin, None, portal.settings.language)
        authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
        form = form.asked_by(context.read(authorizer))
        route = _route(form, routes)
        if form.method not in {"GET", "HEAD"}:
            form = form._replace(fields=read_fields(event, route.fields))
        page = route.answer(form, portal)
        response = json_answer(page) if _as_json(form, page) else html_answer(page, form, portal)
    except Refusal as refusal:
        response = _refuse(form, portal, route, refusal)
    except Exception as error:  # noqa: BLE001 - the last line: a fault of ours must not show its inside (LO-03)
        log.fault(error)
        response = _refuse(form, portal, None, Unavailable("fault"))
    _log(form, response, started)
    if form is not None and form.method == "HEAD":
        response.body = ""
    return dict(response.to_dict())


def _route(form: Form, routes: Routes) -> Route:
    method = "GET" if form.method == "HEAD" else form.method
    route = routes.get(f"{method} {form.resource}")
    if route is None:
        raise Refusal(Code.METHOD_NOT_ALLOWED, f"method_{form.method[:10]}")
    return route


def _as_json(form: Form, page: Page) -> bool:
    if page.status == 303:  # noqa: PLR2004 - a redirect for everybody, not only after a browser's post
        return False
    return form.wants_json or (page.template is None and page.location is None)


def _refuse(form: Form | None, portal: Portal, route: Route | None, refusal: Refusal) -> Response:
    refusal.reference = refusal.reference or reference(portal)
    severe = logging.ERROR if refusal.code is Code.UNAVAILABLE else logging.WARNING
    log.write(severe, "refused", code=refusal.code, cause=refusal.cause, reference=refusal.reference)
    if form is None or form.wants_json:
        return problem(refusal, form, portal)
    try:
        page = route.refused(form, portal, refusal) if route and route.refused else None
        return html_answer(page or refusal_page(form, refusal), form, portal, refusal)
    except Exception as error:  # noqa: BLE001 - even the page of a refusal may fail; its plain document does not
        log.fault(error)
        return problem(refusal, form, portal)


def _log(form: Form | None, response: Response, started: float) -> None:
    log.write(
        logging.INFO,
        "request",
        method=form.method if form else None,
        resource=form.resource if form else None,
        status=response.status_code,
        source=form.source if form else None,
        account=form.caller.account_id if form and form.caller else None,
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
    )
