"""Debian's Chromium as the tests use it: its flags, and the screens people hold before it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, sync_playwright

# The one without windows where it is installed: a page costs it half the processor time.
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ARTEFACTS = Path(__file__).parents[2] / "build/browser"
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Screen:
    """What somebody holds in their hands or has on their desk."""

    name: str
    width: int
    height: int
    phone: bool = False
    scheme: Scheme = "light"
    scripts: bool = True
    density: float = 1


DESKTOP = Screen("desktop", 1280, 800)
PHONE = Screen("phone", 320, 640, phone=True, scheme="dark")
# A phone whose browser runs no scripts: what the pages do must not depend on any.
PLAIN = Screen("plain", 320, 640, phone=True, scripts=False)
TABLET = Screen("tablet", 800, 1200)
ZOOMED = Screen("zoomed", 640, 400, density=2)


@contextmanager
def started() -> Iterator[Browser]:
    """One Chromium, until the block is left."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def context_on(browser: Browser, screen: Screen) -> BrowserContext:
    """A person of their own: no cookie of anybody else's."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        is_mobile=screen.phone,
        has_touch=screen.phone,
        color_scheme=screen.scheme,
        java_script_enabled=screen.scripts,
        device_scale_factor=screen.density,
        locale="en-GB",
        timezone_id="Europe/London",
    )
    context.set_default_timeout(10_000)
    return context
