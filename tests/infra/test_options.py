"""What `make run` takes from the environment for itself."""

from __future__ import annotations

import pytest

from infra.gateway.options import CannotStart, Options, read_options


def test_nothing_need_be_given() -> None:
    assert read_options({}) == Options(port=8000, verbose=False)


@pytest.mark.parametrize("port", ["0", "8001", "65535"])
def test_a_port_is_taken_as_it_is(port: str) -> None:
    assert read_options({"PORT": port}).port == int(port)


@pytest.mark.parametrize("port", ["", "abc", "-1", "65536", "70000", "80.0", "٨٠", "9" * 5000])
def test_what_is_no_port_is_refused_by_name(port: str) -> None:
    with pytest.raises(CannotStart, match=r"^PORT must be a whole number from 0 to 65535"):
        read_options({"PORT": port})


@pytest.mark.parametrize(("given", "verbose"), [("1", True), ("0", False), ("", False)])
def test_verbose_is_a_switch(given: str, verbose: bool) -> None:
    assert read_options({"VERBOSE": given}).verbose is verbose


def test_a_switch_that_is_neither_on_nor_off_is_refused_by_name() -> None:
    with pytest.raises(CannotStart, match=r"^VERBOSE must be 1 or 0"):
        read_options({"VERBOSE": "loud"})
