"""The SAT's status service by satcfdi (the extra `sat`), which knows the question's envelope and where the answer stands in its own.

Its own exchange waits without end, follows redirects and parses with `recover`; in place of it stand bounded ones.
"""

from __future__ import annotations

from typing import Any

from cobranza_rules.intake.xml_reader import read_xml
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.sat.port import Answer, Question, ServiceError
from cobranza_rules.web_exchange import ExchangeError, post

LONGEST_FIELD = 200


class SatcfdiService:
    def __init__(self, url: str, timeout_seconds: float) -> None:
        """Raises ProblemError where satcfdi is not installed."""
        try:
            from satcfdi.pacs.sat import SAT
        except ImportError:
            what = _("to ask the SAT needs satcfdi, which is not installed")
            raise ProblemError([Problem(what, _("install it: pip install 'cobranza-rules[sat]'"))]) from None
        self._base: Any = SAT
        self._url, self._timeout = url, timeout_seconds

    def ask(self, question: Question) -> Answer:
        client = _bounded(self._base, self._url, self._timeout)
        asked = {
            "Emisor": {"Rfc": question.issuer},
            "Receptor": {"Rfc": question.receiver},
            "Total": f"{question.total:f}",
            "Complemento": {"TimbreFiscalDigital": {"UUID": question.uuid}},
        }
        try:
            found = client.status(asked)
        except (TypeError, AttributeError):  # Nothing stands where the result of this service stands.
            raise ServiceError(_("the answer is none of the status service")) from None
        fields = {name: (text or "")[:LONGEST_FIELD].strip() for name, text in found.items()}
        if not fields.get("CodigoEstatus"):
            raise ServiceError(_("the answer is none of the status service"))
        return Answer(fields, client.answered)


def _bounded(base: Any, url: str, timeout_seconds: float) -> Any:
    class Bounded(base):  # type: ignore[misc] # satcfdi is there only where the extra is installed
        answered = b""

        def _request(self, soap_url: str, data: str, soap_action: str, needs_token_fn: Any, verify: bool = True) -> Any:
            """In place of satcfdi's: to the address of the settings, over HTTPS as Python verifies it."""
            del soap_url, verify
            headers = self._get_headers(soap_action, needs_token_fn)
            try:
                self.answered = post(url, data.encode(), headers, timeout_seconds).content
            except ExchangeError as error:
                raise ServiceError(error.what) from None
            try:
                return read_xml(self.answered, "SAT").root
            except ProblemError:
                raise ServiceError(_("the answer is none of the status service")) from None

    return Bounded()
