"""From a Page or a Refusal to API Gateway's answer. The only place where status, headers and body meet."""

import json
from collections.abc import Mapping

from chalice.app import Response

from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.sessions import Next
from chalicelib.presentation.languages import LANGUAGES, translation
from chalicelib.web.cookies import (
    clear_session,
    read_cookie,
    read_way_back,
    session_name,
    set_language,
    unfinished_name,
)
from chalicelib.web.headers import BARE_CSP, SECURITY_HEADERS
from chalicelib.web.page import Page
from chalicelib.web.paths import PAGES, filled, page_of, safe_next, suffix
from chalicelib.web.request import Request
from chalicelib.web.sentences import SENTENCES, sentence_of

PROMPT = "/reauthenticate"


def json_answer(page: Page) -> Response:
    """The facts of a page as JSON."""
    body = "" if page.facts is None else json.dumps(page.facts, ensure_ascii=False)
    status = 204 if page.facts is None else page.status
    return _response(status, body, "application/json", BARE_CSP, page.headers, page.cookies)


def text_answer(page: Page) -> Response:
    """A page that is the same plain text for a person and a program."""
    return _response(page.status, page.text or "", "text/plain; charset=utf-8", BARE_CSP, page.headers, ())


def html_answer(page: Page, request: Request, refusal: Refusal | None = None) -> Response:
    """The page for a person, or the redirect that follows a post."""
    cookies = (*page.cookies, *_dead_session(request, refusal), *_chosen_language(request))
    if page.location is not None:
        headers = {**page.headers, "Location": page.location}
        return _response(303, "", "text/html; charset=utf-8", BARE_CSP, headers, cookies)
    from chalicelib.web.render import facade, render  # noqa: PLC0415 - templating, for those who show a page

    unfinished = None
    if refusal is None and _may_show_unfinished(request):
        from chalicelib.web.unfinished import seen, shown  # noqa: PLC0415 - for whoever has something waiting

        unfinished, cookies = shown(request), (*seen(request), *cookies)
    context = {
        "unfinished": unfinished,
        "caller": request.caller,
        **facade(request.settings.brand),
        "path_next": suffix(request.query.get("next")),
        "referrer": _referrer(request),
        "reference": refusal.reference if refusal else "",
        "lang": request.language,
        "zone": request.zone,
        "now": request.now(),
    }
    rendered = render(page.template or "refusal", context | dict(page.view))
    status = SENTENCES[refusal.code].status if refusal else page.status
    headers = {**page.headers, **_retry_after(refusal), "Content-Language": request.language}
    return _response(status, rendered.html, "text/html; charset=utf-8", rendered.csp, headers, cookies)


def problem(refusal: Refusal, language: str) -> Response:
    """A problem document (RFC 9457) with our `code` and `reference`."""
    sentence = sentence_of(refusal)
    say = translation(language)
    document = {
        "type": "about:blank",
        "title": say(sentence.title),
        "status": sentence.status,
        "detail": say(sentence.detail),
        "code": refusal.code.value,
        "reference": refusal.reference,
    }
    body = json.dumps(
        document | {k: v for k, v in refusal.facts.items() if k not in document}, ensure_ascii=False
    )
    headers = {**_retry_after(refusal), **_challenge(sentence.status), "Content-Language": language}
    return _response(sentence.status, body, "application/problem+json", BARE_CSP, headers, ())


