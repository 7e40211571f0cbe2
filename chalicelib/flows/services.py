"""A sending system as administrators see it. May not show a key."""

from chalicelib.domain.events import iso
from chalicelib.domain.services import Service


def rules(service: Service) -> dict[str, object]:
    """What it may do, as the trail tells it too."""
    return {
        "name": service.name,
        "domains": list(service.domains),
        "ranges": None if service.ranges is None else list(service.ranges),
    }


def facts_of(service: Service) -> dict[str, object]:
    """One line of the list: no key, and of a digest no more than names it."""
    keys = [one for one in (service.current, service.former) if one and service.revoked_at is None]
    uses = [one.used_at for one in (service.current, service.former) if one and one.used_at is not None]
    return {
        "id": service.id,
        **rules(service),
        "created_at": iso(service.created_at),
        "created_by": service.created_by,
        "last_used_at": iso(max(uses)) if uses else None,
        "keys": [
            {
                "handle": one.handle,
                "made_at": iso(one.made_at),
                "last_used_at": iso(one.used_at) if one.used_at else None,
            }
            for one in keys
        ],
        "revoked_at": None if service.revoked_at is None else iso(service.revoked_at),
        "revoked_by": service.revoked_by,
    }
