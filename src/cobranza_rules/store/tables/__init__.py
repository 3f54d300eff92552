"""All tables, under one name for migrations and repositories."""

from cobranza_rules.store.tables.accounting import LedgerChargeRow, LedgerCreditRow, LedgerPartRow
from cobranza_rules.store.tables.agreements import AgreementFileRow, AgreementRow, BillingRequestRow, RequestToldRow
from cobranza_rules.store.tables.approvals import ApprovalAskedRow, ApprovalRequestRow, ApprovalRow, DelegationRow
from cobranza_rules.store.tables.bank import BankLineRow, BankStatementRow
from cobranza_rules.store.tables.base import Base
from cobranza_rules.store.tables.book import (
    ApplicationRow,
    CfdiStatusRow,
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
from cobranza_rules.store.tables.cheques import ChequeRow
from cobranza_rules.store.tables.discounts import DiscountRow
from cobranza_rules.store.tables.ledger import ActionRow, ClaimRow, DocumentRow, NumberRow, StepRow
from cobranza_rules.store.tables.mail import InternalMessageRow, MailboxMarkRow, OutgoingRow, ReceivedRow, TakenRow
from cobranza_rules.store.tables.originals import OriginalRow
from cobranza_rules.store.tables.overrides import OverrideRow
from cobranza_rules.store.tables.packets import AccountingPacketRow, PacketLineRow
from cobranza_rules.store.tables.payment_plans import InstalmentRow, PaymentPlanRow
from cobranza_rules.store.tables.people import DataRequestRow
from cobranza_rules.store.tables.rules import RulesVersionRow
from cobranza_rules.store.tables.sending import AttemptRow, MessageReportRow, PauseRow
from cobranza_rules.store.tables.timestamps import TimestampRow

__all__ = [
    "AccountingPacketRow",
    "ActionRow",
    "AgreementFileRow",
    "AgreementRow",
    "ApplicationRow",
    "ApprovalAskedRow",
    "ApprovalRequestRow",
    "ApprovalRow",
    "AttemptRow",
    "BankLineRow",
    "BankStatementRow",
    "Base",
    "BillingRequestRow",
    "CaseEventRow",
    "CfdiStatusRow",
    "ChequeRow",
    "ClaimRow",
    "ContactRow",
    "CreditNoteRow",
    "CustomerRow",
    "DataRequestRow",
    "DelegationRow",
    "DiscountRow",
    "DocumentRow",
    "EntryRow",
    "EvidenceRow",
    "HeartbeatRow",
    "InstalmentRow",
    "InternalMessageRow",
    "InvoiceRow",
    "LedgerChargeRow",
    "LedgerCreditRow",
    "LedgerPartRow",
    "MailboxMarkRow",
    "MessageReportRow",
    "NumberRow",
    "OriginalRow",
    "OutgoingRow",
    "OverrideRow",
    "PacketLineRow",
    "PauseRow",
    "PaymentPlanRow",
    "PaymentRow",
    "QuarantineRow",
    "ReceivedRow",
    "RelationRow",
    "RequestToldRow",
    "RulesVersionRow",
    "StepRow",
    "TakenRow",
    "TaskRow",
    "TimestampRow",
    "WaitingSupportRow",
]
