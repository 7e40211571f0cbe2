"""`python -m infra.gateway`: the whole portal on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

from chalicelib.wiring import portal, session, settings
from infra import catalogues
from infra.gateway import mailbox, told
from infra.gateway.api import LocalApi
from infra.gateway.demonstration import RECIPIENT, begin
from infra.gateway.environment import known, mail_service, prepared, streams_client
from infra.gateway.event_source import EventSource
from infra.gateway.functions import invoke, load
from infra.gateway.mailbox_page import PATH
from infra.gateway.messages import Answer, Request
from infra.gateway.options import HIGHEST_PORT, CannotStart, Options, read_options
from infra.gateway.outgoing import Enclosed, tell_mails
from infra.gateway.roles import Roles
from infra.gateway.schedule import SECONDS, Schedule
from infra.gateway.server import make_server
from infra.gateway.terminal import show_everything, show_quietly
from infra.permissions import read_permissions, scheduled
from infra.stages import ROOT, RUNNING
from infra.workers import CANARY, patterns

LOGS = ROOT / "build" / "run"


def main() -> int:
    """Serve until somebody ends it."""
    # A shell that starts us in the background has Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_politely)
    try:
        serve(read_options(os.environ))
    except CannotStart as why:
        print(why, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def serve(options: Options) -> None:
    """Open the port first: a port that is taken must be said before anything is started."""
    catalogues.compiled()
    front = Front()
    with closing(listening(front, options.port)) as server, prepared(server.effective_port), known(RUNNING):
        run(front, server, show(options, server.effective_port), canary=options.canary)


def run(front: Front, server: Any, log: str, *, canary: bool = False) -> None:
    """Open the portal, with what a person finds in it, and answer."""
    enclosed, heard = Enclosed(), told.Told()
    heard.watch(session())
    warm_up(enclosed)
    sources = event_sources()
    steps = [step for step in scheduled(read_permissions()) if canary or step != CANARY]
    clocks = [Schedule(partial(invoke, step, {}), SECONDS[step]) for step in steps]
    threads: list[EventSource | Schedule] = [*sources, *clocks]
    read_mails = mailbox.read_ministack(mail_service())
    front.open(LocalApi(after_write=lambda: nudge(sources)), mailbox.Mailbox(read_mails, enclosed), heard)
    begin()
    announce(server.effective_port, log)
    try:
        for thread in threads:  # what has happened by now is mailed below the addresses, not above them
            thread.start()
        server.run()
    finally:
        for thread in threads:
            thread.stop()


def listening(front: Front, port: int) -> Any:
    """The server, on a port that is its own."""
    try:
        return make_server(front, port)
    except OSError as error:
        other = port + 1 if port < HIGHEST_PORT else port - 1
        message = f"Port {port} cannot be used ({error.strerror}); try another: make run PORT={other}"
        raise CannotStart(message) from error


def show(options: Options, port: int) -> str:
    """Set up what the terminal shows; where the rest is to be found."""
    if options.verbose:
        show_everything()
        return ""
    file = LOGS / f"{port}.log"
    show_quietly(file)
    return os.path.relpath(file)


def event_sources() -> list[EventSource]:
    """One for each function that stands behind a table's stream, as when deployed; not reading yet."""
    sources = []
    for step, row in read_permissions().items():
        if "stream" in row:
            table = os.environ["PORTAL_TABLE_PREFIX"] + row["stream"]
            function = partial(invoke, step)
            sources.append(EventSource(streams_client(), table, function, patterns=waking(step)))
    return sources


def waking(step: str) -> list[dict[str, Any]]:
    """What wakes it, as a stage with these settings has it."""
    return patterns(step, everything=settings().publishes_everything)


def nudge(sources: list[EventSource]) -> None:
    """Somebody has written something."""
    for source in sources:
        source.nudge()


def warm_up(enclosed: Enclosed) -> None:
    """Import every function and build the one Portal now: the server's threads must not race to build it."""
    roles = Roles(os.environ["PORTAL_TABLE_PREFIX"])
    roles.guard(session())
    roles.guard_keys()
    enclosed.watch(session())
    tell_mails(session())
    for step in read_permissions():
        load(step)
    portal()


class Front:
    """The mailbox and the events of the bus, which are ours alone, beside the API."""

    def __init__(self) -> None:
        self._api: Callable[[Request], Answer] | None = None
        self._ours: dict[str, Callable[[Request], Answer]] = {}

    def open(self, api: LocalApi, box: mailbox.Mailbox, heard: told.Told | None = None) -> None:
        """From now on there is something behind it."""
        self._api, self._ours = api.handle, {PATH: box.handle}
        if heard is not None:
            self._ours[told.PATH] = heard.handle

    def __call__(self, request: Request) -> Answer:
        """One request, one answer."""
        handle = self._ours.get(request.path, self._api)
        return handle(request) if handle else Answer(503, [("Retry-After", "1")], b"")


def announce(port: int, log: str = "") -> None:
    """The addresses a person needs, where to begin, and where the functions' log is."""
    url, here = os.environ["PORTAL_URL"], f"http://localhost:{port}"
    is_here = url in {here, f"http://127.0.0.1:{port}"}
    lines = {
        "Portal": url,
        "Here": "" if is_here else here,
        "Mailbox": (url if is_here else here) + PATH,
        "Events": (url if is_here else here) + told.PATH,
        "Log": f"{log} (VERBOSE=1 make run shows it here)" if log else "",
    }
    shown = "\n".join(f"  {name:<10}{line}" for name, line in lines.items() if line)
    print(
        f"\n{shown}\n\n  A message waits for {RECIPIENT}: open the mailbox and follow the link.\n"
        f"  {os.environ['PORTAL_ADMIN_EMAIL']} is invited as the administrator. Ctrl-C ends everything.\n",
        flush=True,
    )


def stop_politely(_number: int, _frame: Any) -> None:
    """End as Ctrl-C does, so that the embedded services end too."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
