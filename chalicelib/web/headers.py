"""The security headers of every answer (WB-04..06). API Gateway's own: `infra/gateway_responses.yaml`."""

from types import MappingProxyType

BARE_CSP = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
)

SECURITY_HEADERS = MappingProxyType(
    {
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        # `no-store` also keeps the page with a temporary state out of the browser's back button.
        "Cache-Control": "no-store",
        "Vary": "Accept, Cookie, Authorization",
    }
)
