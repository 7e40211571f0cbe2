"""Console: what the mails of a domain are known by; pages keep the stage's brand, since a visitor is of no domain yet.

It may not change who a mail comes from: the address is the stage's, whatever name stands before it.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Policy
from chalicelib.domain.addresses import canonical_domain, domain_id
from chalicelib.domain.brand import (
    Brand,
    BrandChange,
    UnusableBrand,
    checked_colour,
    checked_contact,
    checked_logo,
    checked_name,
)
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.flows.console import acted, console_view, correct
from chalicelib.flows.events import event_of
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.seen import named_after, not_saved_over
from chalicelib.flows.targets import named_domain
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

# What is checked how; what is null or empty is left open.
CHECKED: dict[str, Callable[[str], Any]] = {
    "name": checked_name,
    "colour": checked_colour,
    "logo": checked_logo,
    "support_contact": checked_contact,
}

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_brand")
def admin_brand(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The brand, and how the head of a mail looks with it."""
    policy, brand = _known(request)
    facts = _facts(policy, brand or Brand())
    return Page(
        facts=facts, template="admin_brand", view=_view(request, policy, brand or Brand(), brand or Brand())
    )


def submit(request: Request) -> Page:
    """Change what was sent; null or empty is the stage's again. A preview shows what it would be and saves nothing."""
    policy, old = _known(request)
    new = (old or Brand())._replace(
        **{name: _checked(request, name) for name in CHECKED if name in request.fields}
    )
    not_saved_over(request, _recorded(old or Brand()), _recorded(new))
    if request.fields.get("preview"):
        facts, view = _facts(policy, new), _view(request, policy, new, old or Brand())
        return Page(facts=facts, template="admin_brand", view=view | {"preview": True})
    event = event_of(
        request,
        EventKind.BRAND_CHANGED,
        request.known.account_id,
        details={"policy": policy.name, "before": _recorded(old or Brand()), "after": _recorded(new)},
    )
    change = BrandChange(domain_id(canonical_domain(policy.name)), old, new)
    apply = request.store.administration.apply_brand
    done = acted(
        request,
        lambda who: apply(who, change, event),
        "brand_saved",
        holds=lambda: request.store.directory.brand(change.domain)[1] == new,
    )
    return Page(facts=_facts(policy, new), location=f"/admin/domains/{policy.name}/brand?done={done}")


def _known(request: Request) -> tuple[Policy, Brand | None]:
    """The domain the path names, which must be one of the console's, with its brand."""
    policy, brand = request.store.directory.brand(domain_id(named_domain(request)))
    if policy is None:
        raise Refusal(Code.NOT_FOUND, "no_such_domain")
    return policy, brand


def _checked(request: Request, name: str) -> Any:
    text = request.text(name)
    if not text:
        return None if name == "logo" else ""
    try:
        return CHECKED[name](text)
    except UnusableBrand as unusable:
        facts = {"field": unusable.field, "cause": unusable.cause}
        raise Refusal(Code.INVALID_REQUEST, f"brand:{unusable}", facts=facts) from unusable


def _facts(policy: Policy, brand: Brand) -> dict[str, object]:
    return {"domain": policy.name, **_fields(brand)}


def _fields(brand: Brand) -> dict[str, object]:
    return {
        "name": brand.name or None,
        "colour": brand.colour or None,
        "logo": brand.logo.in_base64 if brand.logo else None,
        "support_contact": brand.support_contact or None,
    }


def _recorded(brand: Brand) -> dict[str, object]:
    """The same for the audit trail, where a logo is told apart by its digest."""
    logo = f"sha256:{hashlib.sha256(brand.logo.data).hexdigest()[:16]}" if brand.logo else None
    return {**_fields(brand), "logo": logo}


def _view(request: Request, policy: Policy, brand: Brand, saved: Brand) -> dict[str, object]:
    shown = brand.over(request.settings.brand).in_mail
    return {
        "domain": policy.name,
        "typed": _fields(brand) | {name: request.fields[name] for name in CHECKED if name in request.fields},
        "stage": request.settings.brand,
        "shown": shown,
        "size": shown.logo.fitted(240, 40) if shown.logo else None,
        "mail_from": request.settings.mail_from,
        "preview": False,
        **console_view(request),
        "form_name": named_after(request, _recorded(saved)),
    }


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in, over the brand as it is."""
    if request.caller is None or refusal.code is Code.NOT_FOUND:
        return None
    policy, brand = _known(request)
    now = brand or Brand()
    return correct(request, refusal, "admin_brand", _view(request, policy, now, now))


ROUTES = {
    "GET /admin/domains/{domain}/brand": Route(show),
    "POST /admin/domains/{domain}/brand": Route(
        submit,
        {
            **NAMED,
            "name": Field(required=False, nullable=True, most=200),
            "colour": Field(required=False, nullable=True, most=20),
            "logo": Field(required=False, nullable=True, most=9000),
            "support_contact": Field(required=False, nullable=True, most=300),
            "preview": Field(bool, required=False),
        },
        show_refused,
    ),
}
