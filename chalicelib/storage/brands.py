"""A domain's brand as a row, and back, and the condition that it is still the one that was seen. No rule is applied."""

from contextlib import suppress

from pynamodb.expressions.condition import Condition

from chalicelib.domain.addresses import DomainId
from chalicelib.domain.brand import Brand, BrandChange, UnusableBrand, brand_key, png
from chalicelib.storage.tables import BrandRow


def brand_of(row: BrandRow | None) -> Brand | None:
    """The row as the domain's value. A logo that is none any more is left out: a mail goes without."""
    if row is None:
        return None
    logo = None
    with suppress(UnusableBrand):
        logo = png(bytes(row.logo)) if row.logo else None
    return Brand(row.brand_name or "", row.colour or "", logo, row.support_contact or "")


def brand_row(domain: DomainId, brand: Brand) -> BrandRow:
    """The value as a row."""
    return BrandRow(
        brand_key(domain),
        brand_name=brand.name or None,
        colour=brand.colour or None,
        logo=brand.logo.data if brand.logo else None,
        support_contact=brand.support_contact or None,
    )


def brand_as_seen(change: BrandChange) -> Condition:
    """All of it as it was read: of two administrators at once, one looks again."""
    if change.old is None:
        absent: Condition = BrandRow.domain.does_not_exist()
        return absent
    seen, condition = brand_row(change.domain, change.old), BrandRow.domain.exists()
    for name in ("brand_name", "colour", "logo", "support_contact"):
        attribute, value = getattr(BrandRow, name), getattr(seen, name)
        condition &= attribute.does_not_exist() if value is None else attribute == value
    return condition
