"""One exchange with a web service, bounded in time and size: no redirects, and no answer that drips in for ever."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import IO, Any

from cobranza_rules.language import _
from cobranza_rules.sat.port import ServiceError

LARGEST_ANSWER = 64 * 1024  # An answer has some 900 bytes.
_PIECE = 8192


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> None:
        del req, fp, code, msg, headers, newurl


def post(url: str, content: bytes, headers: dict[str, str], timeout_seconds: float) -> bytes:
    """Raises ServiceError. `url` comes from the settings, which take http and https alone."""
    request = urllib.request.Request(url, content, headers, method="POST")  # noqa: S310
    ends = time.monotonic() + timeout_seconds
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=timeout_seconds) as answer:
            return _read(answer, ends)
    except urllib.error.HTTPError as error:
        error.close()
        raise ServiceError(_("the service answered with an error, HTTP {code}", code=error.code)) from None
    except TimeoutError:
        raise ServiceError(_("no answer within {seconds} seconds", seconds=f"{timeout_seconds:g}")) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise ServiceError(_("no answer within {seconds} seconds", seconds=f"{timeout_seconds:g}")) from None
        raise ServiceError(_("the service cannot be reached: {detail}", detail=str(error.reason)[:200])) from None
    except (OSError, HTTPException) as error:
        raise ServiceError(_("the connection broke off: {detail}", detail=str(error)[:200] or type(error).__name__)) from None


def _read(answer: Any, ends: float) -> bytes:
    read = b""
    while piece := answer.read1(_PIECE):
        read += piece
        if len(read) > LARGEST_ANSWER:
            raise ServiceError(_("the answer is larger than any of the service"))
        if time.monotonic() > ends:
            raise TimeoutError
    return read
