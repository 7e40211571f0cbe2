"""What the portal of the tests is told from outside: its address, its keys, and each setting that has no default."""

from __future__ import annotations

import base64
import json

from chalicelib.domain.keys import USES

PORTAL_URL = "https://portal.example"
RINGS = {
    use: {
        "current": "k1",
        "keys": {"k1": base64.b64encode(bytes(range(number, number + 32))).decode("ascii")},
    }
    for number, use in enumerate(USES)
}
KEYS = json.dumps(RINGS)
ENVIRONMENT = {
    "PORTAL_URL": PORTAL_URL,
    "PORTAL_MAIL_FROM": "portal@portal.example",
    "PORTAL_SUPPORT_CONTACT": "support@portal.example",
    "PORTAL_ADMIN_EMAIL": "admin@portal.example",
    "PORTAL_KEYS": KEYS,
    "AWS_REGION": "eu-west-1",
}
