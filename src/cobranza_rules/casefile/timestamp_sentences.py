"""What the case file says of papers that were made and of their timestamps."""

from __future__ import annotations

from cobranza_rules.language import N_

TIMESTAMPED = "document_timestamped"  # The kind of event that keeps a token
PAPER_SENTENCES = {
    "document_made": N_("{name} made by {engine} (SHA-256 {document})"),
    "letter_made": N_("{rule} made on demand by {who}, not sent: {files}"),
    "packet_made": N_("packet {rule} made by {who}: {pages} sheets, SHA-256 {document}"),
    "case_packet_written": N_("{name} written for {to} (SHA-256 {document})"),
    TIMESTAMPED: N_("{name} timestamped by {authority} at {at}, serial number {serial}, policy {policy} (SHA-256 {of}; token {document})"),
}
