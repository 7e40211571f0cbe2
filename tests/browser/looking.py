"""What eyes and a screen reader would find wrong with a page: axe, overflow, what is cut off, focus nobody sees."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING: dict[str, object] = {"type": "tag", "values": [*WCAG, "best-practice"]}
RULES: dict[str, object] = {
    "type": "tag",
    "values": WCAG,
}  # a mail is no page: the program around it has landmarks
COLOURS: dict[str, object] = {"type": "rule", "values": ["color-contrast"]}
RUN = """
(only) => axe.run(document, { runOnly: only, resultTypes: ["violations"] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map((one) => `${id}: ${one.target} ${one.failureSummary}`)))
"""

# Whatever sticks out of the page, and text that does not fit its box and cannot be scrolled to.
MISPLACED = """
() => {
  const found = [];
  const wide = document.documentElement.clientWidth;
  const { scrollWidth } = document.scrollingElement;
  if (scrollWidth > wide) found.push(`the page is ${scrollWidth} wide, the screen ${wide}`);
  const says = (one) => `${one.tagName.toLowerCase()}.${one.className} "${one.textContent.trim().slice(0, 40)}"`;
  for (const one of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(one);
    if (style.visibility === "hidden" || style.display === "none") continue;
    if (one.closest(".unseen, .skip:not(:focus), thead, svg, option")) continue;
    // Of a row that is one line everything shows once it is opened.
    const line = one.closest("tr:has(details:not([open])) td");
    if (line && getComputedStyle(line).textOverflow === "ellipsis") continue;
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    if (box.left < -1 || box.right > wide + 1) found.push(`outside: ${says(one)}`);
    const scrolls = one.matches("textarea, input, select, pre") || style.overflowX === "auto";
    if (!scrolls && style.display !== "inline" && one.scrollWidth > one.clientWidth + 1)
      found.push(`cut off: ${says(one)}`);
  }
  return found;
}
"""

# Which controls look the same with the keyboard's focus as without it. After a Tab, Chromium takes every focus for one.
UNSEEN_FOCUS = """
() => {
  const look = (one) => {
    const style = getComputedStyle(one);
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow].join();
  };
  const found = [];
  for (const one of document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, select, summary")) {
    if (!one.checkVisibility({ visibilityProperty: true })) continue;
    one.blur();
    const before = look(one);
    one.focus();
    const style = getComputedStyle(one);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    if (look(one) === before || !ring) found.push(one.outerHTML.slice(0, 120));
  }
  return found;
}
"""

MOVING = """
() => [...document.querySelectorAll("*")]
  .filter((one) => {
    const style = getComputedStyle(one);
    return style.transitionDuration.split(", ").some((it) => parseFloat(it) > 0) || style.animationName !== "none";
  })
  .map((one) => one.outerHTML.slice(0, 80))
"""


def faults(page: Page, only: dict[str, object] = EVERYTHING) -> list[str]:
    """What axe finds on the page as it is now, one line for each element."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN, only)
    return found


def misplaced(page: Page) -> list[str]:
    """What sticks out or is cut off."""
    found: list[str] = page.evaluate(MISPLACED)
    return found


def unseen_focus(page: Page) -> list[str]:
    """The controls whose focus cannot be seen."""
    page.keyboard.press("Tab")
    found: list[str] = page.evaluate(UNSEEN_FOCUS)
    return found


def moving(page: Page) -> list[str]:
    """What moves although somebody asked for rest; the page is to be looked at with that wish."""
    found: list[str] = page.evaluate(MOVING)
    return found
