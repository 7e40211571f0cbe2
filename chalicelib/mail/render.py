"""A mail's words: its subject, its text part and its HTML part, from three templates of one name.

It may not choose whom a mail goes to or whether it is due, and it sends nothing.
"""

from collections.abc import Mapping

from chalicelib.domain.brand import OURS, Brand
from chalicelib.domain.colours import shades
from chalicelib.domain.rendered_mail import RenderedMail, header_value
from chalicelib.presentation.engine import html_engine, text_engine
from chalicelib.presentation.languages import SOURCE, direction


def facade(brand: Brand) -> dict[str, object]:
    """What a mail shows of whom it comes from."""
    made, logo = shades(brand.colour), brand.in_mail.logo
    return {
        "portal_name": brand.name,
        "support_contact": brand.support_contact,
        "logo_size": logo.fitted(240, 40) if logo else None,
        "plate": made.plate,
        "ink": made.ink,
        "dark": made.dark,
    }


# What every mail may use without its sender saying so. A fact that is not known is said to be so.
COMMON: Mapping[str, object] = {
    "lang": SOURCE,
    "zone": "",
    **facade(OURS),
    "source_address": "",
    "browser": "",
}


def render_mail(name: str, context: Mapping[str, object], brand: Brand = OURS) -> RenderedMail:
    """Fill in the three templates `mail/<name>`. A name the context lacks is an error, not an empty place."""
    values = {**COMMON, **facade(brand), **context}
    lang = str(values["lang"])
    values["direction"] = direction(lang)
    text, html = text_engine(lang), html_engine(lang)
    return RenderedMail(
        subject=header_value(text.get_template(f"mail/{name}.subject.txt").render(values)),
        text=text.get_template(f"mail/{name}.txt").render(values).strip() + "\n",
        html=html.get_template(f"mail/{name}.html").render(values),
        name=brand.name,
        logo=brand.in_mail.logo,
    )
