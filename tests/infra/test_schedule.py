"""The local gateway's clock: the sweep is called again and again, whatever becomes of one call."""

from __future__ import annotations

import threading

from infra.gateway.schedule import Schedule


def test_function_is_called_again_after_a_call_that_failed() -> None:
    called = threading.Semaphore(0)

    def fails() -> None:
        called.release()
        message = "the store does not answer"
        raise RuntimeError(message)

    schedule = Schedule(fails, seconds=0.001)
    schedule.start()
    assert all(called.acquire(timeout=10) for _ in range(3))
    schedule.stop()
    assert not schedule.is_alive()


def test_nothing_is_called_before_its_time_or_after_the_end() -> None:
    calls: list[int] = []
    schedule = Schedule(lambda: calls.append(1), seconds=3600)
    schedule.start()
    schedule.stop()
    assert (calls, schedule.is_alive()) == ([], False)
