"""Words of the domain that are kept as identifiers and shown as words: marked here, translated where they are shown.

`cobranza_rules.language.word` shows one. What a user names himself, such as a rule of his own, is shown as he wrote it.
"""

from cobranza_rules.language import N_

REPLY_KINDS = (
    N_("own_loop"),
    N_("read_receipt"),
    N_("bounce"),
    N_("delay_notice"),
    N_("auto_reply"),
    N_("abuse_report"),
    N_("acknowledgement"),
    N_("contrarrecibo"),
    N_("promise"),
    N_("payment_notice"),
    N_("dispute"),
    N_("invoice_correction"),
    N_("missing_requirement"),
    N_("not_received"),
    N_("document_request"),
    N_("delay_reason"),
    N_("contact_change"),
    N_("question"),
    N_("decision"),
    N_("unknown"),
    N_("repeated"),
    N_("unreadable"),
)
BUCKETS = (N_("current"), N_("no due date"))
STATES = (
    N_("open"),
    N_("paid"),
    N_("cancelled"),
    N_("substituted"),
    N_("done"),
    N_("withdrawn"),
    N_("waiting"),
    N_("approved"),
    N_("rejected"),
    N_("outdated"),
    N_("sending"),
    N_("sent"),
    N_("failed"),
    N_("uncertain"),
    N_("settled"),
    N_("automatic"),
)
# What a packet for Accounting shows of itself
PACKET_FIELDS = (
    N_("id"),
    N_("day"),
    N_("sequence"),
    N_("revision"),
    N_("lines"),
    N_("payments"),
    N_("changes"),
    N_("sent_on"),
    N_("answered_by"),
    N_("answered_on"),
    N_("relation"),
    N_("workbook"),
    N_("request"),
    N_("reason"),
    N_("evidence"),
    N_("files"),
)
# What the SAT says of a CFDI, and how far its cancellation has come.
CFDI_STATUSES = (
    N_("valid"),
    N_("not_found"),
    N_("in_process"),
    N_("without_acceptance"),
    N_("with_acceptance"),
    N_("expired"),
)
TASKS = (
    N_("sales-intervention"),
    N_("decide-on-case"),
    N_("call-for-acknowledgement"),
    N_("allocate-credit-note"),
    N_("match-ledger-credit"),
    N_("match-deposit"),
    N_("review-substitution"),
    N_("review-cancellation"),
    N_("resolve-rejection"),
    N_("message-refused"),
    N_("find-address"),
    N_("message-too-large"),
    N_("recipient-unreachable"),
    N_("confirm-delivery"),
    N_("correct-invoice"),
    N_("complete-requirements"),
    N_("send-documents"),
    N_("check-contact"),
)
SUPPORT = (
    N_("cfdi"),
    N_("purchase_order"),
    N_("remission"),
    N_("acceptance_sheet"),
    N_("other"),
    N_("any"),
    N_("support"),
)
DELIVERY_MODES = (N_("email"), N_("in_person"))
ACKNOWLEDGED_BY = (
    N_("stamp"),
    N_("signature"),
    N_("reply"),
    N_("telephone"),
    N_("portal"),
)
# Templates and rules by name: file names of letters and lines of reports are made of them.
DOCUMENTS = (
    N_("transmittal"),
    N_("first-reminder"),
    N_("second-reminder"),
    N_("acknowledgement-form"),
    N_("acknowledgement-request"),
    N_("acknowledgement-missing"),
    N_("account-statement"),
    N_("payment-confirmation"),
    N_("formal-demand"),
    N_("acknowledgement-of-debt"),
    N_("collections-relation"),
    N_("credit-note-request"),
    N_("overdue-warning"),
    N_("payment-received"),
    N_("statement"),
)
TASK_FIELDS = (
    N_("id"),
    N_("name"),
    N_("customer"),
    N_("assigned_to"),
    N_("opened_on"),
    N_("due_on"),
    N_("invoices"),
    N_("state"),
    N_("answer"),
    N_("comment"),
    N_("detail"),
    N_("documents"),
    N_("action"),
    N_("mode"),
    N_("deliver_to"),
    N_("title"),
    N_("address"),
    N_("phone"),
    N_("megabytes"),
    N_("limit"),
    N_("credit"),
    N_("credit_id"),
    N_("on"),
    N_("amount"),
    N_("currency"),
    N_("beside"),
    N_("messages"),
)
CHAIN_BREAKS = (N_("changed"), N_("removed"), N_("inserted"), N_("reordered"))
ANSWERS = (
    N_("agreement"),
    N_("no_agreement"),
    N_("agreement_broken"),
    N_("back_to_collections"),
    N_("decided"),
    N_("acknowledged"),
    N_("delivered"),
    N_("corrected"),
    N_("same"),
    N_("another"),
    N_("kept"),
    N_("given_back"),
)
# The rules that ship with the program, beside those that bear the name of their document.
RULES = (
    N_("bank-data-stale"),
    N_("mailbox-stale"),
    N_("reply-waiting"),
    N_("promise-to-pay"),
    N_("payment-claimed"),
    N_("ledger-difference"),
    N_("cfdi-missing"),
    N_("support-missing"),
    N_("override"),
    N_("exclude"),
    N_("acknowledgement-received"),
    N_("promise-received"),
    N_("not-received"),
    N_("not-received-again"),
    N_("payment-receipt-received"),
    N_("correction-asked"),
    N_("requirement-missing"),
    N_("documents-asked"),
    N_("contact-change-proposed"),
    N_("payment-claim-received"),
    N_("dispute-opened"),
    N_("collection"),
    N_("signature-reminder"),
    N_("task-reminder"),
    N_("pue-unpaid"),
    N_("rep-missing"),
    N_("collections-to-accounting"),
    N_("discounts-to-accounting"),
    N_("discount-unapproved"),
    N_("packet-unanswered"),
    N_("packet-returned"),
    N_("credit-notes-asked"),
    N_("credit-note-missing"),
    N_("accounting-packet"),
    N_("credit-note-requests"),
)
# What waits, as `explain` names it.
QUEUES = (N_("task"), N_("approval"), N_("payment"), N_("customer"))
ROLES = (
    N_("administration_manager"),
    N_("collections_analyst"),
    N_("supervisor"),
    N_("sales_manager"),
    N_("accounting"),
)
CONTACT_ROLES = (N_("invoice_contact"), N_("collections_contact"), N_("fallback_contact"))
# How far a message came before the mail server's word on it.
PHASES = (N_("connect"), N_("envelope"), N_("data"), N_("after-data"), N_("interrupted"))
# What was reported of a message that left (RFC 3464, RFC 8098).
REPORTED = (
    N_("delivered"),
    N_("relayed"),
    N_("expanded"),
    N_("displayed"),
    N_("deleted"),
    N_("dispatched"),
    N_("processed"),
)
# What the program itself says of an attempt; the words of a server are shown as they came.
DETAILS = (
    N_("no To recipient was accepted"),
    N_("no To recipient has a well-formed address"),
    N_("the sender's address is malformed"),
    N_("the message has line ends other than CRLF"),
    N_("the message has no Message-ID"),
    N_("another message has this Message-ID"),
    N_("was there already"),
    N_("the program was stopped while the message was on the wire"),
    N_("looked up after an interruption"),
    N_("the token command gives no token; 'cobranza doctor' tries it"),
    N_("the server does not take access tokens (AUTH XOAUTH2)"),
    N_("the user or the password has letters outside ASCII, for which the server would have to offer AUTH PLAIN"),
)
CASE_STATUSES = (N_("collections"), N_("with_administration"), N_("legal"), N_("written_off"))
BLOCKED = (N_("contact"), N_("delivery"), N_("escalation"))
LACKS = (N_("request_missing"), N_("several_requests"), N_("other_amount"), N_("agreement_missing"), N_("contact_missing"))
BASES = (N_("issue"), N_("delivery"), N_("acceptance"))
TIED_BY = (N_("purchase_order"), N_("amount"), N_("person"))
ORIGINALS = (N_("promissory_note"), N_("delivery_note"), N_("case"))
AGREEMENT_KINDS = (N_("contract"), N_("commercial_terms"))
REQUEST_STATES = (N_("accepted"), N_("refused"), N_("invoiced"))
DELIVERIES = (N_("email"), N_("in_person"), N_("portal"))
INTERNAL_MESSAGES = (N_("digest"), N_("notice"), N_("billing"), N_("approval"), N_("approval-answer"), N_("ready"), N_("returned"))
UNITS = (N_("days"), N_("business days"), N_("hours"), N_("messages"), N_("promises"), N_("claims"), N_("rungs"), N_("times"), N_("files"))
PACKETS = (N_("delivery"), N_("account"), N_("escalation"))
