"""What stands in the log: lines that a program can read, and no secret, whoever wrote it and wherever it stood."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

import pytest
import structlog

from bot import logs

TOKEN = "123456789:AAHcanary_canary-canary_canary-canary0"
SECRET = "canary-webhook-secret-0123456789abcdef"


FORMS = pytest.mark.parametrize("form", ["plain", "json"])


@contextmanager
def logging_as(form: str) -> Iterator[io.StringIO]:
    """Logging as the program sets it up, onto a page of its own; as it was afterwards."""
    root, page = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    root.handlers.clear()  # else they would be closed, and they are not ours
    with redirect_stderr(page):
        logs.configure(form, "debug", TOKEN, SECRET)
        yield page
    root.handlers[:] = before
    root.setLevel(level)
    for name in logs.QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()
    logging.raiseExceptions = True


def failing() -> None:
    raise ValueError(f"https://api.example/bot{TOKEN}/getMe and {SECRET}")


@FORMS
def test_no_secret_is_shown_wherever_it_stands(form: str) -> None:
    with logging_as(form) as page:
        ours, library = structlog.get_logger("ours"), logging.getLogger("some.library")
        ours.error(f"a {TOKEN}", value=TOKEN, deep={"list": [TOKEN, {"x": SECRET}]}, url=f"/bot{TOKEN}/x")
        library.debug("called %s with %s", f"http://h/bot{TOKEN}/sendMessage", {"secret": SECRET})
        try:
            failing()
        except ValueError:
            ours.exception("it failed")
            library.exception("it failed too")
    shown = page.getvalue()
    assert shown.count(logs.BLANK) >= 8
    assert "AAHcanary" not in shown
    assert SECRET not in shown
    assert "ValueError" in shown


@FORMS
def test_a_token_that_is_not_ours_is_blanked_too(form: str) -> None:
    with logging_as(form) as page:
        structlog.get_logger("ours").warning("seen", text="987654:" + "b" * 35)
    assert "b" * 35 not in page.getvalue()
    assert "seen" in page.getvalue()


def test_json_is_one_line_each() -> None:
    with logging_as("json") as page:
        structlog.get_logger("ours").warning("one\ntwo", traceback="".join(traceback.format_stack()))
        logging.getLogger("some.library").warning("three\nfour")
    lines = [json.loads(line) for line in page.getvalue().splitlines()]
    assert [(line["level"], line["timestamp"][-1]) for line in lines] == [("warning", "Z")] * 2


@FORMS
@pytest.mark.parametrize("name", logs.QUIET)
def test_libraries_that_would_log_content_say_no_more_than_warnings(name: str, form: str) -> None:
    with logging_as(form) as page:
        logging.getLogger(name).info("content")
        logging.getLogger(f"{name}.deeper").debug("content")
        logging.getLogger(name).warning("news")
    assert "content" not in page.getvalue()
    assert "news" in page.getvalue()


@FORMS
def test_a_line_that_cannot_be_written_is_not_printed_as_it_is(form: str) -> None:
    with logging_as(form) as page:
        logging.getLogger("some.library").warning("%d", TOKEN)
    assert "AAHcanary" not in page.getvalue()


def test_a_person_is_a_hash_that_tells_nothing() -> None:
    assert logs.who("telegram:42") == logs.who("telegram:42") != logs.who("telegram:43")
    assert len(logs.who("telegram:42")) == 12
