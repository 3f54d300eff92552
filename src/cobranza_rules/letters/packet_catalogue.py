"""The fields that the cover and the index of a packet may name. Checks, documentation and tests read this list."""

from __future__ import annotations

from cobranza_rules.language import N_
from cobranza_rules.letters.field_catalogue import BY_NAME, PERSON
from cobranza_rules.letters.template_field import FieldKind, TemplateField, text_field

# Their templates stand among the letters, and are none that a rule may name.
PACKET_TEMPLATES = ("packet-cover", "escalation-cover", "packet-index")

# Fields of letters that its pages have too, by their names
SHARED = ("language", "place", "date", "date_iso", "company", "has_letterhead", "has_logo", "addressee", "reference", "analyst")
# Those of letters, too; here they tell of the packet.
_SIGNED = ("draft", "draft_mark", "signer", "has_signature")
_OWED = (
    text_field("currency", N_("currency")),
    text_field("total", N_("what is owed")),
    text_field("overdue", N_("the part of it that is overdue")),
    text_field("invoices", N_("how many open invoices there are")),
    text_field("oldest_days_overdue", N_("days overdue of the oldest one")),
)
_ENTRY = (
    text_field("heading", N_("the section, where the part is its first; else empty")),
    text_field("number", N_("its number in the packet")),
    text_field("title", N_("what it is")),
    text_field("date", N_("its day; empty if it has none")),
    text_field("sheets", N_("its sheets, such as 3–5")),
    text_field("note", N_("what was left out of it, or that it is attached as it is")),
    text_field("sha256", N_("the first letters of its file's SHA-256; empty for pages that the program has written")),
)
_FILE = (
    text_field("name", N_("name")),
    text_field("description", N_("what it belongs to")),
    text_field("sha256", N_("the first letters of its SHA-256")),
)
_DATED = (text_field("date", N_("the day")), text_field("what", N_("what was done")))
PACKET_FIELDS = (
    *(BY_NAME[name] for name in (*SHARED, *_SIGNED)),
    text_field("kind", N_("delivery, account or escalation")),
    text_field("title", N_("what the packet is called")),
    text_field("sheets", N_("how many sheets it has")),
    text_field("part_count", N_("how many parts it has")),
    text_field("file_count", N_("how many files are embedded in it")),
    TemplateField("owed", FieldKind.LIST, N_("what the customer owes, one for each currency"), _OWED),
    TemplateField("receiver", FieldKind.GROUP, N_("the administration manager, who receives an escalated case"), PERSON),
    TemplateField(
        "agreements",
        FieldKind.LIST,
        N_("the agreements that cover its invoices"),
        (text_field("number", N_("number and version")), text_field("valid", N_("from and until when"))),
    ),
    TemplateField("actions", FieldKind.LIST, N_("letters and reminders that were sent, oldest first"), _DATED),
    TemplateField("entries", FieldKind.LIST, N_("the parts of the packet, in their order"), _ENTRY),
    TemplateField("files", FieldKind.LIST, N_("the files that are embedded in it"), _FILE),
)
PACKET_BY_NAME = {field.name: field for field in PACKET_FIELDS}
