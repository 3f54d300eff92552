"""One exchange with a web service, bounded in time and size: no redirects, and no answer that drips in for ever."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import IO, Any

from cobranza_rules.language import Sentence, _

LARGEST_ANSWER = 64 * 1024  # Bytes; an answer of the services that are asked has some thousand.
_PIECE = 8192


class ExchangeError(Exception):
    """There was no answer, or none that was taken."""

    def __init__(self, what: Sentence) -> None:
        super().__init__(str(what))
        self.what = what


@dataclass(frozen=True, slots=True)
class Answered:
    """`media_type` in small letters and without its parameters, as the service names it; "" where it does not."""

    media_type: str
    content: bytes


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> None:
        del req, fp, code, msg, headers, newurl


def post(url: str, content: bytes, headers: dict[str, str], timeout_seconds: float) -> Answered:
    """Raises ExchangeError. `url` comes from the settings, which take http and https alone."""
    request = urllib.request.Request(url, content, headers, method="POST")  # noqa: S310
    ends = time.monotonic() + timeout_seconds
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=timeout_seconds) as answer:
            return Answered(answer.headers.get_content_type() if answer.headers["Content-Type"] else "", _read(answer, ends))
    except urllib.error.HTTPError as error:
        error.close()
        raise ExchangeError(_("the service answered with an error, HTTP {code}", code=error.code)) from None
    except TimeoutError:
        raise ExchangeError(_("no answer within {seconds} seconds", seconds=f"{timeout_seconds:g}")) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise ExchangeError(_("no answer within {seconds} seconds", seconds=f"{timeout_seconds:g}")) from None
        raise ExchangeError(_("the service cannot be reached: {detail}", detail=str(error.reason)[:200])) from None
    except (OSError, HTTPException) as error:
        raise ExchangeError(_("the connection broke off: {detail}", detail=str(error)[:200] or type(error).__name__)) from None
    except ValueError:  # A line break in a token, a letter that no address has; what it was may be a secret.
        raise ExchangeError(_("the address or the login of the settings cannot be sent: they hold what HTTP does not take")) from None


def _read(answer: Any, ends: float) -> bytes:
    read = b""
    while piece := answer.read1(_PIECE):
        read += piece
        if len(read) > LARGEST_ANSWER:
            raise ExchangeError(_("the answer is larger than any of the service"))
        if time.monotonic() > ends:
            raise TimeoutError
    return read
