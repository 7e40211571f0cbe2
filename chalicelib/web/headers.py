"""The security headers of every answer (WB-04..06, WB-13). API Gateway's own: `infra/gateway_responses.yaml`."""

from types import MappingProxyType

BARE_CSP = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
)

SECURITY_HEADERS = MappingProxyType(
    {
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Attack: another site reads in the Referer which of our pages, and which link's token, its visitor came from.
        # Defence: no address of ours leaves the portal (RS-04). It was `no-referrer` once, which also makes a browser
        # send `Origin: null` with our own forms: whoever sits behind a proxy that takes Sec-Fetch headers off, or has
        # a browser without them, then has nothing to show that a form is ours (WB-01, WB-13).
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        # `no-store` also keeps the page with a temporary state out of the browser's back button.
        "Cache-Control": "no-store",
        "Vary": "Accept, Cookie, Authorization",
    }
)
