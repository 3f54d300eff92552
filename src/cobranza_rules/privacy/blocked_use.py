"""What blocked data may still be used for, when somebody asks for a document by hand.

Blocked data are kept for deciding on responsibilities alone, and nothing else is done with them (LFPDPPP, art. 2, fracción III, and 24). So the case
as a packet for those who decide on a claim is made, and Accounting's papers, which tax law asks for (art. 25, fracción II); what speaks to the customer,
or helps to collect, is refused. What the person may ask for by right (`cobranza customer export`, art. 22) and what proves (`cobranza case`) stay.
"""

from __future__ import annotations

from cobranza_rules.domain.customer import CustomerStatus
from cobranza_rules.language import _
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.store.tables import CustomerRow


def refuse_if_blocked(customer: CustomerRow | None) -> None:
    """Raises ProblemError where the customer's data are blocked; None is a paper about all customers."""
    if customer is None or customer.status != CustomerStatus.BLOCKED:
        return
    what = _("the data of {customer} are blocked: no letter, statement of account or packet is made of them", customer=customer.code)
    hint = _(
        "for a claim, 'cobranza packet escalation {customer}'; if the customer wants to be written to again, 'cobranza customer unblock {customer}'",
        customer=customer.code,
    )
    raise ProblemError([Problem(what, hint)])
