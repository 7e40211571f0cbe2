"""Whether a request that changes something was made by a page of ours (WB-01, WB-13)."""

from collections.abc import Mapping

from chalicelib.domain.refusals import Code, Refusal

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_same_origin(method: str, headers: Mapping[str, str], ours: frozenset[str]) -> None:
    """Attack: another site posts a form with our reader's cookie. Defence: a browser says where it comes from (WB-01).

    Sec-Fetch-Site is set by the browser alone; where an old one has none, Origin must be ours. A client that sends
    neither is no browser, and has no cookie that it did not put there itself. Names of headers are in lower case.
    """
    if method in SAFE_METHODS:
        return
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site.strip().lower() != "same-origin":
            raise Refusal(Code.CROSS_ORIGIN, "sec_fetch_site")
        return
    given = headers.get("origin")
    if given is not None and given.strip().lower() not in ours:
        raise Refusal(Code.CROSS_ORIGIN, "origin")