def refusal_page(request: Request, refusal: Refusal) -> Page:
    """What a person sees of a refusal no step has a page of its own for."""
    here = filled(request.resource, request.params)
    wanted = safe_next(here) if request.method == "GET" else safe_next(request.query.get("next"))
    if refusal.code is Code.SESSION_REQUIRED:
        return _logged_off(request, refusal, wanted)
    if refusal.code is Code.STEP_REQUIRED:
        step = Next(str(refusal.facts["next"]))
        return Page(location=PAGES[step] + ("" if step is Next.PORTAL else suffix(wanted)))
    if refusal.code is Code.REAUTHENTICATION_REQUIRED:
        form = filled(page_of(request.resource), request.params)
        return Page(location=PROMPT + suffix(wanted or form), cookies=_kept(request))
    if refusal.code is Code.LINK_UNUSABLE:
        email, _ = read_way_back(request.cookies, secure=request.settings.secure)
        why = refusal.hint.value if refusal.hint else ""
        return Page(
            template="link_unusable", view={"why": why, "email": email, "cookies": bool(request.cookies)}
        )
    sentence = sentence_of(refusal)
    view = {
        "status": sentence.status,
        "title": request.say(sentence.title),
        "detail": request.say(sentence.detail),
    }
    return Page(template="refusal", view={**view, "retry_after": refusal.retry_after})


def _logged_off(request: Request, refusal: Refusal, wanted: str | None) -> Page:
    """To the logon, and from there on to where they were; what they had sent waits for them."""
    if request.resource == "/logoff":
        return Page(location="/logon?notice=logged_off")  # pressed twice, or late: so they are
    ended = "" if refusal.hint is Hint.NO_SESSION else "session_ended"
    kept = _kept(request) if ended else ()
    if kept:
        form = filled(page_of(request.resource), request.params)
        return Page(location="/logon" + suffix(form, "nothing_changed"), cookies=kept)
    return Page(location="/logon" + suffix(wanted, ended))


def _kept(request: Request) -> tuple[str, ...]:
    """The form that was sent, for its owner to press again."""
    if request.method != "POST":
        return ()
    from chalicelib.web.unfinished import remembered  # noqa: PLC0415 - for those whose form is not done

    return remembered(request)


def _may_show_unfinished(request: Request) -> bool:
    """On the first whole page that its owner opens; not on the prompt that it waits for."""
    caller = request.caller
    return (
        caller is not None
        and caller.next is Next.PORTAL
        and request.method == "GET"
        and request.resource != PROMPT
        and unfinished_name(request.settings.secure) in request.cookies
    )


def _referrer(request: Request) -> str:
    """Attack: the address of a page is a mailed link, and each link and form of it carries the token in its Referer to
    wherever our own requests are written down. Defence: such a page says no more than its origin (RS-04).
    """
    return "strict-origin" if "{token}" in request.resource else ""


def _dead_session(request: Request, refusal: Refusal | None) -> tuple[str, ...]:
    """A cookie that opens nothing any more is taken away with the page that refuses it.

    Never with a document: a page's script may ask with the old cookie while a new one is on its way (a password
    confirmed while its criteria are being checked), and the late answer would take the new one away.
    """
    secure = request.settings.secure
    if refusal is None or refusal.code is not Code.SESSION_REQUIRED:
        return ()
    return (clear_session(secure=secure),) if read_cookie(request.cookies, session_name(secure)) else ()


def _chosen_language(request: Request) -> tuple[str, ...]:
    chosen = request.query.get("language", "")
    return (set_language(chosen, secure=request.settings.secure),) if chosen in LANGUAGES else ()


def _retry_after(refusal: Refusal | None) -> dict[str, str]:
    return {"Retry-After": str(refusal.retry_after)} if refusal and refusal.retry_after else {}


def _challenge(status: int) -> dict[str, str]:
    """How a program logs on (RFC 9110, 11.6.1). API Gateway hands it on as `x-amzn-Remapped-WWW-Authenticate`."""
    return {"WWW-Authenticate": "Bearer"} if status == 401 else {}  # noqa: PLR2004 - HTTP's own number


def _response(
    status: int, body: str, content_type: str, csp: str, headers: Mapping[str, str], cookies: tuple[str, ...]
) -> Response:
    every: dict[str, str | list[str]] = {
        **SECURITY_HEADERS,
        "Content-Security-Policy": csp,
        "Content-Type": content_type,
        **headers,
    }
    if cookies:
        every["Set-Cookie"] = list(cookies)
    return Response(body=body, status_code=status, headers=every)
