"""All tables, under one name for migrations and repositories."""

from cobranza_rules.store.tables.base import Base
from cobranza_rules.store.tables.book import (
    ApplicationRow,
    ContactRow,
    CreditNoteRow,
    CustomerRow,
    EntryRow,
    EvidenceRow,
    InvoiceRow,
    PaymentRow,
    QuarantineRow,
    RelationRow,
    WaitingSupportRow,
)
from cobranza_rules.store.tables.case import CaseEventRow, HeartbeatRow, TaskRow
from cobranza_rules.store.tables.ledger import ActionRow, ApprovalRow, ClaimRow, DocumentRow, NumberRow, StepRow
from cobranza_rules.store.tables.mail import InternalMessageRow, MailboxMarkRow, OutgoingRow, ReceivedRow, TakenRow
from cobranza_rules.store.tables.overrides import OverrideRow
from cobranza_rules.store.tables.rules import RulesVersionRow

__all__ = [
    "ActionRow",
    "ApplicationRow",
    "ApprovalRow",
    "Base",
    "CaseEventRow",
    "ClaimRow",
    "ContactRow",
    "CreditNoteRow",
    "CustomerRow",
    "DocumentRow",
    "EntryRow",
    "EvidenceRow",
    "HeartbeatRow",
    "InternalMessageRow",
    "InvoiceRow",
    "MailboxMarkRow",
    "NumberRow",
    "OutgoingRow",
    "OverrideRow",
    "PaymentRow",
    "QuarantineRow",
    "ReceivedRow",
    "RelationRow",
    "RulesVersionRow",
    "StepRow",
    "TakenRow",
    "TaskRow",
    "WaitingSupportRow",
]
